//! A finished template.
use std::fmt;

/// The template of a stack, as it is sent: JSON without white space.
#[derive(Clone, PartialEq, Eq)]
pub struct Template(String);

impl Template {
    pub(crate) fn new(body: String) -> Self {
        Template(body)
    }

    /// The JSON text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.0).expect("synth writes JSON")
    }
}

impl fmt::Debug for Template {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}
