//! The stack policy that protects what holds data.
//!
//! A policy once set cannot be removed and denies what it does not allow, so it allows everything first (*Prevent updates to
//! stack resources* in the CloudFormation User Guide). It holds for updates only, never for the deletion of the stack.
use serde_json::{Value as Json, json};
use stackgen_assembly::ResourceEntry;

/// The policy under which some resources may be changed in place, and neither replaced nor deleted.
pub(super) fn protecting(resources: &[ResourceEntry], unlocked: &[String]) -> String {
    let locked: Vec<String> = resources
        .iter()
        .filter(|resource| resource.stateful && !unlocked.contains(&resource.id))
        .map(|resource| format!("LogicalResourceId/{}", resource.id))
        .collect();
    let mut statements = vec![json!({"Effect": "Allow", "Action": "Update:*", "Principal": "*", "Resource": "*"})];
    if !locked.is_empty() {
        let actions = ["Update:Replace", "Update:Delete"];
        statements.push(json!({"Effect": "Deny", "Action": actions, "Principal": "*", "Resource": locked}));
    }
    json!({"Statement": statements}).to_string()
}

/// Whether two policies say the same.
pub(super) fn is_same(one: &str, other: &str) -> bool {
    let read = |text: &str| serde_json::from_str::<Json>(text).ok();
    read(one).is_some_and(|one| Some(one) == read(other))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_holds_data_is_locked() {
        let resource = |id: &str, stateful| ResourceEntry {
            id: id.to_owned(),
            type_name: String::new(),
            source: String::new(),
            stateful,
        };
        let resources = [resource("Disk", true), resource("Logs", true), resource("Host", false)];
        let policy = protecting(&resources, &["Logs".to_owned()]);
        assert!(policy.contains("LogicalResourceId/Disk"), "{policy}");
        assert!(!policy.contains("Logs") && !policy.contains("Host"), "{policy}");
        assert!(policy.starts_with(r#"{"Statement":[{"Effect":"Allow""#), "{policy}");
        assert!(is_same(&policy, &policy.replace(',', ", ")));
    }
}
