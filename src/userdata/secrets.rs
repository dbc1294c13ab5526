//! Secrets of a machine: where they are kept, and who gets them. Their values are never here.
//!
//! At every boot a root-only unit asks for the values, whose output goes nowhere because the log of a boot is shipped and
//! shown. They live in memory only: each in a file of its own under `/run/stackgen`, for systemd to hand to services as
//! credentials, and together in files that services read as their environment. A value that is missing or empty stops the
//! boot with the name of its parameter.
use serde::Serialize;
use stackgen_core::{Fault, Value, aws};

use super::section::Section;
use super::template::Template;
use crate::iam::Grant;

/// A secret in SSM or Secrets Manager. Nothing here can read it, and it is nowhere shown: only a machine asks for its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretRef {
    store: Store,
    id: String,
    key: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Store {
    Parameter,
    SecretsManager,
}

/// The secrets of a machine.
#[derive(Clone, Debug, Default)]
pub struct Secrets {
    files: Vec<SecretFile>,
    credentials: Vec<(SecretRef, String, String)>,
}

/// A file of `NAME="value"` lines in memory, for services and shells that read it.
#[derive(Clone, Debug)]
pub struct SecretFile {
    path: String,
    template: Option<String>,
    unit: Option<String>,
    plain: Vec<(String, String)>,
    variables: Vec<(String, SecretRef)>,
}

impl SecretRef {
    /// An encrypted parameter of SSM, by name.
    pub fn parameter(name: impl Into<String>) -> Self {
        SecretRef { store: Store::Parameter, id: name.into(), key: None }
    }

    /// A secret of Secrets Manager, by name.
    pub fn secret(name: impl Into<String>) -> Self {
        SecretRef { store: Store::SecretsManager, id: name.into(), key: None }
    }

    /// The id of your own key that encrypts it. Without one it is encrypted with the key that AWS keeps for the service,
    /// with which every principal of the account can decrypt.
    #[must_use]
    pub fn encrypted_by(mut self, key_id: impl Into<String>) -> Self {
        self.key = Some(key_id.into());
        self
    }
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
        self.unit = Some(unit.into());
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
struct Written<'a> {
    name: String,
    template: Option<&'a str>,
    plain: Vec<String>,
    variables: Vec<Variable<'a>>,
}

#[derive(Serialize)]
struct Variable<'a> {
    name: &'a str,
    number: usize,
}

#[derive(Serialize)]
struct Placed<'a> {
    files: Vec<Link<'a>>,
    units: Vec<Use<'a>>,
}

#[derive(Serialize)]
struct Link<'a> {
    name: String,
    path: &'a str,
    folder: &'a str,
}

#[derive(Serialize)]
struct Use<'a> {
    unit: &'a str,
    name: String,
    setting: String,
}

