//! Images of other accounts, which templates name and a world on this machine does not have.
use std::collections::BTreeSet;

use serde_json::{Value as Json, json};
use stackgen_assembly::Assembly;

use super::Place;
use crate::Context;
use crate::error::CliError;

/// Promises the server the images that an app's templates name, in a region.
pub(crate) fn promise(context: &Context, assembly: &Assembly, region: &str) -> Result<(), CliError> {
    let mut ids = BTreeSet::new();
    for stack in &assembly.manifest.stacks {
        // What is not JSON is told by whoever deploys it.
        let text = assembly.files.get(&stack.template).map_or("", String::as_str);
        named(&serde_json::from_str(text).unwrap_or_default(), &mut ids);
    }
    promise_ids(context, &ids, region)
}

/// Promises the server images by their ids, such as those that a lock pins.
pub(crate) fn promise_ids(context: &Context, ids: &BTreeSet<String>, region: &str) -> Result<(), CliError> {
    if !ids.is_empty() {
        Place::find(context)?.required()?.send("PUT", "images", &json!({"region": region, "ids": ids}))?;
    }
    Ok(())
}

/// The ids of images in defaults of parameters and wherever an `ImageId` is wanted.
fn named(template: &Json, ids: &mut BTreeSet<String>) {
    let parameters = template["Parameters"].as_object().into_iter().flatten();
    ids.extend(parameters.filter_map(|(_, parameter)| id(&parameter["Default"])));
    below(&template["Resources"], ids);
}

fn below(value: &Json, ids: &mut BTreeSet<String>) {
    match value {
        Json::Object(members) => {
            ids.extend(members.get("ImageId").and_then(id));
            members.values().for_each(|member| below(member, ids));
        }
        Json::Array(members) => members.iter().for_each(|member| below(member, ids)),
        _ => {}
    }
}

fn id(value: &Json) -> Option<String> {
    value.as_str().filter(|text| stackgen_local::ec2::image::is_id(text)).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_are_found_where_templates_name_them() {
        let template = json!({
            "Parameters": {"Image": {"Type": "String", "Default": "ami-0123456789abcdef0"},
                           "Other": {"Type": "String", "Default": "ami-of-the-day"}},
            "Resources": {
                "Host": {"Properties": {"ImageId": "ami-0aaaaaaaaaaaaaaaa", "UserData": "ami-0bbbbbbbbbbbbbbbb"}},
                "Template": {"Properties": {"LaunchTemplateData": {"ImageId": "ami-12345678"}}},
            },
        });
        let mut ids = BTreeSet::new();
        named(&template, &mut ids);
        let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
        assert_eq!(ids, ["ami-0123456789abcdef0", "ami-0aaaaaaaaaaaaaaaa", "ami-12345678"]);
    }
}
