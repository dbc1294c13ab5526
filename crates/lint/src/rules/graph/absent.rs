//! W1001: references to what may not be there.
use super::may_be_absent;
use crate::context::Context;
use crate::document::{Node, Step};
use crate::report::Report;
use crate::rule::{Check, Rule};
use crate::template::{Function, Scenario, Section, call};

/// The rule.
pub static RULE: Rule = Rule {
    id: "W1001",
    name: "reference-maybe-absent",
    reason: "A reference to a resource fails when the condition of the resource does not hold.",
    fix: "Put the reference into `Fn::If` with the condition of the resource, or give both the same condition.",
    good: "Conditions:\n  IsProd: !Equals [!Ref AWS::StackName, prod]\nResources:\n  Topic:\n    Type: AWS::SNS::Topic\n    \
           Condition: IsProd\nOutputs:\n  Name:\n    Value: !If [IsProd, !Ref Topic, none]\n",
    bad: "Conditions:\n  IsProd: !Equals [!Ref AWS::StackName, prod]\nResources:\n  Topic:\n    Type: AWS::SNS::Topic\n    \
          Condition: IsProd\nOutputs:\n  Name:\n    Value: !Ref Topic\n",
    check: Check::Template(check),
};

fn check(context: &Context<'_>, report: &mut Report<'_>) {
    for reference in context.template.references.iter().filter(|reference| reference.is_value()) {
        if !matches!(reference.section, Section::Resources | Section::Outputs) {
            continue;
        }
        let Some(resource) = context.template.resource(reference.name) else { continue };
        if resource.condition.is_none() {
            continue;
        }
        // What contradicts itself is never made.
        let Some(given) = assumed(reference.node) else { continue };
        if let Some(when) = may_be_absent(context, resource, &given) {
            let node = reference.node.ancestors().skip(1).find(|node| call(*node).is_some()).unwrap_or(reference.node);
            report.at(node, || format!("the resource `{}` is not there{}", resource.name, when.words()));
        }
    }
}

/// What must hold for a value to matter: the conditions of every `Fn::If` around it and of what it stands in.
fn assumed(node: Node<'_>) -> Option<Scenario<'_>> {
    let mut scenario = Scenario::default();
    let mut below = node;
    for node in node.ancestors().skip(1) {
        if let (Some(parent), Some(Step::Item(index @ 1..=2))) = (node.parent(), below.step()) {
            let name = call(parent)
                .filter(|call| call.function == Function::If)
                .and_then(|call| call.argument.item(0)?.text());
            if let Some(name) = name {
                scenario = scenario.with(name, index == 1)?;
            }
        }
        below = node;
    }
    let owner = node.ancestors().find(|node| node.ancestors().count() == 3)?;
    match owner.get("Condition").and_then(Node::text) {
        Some(name) => scenario.with(name, true),
        None => Some(scenario),
    }
}
