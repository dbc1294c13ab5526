//! SARIF 2.1.0. Source: *Static Analysis Results Interchange Format (SARIF) Version 2.1.0*, OASIS Standard.
use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde_json::{Value as Json, json};
use stackgen_lint::Severity;
use stackgen_lint::rules::{Explanation, explanations};

use crate::lint::policies::PREFIX;
use crate::lint::{Found, Outcome};

pub(super) fn text(outcome: &Outcome) -> String {
    let found: BTreeSet<&str> = outcome.findings.iter().map(|found| found.finding.rule).collect();
    let rules: Vec<Explanation> = explanations().filter(|rule| found.contains(rule.id)).collect();
    let policies = found.iter().filter(|id| id.starts_with(PREFIX)).map(|id| json!({"id": id}));
    let results: Vec<Json> = outcome.findings.iter().map(|found| result(found, &rules)).collect();
    let driver = json!({
        "name": "stackgen lint",
        "version": env!("CARGO_PKG_VERSION"),
        "informationUri": env!("CARGO_PKG_REPOSITORY"),
        "rules": rules.iter().map(description).chain(policies).collect::<Vec<_>>(),
    });
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        // Ours count characters; what SARIF assumes is UTF-16.
        "runs": [{"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}],
    });
    format!("{log:#}\n")
}

fn description(rule: &Explanation) -> Json {
    json!({
        "id": rule.id,
        "name": rule.name,
        "shortDescription": {"text": rule.reason},
        "help": {"text": rule.fix},
        "defaultConfiguration": {"level": level(Severity::of(rule.id))},
    })
}

fn result(found: &Found, rules: &[Explanation]) -> Json {
    let finding = &found.finding;
    let (start, end) = (finding.span.start, finding.span.end);
    let mut region = json!({"startLine": start.line, "startColumn": start.column});
    if (end.line, end.column) > (start.line, start.column) {
        region["endLine"] = json!(end.line);
        region["endColumn"] = json!(end.column);
    }
    let mut result = json!({
        "ruleId": finding.rule,
        "level": level(finding.severity),
        "message": {"text": format!("{} {}", finding.message, finding.fix)},
        "locations": [{
            "physicalLocation": {"artifactLocation": {"uri": uri(&found.file)}, "region": region},
            "logicalLocations": [{"fullyQualifiedName": logical(found)}],
        }],
    });
    if let Some(index) = rules.iter().position(|rule| rule.id == finding.rule) {
        result["ruleIndex"] = json!(index);
    }
    result
}

fn logical(found: &Found) -> String {
    let parts = [found.stack.as_deref(), Some(found.finding.path.as_str())];
    parts.into_iter().flatten().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("/")
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}

/// The name of a file as a reference. Source: RFC 3986, 2.1 and 4.2 (a colon in the first part would begin a scheme).
fn uri(file: &str) -> String {
    let mut uri = if file.starts_with('/') { "file://".to_owned() } else { String::new() };
    for byte in file.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => uri.push(char::from(byte)),
            other => write!(uri, "%{other:02X}").expect("writing to text never fails"),
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::uri;

    #[test]
    fn names_of_files_are_references() {
        assert_eq!(uri("a b/ü:1.yaml"), "a%20b/%C3%BC%3A1.yaml");
        assert_eq!(uri("/a/b.json"), "file:///a/b.json");
    }
}
