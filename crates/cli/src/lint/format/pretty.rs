//! For people: what is wrong, the line, where that is in the template, and what to write. Then how many there are.
use std::collections::HashMap;
use std::fs;

use stackgen_lint::Severity;

use super::word;
use crate::excerpt;
use crate::lint::{Found, Outcome};
use crate::problems;
use crate::project::Project;
use crate::shell::{ERROR, HINT, WARNING};
use crate::table::counted;

pub(super) fn text(width: usize, project: Option<&Project>, outcome: &Outcome) -> String {
    // Findings come file by file, so one text at a time is enough.
    let mut text = String::new();
    for findings in outcome.findings.chunk_by(|one, other| one.file == other.file) {
        let template = template(&findings[0], &outcome.texts);
        let lines: Vec<&str> = template.lines().collect();
        for found in findings {
            let line = lines.get(found.finding.span.start.line.saturating_sub(1) as usize).copied();
            text += &one(width, project, found, line.unwrap_or_default());
        }
    }
    text + &summary(outcome) + "\n"
}

fn template(found: &Found, texts: &HashMap<String, String>) -> String {
    let kept = texts.get(&found.file).cloned();
    kept.or_else(|| fs::read_to_string(&found.file).ok()).unwrap_or_default()
}

/// One finding. `line` is the text in which it stands, if it stands in a template.
pub(crate) fn one(width: usize, project: Option<&Project>, found: &Found, line: &str) -> String {
    let finding = &found.finding;
    let style = match finding.severity {
        Severity::Error => ERROR,
        Severity::Warning => WARNING,
        Severity::Info => HINT,
    };
    let title = format!("{}[{}]:", word(finding.severity), finding.rule);
    let span = finding.span;
    let excerpt = if found.in_source {
        let root = project.map(|project| project.root.as_path());
        excerpt::of(root, &format!("{}:{}", found.file, span.start.line), found.id(), width)
    } else {
        // A stack is no file, and has no lines.
        let place = match found.stack.as_ref() == Some(&found.file) {
            true => found.file.clone(),
            false => format!("{}:{}:{}", found.file, span.start.line, span.start.column),
        };
        excerpt::at(line, &place, (span.start.line, span.start.column), (span.end.line, span.end.column), width)
    };
    let inside = found.stack.iter().map(String::as_str).chain([finding.path.as_str()]);
    let inside = inside.filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
    let notes = [("in: ", inside.as_str()), ("hint: ", finding.fix)];
    problems::told(width, (style, &title), &finding.message, Some(excerpt), &notes)
}

/// How many there are of which kind.
fn summary(outcome: &Outcome) -> String {
    let kinds = [(Severity::Error, "error"), (Severity::Warning, "warning"), (Severity::Info, "note")];
    let counts = kinds.map(|(severity, name)| (outcome.count(severity), name));
    let parts: Vec<String> =
        counts.iter().filter(|(count, _)| *count > 0).map(|(count, name)| counted(*count, name)).collect();
    let templates = counted(outcome.templates.len(), "template");
    let skipped = match outcome.skipped {
        0 => String::new(),
        count => format!(" ({} skipped)", counted(count, "other file")),
    };
    match parts.is_empty() {
        true => format!("{templates}, nothing wrong{skipped}"),
        false => format!("{templates}: {}{skipped}", parts.join(", ")),
    }
}
