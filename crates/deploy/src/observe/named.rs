//! What templates and parameters name that is not in any of the stacks.
use std::collections::BTreeSet;

use serde_json::Value as Json;

use super::document::Observed;
use crate::host;
use crate::lease;
use crate::plan::Side;

/// The names of SSM parameters whose values decide what a template says: of parameters of the SSM types, and of references in
/// the text. Secret ones are never among them.
pub(super) fn stored(seen: &Observed, pending: &[String]) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let given = |name: &str| seen.stacks.iter().filter_map(|stack| stack.parameters.get(name)).cloned().collect();
    for text in texts(seen, pending) {
        let template: Json = serde_json::from_str(text).unwrap_or_default();
        for (name, parameter) in template["Parameters"].as_object().into_iter().flatten() {
            if parameter["Type"].as_str().is_some_and(|kind| kind.starts_with("AWS::SSM::Parameter::Value<")) {
                let values: Vec<String> = given(name);
                names.extend(values);
                names.extend(parameter["Default"].as_str().map(str::to_owned));
            }
        }
        // Source: *Get a plaintext value from Systems Manager Parameter Store*: `{{resolve:ssm:name:version}}`.
        for reference in text.split("{{resolve:ssm:").skip(1) {
            let name = reference.split("}}").next().unwrap_or_default();
            if !name.is_empty() && !name.contains(['"', '$', ' ']) {
                names.insert(name.to_owned());
            }
        }
    }
    for stack in &seen.stacks {
        let resolved = stack.resolved.keys().filter_map(|name| stack.parameters.get(name)).cloned();
        names.extend(resolved);
    }
    names
}

/// The names of the parameters that deploys keep beside hosts: what is told them of their volumes, and who is at work on them.
pub(super) fn beside_hosts(seen: &Observed) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for stack in &seen.stacks {
        let template: Json = serde_json::from_str(&stack.template).unwrap_or_default();
        for host in host::hosts(&Side { template: &template, parameters: &stack.parameters }, &stack.name) {
            names.extend(host.has_volumes().then(|| lease::parameter_of(&stack.name)));
            names.extend(host.record.map(|record| record.parameter));
        }
    }
    names
}

/// The ids of images, networks and their parts.
pub(super) fn ids(seen: &Observed, pending: &[String]) -> BTreeSet<String> {
    let values = seen.stacks.iter().flat_map(|stack| stack.parameters.values().chain(stack.resolved.values()));
    let all = texts(seen, pending).chain(values).chain(seen.stored.values());
    let words = all.flat_map(|text| text.split(|it: char| !it.is_ascii_alphanumeric() && it != '-'));
    words.filter(|word| is_id(word)).map(str::to_owned).collect()
}

/// Source: *Resource IDs* in the EC2 User Guide: eight or seventeen digits.
fn is_id(word: &str) -> bool {
    let digits = ["ami-", "vpc-", "subnet-", "sg-", "vol-"].iter().find_map(|prefix| word.strip_prefix(prefix));
    digits.is_some_and(|digits| {
        matches!(digits.len(), 8 | 17) && digits.bytes().all(|it| matches!(it, b'0'..=b'9' | b'a'..=b'f'))
    })
}

fn texts<'a>(seen: &'a Observed, pending: &'a [String]) -> impl Iterator<Item = &'a String> {
    seen.stacks.iter().map(|stack| &stack.template).chain(pending)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observe::Deployed;

    #[test]
    fn what_templates_name_is_found() {
        let template = r#"{"Parameters": {"Image": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/image"},
            "Plain": {"Type": "String", "Default": "ami-0123456789abcdef0"}},
            "Resources": {"A": {"Value": "{{resolve:ssm:/a/b:3}} {{resolve:ssm-secure:/secret}} {{resolve:ssm:${X}}}"}}}"#;
        let stack = Deployed {
            template: template.to_owned(),
            parameters: [("Image".to_owned(), "/other".to_owned()), ("Net".to_owned(), "subnet-12345678".to_owned())]
                .into(),
            ..Deployed::default()
        };
        let seen = Observed { stacks: vec![stack], ..Observed::default() };
        assert_eq!(stored(&seen, &[]).into_iter().collect::<Vec<_>>(), ["/a/b:3", "/image", "/other"]);
        assert_eq!(
            ids(&seen, &["vpc-1234567 sg-0123456789abcdef0".to_owned()]).into_iter().collect::<Vec<_>>(),
            ["ami-0123456789abcdef0", "sg-0123456789abcdef0", "subnet-12345678"]
        );
    }
}
