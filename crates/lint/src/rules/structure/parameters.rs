//! E2001 and E2015: parameters and their defaults.
use super::is_null;
use crate::context::Context;
use crate::document::{Node, ScalarKind};
use crate::report::Report;
use crate::rule::{Check, Rule};
use crate::template::Parameter;

const NAMES: [&str; 11] = [
    "AllowedPattern",
    "AllowedValues",
    "ConstraintDescription",
    "Default",
    "Description",
    "MaxLength",
    "MaxValue",
    "MinLength",
    "MinValue",
    "NoEcho",
    "Type",
];

/// The rule on what a parameter consists of.
pub static SECTION: Rule = Rule {
    id: "E2001",
    name: "parameters-section",
    reason: "CloudFormation refuses a parameter without a type, with entries that parameters, or numbers and texts, do not have, \
             or with values that are not what the entry takes.",
    fix: "Write `Type` and the entries that belong to it: `MinValue` and `MaxValue` to numbers, `MinLength`, `MaxLength` and \
          `AllowedPattern` to text.",
    good: "Parameters:\n  Name:\n    Type: String\n    MinLength: 1\nResources:\n  Topic:\n    Type: AWS::SNS::Topic\n    Properties:\n      \
           TopicName: !Ref Name\n",
    bad: "Parameters:\n  Name:\n    Type: Number\n    MinLength: 1\nResources:\n  Topic:\n    Type: AWS::SNS::Topic\n    Properties:\n      \
          TopicName: !Ref Name\n",
    check: Check::Template(section),
};

/// The rule on defaults.
pub static DEFAULT: Rule = Rule {
    id: "E2015",
    name: "parameter-default",
    reason: "A default that the parameter itself does not allow is refused.",
    fix: "Allow the default, or give another one.",
    good: "Parameters:\n  Name:\n    Type: String\n    Default: a\n    AllowedValues: [a, b]\nResources:\n  Topic:\n    Type: \
           AWS::SNS::Topic\n    Properties:\n      TopicName: !Ref Name\n",
    bad: "Parameters:\n  Name:\n    Type: String\n    Default: c\n    AllowedValues: [a, b]\nResources:\n  Topic:\n    Type: \
          AWS::SNS::Topic\n    Properties:\n      TopicName: !Ref Name\n",
    check: Check::Template(default),
};

fn section(context: &Context<'_>, report: &mut Report<'_>) {
    let Some(section) = super::section(context, "Parameters") else { return };
    if !section.is_map() {
        return report.at(section, || "`Parameters` is a map from names to parameters; this is none".to_owned());
    }
    for entry in section.entries() {
        let name = entry.key.text.as_str();
        if name == "Fn::Transform" {
            continue;
        }
        if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            report.at(entry.value, || {
                format!("the name of the parameter `{name}` has more than letters and digits in it")
            });
        } else if entry.value.is_map() {
            parameter(entry.value, report);
        } else {
            report.at(entry.value, || format!("the parameter `{name}` is no map with a `Type`"));
        }
    }
}

fn parameter(node: Node<'_>, report: &mut Report<'_>) {
    if node.get("Type").is_none_or(is_null) {
        report.at(node, || "a parameter says what it takes; `Type` is missing".to_owned());
    }
    let kind = node.get("Type").and_then(Node::text).unwrap_or_default();
    for entry in node.entries() {
        let (name, value) = (entry.key.text.as_str(), entry.value);
        let number = name == "MinValue" || name == "MaxValue";
        let text = matches!(name, "MinLength" | "MaxLength" | "AllowedPattern");
        if !NAMES.contains(&name) {
            report.at(value, || match stackgen_schema::nearest(name, NAMES) {
                Some(near) => format!("parameters have no `{name}`; did you mean `{near}`?"),
                None => format!("parameters have no `{name}`"),
            });
        } else if (text && kind == "Number") || (number && is_text(kind)) {
            report.at(value, || format!("a parameter of type `{kind}` has no `{name}`"));
        } else if let Some(wanted) = wrong(name, value) {
            report.at(value, || format!("`{name}` is {wanted}; this is none"));
        }
        if name == "AllowedValues" {
            for item in value.items().filter(|item| item.scalar().is_none() || is_null(*item)) {
                report.at(item, || "a value that is allowed is a text or a number".to_owned());
            }
        }
    }
}

