//! E3001: what a resource consists of.
use crate::context::Context;
use crate::document::{Node, ScalarKind, Value};
use crate::report::Report;
use crate::rule::{Check, Rule};
use crate::template::LANGUAGE_EXTENSIONS;

const ATTRIBUTES: [&str; 12] = [
    "Condition",
    "Connectors",
    "CreationPolicy",
    "DeletionPolicy",
    "DependsOn",
    "IgnoreGlobals",
    "Metadata",
    "Properties",
    "Type",
    "UpdatePolicy",
    "UpdateReplacePolicy",
    "Version",
];

/// The rule.
pub static RULE: Rule = Rule {
    id: "E3001",
    name: "resource-attributes",
    reason: "CloudFormation refuses a resource without a type, with attributes that it does not know, or with a logical id \
             that is not made of letters and digits.",
    fix: "Give the resource a `Type` and move everything that belongs to the service under `Properties`.",
    good: "Resources:\n  Queue:\n    Type: AWS::SQS::Queue\n    Properties:\n      DelaySeconds: 5\n",
    bad: "Resources:\n  Queue:\n    Type: AWS::SQS::Queue\n    DelaySeconds: 5\n",
    check: Check::Template(check),
};

fn check(context: &Context<'_>, report: &mut Report<'_>) {
    let Some(resources) = context.template.root.get("Resources") else { return };
    if !resources.is_map() {
        return report.at(resources, || "`Resources` is a map from logical ids to resources; this is none".to_owned());
    }
    for entry in resources.entries() {
        let name = entry.key.text.as_str();
        let loops = context.template.has_transform(LANGUAGE_EXTENSIONS);
        if loops && name.starts_with("Fn::ForEach::") {
            made(entry.value, report);
            continue;
        }
        if name == "Fn::Transform" {
            continue;
        }
        if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            report.at(entry.value, || format!("the logical id `{name}` has more than letters and digits in it"));
        } else if entry.value.is_map() {
            resource(entry.value, report);
        } else {
            report.at(entry.value, || format!("the resource `{name}` is no map with a `Type`"));
        }
    }
}

/// The resources that a loop makes.
fn made(node: Node<'_>, report: &mut Report<'_>) {
    let plain = |node: &Node<'_>| node.is_map() && !node.entries().any(|entry| entry.key.text.starts_with("Fn::"));
    for body in node.item(2).into_iter().flat_map(Node::entries).map(|entry| entry.value) {
        if plain(&body) && body.get("Type").is_none() {
            report.at(body, || "a resource says what it is; `Type` is missing".to_owned());
        }
    }
}

fn connectors(node: Node<'_>, report: &mut Report<'_>) {
    for connector in node.entries().filter(|entry| entry.value.is_map()) {
        let name = &connector.key.text;
        if connector.value.get("Properties").is_none() {
            report.at(connector.value, || format!("the connector `{name}` has no `Properties`"));
        }
        for entry in connector.value.entries().filter(|entry| entry.key.text != "Properties") {
            report.at(entry.value, || format!("a connector has `Properties` and no `{}`", entry.key.text));
        }
    }
}

fn resource(node: Node<'_>, report: &mut Report<'_>) {
    let kind = node.get("Type");
    if kind.is_none() {
        report.at(node, || "a resource says what it is; `Type` is missing".to_owned());
    }
    let type_name = kind.and_then(Node::text).unwrap_or_default();
    let custom = type_name == "AWS::CloudFormation::CustomResource" || type_name.contains("Custom::");
    for entry in node.entries() {
        let (name, value) = (entry.key.text.as_str(), entry.value);
        match name {
            "Type" | "Condition" if !matches!(value.value(), Value::Scalar(_)) => {
                report.at(value, || format!("`{name}` is a text; this is none"));
            }
            "Condition" if matches!(value.scalar(), Some(scalar) if matches!(scalar.kind, ScalarKind::Boolean(_))) => {
                report.at(value, || "`Condition` is the name of a condition, and not true or false".to_owned());
            }
            "Connectors" => connectors(value, report),
            "CreationPolicy" | "UpdatePolicy" if custom => {
                report.at(value, || format!("a custom resource has no `{name}`"));
            }
            "CreationPolicy" | "UpdatePolicy" if !value.is_map() => {
                report.at(value, || format!("`{name}` is a map; this is none"));
            }
            "DependsOn" if value.is_map() => {
                report.at(value, || "`DependsOn` is a logical id or a list of them".to_owned());
            }
            "DependsOn" => {
                for item in value.items().filter(|item| item.scalar().is_none()) {
                    report.at(item, || "`DependsOn` takes logical ids as they are, no functions".to_owned());
                }
            }
            "Version" if !custom => {
                report.at(node, || "only a custom resource has a `Version`".to_owned());
            }
            // SAM ignores what it does not know: a warning (W3001) and not this rule's.
            _ if ATTRIBUTES.contains(&name) || type_name.starts_with("AWS::Serverless::") => {}
            _ => report.at(value, || match stackgen_schema::nearest(name, ATTRIBUTES) {
                Some(near) => format!("resources have no attribute `{name}`; did you mean `{near}`?"),
                None => {
                    format!("resources have no attribute `{name}`; if it is a property, it belongs under `Properties`")
                }
            }),
        }
    }
}
