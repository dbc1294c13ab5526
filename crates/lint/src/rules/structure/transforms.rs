//! E1005 and E3066: transforms, and what needs one.
use crate::context::Context;
use crate::document::{Node, ScalarKind};
use crate::report::Report;
use crate::rule::{Check, Rule};
use crate::template::SERVERLESS;

/// Source: *Transform* among the template sections in the CloudFormation guide.
pub static SECTION: Rule = Rule {
    id: "E1005",
    name: "transform-section",
    reason: "A transform is named as it is, or in a map with `Name` and `Parameters`, before anything else is known.",
    fix: "Write the name of the macro, a list of names, or `{Name: …, Parameters: {…}}`.",
    good: "Transform: {Name: Mine, Parameters: {Size: 1}}\nResources:\n  Topic:\n    Type: AWS::SNS::Topic\n",
    bad: "Transform: {Macro: Mine}\nResources:\n  Topic:\n    Type: AWS::SNS::Topic\n",
    check: Check::Template(section),
};

/// Source: *Managing resource permissions with AWS SAM connectors* in the SAM guide.
pub static ATTRIBUTES: Rule = Rule {
    id: "E3066",
    name: "sam-attribute-without-transform",
    reason: "`Connectors` and `IgnoreGlobals` mean something to SAM only, which works when its transform is named.",
    fix: "Add `Transform: AWS::Serverless-2016-10-31`, or take the attribute away.",
    good: "Transform: AWS::Serverless-2016-10-31\nResources:\n  Topic:\n    Type: AWS::SNS::Topic\n    Connectors:\n      Two: \
           {Properties: {Destination: {Id: Topic}, Permissions: [Write]}}\n",
    bad: "Resources:\n  Topic:\n    Type: AWS::SNS::Topic\n    Connectors:\n      Two: {Properties: {Destination: {Id: Topic}, \
          Permissions: [Write]}}\n",
    check: Check::Template(attributes),
};

fn section(context: &Context<'_>, report: &mut Report<'_>) {
    let Some(section) = context.template.root.get("Transform") else { return };
    if section.is_list() {
        section.items().for_each(|item| one(item, report));
    } else {
        one(section, report);
    }
}

fn one(node: Node<'_>, report: &mut Report<'_>) {
    if let Some(scalar) = node.scalar() {
        if scalar.kind == ScalarKind::Null {
            report.at(node, || "a transform has a name; this is null".to_owned());
        }
        return;
    }
    if node.is_list() {
        return report.at(node, || "a transform is a name or a map; this is a list in a list".to_owned());
    }
    match node.get("Name") {
        None => report.at(node, || "the transform has no `Name`".to_owned()),
        Some(name) if name.scalar().is_none() => {
            report.at(name, || "the name of a transform is a text as it is, no function".to_owned());
        }
        Some(_) => {}
    }
    for entry in node.entries().filter(|entry| !matches!(entry.key.text.as_str(), "Name" | "Parameters")) {
        report.at(entry.value, || format!("a transform has no `{}`", entry.key.text));
    }
}

fn attributes(context: &Context<'_>, report: &mut Report<'_>) {
    if context.template.has_transform(SERVERLESS) {
        return;
    }
    let resources = context.template.root.get("Resources").into_iter().flat_map(Node::entries);
    for node in resources.map(|entry| entry.value) {
        for (name, value) in ["Connectors", "IgnoreGlobals"].into_iter().filter_map(|it| Some((it, node.get(it)?))) {
            report.at(value, || format!("`{name}` needs `Transform: {SERVERLESS}`"));
        }
    }
}
