//! Stacks of the same name that somebody else made: to update one with a template that has nothing in common with it deletes all
//! that is in it.
use serde_json::{Map, Value as Json};

use super::{Danger, DangerKind, StackPlan, Verb};

/// Resources and parameters by which tools are known: aws/aws-cdk, serverless/serverless and aws/aws-sam-cli write them.
const SIGNS: &[(&str, &str)] = &[
    ("\"AWS::CDK::Metadata\"", "the CDK"),
    ("\"aws:cdk:path\"", "the CDK"),
    ("\"/cdk-bootstrap/", "the CDK"),
    ("\"ServerlessDeploymentBucket\"", "the Serverless Framework"),
    ("\"AWS::Serverless-2016-10-31\"", "SAM"),
];

/// The danger, if it is one.
pub(super) fn danger(plan: &StackPlan, before: &Json, after: &Json) -> Option<Danger> {
    let (was, is) = (resources(before)?, resources(after)?);
    if plan.verb != Verb::Update || was.is_empty() || was.keys().any(|id| is.contains_key(id)) {
        return None;
    }
    let text = before.to_string();
    let tool = SIGNS.iter().find(|(sign, _)| text.contains(sign)).map_or("somebody else", |(_, tool)| tool);
    let what = match was.len() {
        1 => "its one resource is not in this template, and it goes".to_owned(),
        count => format!("none of its {count} resources is in this template, and all of them go"),
    };
    let reason = format!("a stack of this name is there, made by {tool}, it seems: {what}");
    Some(Danger { kind: DangerKind::Takeover, id: plan.stack.clone(), reason })
}

fn resources(template: &Json) -> Option<&Map<String, Json>> {
    template.get("Resources")?.as_object()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_what_has_nothing_in_common_is_of_others() {
        let plan = StackPlan { stack: "prod".to_owned(), verb: Verb::Update, ..StackPlan::default() };
        let template = |ids: &[&str]| {
            let resources = ids.iter().map(|id| ((*id).to_owned(), json!({"Type": "AWS::SNS::Topic"})));
            json!({"Resources": resources.collect::<Map<_, _>>()})
        };
        let danger = |before: &Json| danger(&plan, before, &template(&["A", "B"])).map(|danger| danger.reason);
        assert_eq!(danger(&template(&["B", "C"])), None);
        assert_eq!(danger(&Json::Null), None);
        let reason = danger(&template(&["C", "D"])).expect("nothing is in common");
        assert!(reason.contains("somebody else") && reason.contains("none of its 2 resources"), "{reason}");
        let mut of_cdk = template(&["C"]);
        of_cdk["Resources"]["C"]["Metadata"] = json!({"aws:cdk:path": "prod/C"});
        assert!(danger(&of_cdk).expect("nothing is in common").contains("made by the CDK"));
    }
}
