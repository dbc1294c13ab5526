//! What a host is handed at its first boot, and what cloud-init would run of it.
mod cloud_config;
mod evaluate;
mod mime;

use std::io::Read;

pub use cloud_config::WriteFile;
pub use evaluate::{EvaluateError, evaluate};

/// A piece of user-data that cloud-init acts on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// A file that is written before any script runs.
    File(WriteFile),
    /// A script, from its `#!` to its end.
    Script(Vec<u8>),
}

/// User-data that cloud-init would not run, or that is not run here.
#[derive(Debug, thiserror::Error)]
pub enum PartsError {
    /// Neither a script nor MIME nor cloud-config.
    #[error("user-data begins with `{0}`; it must begin with `#!`, `#cloud-config`, or the head of a MIME message")]
    Unknown(String),
    /// A kind of part that is not run here.
    #[error("a part of the user-data is {0}; text/x-shellscript and text/cloud-config are run here")]
    Kind(String),
    /// Cloud-config that asks for more than is done here.
    #[error(
        "cloud-config asks for {0}; only `write_files` with path, content, encoding, owner and permissions is done here"
    )]
    CloudConfig(String),
    /// The message is broken.
    #[error("the MIME message is broken: {0}")]
    Mime(String),
    /// An encoding that does not hold.
    #[error("{what} cannot be decoded: {why}")]
    Encoding {
        /// What is encoded.
        what: String,
        /// Why it cannot be read.
        why: String,
    },
}

/// What cloud-init runs, in its order: files of all parts first, then scripts. It unpacks gzip at any depth
/// (cloud-init's documentation, *User-data formats*).
pub fn parts(user_data: &[u8]) -> Result<Vec<Part>, PartsError> {
    let mut found = Vec::new();
    collect(user_data, None, &mut found)?;
    // `write_files` is a module of the stage "init", scripts run in the stage "final".
    found.sort_by_key(|part| matches!(part, Part::Script(_)));
    Ok(found)
}

/// A part without a type of its own says by its first bytes what it is, as at the top.
fn collect(body: &[u8], kind: Option<&str>, found: &mut Vec<Part>) -> Result<(), PartsError> {
    if body.starts_with(&[0x1f, 0x8b]) {
        return collect(&unzipped(body, "user-data")?, None, found);
    }
    match kind {
        Some("text/x-shellscript") => found.push(Part::Script(body.to_vec())),
        Some("text/cloud-config") => found.extend(cloud_config::files(body)?.into_iter().map(Part::File)),
        Some("text/plain" | "application/gzip" | "application/x-gzip") | None => return guessed(body, found),
        Some(other) => return Err(PartsError::Kind(other.to_owned())),
    }
    Ok(())
}

fn guessed(body: &[u8], found: &mut Vec<Part>) -> Result<(), PartsError> {
    if body.starts_with(b"#!") {
        return collect(body, Some("text/x-shellscript"), found);
    }
    if body.starts_with(b"#cloud-config") {
        return collect(body, Some("text/cloud-config"), found);
    }
    let start = String::from_utf8_lossy(&body[..body.len().min(200)]).to_lowercase();
    if !["content-type:", "mime-version:"].iter().any(|header| start.starts_with(header)) {
        return Err(PartsError::Unknown(start.lines().next().unwrap_or_default().to_owned()));
    }
    for part in mime::parts(body)? {
        collect(&part.body, Some(&part.kind), found)?;
    }
    Ok(())
}

fn unzipped(bytes: &[u8], what: &str) -> Result<Vec<u8>, PartsError> {
    let mut plain = Vec::new();
    flate2::read::MultiGzDecoder::new(bytes)
        .read_to_end(&mut plain)
        .map_err(|error| PartsError::Encoding { what: what.to_owned(), why: error.to_string() })?;
    Ok(plain)
}

fn from_base64(text: &[u8], what: &str) -> Result<Vec<u8>, PartsError> {
    use base64::Engine;
    let text: Vec<u8> = text.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
    let decoded = base64::engine::general_purpose::STANDARD.decode(text);
    decoded.map_err(|error| PartsError::Encoding { what: what.to_owned(), why: error.to_string() })
}

#[cfg(test)]
mod tests;
