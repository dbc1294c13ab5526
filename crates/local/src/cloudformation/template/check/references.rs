//! What resources and outputs refer to. References count in branches that are not taken, too.
use serde_json::Value as Json;
use stackgen_schema::{Facts, Kind};

use crate::cloudformation::template::depends::unresolved;
use crate::cloudformation::template::{Mention, Problem, Template, no_attribute};
use crate::wire::ApiError;

/// Refuses references to what the template does not have. Names that loops make are not known yet.
pub(super) fn check(template: &Template) -> Result<(), ApiError> {
    if template.transforms().contains(&"AWS::LanguageExtensions") {
        return Ok(());
    }
    for section in ["Resources", "Outputs"] {
        let mut missing = Vec::new();
        for item in template.section(section).values() {
            if section == "Resources" {
                attributes(template, item)?;
            }
            for name in names(template, item) {
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
fn names(template: &Template, item: &Json) -> Vec<String> {
    let whole = |mention| match mention {
        Mention::Reference(name) => Some(name),
        Mention::Attribute(..) => None,
    };
    let mut names: Vec<String> = template.mentions(item).into_iter().filter_map(whole).collect();
    match item.get("DependsOn") {
        Some(Json::Array(ids)) => names.extend(ids.iter().filter_map(Json::as_str).map(str::to_owned)),
        Some(Json::String(id)) => names.push(id.clone()),
        _ => {}
    }
    names
}

fn is_there(template: &Template, name: &str) -> bool {
    let declared = |section| template.section(section).contains_key(name);
    name.starts_with("AWS::") || declared("Parameters") || declared("Resources")
}

fn attributes(template: &Template, item: &Json) -> Result<(), Problem> {
    for (id, name) in attributes_of(template, item) {
        if lacking(template, &id, &name).is_some() {
            return Err(no_attribute(&id, &name));
        }
    }
    Ok(())
}

fn attributes_of(template: &Template, item: &Json) -> impl Iterator<Item = (String, String)> {
    template.mentions(item).into_iter().filter_map(|mention| match mention {
        Mention::Attribute(id, name) => Some((id, name)),
        Mention::Reference(_) => None,
    })
}

/// Refuses outputs that ask for attributes that there are not: not with the template, but when it is carried out, and before
/// anything is made. Recorded on AWS by localstack/localstack (`test_invalid_getatt_fails`).
///
/// # Errors
///
/// If there is such an output.
pub fn check_outputs(template: &Template) -> Result<(), Problem> {
    for (output, item) in template.section("Outputs") {
        for (id, name) in attributes_of(template, item) {
            if let Some(type_name) = lacking(template, &id, &name) {
                return Err(Problem(format!(
                    "[Error] /Outputs/{output}/Value/Fn::GetAtt: Resource type {type_name} does not support attribute {{{name}}}."
                )));
            }
        }
    }
    Ok(())
}

/// The type of a resource, if it does not have an attribute. Nested stacks, provisioned products and custom resources return
/// what their authors like; of an attribute that is an object any part can be asked for.
fn lacking<'t>(template: &'t Template, id: &str, name: &str) -> Option<&'t str> {
    let type_name = template.section("Resources").get(id)?.get("Type")?.as_str()?;
    let facts = Facts::embedded().resource(type_name)?;
    let known = facts.attributes.iter().any(|attribute| {
        let below = name.strip_prefix(attribute.name.as_str()).is_some_and(|rest| rest.starts_with('.'));
        attribute.name == name || below && matches!(attribute.kind, Kind::Json | Kind::Map(_) | Kind::Object(_))
    });
    let is_free = name.starts_with("Outputs.") || type_name == "AWS::CloudFormation::CustomResource";
    (!known && !is_free).then_some(type_name)
}
