//! A list of findings. Tools that compare linters read it; its form stays.
use serde_json::{Value as Json, json};

use super::word;
use crate::lint::{Found, Outcome};

pub(super) fn text(outcome: &Outcome) -> String {
    let list: Json = outcome.findings.iter().map(object).collect();
    format!("{list:#}\n")
}

fn object(found: &Found) -> Json {
    let finding = &found.finding;
    let mut object = json!({
        "rule": finding.rule,
        "severity": word(finding.severity),
        "message": finding.message,
        "fix": finding.fix,
        "file": found.file,
        "line": finding.span.start.line,
        "column": finding.span.start.column,
        "end_line": finding.span.end.line,
        "end_column": finding.span.end.column,
        "path": finding.path.split('/').filter(|step| !step.is_empty()).collect::<Vec<_>>(),
    });
    if let Some(stack) = &found.stack {
        object["stack"] = json!(stack);
    }
    object
}
