//! What a linter says.
use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// One thing that is wrong with a template.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct Finding {
    pub(super) rule: String,
    pub(super) severity: String,
    pub(super) message: String,
    /// The template, where one answer is about several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) file: Option<PathBuf>,
    pub(super) line: u32,
    #[serde(default)]
    pub(super) column: u32,
    #[serde(default)]
    pub(super) end_line: u32,
    #[serde(default)]
    pub(super) end_column: u32,
    /// The keys and indices that lead there. They are kept and not compared.
    #[serde(default)]
    pub(super) path: serde_json::Value,
}

impl Finding {
    /// Whether a template with it does not pass.
    pub(super) fn is_error(&self) -> bool {
        self.severity == "error"
    }
}

/// All that a linter says of one template.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub(super) struct Answer {
    pub(super) findings: Vec<Finding>,
    /// Why there is no answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) failure: Option<String>,
}

/// What a linter says of many templates, and how long it took.
#[derive(Default, Serialize)]
pub(super) struct Answers {
    /// Who says it, with the version.
    pub(super) linter: String,
    pub(super) of: BTreeMap<PathBuf, Answer>,
    /// Seconds of the whole, `None` where nothing ran.
    pub(super) seconds: Option<f64>,
    /// What was measured, in words.
    pub(super) clock: String,
}
