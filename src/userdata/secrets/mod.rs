//! Secrets of a machine: where they are kept, and who gets them. Their values are never here.
//!
//! At every boot a root-only unit asks for the values, whose output goes nowhere because the log of a boot is shipped and
//! shown. They live in memory only: each in a file of its own under `/run/stackgen`, for systemd to hand to services as
//! credentials, and together in files that services read as their environment. A value that is missing or empty stops the
//! boot with the name of its parameter.
mod check;
mod file;
mod reference;

use serde::Serialize;
use stackgen_core::{Value, aws};

use super::section::Section;
use super::template::Template;
pub use file::SecretFile;
use file::{Link, Use, Written};
pub use reference::SecretRef;
use reference::{grants, number};

/// The secrets of a machine.
#[derive(Clone, Debug, Default)]
pub struct Secrets {
    files: Vec<SecretFile>,
    credentials: Vec<Credential>,
}

#[derive(Clone, Debug)]
struct Credential {
    name: String,
    secret: SecretRef,
    unit: String,
}

#[derive(Serialize)]
struct Fetch<'a> {
    region: Value<String>,
    has_templates: bool,
    secrets: Vec<Fetched<'a>>,
    files: Vec<Written<'a>>,
}

#[derive(Serialize)]
struct Fetched<'a> {
    id: &'a str,
    question: &'static str,
}

#[derive(Serialize)]
struct Placed<'a> {
    files: Vec<Link<'a>>,
    units: Vec<Use<'a>>,
}

const FETCH: Template = Template::new("src/userdata/secrets.sh.hbs", include_str!("../secrets.sh.hbs"));
const PLACE: Template = Template::new("src/userdata/configuration.sh.hbs", include_str!("../configuration.sh.hbs"));

impl Secrets {
    /// None yet.
    pub fn new() -> Self {
        Secrets::default()
    }

    /// A file with secrets in it.
    #[must_use]
    pub fn file(mut self, file: SecretFile) -> Self {
        self.files.push(file);
        self
    }

    /// A secret for one service, which finds it as `$CREDENTIALS_DIRECTORY/<name>`.
    #[must_use]
    pub fn credential(mut self, name: &str, secret: &SecretRef, unit: &str) -> Self {
        let credential = Credential { name: name.to_owned(), secret: secret.clone(), unit: service(unit).to_owned() };
        self.credentials.push(credential);
        self
    }

    /// The sections `secrets`, in which the values come, and `configuration`, in which they are put where programs look.
    pub fn sections(&self) -> [Section; 2] {
        let secrets = self.all();
        let fetched = secrets.iter().map(|secret| Fetched { id: &secret.id, question: secret.store.question() });
        let fetch = Fetch {
            region: aws::region(),
            has_templates: self.files.iter().any(|file| file.template.is_some()),
            secrets: fetched.collect(),
            files: self.files.iter().map(|file| file.written(&secrets)).collect(),
        };
        let fetch = Section::new("secrets", "a secret could not be read", FETCH, &fetch);
        let in_files = self.files.iter().filter_map(SecretFile::used);
        let credentials = self.credentials.iter().map(|Credential { name, secret, unit }| {
            let setting = format!("LoadCredential={name}:/run/stackgen/secrets/{}", number(&secrets, secret));
            Use { unit, name: name.clone(), setting }
        });
        let files = self.files.iter().map(SecretFile::link);
        let placed = Placed { files: files.collect(), units: in_files.chain(credentials).collect() };
        let place = Section::new("configuration", "the configuration could not be put in place", PLACE, &placed);
        [fetch.needs(grants(&secrets)).refused_for(check::faults(self)), place]
    }

    /// Every secret once, in the order of first use.
    fn all(&self) -> Vec<&SecretRef> {
        let in_files = self.files.iter().flat_map(|file| file.variables.iter().map(|(_, secret)| secret));
        let mut all: Vec<&SecretRef> = Vec::new();
        for secret in in_files.chain(self.credentials.iter().map(|credential| &credential.secret)) {
            if !all.contains(&secret) {
                all.push(secret);
            }
        }
        all
    }
}

/// A service by its name alone: `web` and `web.service` are the same.
fn service(unit: &str) -> &str {
    unit.strip_suffix(".service").unwrap_or(unit)
}
