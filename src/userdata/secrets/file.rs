//! A file in memory with secrets in it.
use serde::Serialize;

use super::reference::{SecretRef, number};
use super::service;

/// A file of `NAME="value"` lines in memory, for services and shells that read it.
#[derive(Clone, Debug)]
pub struct SecretFile {
    pub(super) path: String,
    pub(super) template: Option<String>,
    pub(super) unit: Option<String>,
    pub(super) plain: Vec<(String, String)>,
    pub(super) variables: Vec<(String, SecretRef)>,
}

#[derive(Serialize)]
pub(super) struct Written<'a> {
    name: String,
    template: Option<&'a str>,
    plain: Vec<String>,
    variables: Vec<Variable<'a>>,
}

#[derive(Serialize)]
pub(super) struct Variable<'a> {
    name: &'a str,
    number: usize,
}

#[derive(Serialize)]
pub(super) struct Link<'a> {
    name: String,
    path: &'a str,
    folder: &'a str,
}

#[derive(Serialize)]
pub(super) struct Use<'a> {
    pub(super) unit: &'a str,
    pub(super) name: String,
    pub(super) setting: String,
}

impl SecretFile {
    /// A file that programs find under this name. What is there is a link: the file itself is in memory.
    pub fn new(path: impl Into<String>) -> Self {
        let path = path.into();
        SecretFile { path, template: None, unit: None, plain: Vec::new(), variables: Vec::new() }
    }

    /// Makes it from a file of the image, in which `${NAME}` stands for the value of that name, and not line by line.
    #[must_use]
    pub fn from_template(mut self, path: impl Into<String>) -> Self {
        self.template = Some(path.into());
        self
    }

    /// Gives it to a service as its environment.
    #[must_use]
    pub fn for_unit(mut self, unit: impl Into<String>) -> Self {
        self.unit = Some(service(&unit.into()).to_owned());
        self
    }

    /// A value that is no secret.
    #[must_use]
    pub fn plain(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.plain.push((name.into(), value.into()));
        self
    }

    /// A secret under a name.
    #[must_use]
    pub fn secret(mut self, name: impl Into<String>, secret: &SecretRef) -> Self {
        self.variables.push((name.into(), secret.clone()));
        self
    }

    /// Its name in memory: the whole path, so that no two are the same.
    pub(super) fn name(&self) -> String {
        self.path.trim_start_matches('/').replace('/', "-")
    }

    pub(super) fn written<'a>(&'a self, secrets: &[&SecretRef]) -> Written<'a> {
        let variables = self.variables.iter().map(|(name, secret)| Variable { name, number: number(secrets, secret) });
        let plain = self
            .plain
            .iter()
            .map(|(name, value)| format!("{name}=\"{}\"", value.replace('\\', r"\\").replace('"', r#"\""#)));
        Written {
            name: self.name(),
            template: self.template.as_deref(),
            plain: plain.collect(),
            variables: variables.collect(),
        }
    }

    pub(super) fn link(&self) -> Link<'_> {
        let folder = self.path.rsplit_once('/').map(|(folder, _)| folder).filter(|folder| !folder.is_empty());
        Link { name: self.name(), path: &self.path, folder: folder.unwrap_or("/") }
    }

    pub(super) fn used(&self) -> Option<Use<'_>> {
        let setting = format!("EnvironmentFile=/run/stackgen/{}", self.name());
        self.unit.as_deref().map(|unit| Use { unit, name: self.name(), setting })
    }
}
