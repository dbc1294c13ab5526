//! What a machine image brings, as a project writes it down: a boot script counts on it, and a trial makes it.
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use stackgen_boot::Image;
use thiserror::Error;

/// Where a project has it, unless it says otherwise.
pub(crate) const DEFAULT: &str = "userdata/image.yaml";

/// The file cannot be used.
#[derive(Debug, Error)]
pub(crate) enum ImageError {
    #[error("cannot read `{}`", path.display())]
    Read { path: PathBuf, source: io::Error },
    #[error("`{}` does not describe an image", path.display())]
    Syntax { path: PathBuf, source: Box<serde_yaml::Error> },
}

/// Users, files, programs and services of an image.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct ImageFile {
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
        serde_yaml::from_str(&text).map_err(|source| ImageError::Syntax { path, source: Box::new(source) })
    }

    pub(crate) fn image(&self) -> Image {
        const UNIT: &str = "[Service]\nExecStart=/usr/bin/true\n\n[Install]\nWantedBy=multi-user.target\n";
        // Nothing of this machine's own may help or hinder.
        let image = ["/opt", "/data"].iter().fold(Image::new(), |image, path| image.without(path));
        let image = self.users.iter().fold(image, |image, (name, id)| image.user(name, *id));
        let image = self.files.iter().fold(image, |image, (path, text)| image.file(path, 0o644, text));
        let image = self.programs.iter().fold(image, |image, (path, script)| image.program(path, script));
        self.services.iter().fold(image, |image, name| image.service(name, UNIT))
    }
}
