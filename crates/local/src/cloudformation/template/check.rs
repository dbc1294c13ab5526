//! What `ValidateTemplate` looks at: the form of the template, without any values.
use std::collections::BTreeSet;

use serde_json::Value as Json;
use stackgen_schema::{Facts, ResourceType};

use super::include::INCLUDE;
use super::parse::format_error;
use super::{Problem, Template};
use crate::wire::ApiError;

mod early;
mod references;

pub use early::early_validation;
pub use references::check_outputs;

const SECTIONS: [&str; 11] = [
    "AWSTemplateFormatVersion",
    "Description",
    "Metadata",
    "Parameters",
    "Mappings",
    "Conditions",
    "Rules",
    "Transform",
    "Resources",
    "Outputs",
    "Hooks",
];

/// Sections with entries by name. The sentence about what is none was recorded of `Resources` only.
const MAPS: [&str; 5] = ["Resources", "Parameters", "Mappings", "Conditions", "Outputs"];

const RESOURCE_MEMBERS: [&str; 11] = [
    "Type",
    "Properties",
    "DependsOn",
    "Condition",
    "Metadata",
    "DeletionPolicy",
    "UpdateReplacePolicy",
    "CreationPolicy",
    "UpdatePolicy",
    "Description",
    "Fn::Transform",
];

/// How many entries a section may have. Source: *Understand CloudFormation quotas*.
const MOST: [(&str, usize); 4] = [("Parameters", 200), ("Mappings", 200), ("Resources", 500), ("Outputs", 200)];

/// Refuses a template whose form is wrong, as `ValidateTemplate` and `CreateChangeSet` do at once.
///
/// # Errors
///
/// What is wrong first.
pub fn check(template: &Template) -> Result<(), ApiError> {
    sections(template)?;
    parameters(template)?;
    mappings(template)?;
    resources(template)?;
    for (name, output) in template.section("Outputs") {
        if is_transformed(name) {
            continue;
        }
        alphanumeric("Output", name)?;
        if output.get("Value").is_none() {
            return Err(format_error("Every Outputs member must contain a Value object"));
        }
    }
    unknown_types(template)?;
    references::check(template)
}

fn sections(template: &Template) -> Result<(), ApiError> {
    let entries = template.document.as_object().into_iter().flatten();
    let strange: Vec<&str> = entries
        .map(|(name, _)| name.as_str())
        .filter(|name| !SECTIONS.contains(name) && !is_transformed(name))
        .collect();
    if !strange.is_empty() {
        return Err(ApiError::validation(format!("Invalid template property or properties [{}]", strange.join(", "))));
    }
    if let Some(section) = MAPS.into_iter().find(|name| template.document.get(name).is_some_and(|it| !it.is_object())) {
        return Err(format_error(format!("Any {section} member must be an object.")));
    }
    match template.document.get("AWSTemplateFormatVersion") {
        None => {}
        Some(Json::String(version)) if version == "2010-09-09" => {}
        Some(version) => {
            let version = super::text(version).unwrap_or_default();
            return Err(format_error(format!("{version} is not a supported value for AWSTemplateFormatVersion.")));
        }
    }
    if template.document.get("Description").and_then(Json::as_str).is_some_and(|text| text.len() > 1024) {
        return Err(format_error("'Description' length is greater than 1024."));
    }
    for (section, most) in MOST {
        let number = template.section(section).len();
        if number > most {
            let section = section.to_lowercase();
            return Err(format_error(format!(
                "Number of {section}, {number}, is greater than maximum allowed, {most}"
            )));
        }
    }
    transforms(template)
}

/// Macros run in Lambda functions and services of AWS that are not here.
///
/// # Errors
///
/// If the template asks for such a one.
pub fn transforms(template: &Template) -> Result<(), ApiError> {
    const HERE: [&str; 2] = ["AWS::LanguageExtensions", INCLUDE];
    match template.transforms().into_iter().find(|name| !HERE.contains(name)) {
        None => Ok(()),
        Some(name) => Err(ApiError::validation(format!(
            "No transform named {name} found: of transforms, stackgen's local engine has {} only.",
            HERE.join(" and ")
        ))),
    }
}

fn parameters(template: &Template) -> Result<(), ApiError> {
    for (name, parameter) in template.section("Parameters") {
        alphanumeric("Parameter", name)?;
        let Some(kind) = parameter.get("Type").and_then(Json::as_str) else {
            return Err(format_error("Every Parameters object must contain a Type member."));
        };
        if !is_parameter_type(kind) {
            return Err(format_error(format!("Unrecognized parameter type: {kind}")));
        }
        if parameter.get("Default").is_some_and(|default| super::text(default).is_none()) {
            return Err(format_error("Every Default member must be a string."));
        }
    }
    Ok(())
}

/// Maps have two levels, and no functions. The sentences were recorded on AWS by localstack/localstack.
fn mappings(template: &Template) -> Result<(), ApiError> {
    let maps = template.section("Mappings").values().filter_map(Json::as_object);
    for (key, attributes) in maps.flatten().filter(|(key, _)| !is_transformed(key)) {
        let Some(attributes) = attributes.as_object() else {
            return Err(format_error(format!("Every Mappings member {key} must be a map")));
        };
        let is_plain = |value: &Json| value.is_array() || super::text(value).is_some();
        if attributes.iter().any(|(name, value)| !is_transformed(name) && !is_plain(value)) {
            return Err(format_error("Every Mappings attribute must be a String or a List."));
        }
    }
    Ok(())
}

