//! From what was typed to a type and a property of it: parts of names and any case will do.
use stackgen_schema::{Facts, Property, ResourceType, Shape};
use thiserror::Error;

use super::values;
use crate::names;

/// A type, and one of its properties unless the whole type is meant.
pub(crate) struct Question {
    pub(super) resource: ResourceType,
    pub(super) property: Option<Found>,
}

/// A property, and where it is.
pub(super) struct Found {
    pub(super) property: Property,
    /// Its names from the top.
    pub(super) names: Vec<String>,
    /// The same as the facts write it, such as `/BlockDeviceMappings/*/Ebs`.
    pub(super) path: String,
}

/// Why nothing can be explained.
#[derive(Debug, Error)]
pub(crate) enum NotFound {
    #[error("no resource type is named `{name}`")]
    Type { name: String, near: Option<String> },
    #[error("`{name}` fits {} resource types", candidates.len())]
    Ambiguous { name: String, candidates: Vec<String> },
    #[error("{owner} has no property `{name}`")]
    Property { owner: String, name: String, near: Option<String>, known: Vec<String> },
    #[error("{owner} has no properties of its own")]
    Plain { owner: String },
}

impl Question {
    /// `TYPE` or `TYPE.PROPERTY.SUB`.
    pub(crate) fn parse(facts: &Facts, text: &str) -> Result<Self, NotFound> {
        let mut parts = text.split('.');
        let name = type_name(facts, parts.next().unwrap_or_default())?;
        let resource = facts.resource(name).expect("the name is one of the facts");
        let mut found: Option<Found> = None;
        for part in parts {
            found = Some(step(facts, &resource, found, part)?);
        }
        Ok(Question { resource, property: found })
    }
}

fn type_name<'a>(facts: &'a Facts, typed: &str) -> Result<&'a str, NotFound> {
    let wanted = typed.to_lowercase();
    let last = last_part(&wanted);
    let ways: [&dyn Fn(&str) -> bool; 5] = [
        &|name| name == wanted,
        &|name| name.strip_suffix(wanted.as_str()).is_some_and(|rest| rest.ends_with("::")),
        &|name| name.split("::").nth(1) == Some(wanted.as_str()),
        &|name| name.contains(&format!("::{wanted}")) && last_part(name).starts_with(last),
        &|name| name.contains(wanted.as_str()),
    ];
    for fits in ways.iter().filter(|_| !wanted.is_empty()) {
        let candidates: Vec<&str> = facts.type_names().filter(|name| fits(&name.to_lowercase())).collect();
        match candidates.as_slice() {
            [] => {}
            [only] => return Ok(only),
            several => {
                let candidates = several.iter().map(|name| (*name).to_owned()).collect();
                return Err(NotFound::Ambiguous { name: typed.to_owned(), candidates });
            }
        }
    }
    Err(NotFound::Type { name: typed.to_owned(), near: near_type(facts, typed).map(str::to_owned) })
}

fn last_part(name: &str) -> &str {
    name.rsplit("::").next().unwrap_or(name)
}

/// A typo is compared with as many last parts of each name as were typed.
fn near_type<'a>(facts: &'a Facts, typed: &str) -> Option<&'a str> {
    let parts = typed.split("::").count();
    let end = |name: &'a str| {
        let start = name.rmatch_indices("::").nth(parts - 1).map_or(0, |(at, _)| at + 2);
        &name[start..]
    };
    let near = names::nearest(typed, facts.type_names().map(end))?;
    facts.type_names().find(|name| end(name) == near)
}

fn step(facts: &Facts, resource: &ResourceType, from: Option<Found>, name: &str) -> Result<Found, NotFound> {
    let (mut names, path, owner) = match from {
        None => (Vec::new(), String::new(), facts.shape(resource.properties)),
        Some(found) => match found.property.kind.object() {
            Some(object) => {
                let path = found.path + values::steps(&found.property.kind);
                (found.names, path, facts.shape(object))
            }
            None => return Err(NotFound::Plain { owner: full_name(resource, &found.names) }),
        },
    };
    let properties = settable(resource, &path, &owner);
    match properties.iter().find(|property| property.name.eq_ignore_ascii_case(name)) {
        Some(property) => {
            names.push(property.name.clone());
            Ok(Found { path: format!("{path}/{}", property.name), property: (*property).clone(), names })
        }
        None => {
            let known = || properties.iter().map(|property| property.name.as_str());
            Err(NotFound::Property {
                owner: full_name(resource, &names),
                name: name.to_owned(),
                near: names::nearest(name, known()).map(str::to_owned),
                known: known().map(str::to_owned).collect(),
            })
        }
    }
}

/// The properties that a template may set: the facts describe those that only AWS sets too.
pub(super) fn settable<'a>(resource: &ResourceType, path: &str, owner: &'a Shape) -> Vec<&'a Property> {
    let is_read_only = |property: &&Property| resource.read_only.contains(&format!("{path}/{}", property.name));
    owner.properties.iter().filter(|property| !is_read_only(property)).collect()
}

pub(super) fn full_name(resource: &ResourceType, names: &[String]) -> String {
    [resource.name.as_str()].into_iter().chain(names.iter().map(String::as_str)).collect::<Vec<_>>().join(".")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(text: &str) -> Result<String, NotFound> {
        let question = Question::parse(Facts::embedded(), text)?;
        let names = question.property.map(|found| found.names).unwrap_or_default();
        Ok(full_name(&question.resource, &names))
    }

    #[test]
    fn parts_of_names_in_any_case() {
        assert_eq!(ask("AWS::EC2::Volume").unwrap(), "AWS::EC2::Volume");
        assert_eq!(ask("ec2::volume").unwrap(), "AWS::EC2::Volume");
        assert_eq!(ask("volumeattachment").unwrap(), "AWS::EC2::VolumeAttachment");
        assert_eq!(ask("ec2::volumeatt").unwrap(), "AWS::EC2::VolumeAttachment");
        assert_eq!(ask("ec2::instance.blockdevicemappings.ebs").unwrap(), "AWS::EC2::Instance.BlockDeviceMappings.Ebs");
    }

    #[test]
    fn several_and_none() {
        let Err(NotFound::Ambiguous { candidates, .. }) = ask("volume") else { panic!("there is more than one") };
        assert!(candidates.contains(&"AWS::EC2::Volume".to_owned()), "{candidates:?}");
        let Err(NotFound::Type { near, .. }) = ask("AWS::EC2::Volum3") else { panic!("there is none") };
        assert_eq!(near.as_deref(), Some("AWS::EC2::Volume"));
        let Err(NotFound::Type { near, .. }) = ask("Instnace") else { panic!("there is none") };
        assert!(near.unwrap().ends_with("::Instance"));
        assert!(matches!(ask(""), Err(NotFound::Type { .. })));
        assert!(matches!(ask("ec2::volume.size.x"), Err(NotFound::Plain { .. })));
        let Err(NotFound::Property { near, .. }) = ask("ec2::volume.VolumeTyp") else { panic!("there is none") };
        assert_eq!(near.as_deref(), Some("VolumeType"));
    }
}
