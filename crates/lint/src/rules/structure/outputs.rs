//! E6001 and E3007: outputs, and names that two have.
use crate::context::Context;
use crate::document::Node;
use crate::report::Report;
use crate::rule::{Check, Rule};
use crate::template::LANGUAGE_EXTENSIONS;

/// The rule on outputs.
pub static SECTION: Rule = Rule {
    id: "E6001",
    name: "outputs-section",
    reason: "CloudFormation refuses an output without a value, with entries that outputs do not have, or with more than letters \
             and digits in its name.",
    fix: "Write `NAME: {Value: …}`, with `Description`, `Condition` and `Export: {Name: …}` if wanted.",
    good: "Resources:\n  Topic:\n    Type: AWS::SNS::Topic\nOutputs:\n  Name:\n    Value: !Ref Topic\n",
    bad: "Resources:\n  Topic:\n    Type: AWS::SNS::Topic\nOutputs:\n  Name:\n    Values: !Ref Topic\n",
    check: Check::Template(section),
};

/// The rule on names.
pub static SHARED_NAME: Rule = Rule {
    id: "E3007",
    name: "name-twice",
    reason: "A resource and a parameter of the same name make every `Ref` of it ambiguous, and CloudFormation refuses them.",
    fix: "Rename one of them.",
    good: "Parameters:\n  Name:\n    Type: String\nResources:\n  Topic:\n    Type: AWS::SNS::Topic\n    Properties:\n      \
           TopicName: !Ref Name\n",
    bad: "Parameters:\n  Topic:\n    Type: String\nResources:\n  Topic:\n    Type: AWS::SNS::Topic\n",
    check: Check::Template(shared_name),
};

fn section(context: &Context<'_>, report: &mut Report<'_>) {
    let Some(section) = super::section(context, "Outputs") else { return };
    if !section.is_map() {
        return report.at(section, || "`Outputs` is a map from names to outputs; this is none".to_owned());
    }
    let loops = context.template.has_transform(LANGUAGE_EXTENSIONS);
    for entry in section.entries() {
        let name = entry.key.text.as_str();
        if name == "Fn::Transform" || (loops && name.starts_with("Fn::ForEach::")) {
            continue;
        }
        if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            report
                .at(entry.value, || format!("the name of the output `{name}` has more than letters and digits in it"));
        } else if entry.value.is_map() {
            output(entry.value, report);
        } else {
            report.at(entry.value, || format!("the output `{name}` is no map with a `Value`"));
        }
    }
}

fn output(node: Node<'_>, report: &mut Report<'_>) {
    const NAMES: [&str; 4] = ["Condition", "Description", "Export", "Value"];
    if node.get("Fn::Transform").is_some() {
        return;
    }
    if node.get("Value").is_none() {
        report.at(node, || "an output says what it shows; `Value` is missing".to_owned());
    }
    for entry in node.entries().filter(|entry| !NAMES.contains(&entry.key.text.as_str())) {
        let name = &entry.key.text;
        report.at(entry.value, || match stackgen_schema::nearest(name, NAMES) {
            Some(near) => format!("outputs have no `{name}`; did you mean `{near}`?"),
            None => format!("outputs have no `{name}`"),
        });
    }
}

fn shared_name(context: &Context<'_>, report: &mut Report<'_>) {
    let parameters = context.template.root.get("Parameters");
    for resource in &context.template.resources {
        if parameters.is_some_and(|parameters| parameters.get(resource.name).is_some()) {
            report.at(resource.node, || format!("there is a parameter `{}` as well", resource.name));
        }
    }
}