fn is_parameter_type(kind: &str) -> bool {
    let kind = kind.strip_prefix("AWS::SSM::Parameter::Value<").and_then(|it| it.strip_suffix('>')).unwrap_or(kind);
    let kind = kind.strip_prefix("List<").and_then(|it| it.strip_suffix('>')).unwrap_or(kind);
    matches!(kind, "String" | "Number" | "CommaDelimitedList") || kind.starts_with("AWS::")
}

fn resources(template: &Template) -> Result<(), ApiError> {
    if template.section("Resources").is_empty() {
        return Err(format_error("At least one Resources member must be defined."));
    }
    let extended = template.transforms().contains(&"AWS::LanguageExtensions");
    for (name, resource) in template.section("Resources").iter().filter(|(name, _)| !is_transformed(name)) {
        alphanumeric("Resource", name)?;
        let Some(members) = resource.as_object() else {
            return Err(format_error(format!("[/Resources/{name}] resource definition is malformed")));
        };
        if !members.get("Type").is_some_and(Json::is_string) {
            return Err(format_error(format!(
                "[/Resources/{name}] Every Resources object must contain a Type member."
            )));
        }
        if let Some(strange) = members.keys().find(|key| !RESOURCE_MEMBERS.contains(&key.as_str())) {
            return Err(ApiError::validation(format!("Invalid template resource property '{strange}'")));
        }
        policies(name, resource, extended)?;
    }
    Ok(())
}

/// What policies may be. Source: *DeletionPolicy* and *UpdateReplacePolicy* in the template reference.
const POLICIES: [(&str, &[&str]); 2] = [
    ("DeletionPolicy", &["Delete", "Retain", "Snapshot", "RetainExceptOnCreate"]),
    ("UpdateReplacePolicy", &["Delete", "Retain", "Snapshot"]),
];

/// Their values may be functions with `AWS::LanguageExtensions`. Source: *Intrinsic function references in `DeletionPolicy` and
/// `UpdateReplacePolicy` attributes*; the sentence about others stands in public reports.
fn policies(name: &str, resource: &Json, extended: bool) -> Result<(), ApiError> {
    for (member, words) in POLICIES {
        match resource.get(member) {
            Some(Json::String(word)) if !words.contains(&word.as_str()) => {
                return Err(format_error(format!("Unrecognized {member} {word} for resource {name}")));
            }
            Some(Json::Object(_) | Json::Array(_)) if !extended => {
                return Err(format_error(format!("Every {member} member must be a string.")));
            }
            _ => {}
        }
    }
    Ok(())
}

/// A policy that a function gave.
pub(super) fn policy(member: &str, word: String) -> Result<String, Problem> {
    let known = POLICIES.iter().any(|(name, words)| *name == member && words.contains(&word.as_str()));
    if known { Ok(word) } else { Err(Problem(format!("Template format error: Unrecognized {member} {word}"))) }
}

fn unknown_types(template: &Template) -> Result<(), ApiError> {
    recognize(template, |_| true)
}

/// Refuses types that a region does not have: CloudFormation says the same of them as of types that nobody has.
///
/// # Errors
///
/// If there are such types.
pub fn check_region(template: &Template, region: &str) -> Result<(), ApiError> {
    let Some(bit) = Facts::embedded().regions().iter().position(|known| known == region) else { return Ok(()) };
    recognize(template, |resource| resource.regions >> bit & 1 == 1)
}

fn recognize(template: &Template, has: impl Fn(&ResourceType) -> bool) -> Result<(), ApiError> {
    let types = template.section("Resources").values().filter_map(|resource| resource.get("Type")?.as_str());
    let known = |name: &str| match Facts::embedded().resource(name) {
        Some(resource) => has(&resource),
        None => name.starts_with("Custom::") || name == "AWS::CloudFormation::CustomResource",
    };
    let unknown: BTreeSet<&str> = types.filter(|name| !known(name)).collect();
    if unknown.is_empty() {
        return Ok(());
    }
    let names = unknown.into_iter().collect::<Vec<_>>().join(", ");
    Err(format_error(format!("Unrecognized resource types: [{names}]")))
}

/// What a transform puts something else in the place of.
fn is_transformed(name: &str) -> bool {
    name.starts_with("Fn::ForEach::") || name == "Fn::Transform"
}

fn alphanumeric(what: &str, name: &str) -> Result<(), ApiError> {
    if !name.is_empty() && name.len() <= 255 && name.chars().all(|letter| letter.is_ascii_alphanumeric()) {
        return Ok(());
    }
    Err(format_error(format!("{what} name {name} is non alphanumeric.")))
}

/// The capabilities that a template needs. Source: *Acknowledging IAM resources in CloudFormation templates*.
#[must_use]
pub fn capabilities(template: &Template) -> Vec<&'static str> {
    let named = |resource: &Json| {
        let name = match resource.get("Type").and_then(Json::as_str)? {
            "AWS::IAM::Group" => "GroupName",
            "AWS::IAM::InstanceProfile" => "InstanceProfileName",
            "AWS::IAM::ManagedPolicy" => "ManagedPolicyName",
            "AWS::IAM::Role" => "RoleName",
            "AWS::IAM::User" => "UserName",
            "AWS::IAM::AccessKey" | "AWS::IAM::Policy" | "AWS::IAM::UserToGroupAddition" => return Some(false),
            _ => return None,
        };
        Some(resource.get("Properties").is_some_and(|properties| properties.get(name).is_some()))
    };
    match template.section("Resources").values().filter_map(named).max() {
        Some(true) => vec!["CAPABILITY_NAMED_IAM"],
        Some(false) => vec!["CAPABILITY_IAM"],
        None => Vec::new(),
    }
}
