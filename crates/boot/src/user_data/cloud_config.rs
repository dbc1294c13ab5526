//! `#cloud-config`, of which only files are written.
use serde::Deserialize;

use super::{PartsError, from_base64, unzipped};

/// A file as `write_files` describes it, decoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WriteFile {
    /// Where it goes.
    pub path: String,
    /// Its bytes.
    pub content: Vec<u8>,
    /// `user:group`.
    pub owner: String,
    /// Octal digits.
    pub permissions: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CloudConfig {
    #[serde(default)]
    write_files: Vec<Entry>,
}

/// Defaults are cloud-init's (its documentation, module *Write Files*).
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    path: String,
    #[serde(default)]
    content: String,
    #[serde(default = "root")]
    owner: String,
    #[serde(default = "readable")]
    permissions: String,
    #[serde(default = "plain")]
    encoding: String,
}

fn root() -> String {
    "root:root".to_owned()
}

fn readable() -> String {
    "0644".to_owned()
}

fn plain() -> String {
    "text/plain".to_owned()
}

pub(super) fn files(body: &[u8]) -> Result<Vec<WriteFile>, PartsError> {
    let text = std::str::from_utf8(body).map_err(|error| PartsError::CloudConfig(error.to_string()))?;
    let config: CloudConfig =
        serde_yaml::from_str(text).map_err(|error| PartsError::CloudConfig(error.to_string().replace('\n', " ")))?;
    config.write_files.into_iter().map(decoded).collect()
}

fn decoded(entry: Entry) -> Result<WriteFile, PartsError> {
    let Entry { path, content, owner, permissions, encoding } = entry;
    let content = match encoding.as_str() {
        "text/plain" => content.into_bytes(),
        "b64" | "base64" => from_base64(content.as_bytes(), &path)?,
        "gz" | "gzip" => unzipped(content.as_bytes(), &path)?,
        "gz+b64" | "gz+base64" | "gzip+b64" | "gzip+base64" => {
            unzipped(&from_base64(content.as_bytes(), &path)?, &path)?
        }
        other => return Err(PartsError::CloudConfig(format!("the encoding `{other}` of {path}"))),
    };
    let is_octal = permissions.chars().all(|digit| ('0'..='7').contains(&digit));
    if !path.starts_with('/') || !is_octal {
        return Err(PartsError::CloudConfig(format!("the file {path} with permissions {permissions}")));
    }
    Ok(WriteFile { path, content, owner, permissions })
}
