//! W7001, W8001, W8003 and W6001: what does nothing.
use std::collections::HashSet;

use crate::context::Context;
use crate::document::ScalarKind;
use crate::report::Report;
use crate::rule::{Check, Rule};
use crate::template::{Function, ReferenceKind, Section, call};

/// The rule on mappings.
pub static MAPPING: Rule = Rule {
    id: "W7001",
    name: "mapping-unused",
    reason: "A mapping that nothing reads only makes the template longer.",
    fix: "Read the mapping with `Fn::FindInMap`, or take it away.",
    good: "Mappings:\n  Size:\n    prod:\n      Delay: 5\nResources:\n  Queue:\n    Type: AWS::SQS::Queue\n    Properties:\n      \
           DelaySeconds: !FindInMap [Size, prod, Delay]\n",
    bad: "Mappings:\n  Size:\n    prod:\n      Delay: 5\nResources:\n  Queue:\n    Type: AWS::SQS::Queue\n",
    check: Check::Template(mappings),
};

/// The rule on conditions.
pub static CONDITION: Rule = Rule {
    id: "W8001",
    name: "condition-unused",
    reason: "A condition that nothing asks for decides nothing.",
    fix: "Use the condition, or take it away.",
    good: "Conditions:\n  IsProd: !Equals [!Ref AWS::StackName, prod]\nResources:\n  Topic:\n    Type: AWS::SNS::Topic\n    \
           Condition: IsProd\n",
    bad: "Conditions:\n  IsProd: !Equals [!Ref AWS::StackName, prod]\nResources:\n  Topic:\n    Type: AWS::SNS::Topic\n",
    check: Check::Template(conditions),
};

/// The rule on comparisons.
pub static COMPARISON: Rule = Rule {
    id: "W8003",
    name: "equals-decided",
    reason: "A comparison of two values that are written out has always the same answer.",
    fix: "Compare with a parameter or a pseudo parameter.",
    good: "Conditions:\n  IsProd: !Equals [!Ref AWS::StackName, prod]\nResources:\n  Topic:\n    Type: AWS::SNS::Topic\n    \
           Condition: IsProd\n",
    bad: "Conditions:\n  IsProd: !Equals [prod, prod]\nResources:\n  Topic:\n    Type: AWS::SNS::Topic\n    Condition: IsProd\n",
    check: Check::Template(comparisons),
};

/// The rule on outputs.
pub static IMPORT: Rule = Rule {
    id: "W6001",
    name: "output-import",
    reason: "An output that shows an import makes one stack depend on another through a third.",
    fix: "Import the value where it is needed.",
    good: "Resources:\n  Topic:\n    Type: AWS::SNS::Topic\nOutputs:\n  Name:\n    Value: !Ref Topic\n",
    bad: "Resources:\n  Topic:\n    Type: AWS::SNS::Topic\nOutputs:\n  Name:\n    Value: !ImportValue name\n",
    check: Check::Template(imports),
};

fn mappings(context: &Context<'_>, report: &mut Report<'_>) {
    let mut used = HashSet::new();
    for call in context.template.calls_of(Function::FindInMap) {
        let Some(name) = call.argument_at(0) else { continue };
        let Some(name) = name.any_text() else { return };
        used.insert(name);
    }
    for mapping in &context.template.mappings {
        if mapping.name == "Fn::Transform" {
            return;
        }
        if !used.contains(mapping.name) {
            report.at(mapping.node, || format!("nothing reads the mapping `{}`", mapping.name));
        }
    }
}

fn conditions(context: &Context<'_>, report: &mut Report<'_>) {
    let template = context.template;
    let references = template.references.iter().filter(|it| it.kind == ReferenceKind::Condition);
    let used: HashSet<&str> = references.map(|it| it.name).collect();
    for condition in &template.conditions.named {
        if !condition.name.starts_with("Fn::") && !used.contains(condition.name) {
            report.at(condition.node, || format!("nothing asks for the condition `{}`", condition.name));
        }
    }
}

fn comparisons(context: &Context<'_>, report: &mut Report<'_>) {
    for call in context.template.calls_of(Function::Equals) {
        if !matches!(call.section(), Section::Conditions | Section::Rules) {
            continue;
        }
        let mut items = call.argument.items();
        let (Some(one), Some(other), None) = (items.next(), items.next(), items.next()) else { continue };
        let (Some(first), Some(second)) = (one.scalar(), other.scalar()) else { continue };
        if first.kind != ScalarKind::Null && second.kind != ScalarKind::Null {
            report.at(call.node, || "both sides are written out, so this has always the same answer".to_owned());
        }
    }
}

fn imports(context: &Context<'_>, report: &mut Report<'_>) {
    for value in context.template.outputs.iter().filter_map(|output| output.value) {
        if let Some(call) = call(value).filter(|call| call.function == Function::ImportValue) {
            report.at(call.argument, || "this shows what another stack shows already".to_owned());
        }
    }
}
