//! AWS as the stand-ins play it.
use std::collections::BTreeMap;

/// Parameters, secrets, and how ready AWS is to listen.
#[derive(Clone, Debug, Default)]
pub struct World {
    pub(crate) parameters: BTreeMap<String, String>,
    pub(crate) secure_parameters: BTreeMap<String, String>,
    pub(crate) secrets: BTreeMap<String, String>,
    pub(crate) metadata: BTreeMap<String, String>,
    pub(crate) unreachable: u32,
    pub(crate) deaf: u32,
}

impl World {
    /// A host in eu-west-1 with nothing to read.
    pub fn new() -> Self {
        let mut world = World::default();
        for (name, value) in [("instance-id", "i-0123456789abcdef0"), ("placement/region", "eu-west-1")] {
            world.metadata.insert(name.to_owned(), value.to_owned());
        }
        world
    }

    /// A parameter of type String.
    #[must_use]
    pub fn parameter(mut self, name: &str, value: &str) -> Self {
        self.parameters.insert(name.to_owned(), value.to_owned());
        self
    }

    /// A parameter of type SecureString.
    #[must_use]
    pub fn secure_parameter(mut self, name: &str, value: &str) -> Self {
        self.secure_parameters.insert(name.to_owned(), value.to_owned());
        self
    }

    /// A secret of Secrets Manager.
    #[must_use]
    pub fn secret(mut self, id: &str, value: &str) -> Self {
        self.secrets.insert(id.to_owned(), value.to_owned());
        self
    }

    /// Takes a parameter or secret away, of any type.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.parameters.remove(name);
        self.secure_parameters.remove(name);
        self.secrets.remove(name);
        self
    }

    /// AWS is out of reach for so many tries.
    #[must_use]
    pub fn unreachable_at_first(mut self, tries: u32) -> Self {
        self.unreachable = tries;
        self
    }

    /// The stack does not listen yet, and refuses so many signals.
    #[must_use]
    pub fn deaf_at_first(mut self, signals: u32) -> Self {
        self.deaf = signals;
        self
    }

    /// Every value that nobody may see.
    pub fn confidential(&self) -> Vec<&str> {
        self.secure_parameters.values().chain(self.secrets.values()).map(String::as_str).collect()
    }

    /// Files of this world: where the stand-ins look, and what they find.
    pub(crate) fn files(&self) -> Vec<(String, String)> {
        let kinds = [
            ("parameters", &self.parameters),
            ("secure", &self.secure_parameters),
            ("secrets", &self.secrets),
            ("metadata", &self.metadata),
        ];
        let named = kinds.iter().flat_map(|(kind, values)| {
            values.iter().map(move |(name, value)| (format!("{kind}/{}", name.replace('/', "%")), value.clone()))
        });
        let counts = [
            ("unreachable".to_owned(), format!("{}\n", self.unreachable)),
            ("deaf".to_owned(), format!("{}\n", self.deaf)),
        ];
        named.chain(counts).collect()
    }
}
