//! From what was typed to a type and a property of it: parts of names and any case will do.
use stackgen_schema::{Facts, Property, ResourceType, Shape};
use thiserror::Error;

use super::values;
use crate::names;

/// How many parts a whole name has.
const WHOLE: usize = 3;
/// How alike near names are, from 0 to 1. Whole ones begin alike.
const NEAR: f64 = 0.8;
const WHOLE_NEAR: f64 = 0.93;

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
    #[error("`{name}` is an attribute of {owner}, no property")]
    Attribute { owner: String, name: String },
    #[error("{owner} has no properties of its own")]
    Plain { owner: String },
}

impl Question {
    /// `TYPE` or `TYPE.PROPERTY.SUB`.
    pub(crate) fn parse(facts: &Facts, text: &str) -> Result<Self, NotFound> {
        let (name, rest) = split(facts, text)?;
        let resource = facts.resource(name).expect("the name is one of the facts");
        let mut found: Option<Found> = None;
        for part in rest.iter().flat_map(|rest| rest.split('.')) {
            let next = step(facts, &resource, found, part);
            found = Some(next.map_err(|error| attribute(&resource, rest).unwrap_or(error))?);
        }
        Ok(Question { resource, property: found })
    }
}

/// The type, and what follows it. After a service the first dot stands for `::`.
fn split<'a, 'b>(facts: &'a Facts, text: &'b str) -> Result<(&'a str, Option<&'b str>), NotFound> {
    let Some((first, rest)) = text.split_once('.') else { return Ok((type_name(facts, text)?, None)) };
    match type_name(facts, first) {
        Ok(name) => Ok((name, Some(rest))),
        Err(_) if is_service(facts, first) => {
            let (second, rest) = rest.split_once('.').map_or((rest, None), |(second, rest)| (second, Some(rest)));
            Ok((type_name(facts, &format!("{first}::{second}"))?, rest))
        }
        Err(error) => Err(error),
    }
}

/// `ec2` or `AWS::EC2`.
fn is_service(facts: &Facts, typed: &str) -> bool {
    let is_it = |name: &str| {
        let (service, _) = name.rsplit_once("::").unwrap_or_default();
        service.eq_ignore_ascii_case(typed) || last_part(service).eq_ignore_ascii_case(typed)
    };
    facts.type_names().any(is_it)
}

/// What was taken for a property.
fn attribute(resource: &ResourceType, typed: Option<&str>) -> Option<NotFound> {
    let typed = typed?;
    let attribute = resource.attributes.iter().find(|attribute| attribute.name.eq_ignore_ascii_case(typed))?;
    Some(NotFound::Attribute { owner: resource.name.clone(), name: attribute.name.clone() })
}

fn type_name<'a>(facts: &'a Facts, typed: &str) -> Result<&'a str, NotFound> {
    let wanted = typed.to_lowercase();
    let last = last_part(&wanted);
    let ways: [&dyn Fn(&str) -> bool; 6] = [
        &|name| name == wanted,
        &|name| name.strip_suffix(wanted.as_str()).is_some_and(|rest| rest.ends_with("::")),
        &|name| name.split("::").nth(1) == Some(wanted.as_str()),
        &|name| name.split("::").next() == Some(wanted.as_str()),
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
                return Err(NotFound::Ambiguous { name: names::echo(typed), candidates });
            }
        }
    }
    Err(NotFound::Type { name: names::echo(typed), near: near_type(facts, typed).map(str::to_owned) })
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
    let least = if parts < WHOLE { NEAR } else { WHOLE_NEAR };
    let near = names::nearest_above(least, typed, facts.type_names().map(end))?;
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
                name: names::echo(name),
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
        assert_eq!(ask("ec2.volume").unwrap(), "AWS::EC2::Volume");
        assert_eq!(ask("AWS::EC2.volume.size").unwrap(), "AWS::EC2::Volume.Size");
        assert_eq!(ask("ec2::instance.blockdevicemappings.ebs").unwrap(), "AWS::EC2::Instance.BlockDeviceMappings.Ebs");
    }

    #[test]
    fn attributes_are_no_properties() {
        assert_eq!(
            ask("s3::bucket.arn").unwrap_err().to_string(),
            "`Arn` is an attribute of AWS::S3::Bucket, no property"
        );
        let Err(NotFound::Attribute { name, .. }) = ask("rds::dbinstance.endpoint.address") else {
            panic!("it is one")
        };
        assert_eq!(name, "Endpoint.Address");
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
        for typed in ["AWS::Foo::Bar", &"Volum".repeat(2000)] {
            let Err(NotFound::Type { near, name }) = ask(typed) else { panic!("there is none") };
            assert_eq!(near, None);
            assert!(name.len() < 100);
        }
        for (typed, meant) in [("AWS::S3::Buckt", "AWS::S3::Bucket"), ("AWS::Lamda::Function", "AWS::Lambda::Function")]
        {
            let Err(NotFound::Type { near, .. }) = ask(typed) else { panic!("there is none") };
            assert_eq!(near.as_deref(), Some(meant));
        }
        let Err(NotFound::Ambiguous { candidates, .. }) = ask("aws") else { panic!("they are all of AWS") };
        assert!(candidates.len() > 1000);
    }
}
