//! E1001: the sections of a template.
use crate::context::Context;
use crate::document::{Node, ScalarKind};
use crate::report::Report;
use crate::rule::{Check, Rule};

const SECTIONS: [&str; 11] = [
    "AWSTemplateFormatVersion",
    "Conditions",
    "Description",
    "Globals",
    "Mappings",
    "Metadata",
    "Outputs",
    "Parameters",
    "Resources",
    "Rules",
    "Transform",
];

/// The rule.
pub static RULE: Rule = Rule {
    id: "E1001",
    name: "template-sections",
    reason: "CloudFormation refuses a template with sections that it does not know, or without resources.",
    fix: "Use the sections of a template only, and at least `Resources`.",
    good: "AWSTemplateFormatVersion: 2010-09-09\nResources:\n  Topic:\n    Type: AWS::SNS::Topic\n",
    bad: "Resource:\n  Topic:\n    Type: AWS::SNS::Topic\n",
    check: Check::Template(check),
};

fn check(context: &Context<'_>, report: &mut Report<'_>) {
    let root = context.template.root;
    if root.get("Resources").is_none() {
        report.at(root, || "the section `Resources` is missing, and a stack is made of resources".to_owned());
    }
    for entry in root.entries() {
        section(&entry.key.text, entry.value, report);
    }
}

fn section(name: &str, node: Node<'_>, report: &mut Report<'_>) {
    match name {
        "AWSTemplateFormatVersion" => {
            let known = node.scalar().is_some_and(|scalar| {
                matches!(scalar.kind, ScalarKind::Date | ScalarKind::Text) && scalar.text == "2010-09-09"
            });
            if !known {
                report.at(node, || "the only version of the template format is `2010-09-09`".to_owned());
            }
        }
        "Globals" if super::is_null(node) => {}
        "Conditions" | "Globals" | "Rules" if !node.is_map() => {
            report.at(node, || format!("`{name}` is a map from names to what they mean; this is none"));
        }
        "Conditions" => {
            let arguments = node.entries().map(|entry| entry.value.only_entry().map_or(entry.value, |only| only.value));
            for argument in arguments.filter(|argument| super::is_null(*argument)) {
                report.at(argument, || "a condition that is null can neither hold nor not hold".to_owned());
            }
        }
        "Fn::Transform" => {}
        _ if name.starts_with("Fn::ForEach::") || SECTIONS.contains(&name) => {}
        _ => report.at(node, || match stackgen_schema::nearest(name, SECTIONS) {
            Some(near) => format!("templates have no section `{name}`; did you mean `{near}`?"),
            None => format!("templates have no section `{name}`"),
        }),
    }
}
