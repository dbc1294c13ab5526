//! Values of properties: short enough to be compared by eye, and never a secret.
use serde_json::Value as Json;
use similar::{ChangeTag, TextDiff};
use stackgen_deploy::plan::{Evaluation, PropertyChange};
use unicode_width::UnicodeWidthStr;

/// How a secret is shown.
const HIDDEN: &str = "****";
/// Ends of names of properties that hold secrets. CloudFormation hides what a parameter hides; this is for what somebody
/// wrote into a template.
const SECRETS: &[&str] = &["password", "secretstring", "secret", "privatekey", "authtoken", "accesstoken", "secretkey"];
/// Beginnings of references whose values are hidden. The references themselves tell nothing.
const REFERENCES: &[&str] = &["{{resolve:", "{\"Ref\"", "{\"Fn::", "${"];
/// Lists and objects that are longer are told line by line.
const LONG: usize = 64;
/// What CloudFormation says of what it does not know yet, and what is said here.
const UNKNOWN: &str = "{{changeSet:KNOWN_AFTER_APPLY}}";
const LATE: &str = "(known afterwards)";
/// How many lines of a value's difference are shown.
const LINES: usize = 12;

/// A property as a reader sees it.
pub(super) enum Shown {
    /// Old and new, each in one line.
    Short { before: Option<String>, after: Option<String> },
    /// The lines that differ, with their signs in front.
    Lines(Vec<String>),
}

/// Hides what is secret in a change.
pub(super) fn hide(change: &mut PropertyChange) {
    if is_secret(&change.path) {
        for value in [&mut change.before, &mut change.after] {
            if let Some(text) = value.as_mut().filter(|text| !REFERENCES.iter().any(|start| text.starts_with(start))) {
                HIDDEN.clone_into(text);
            }
        }
    }
}

fn is_secret(path: &str) -> bool {
    let mut names = path.split('/').filter(|part| part.parse::<usize>().is_err());
    let name = names.next_back().unwrap_or(path).to_ascii_lowercase();
    SECRETS.iter().any(|secret| name.ends_with(secret))
}

/// A change of a property, with secrets hidden.
pub(super) fn shown(change: &PropertyChange) -> Shown {
    let mut change = change.clone();
    hide(&mut change);
    let is_late = change.evaluation == Evaluation::AfterApply;
    let after = change.after.map(|after| match is_late && is_function(&after) {
        true => late(),
        false => after.replace(UNKNOWN, LATE),
    });
    let (before, after) = (change.before, if is_late { after.or_else(|| Some(late())) } else { after });
    let (Some(old), Some(new)) = (&before, &after) else {
        let [before, after] = [before, after].map(|value| value.map(|text| readable(&text)));
        return Shown::Short { before, after };
    };
    let (old, new) = (lines(old), lines(new));
    if is_long(&old) || is_long(&new) {
        return Shown::Lines(difference(&old, &new));
    }
    Shown::Short { before: Some(readable(&old)), after: Some(readable(&new)) }
}

/// A function as it would stand in `Fn::Sub`; other values as they are.
pub(super) fn readable(text: &str) -> String {
    let Ok(Json::Object(object)) = serde_json::from_str::<Json>(text) else { return text.to_owned() };
    match object.iter().next().filter(|_| object.len() == 1).map(|(name, argument)| (name.as_str(), argument)) {
        Some(("Ref", Json::String(name))) => format!("${{{name}}}"),
        Some(("Fn::GetAtt", Json::String(path))) => format!("${{{path}}}"),
        Some(("Fn::GetAtt", Json::Array(path))) => {
            let path: Vec<&str> = path.iter().filter_map(Json::as_str).collect();
            format!("${{{}}}", path.join("."))
        }
        Some(("Fn::Sub", Json::String(pattern))) => pattern.clone(),
        Some(("Fn::ImportValue", Json::String(name))) => format!("${{{name}}}"),
        _ => text.to_owned(),
    }
}

fn late() -> String {
    LATE.to_owned()
}

fn is_function(text: &str) -> bool {
    text.starts_with("{\"Ref\"") || text.starts_with("{\"Fn::")
}

fn is_long(text: &str) -> bool {
    text.trim_end().contains('\n')
}

/// Lists and objects by lines, if they are too long for one.
fn lines(text: &str) -> String {
    let is_nested = text.len() > LONG && text.starts_with(['{', '[']);
    match serde_json::from_str::<Json>(text) {
        Ok(json) if is_nested => format!("{json:#}"),
        _ => text.to_owned(),
    }
}

fn difference(old: &str, new: &str) -> Vec<String> {
    let diff = TextDiff::from_lines(old, new);
    let mut lines = Vec::new();
    for (at, group) in diff.grouped_ops(1).iter().enumerate() {
        if at > 0 {
            lines.push("  …".to_owned());
        }
        for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
            let sign = match change.tag() {
                ChangeTag::Delete => '-',
                ChangeTag::Insert => '+',
                ChangeTag::Equal => ' ',
            };
            lines.push(format!("{sign} {}", change.value().trim_end()));
        }
    }
    if lines.len() > LINES {
        let more = lines.len() - LINES + 1;
        lines.truncate(LINES - 1);
        lines.push(format!("  … {more} lines more"));
    }
    lines
}

/// A text that is no wider than that: what is cut is its middle, since values are told apart by their ends.
pub(super) fn cut(text: &str, width: usize) -> String {
    let text = text.replace('\n', "⏎");
    if text.width() <= width {
        return text;
    }
    let letters: Vec<char> = text.chars().collect();
    let keep = width.saturating_sub(1);
    let (head, tail) = (keep.div_ceil(2), keep / 2);
    let head: String = letters.iter().take(head).collect();
    let tail: String = letters[letters.len().saturating_sub(tail)..].iter().collect();
    format!("{head}…{tail}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(path: &str, before: &str, after: &str) -> PropertyChange {
        PropertyChange {
            path: path.to_owned(),
            before: Some(before.to_owned()),
            after: Some(after.to_owned()),
            replaces: false,
            cause: None,
            evaluation: Evaluation::Known,
        }
    }

    #[test]
    fn the_middle_is_cut() {
        assert_eq!(cut("abcdefghij", 7), "abc…hij");
        assert_eq!(cut("abc", 7), "abc");
    }

    #[test]
    fn secrets_are_hidden_and_references_are_not() {
        let mut plain = change("MasterUserPassword", "hunter2", "{{resolve:ssm-secure:/db/password}}");
        hide(&mut plain);
        assert_eq!(plain.before.as_deref(), Some(HIDDEN));
        assert_eq!(plain.after.as_deref(), Some("{{resolve:ssm-secure:/db/password}}"));
        let mut other = change("Tags/0/Value", "a", "b");
        hide(&mut other);
        assert_eq!(other.before.as_deref(), Some("a"));
    }

    #[test]
    fn long_lists_are_told_by_lines() {
        let list = |last: &str| format!("[\"{}\",\"{last}\"]", "a".repeat(70));
        let Shown::Lines(lines) = shown(&change("Aliases", &list("b"), &list("c"))) else { panic!("it is long") };
        assert_eq!(lines[1..3], ["-   \"b\"", "+   \"c\""]);
    }
}