const FETCH: Template = Template::new("src/userdata/secrets.sh.hbs", include_str!("secrets.sh.hbs"));
const PLACE: Template = Template::new("src/userdata/configuration.sh.hbs", include_str!("configuration.sh.hbs"));

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
        self.credentials.push((secret.clone(), name.to_owned(), unit.to_owned()));
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
        let credentials = self.credentials.iter().map(|(secret, name, unit)| {
            let setting = format!("LoadCredential={name}:/run/stackgen/secrets/{}", number(&secrets, secret));
            Use { unit, name: name.clone(), setting }
        });
        let files = self.files.iter().map(SecretFile::link);
        let placed = Placed { files: files.collect(), units: in_files.chain(credentials).collect() };
        let place = Section::new("configuration", "the configuration could not be put in place", PLACE, &placed);
        [fetch.needs(grants(&secrets)).refused_for(self.faults()), place]
    }

    /// Every secret once, in the order of first use.
    fn all(&self) -> Vec<&SecretRef> {
        let in_files = self.files.iter().flat_map(|file| file.variables.iter().map(|(_, secret)| secret));
        let mut all: Vec<&SecretRef> = Vec::new();
        for secret in in_files.chain(self.credentials.iter().map(|(secret, ..)| secret)) {
            if !all.contains(&secret) {
                all.push(secret);
            }
        }
        all
    }

    /// Names that no file, shell or unit takes.
    fn faults(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        let mut refuse = |message: String, hint: &str| faults.push(Fault::new(message, Some(hint.to_owned())));
        for file in &self.files {
            if !file.path.starts_with('/') || file.path.ends_with('/') {
                refuse(format!("`{}` is no absolute name of a file", file.path), "write it as `/etc/restic/env`");
            }
            let names = file.plain.iter().map(|(name, _)| name).chain(file.variables.iter().map(|(name, _)| name));
            for name in names.filter(|name| !is_variable(name)) {
                refuse(
                    format!("`{name}` is no name of a variable"),
                    "letters, digits and `_`, not beginning with a digit",
                );
            }
            for (name, value) in &file.plain {
                if value.contains(['$', '`']) || value.contains(char::is_control) {
                    refuse(
                        format!("the value of `{name}` has what a shell acts on"),
                        "take out `$`, backticks and line breaks",
                    );
                }
            }
        }
        let own = self.files.iter().map(SecretFile::name).enumerate();
        for (index, name) in
            own.clone().filter(|(index, name)| own.clone().take(*index).any(|(_, other)| other == *name))
        {
            refuse(
                format!("`{}` is a second file named `{name}`", self.files[index].path),
                "in memory they share a folder",
            );
        }
        faults
    }
}

impl SecretFile {
    /// Its name in memory: the whole path, so that no two are the same.
    fn name(&self) -> String {
        self.path.trim_start_matches('/').replace('/', "-")
    }

    fn written<'a>(&'a self, secrets: &[&SecretRef]) -> Written<'a> {
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

    fn link(&self) -> Link<'_> {
        let folder = self.path.rsplit_once('/').map_or("/", |(folder, _)| folder);
        Link { name: self.name(), path: &self.path, folder }
    }

    fn used(&self) -> Option<Use<'_>> {
        let setting = format!("EnvironmentFile=/run/stackgen/{}", self.name());
        self.unit.as_deref().map(|unit| Use { unit, name: self.name(), setting })
    }
}

impl Store {
    /// How the AWS CLI is asked; the id stands behind it.
    fn question(self) -> &'static str {
        match self {
            Store::Parameter => "ssm get-parameter --with-decryption --query Parameter.Value --name",
            Store::SecretsManager => "secretsmanager get-secret-value --query SecretString --secret-id",
        }
    }
}

fn number(secrets: &[&SecretRef], secret: &SecretRef) -> usize {
    secrets.iter().position(|known| *known == secret).expect("every secret is listed")
}

fn is_variable(name: &str) -> bool {
    !name.starts_with(|letter: char| letter.is_ascii_digit())
        && !name.is_empty()
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// Reading these secrets and no others, and decrypting with the keys that are not AWS's own.
fn grants(secrets: &[&SecretRef]) -> Vec<Grant> {
    let ids = |store: Store, key: Option<&str>| -> Vec<&str> {
        let of_store = secrets.iter().filter(|secret| secret.store == store);
        of_store
            .filter(|secret| key.is_none_or(|key| secret.key.as_deref() == Some(key)))
            .map(|s| s.id.as_str())
            .collect()
    };
    let mut keys: Vec<&str> = secrets.iter().filter_map(|secret| secret.key.as_deref()).collect();
    keys.sort_unstable();
    keys.dedup();
    let parameters = ids(Store::Parameter, None);
    let others = ids(Store::SecretsManager, None);
    let mut grants = Vec::new();
    grants.extend((!parameters.is_empty()).then(|| Grant::read_parameters(parameters)));
    grants.extend((!others.is_empty()).then(|| Grant::read_secrets(others)));
    for key in keys {
        let (parameters, others) = (ids(Store::Parameter, Some(key)), ids(Store::SecretsManager, Some(key)));
        grants.extend((!parameters.is_empty()).then(|| Grant::decrypt_parameters(key, parameters)));
        grants.extend((!others.is_empty()).then(|| Grant::decrypt_secrets(key, others)));
    }
    grants
}
