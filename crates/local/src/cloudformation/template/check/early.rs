//! What CloudFormation looks at when it makes a change set, before anything exists. Source: *Validate stack deployments* in the
//! User Guide.
use serde_json::{Value as Json, json};
use stackgen_schema::{Facts, Kind, Shape};

use crate::cloudformation::template::Design;
use crate::cloudformation::template::functions::call;

/// What is wrong with the properties of the resources, as `DescribeEvents` shows it.
#[must_use]
pub fn early_validation(design: &Design) -> Vec<Json> {
    let facts = Facts::embedded();
    let mut found = Vec::new();
    for (name, wanted) in &design.resources {
        let Some(resource) = facts.resource(&wanted.type_name) else { continue };
        let path = format!("/Resources/{name}/Properties");
        let mut complaints = Vec::new();
        object(&facts.shape(resource.properties), &wanted.properties, &path, &mut complaints);
        found.extend(complaints.into_iter().map(|(path, reason)| {
            json!({
                "LogicalResourceId": name,
                "ResourceType": wanted.type_name,
                "ValidationName": "PROPERTY_VALIDATION",
                "ValidationStatus": "FAILED",
                "ValidationFailureMode": "FAIL",
                "ValidationPath": path,
                "ValidationStatusReason": reason,
            })
        }));
    }
    found
}

/// Functions may still stand where an object is wanted; they are asked when they are answered.
fn object(shape: &Shape, value: &Json, path: &str, complaints: &mut Vec<(String, String)>) {
    let Some(entries) = value.as_object().filter(|_| call(value).is_none()) else { return };
    for property in shape.properties.iter().filter(|property| property.required) {
        if !entries.contains_key(&property.name) {
            complaints.push((path.to_owned(), format!("Required property [{}] not found", property.name)));
        }
    }
    for (name, value) in entries {
        let path = format!("{path}/{name}");
        match shape.properties.iter().find(|property| property.name == *name) {
            Some(property) => one(&property.kind, value, &path, complaints),
            None if shape.closed && shape.pattern_properties.is_empty() => {
                complaints.push((path, format!("Unsupported property [{name}]")));
            }
            None => {}
        }
    }
}

fn one(kind: &Kind, value: &Json, path: &str, complaints: &mut Vec<(String, String)>) {
    match (kind, value) {
        (Kind::List(kind), Json::Array(items)) => {
            items.iter().enumerate().for_each(|(index, item)| one(kind, item, &format!("{path}/{index}"), complaints));
        }
        (Kind::Map(kind), Json::Object(entries)) if call(value).is_none() => {
            entries.iter().for_each(|(name, value)| one(kind, value, &format!("{path}/{name}"), complaints));
        }
        (Kind::Object(shape), _) => object(&Facts::embedded().shape(*shape), value, path, complaints),
        _ => {}
    }
}
