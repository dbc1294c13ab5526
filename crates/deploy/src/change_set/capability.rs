//! What CloudFormation wants to be told that we know.
//!
//! Source: *Capabilities* of `CreateChangeSet` in the CloudFormation API reference.
use serde_json::Value as Json;

/// The types for which it wants to be told.
const IAM: [&str; 8] = [
    "AWS::IAM::AccessKey",
    "AWS::IAM::Group",
    "AWS::IAM::InstanceProfile",
    "AWS::IAM::ManagedPolicy",
    "AWS::IAM::Policy",
    "AWS::IAM::Role",
    "AWS::IAM::User",
    "AWS::IAM::UserToGroupAddition",
];
/// Names that somebody chose.
const NAMES: [&str; 5] = ["GroupName", "InstanceProfileName", "ManagedPolicyName", "RoleName", "UserName"];

/// The capabilities that a template needs.
pub(crate) fn needed(template: &Json) -> Vec<String> {
    let mut needed = Vec::new();
    let iam = || resources(template).filter(|resource| IAM.contains(&type_of(resource)));
    if iam().next().is_some() {
        needed.push("CAPABILITY_IAM");
    }
    if iam().any(has_own_name) {
        needed.push("CAPABILITY_NAMED_IAM");
    }
    if template.get("Transform").is_some() || has_transform(template) {
        needed.push("CAPABILITY_AUTO_EXPAND");
    }
    needed.into_iter().map(str::to_owned).collect()
}

fn resources(template: &Json) -> impl Iterator<Item = &Json> {
    template.get("Resources").and_then(Json::as_object).into_iter().flat_map(serde_json::Map::values)
}

fn type_of(resource: &Json) -> &str {
    resource.get("Type").and_then(Json::as_str).unwrap_or_default()
}

/// Memberships and keys carry the name of a user that is made elsewhere.
fn has_own_name(resource: &Json) -> bool {
    let makes_it =
        !matches!(type_of(resource), "AWS::IAM::AccessKey" | "AWS::IAM::UserToGroupAddition" | "AWS::IAM::Policy");
    makes_it && NAMES.iter().any(|name| resource.pointer(&format!("/Properties/{name}")).is_some())
}

fn has_transform(value: &Json) -> bool {
    match value {
        Json::Object(fields) => fields.iter().any(|(name, value)| name == "Fn::Transform" || has_transform(value)),
        Json::Array(items) => items.iter().any(has_transform),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::needed;
    use serde_json::json;

    #[test]
    fn a_name_that_somebody_chose_needs_more() {
        let role = |properties| json!({"Resources": {"R": {"Type": "AWS::IAM::Role", "Properties": properties}}});
        assert_eq!(needed(&role(json!({}))), ["CAPABILITY_IAM"]);
        assert_eq!(needed(&role(json!({"RoleName": "r"}))), ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM"]);
        assert!(needed(&json!({"Resources": {"T": {"Type": "AWS::SNS::Topic"}}})).is_empty());
        let deep =
            json!({"Resources": {"T": {"Type": "AWS::SNS::Topic", "Properties": {"Fn::Transform": {"Name": "M"}}}}});
        assert_eq!(needed(&deep), ["CAPABILITY_AUTO_EXPAND"]);
        let member =
            json!({"Resources": {"M": {"Type": "AWS::IAM::UserToGroupAddition", "Properties": {"GroupName": "g"}}}});
        assert_eq!(needed(&member), ["CAPABILITY_IAM"]);
    }
}
