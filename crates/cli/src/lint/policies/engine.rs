//! AWS CloudFormation Guard, in this process: rules and data go in as texts, a report in JSON comes out.
use std::io::Cursor;

use cfn_guard::commands::Executable;
use cfn_guard::commands::validate::{OutputFormatType, ShowSummaryType, parse_rules};
use cfn_guard::utils::reader::{ReadBuffer, Reader};
use cfn_guard::utils::writer::{WriteBuffer, Writer};
use cfn_guard::{CommandBuilder, ValidateBuilder};
use serde::Deserialize;
use serde_json::json;

use super::Violation;

pub(super) const IS_BUILT: bool = true;

/// Where rules cannot be read, and why.
pub(super) fn fault(rules: &str) -> Option<(usize, usize, String)> {
    // The name of the file is known to whoever asks; the engine only repeats it.
    let said = parse_rules(rules, "").err()?.to_string();
    let number = |after: &str| {
        let rest = &said[said.find(after)? + after.len()..];
        rest[..rest.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(rest.len())].parse().ok()
    };
    let (line, column) = (number(" at line ").unwrap_or(1), number(" at column ").unwrap_or(1));
    let text: String = rules.lines().nth(line - 1).unwrap_or_default().chars().skip(column - 1).collect();
    Some(match text.trim() {
        "" => (line, column, "the rules end where more is expected".to_owned()),
        text => (line, column, format!("this is no rule of Guard: `{text}`")),
    })
}

/// What the rules find, or why they do not run.
pub(super) fn violations(rules: &str, data: &str) -> Result<Vec<Violation>, String> {
    let said = |error: cfn_guard::Error| error.to_string();
    let command = ValidateBuilder::default().payload(true).structured(true).show_summary(vec![ShowSummaryType::None]);
    let command = command.output_format(OutputFormatType::JSON).try_build().map_err(said)?;
    let payload = json!({"rules": [rules], "data": [data]}).to_string();
    let mut reader = Reader::new(ReadBuffer::Cursor(Cursor::new(payload.into_bytes())));
    let mut writer = Writer::new_with_err(WriteBuffer::Vec(Vec::new()), WriteBuffer::Vec(Vec::new())).map_err(said)?;
    command.execute(&mut writer, &mut reader).map_err(said)?;
    let reports = writer.into_string().map_err(said)?;
    let reports: Vec<FileReport> = serde_json::from_str(&reports).map_err(|error| error.to_string())?;
    let mut violations = Vec::new();
    for check in reports.into_iter().flat_map(|report| report.not_compliant) {
        check.gather("", &mut violations);
    }
    Ok(violations)
}

#[derive(Deserialize)]
struct FileReport {
    not_compliant: Vec<Check>,
}

#[derive(Deserialize)]
enum Check {
    Rule { name: String, checks: Vec<Check> },
    Block { context: String, messages: Messages, unresolved: Option<Missing> },
    Disjunctions { checks: Vec<Check> },
    Clause(Clause),
}

#[derive(Deserialize)]
enum Clause {
    Unary { context: String, messages: Messages, check: Compared },
    Binary { context: String, messages: Messages, check: Compared },
}

#[derive(Deserialize)]
struct Messages {
    custom_message: Option<String>,
}

#[derive(Deserialize)]
enum Compared {
    UnResolved {
        value: Missing,
    },
    #[serde(alias = "InResolved")]
    Resolved {
        #[serde(alias = "from")]
        value: At,
    },
    /// Another rule that did not pass.
    UnResolvedContext(String),
}

#[derive(Deserialize)]
struct Missing {
    traversed_to: At,
    remaining_query: String,
}

#[derive(Deserialize)]
struct At {
    path: String,
}

impl Check {
    fn gather(self, rule: &str, violations: &mut Vec<Violation>) {
        match self {
            // A rule that calls another with arguments is told by its own name.
            Check::Rule { name, checks } => {
                let rule = if rule.is_empty() { name.as_str() } else { rule };
                checks.into_iter().for_each(|check| check.gather(rule, violations));
            }
            Check::Disjunctions { checks } => {
                let mut each = Vec::new();
                checks.into_iter().for_each(|check| check.gather(rule, &mut each));
                violations.extend(one_of(each));
            }
            Check::Block { context, messages, unresolved } => {
                violations.push(violation(rule, &context, messages, unresolved.map(Compared::missing)));
            }
            Check::Clause(Clause::Unary { context, messages, check } | Clause::Binary { context, messages, check }) => {
                violations.push(violation(rule, &context, messages, Some(check)));
            }
        }
    }
}

impl Compared {
    fn missing(value: Missing) -> Self {
        Compared::UnResolved { value }
    }
}

fn violation(rule: &str, context: &str, messages: Messages, check: Option<Compared>) -> Violation {
    let clause = context.split_whitespace().collect::<Vec<_>>().join(" ");
    let (path, clause) = match check {
        Some(Compared::Resolved { value }) => (value.path, format!("`{clause}`")),
        Some(Compared::UnResolved { value }) => {
            (value.traversed_to.path, format!("`{clause}`; there is no `{}`", value.remaining_query))
        }
        Some(Compared::UnResolvedContext(other)) => {
            (String::new(), format!("the rule `{other}`, on which this depends"))
        }
        None => (String::new(), format!("`{clause}`")),
    };
    let message = messages.custom_message.filter(|message| !message.trim().is_empty());
    Violation { rule: rule.to_owned(), message, clause, path }
}

/// Of several clauses one would do: they are one finding, at the first.
fn one_of(each: Vec<Violation>) -> Option<Violation> {
    let clauses: Vec<&str> = each.iter().map(|violation| violation.clause.as_str()).collect();
    let clause = format!("one of {}", clauses.join(", or "));
    let mut messages: Vec<&str> = each.iter().filter_map(|violation| violation.message.as_deref()).collect();
    messages.dedup();
    let message = (!messages.is_empty()).then(|| messages.join(", or "));
    let first = each.into_iter().next()?;
    Some(Violation { message, clause, ..first })
}
