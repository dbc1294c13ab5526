//! E3724: `Globals` of SAM.
use crate::context::Context;
use crate::document::Node;
use crate::report::Report;
use crate::rule::{Check, Rule};
use crate::template::SERVERLESS;

/// Source: *Globals section of the AWS SAM template* in the SAM Developer Guide.
pub static RULE: Rule = Rule {
    id: "E3724",
    name: "globals",
    reason: "Only the transform of SAM reads `Globals`; without it CloudFormation refuses the section. `IgnoreGlobals` names what \
             is in it.",
    fix: "Write `Transform: AWS::Serverless-2016-10-31`, and in `IgnoreGlobals` properties that `Globals` has.",
    good: "Transform: AWS::Serverless-2016-10-31\nGlobals:\n  Function:\n    Timeout: 5\nResources:\n  Topic:\n    Type: \
           AWS::SNS::Topic\n",
    bad: "Globals:\n  Function:\n    Timeout: 5\nResources:\n  Topic:\n    Type: AWS::SNS::Topic\n",
    check: Check::Template(check),
};

/// The name in `Globals` for a type of resource.
fn section(type_name: &str) -> Option<&str> {
    const NAMES: [&str; 7] =
        ["Api", "CapacityProvider", "Function", "HttpApi", "LayerVersion", "SimpleTable", "StateMachine"];
    type_name.strip_prefix("AWS::Serverless::").filter(|name| NAMES.contains(name))
}

fn check(context: &Context<'_>, report: &mut Report<'_>) {
    let Some(globals) = context.template.root.get("Globals").filter(|node| node.is_map()) else { return };
    if !context.template.has_transform(SERVERLESS) {
        return report.at(globals, || "`Globals` means nothing without the transform of SAM".to_owned());
    }
    for resource in &context.template.resources {
        let known = section(resource.type_name).and_then(|name| globals.get(name)).filter(|node| node.is_map());
        let ignored = resource.node.get("IgnoreGlobals").into_iter().flat_map(Node::items);
        for item in ignored {
            if let (Some(known), Some(name)) = (known, item.text())
                && known.get(name).is_none()
            {
                report.at(item, || format!("`Globals` has no `{name}` to ignore"));
            }
        }
    }
}
