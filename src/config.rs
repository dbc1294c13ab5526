//! Values of an environment, read from a YAML file into a struct of the app.
//!
//! A key that the struct does not have is an error with file, line and the near name; derive `Deserialize` with
//! `#[serde(deny_unknown_fields)]`.
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use stackgen_core::nearest;
use thiserror::Error;

/// Why a file with values was refused.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// It is not there or cannot be read.
    #[error("cannot read `{}`", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// What is in it does not fit.
    #[error("{message}")]
    Invalid {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: u64,
        /// What is wrong.
        message: String,
        /// What to write instead.
        hint: Option<String>,
    },
}

impl ConfigError {
    /// The file, and the line if the fault has one: `stacks/prod.yaml:12`.
    pub fn place(&self) -> String {
        match self {
            ConfigError::Unreadable { path, .. } => path.display().to_string(),
            ConfigError::Invalid { path, line, .. } => format!("{}:{line}", path.display()),
        }
    }

    /// What to write instead.
    pub fn hint(&self) -> Option<&str> {
        match self {
            ConfigError::Unreadable { .. } => None,
            ConfigError::Invalid { hint, .. } => hint.as_deref(),
        }
    }
}

/// Reads a YAML file. The path is relative to the project's root, where the app runs.
///
/// # Errors
/// Names the file, the line and what to write instead.
pub fn load<T: DeserializeOwned>(path: impl AsRef<Path>) -> Result<T, ConfigError> {
    let path = path.as_ref();
    let text = fs::read_to_string(path).map_err(|source| ConfigError::Unreadable { path: path.to_owned(), source })?;
    parse(path, &text)
}

fn parse<T: DeserializeOwned>(path: &Path, text: &str) -> Result<T, ConfigError> {
    serde_yaml::from_str(text).map_err(|error| {
        let error = error.without_snippet();
        let line = error.location().map_or(1, |location| location.line());
        let (message, hint) = explain(error);
        ConfigError::Invalid { path: path.to_owned(), line, message, hint }
    })
}

fn explain(error: &serde_yaml::Error) -> (String, Option<String>) {
    match error {
        serde_yaml::Error::SerdeUnknownField { field, expected, .. } => {
            (format!("there is no key `{field}` here"), Some(choices(field, expected)))
        }
        serde_yaml::Error::SerdeUnknownVariant { variant, expected, .. } => {
            (format!("`{variant}` is not one of the values this key takes"), Some(choices(variant, expected)))
        }
        serde_yaml::Error::SerdeMissingField { field, .. } => (format!("the key `{field}` is missing"), None),
        other => (without_place(&first_line(&other.to_string())).to_owned(), None),
    }
}

fn choices(written: &str, expected: &[&str]) -> String {
    match nearest(written, expected.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("it takes {}", expected.join(", ")),
    }
}

/// The message without ` at line 3, column 7` at its end: the place is told beside it.
fn without_place(message: &str) -> &str {
    let is_place = |rest: &str| rest.bytes().all(|byte| byte.is_ascii_digit() || b" ,column".contains(&byte));
    match message.rsplit_once(" at line ") {
        Some((message, place)) if is_place(place) => message,
        _ => message,
    }
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use serde::Deserialize;

    use super::{ConfigError, parse};

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Host {
        instance_type: String,
        data_gib: u32,
    }

    fn error(text: &str) -> ConfigError {
        parse::<Host>(Path::new("prod.yaml"), text).map(|host| (host.instance_type, host.data_gib)).unwrap_err()
    }

    #[test]
    fn an_unknown_key_has_its_line_and_the_near_name() {
        let error = error("data_gib: 20\ninstnce_type: m7g.medium\n");
        assert_eq!(error.place(), "prod.yaml:2");
        assert_eq!(error.to_string(), "there is no key `instnce_type` here");
        assert_eq!(error.hint(), Some("did you mean `instance_type`?"));
    }

    #[test]
    fn a_wrong_type_has_its_line() {
        let error = error("instance_type: m7g.medium\ndata_gib: large\n");
        assert_eq!(error.place(), "prod.yaml:2");
        assert!(error.to_string().contains("large") || error.to_string().contains("u32"), "{error}");
    }

    #[test]
    fn the_place_stands_in_one_place() {
        assert_eq!(super::without_place("no owner at line 3, column 7"), "no owner");
        assert_eq!(super::without_place("it waits at line endings"), "it waits at line endings");
        let image = parse::<crate::host::Image>(Path::new("prod.yaml"), "name: x\narchitecture: arm64\n").unwrap_err();
        assert!(image.to_string().ends_with("anybody can give an image any name"), "{image}");
        assert!(image.place().starts_with("prod.yaml:"), "{}", image.place());
    }

    #[test]
    fn a_missing_key_is_named() {
        assert_eq!(error("data_gib: 20\n").to_string(), "the key `instance_type` is missing");
    }
}
