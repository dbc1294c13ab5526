//! What a machine image brings, as a project writes it down: a boot script counts on it, and a trial makes it.
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use stackgen_boot::{Image, ImageFault};
use thiserror::Error;

/// Where a project has it, unless it says otherwise.
pub(crate) const DEFAULT: &str = "userdata/image.yaml";

/// The file cannot be used.
#[derive(Debug, Error)]
pub(crate) enum ImageError {
    #[error("cannot read `{}`", path.display())]
    Read { path: PathBuf, source: io::Error },
    #[error("`{place}` does not describe an image: {said}")]
    Syntax { place: String, said: String },
    #[error("`{place}`: {fault}")]
    Fault { place: String, fault: ImageFault },
}

/// Users, files, programs and services of an image.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct ImageFile {
    /// Where it was read; nothing for a bare machine.
    #[serde(skip)]
    pub(super) path: Option<PathBuf>,
    /// Users and their numbers; each has a group of its own.
    users: BTreeMap<String, u32>,
    /// Texts by path.
    files: BTreeMap<String, String>,
    /// Scripts that stand for programs, by path.
    programs: BTreeMap<String, String>,
    /// Services, by their names without `.service`.
    pub(crate) services: Vec<String>,
}

impl ImageFile {
    /// The file that is named, or the project's own, or a bare machine.
    pub(crate) fn read(named: Option<&Path>, root: Option<&Path>) -> Result<Self, ImageError> {
        let own = root.map(|root| root.join(DEFAULT)).filter(|own| own.exists());
        let Some(path) = named.map(Path::to_owned).or(own) else { return Ok(ImageFile::default()) };
        let text = fs::read_to_string(&path).map_err(|source| ImageError::Read { path: path.clone(), source })?;
        let mut file: ImageFile = serde_yaml::from_str(&text).map_err(|error| unreadable(&path, &error))?;
        file.image().check().map_err(|fault| {
            let line = text.lines().position(|line| !fault.name.is_empty() && line.contains(&fault.name));
            let line = line.map(|at| format!(":{}", at + 1)).unwrap_or_default();
            ImageError::Fault { place: format!("{}{line}", path.display()), fault }
        })?;
        file.path = Some(path);
        Ok(file)
    }

    pub(crate) fn image(&self) -> Image {
        const UNIT: &str = "[Service]\nExecStart=/usr/bin/true\n\n[Install]\nWantedBy=multi-user.target\n";
        let image = self.users.iter().fold(Image::new(), |image, (name, id)| image.user(name, *id));
        let image = self.files.iter().fold(image, |image, (path, text)| image.file(path, 0o644, text));
        let image = self.programs.iter().fold(image, |image, (path, script)| image.program(path, script));
        self.services.iter().fold(image, |image, name| image.service(name, UNIT))
    }
}

/// The reader's own words repeat the line and its surroundings.
fn unreadable(path: &Path, error: &serde_yaml::Error) -> ImageError {
    let error = error.without_snippet();
    let at = error.location().map(|at| format!(":{}:{}", at.line(), at.column())).unwrap_or_default();
    let said = match error {
        serde_yaml::Error::SerdeUnknownField { field, .. } => format!("an image has no `{field}`"),
        other => in_our_words(&other.to_string()),
    };
    ImageError::Syntax { place: format!("{}{at}", path.display()), said }
}

/// The first line of what the reader says, without its own place and without the words of a parser.
fn in_our_words(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    let said = line.split(" at line ").next().unwrap_or(line);
    match said {
        _ if said.contains("expected sequence start") => "a list belongs here, `[one, two]`".to_owned(),
        _ if said.contains("expected mapping start") => {
            "names and what they have belong here, `name: value`".to_owned()
        }
        _ if said.contains("expected string scalar") => "a text belongs here".to_owned(),
        _ if said.contains("u32") || said.contains("integer") => "a number belongs here".to_owned(),
        _ => said.to_owned(),
    }
}
