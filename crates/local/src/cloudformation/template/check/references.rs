//! What resources and outputs refer to. References count in branches that are not taken, too.
use serde_json::Value as Json;
use stackgen_schema::{Facts, Kind};

use crate::cloudformation::template::depends::unresolved;
use crate::cloudformation::template::{Mention, Problem, Template};
use crate::wire::ApiError;

/// Refuses references to what the template does not have. Names that loops make are not known yet.
pub(super) fn check(template: &Template) -> Result<(), ApiError> {
    if template.transforms().contains(&"AWS::LanguageExtensions") {
        return Ok(());
    }
    for section in ["Resources", "Outputs"] {
        let mut missing = Vec::new();
        for item in template.section(section).values() {
            for name in names(template, item)? {
                if !is_there(template, &name) && !missing.contains(&name) {
                    missing.push(name);
                }
            }
        }
        if !missing.is_empty() {
            return Err(unresolved(missing.iter().map(String::as_str), section).into());
        }
    }
    Ok(())
}

/// What an item refers to as a whole: `Ref` and `DependsOn`.
fn names(template: &Template, item: &Json) -> Result<Vec<String>, Problem> {
    let mut names = Vec::new();
    for mention in template.mentions(item) {
        match mention {
            Mention::Reference(name) => names.push(name),
            Mention::Attribute(id, name) => attribute(template, &id, &name)?,
        }
    }
    match item.get("DependsOn") {
        Some(Json::Array(ids)) => names.extend(ids.iter().filter_map(Json::as_str).map(str::to_owned)),
        Some(Json::String(id)) => names.push(id.clone()),
        _ => {}
    }
    Ok(names)
}

fn is_there(template: &Template, name: &str) -> bool {
    let declared = |section| template.section(section).contains_key(name);
    name.starts_with("AWS::") || declared("Parameters") || declared("Resources")
}

/// Nested stacks, provisioned products and custom resources return what their authors like; of an attribute that is an object
/// any part can be asked for.
fn attribute(template: &Template, id: &str, name: &str) -> Result<(), Problem> {
    let type_name = template.section("Resources").get(id).and_then(|resource| resource.get("Type")?.as_str());
    let Some(facts) = type_name.and_then(|type_name| Facts::embedded().resource(type_name)) else { return Ok(()) };
    let known = facts.attributes.iter().any(|attribute| {
        let below = name.strip_prefix(attribute.name.as_str()).is_some_and(|rest| rest.starts_with('.'));
        attribute.name == name || below && matches!(attribute.kind, Kind::Json | Kind::Map(_) | Kind::Object(_))
    });
    if known || name.starts_with("Outputs.") || facts.name == "AWS::CloudFormation::CustomResource" {
        return Ok(());
    }
    Err(Problem(format!("Template error: resource {id} does not support attribute type {name} in Fn::GetAtt")))
}