fn is_text(kind: &str) -> bool {
    matches!(kind, "String" | "CommaDelimitedList" | "AWS::SSM::Parameter::Value<String>")
}

/// What an entry takes, if that is not what it has.
fn wrong(name: &str, value: Node<'_>) -> Option<&'static str> {
    let scalar = value.scalar().filter(|_| !is_null(value));
    let flag = scalar.is_some_and(|it| matches!(it.kind, ScalarKind::Boolean(_)));
    let written = scalar.map(|it| it.text.trim()).unwrap_or_default();
    let (fits, wanted) = match name {
        "AllowedValues" => (value.is_list(), "a list"),
        "MinValue" | "MaxValue" => (!flag && written.replace('_', "").parse::<f64>().is_ok(), "a number"),
        "MinLength" | "MaxLength" => (!flag && (written.replace('_', "").parse::<f64>().is_ok()), "a whole number"),
        "NoEcho" => {
            (flag || written.eq_ignore_ascii_case("true") || written.eq_ignore_ascii_case("false"), "true or false")
        }
        _ => (scalar.is_some(), "a text"),
    };
    (!fits).then_some(wanted)
}

fn default(context: &Context<'_>, report: &mut Report<'_>) {
    for parameter in &context.template.parameters {
        let Some((node, text)) = parameter.default.and_then(|node| Some((node, node.any_text()?))) else { continue };
        let whole = refused(parameter, text.trim_end_matches('\u{0}'), Some(node));
        // Of a list either every item is allowed or the whole text is.
        let items = parameter.kind.list.then(|| text.split(',').find_map(|item| refused(parameter, item.trim(), None)));
        let fault = items.map_or(whole.clone(), |items| items.and(whole));
        if let Some(message) = fault {
            report.at(node, || message);
        }
    }
}

/// Whether a text does not match a pattern from its beginning on. Patterns that could take long are not tried.
fn misses(pattern: &str, text: &str) -> bool {
    const LONGEST: usize = 128;
    let repeated = pattern.contains(")*") || pattern.contains(")+") || pattern.contains("){");
    if repeated || text.len() > LONGEST || pattern.len() > LONGEST {
        return false;
    }
    regress::Regex::new(&format!("^(?:{pattern})")).is_ok_and(|regex| regex.find(text).is_none())
}

/// Why a default is not allowed.
fn refused(parameter: &Parameter<'_>, text: &str, node: Option<Node<'_>>) -> Option<String> {
    let bound = |name: &str| parameter.node.get(name)?.scalar()?.integer();
    let number = node.and_then(|node| node.scalar()?.integer());
    if let (Some(number), Some(least)) = (number, bound("MinValue"))
        && number < least
    {
        return Some(format!("the default {number} is less than `MinValue`, {least}"));
    }
    if let (Some(number), Some(most)) = (number, bound("MaxValue"))
        && number > most
    {
        return Some(format!("the default {number} is more than `MaxValue`, {most}"));
    }
    let length = i64::try_from(text.chars().count()).unwrap_or(i64::MAX);
    if let Some(least) = bound("MinLength").filter(|least| length < *least) {
        return Some(format!("the default has {length} characters, and `MinLength` is {least}"));
    }
    if let Some(most) = bound("MaxLength").filter(|most| length > *most) {
        return Some(format!("the default has {length} characters, and `MaxLength` is {most}"));
    }
    if let Some(pattern) = parameter.node.get("AllowedPattern").and_then(Node::text).filter(|it| misses(it, text)) {
        return Some(format!("the default `{text}` does not match `AllowedPattern`, {pattern}"));
    }
    let same = |allowed: &Node<'_>| allowed.any_text().is_some_and(|allowed| allowed == text);
    let refused = !parameter.allowed.is_empty() && !parameter.allowed.iter().any(same);
    refused.then(|| format!("the default `{text}` is none of `AllowedValues`"))
}
