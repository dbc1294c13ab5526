//! E8001 and E3015: conditions and who has them.
use crate::context::Context;
use crate::document::{Node, ScalarKind};
use crate::report::Report;
use crate::rule::{Check, Rule};
use crate::template::{Function, LANGUAGE_EXTENSIONS, call};

/// The rule on the section.
pub static SECTION: Rule = Rule {
    id: "E8001",
    name: "conditions-section",
    reason: "CloudFormation refuses a condition whose name has more than letters, digits, `&` and `_` in it, or that is not made \
             with `Fn::Equals`, `Fn::And`, `Fn::Or`, `Fn::Not` or `Condition`.",
    fix: "Write `NAME: !Equals [ONE, OTHER]`.",
    good: "Conditions:\n  IsProd: !Equals [!Ref AWS::StackName, prod]\nResources:\n  Topic:\n    Type: AWS::SNS::Topic\n    \
           Condition: IsProd\n",
    bad: "Conditions:\n  IsProd: prod\nResources:\n  Topic:\n    Type: AWS::SNS::Topic\n    Condition: IsProd\n",
    check: Check::Template(section),
};

/// The rule on resources.
pub static OF_RESOURCE: Rule = Rule {
    id: "E3015",
    name: "resource-condition",
    reason: "CloudFormation refuses a resource whose condition is not defined.",
    fix: "Correct the name, or define the condition under `Conditions`.",
    good: "Conditions:\n  IsProd: !Equals [!Ref AWS::StackName, prod]\nResources:\n  Topic:\n    Type: AWS::SNS::Topic\n    \
           Condition: IsProd\n",
    bad: "Resources:\n  Topic:\n    Type: AWS::SNS::Topic\n    Condition: IsProd\n",
    check: Check::Template(|context, report| names(context, "Resources", report)),
};

/// The rule on outputs.
pub static OF_OUTPUT: Rule = Rule {
    id: "E6005",
    name: "output-condition",
    reason: "CloudFormation refuses an output whose condition is not defined.",
    fix: "Correct the name, or define the condition under `Conditions`.",
    good: "Conditions:\n  IsProd: !Equals [!Ref AWS::StackName, prod]\nResources:\n  Topic:\n    Type: AWS::SNS::Topic\nOutputs:\n  \
           Name:\n    Condition: IsProd\n    Value: !Ref Topic\n",
    bad: "Resources:\n  Topic:\n    Type: AWS::SNS::Topic\nOutputs:\n  Name:\n    Condition: IsProd\n    Value: !Ref Topic\n",
    check: Check::Template(|context, report| names(context, "Outputs", report)),
};

fn section(context: &Context<'_>, report: &mut Report<'_>) {
    let Some(section) = context.template.root.get("Conditions") else { return };
    if !section.is_map() {
        return report.at(section, || "`Conditions` is a map from names to conditions; this is none".to_owned());
    }
    let loops = context.template.has_transform(LANGUAGE_EXTENSIONS);
    for entry in section.entries() {
        let name = entry.key.text.as_str();
        if name == "Fn::Transform" || (loops && name.starts_with("Fn::ForEach::")) {
            continue;
        }
        let sound = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'&' | b'_');
        if name.is_empty() || name.len() > 255 || !name.bytes().all(sound) {
            report.at(entry.value, || {
                format!("the name of the condition `{name}` has more than letters, digits, `&` and `_` in it")
            });
        } else if !is_condition(entry.value) {
            report.at(entry.value, || {
                format!("`{name}` is no condition, which is made with `Fn::Equals`, `Fn::And` and the like")
            });
        }
    }
}

fn is_condition(node: Node<'_>) -> bool {
    use Function::{And, Condition, Equals, Not, Or};
    let flag = |node: Node<'_>| {
        node.scalar()
            .is_some_and(|it| matches!(it.kind, ScalarKind::Boolean(_)) || matches!(it.text.as_str(), "true" | "false"))
    };
    let made = node.get("Fn::Transform").is_some();
    made || flag(node) || call(node).is_some_and(|call| matches!(call.function, And | Condition | Equals | Not | Or))
}

fn names(context: &Context<'_>, section: &str, report: &mut Report<'_>) {
    let conditions = &context.template.conditions;
    if conditions.named.iter().any(|it| it.name.starts_with("Fn::")) {
        return;
    }
    let entries = context.template.root.get(section).into_iter().flat_map(Node::entries);
    for node in entries.filter_map(|entry| entry.value.get("Condition")) {
        let Some(name) = node.text().filter(|name| !conditions.defines(name)) else { continue };
        report.at(node, || match stackgen_schema::nearest(name, conditions.named.iter().map(|it| it.name)) {
            Some(near) => format!("there is no condition `{name}`; did you mean `{near}`?"),
            None => format!("there is no condition `{name}`"),
        });
    }
}
