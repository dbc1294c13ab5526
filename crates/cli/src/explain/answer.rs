//! What the facts say to a question.
use serde::Serialize;
use stackgen_schema::{Facts, Property, Replacement, ResourceType, Shape, TagStyle, UpdateEffect, names};

use super::find::{Question, full_name, settable};
use super::values::{self, Values};

/// A type, or one property of it.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(crate) enum Answer {
    Type(Box<TypeAnswer>),
    Property(Box<PropertyAnswer>),
}

#[derive(Debug, Serialize)]
pub(crate) struct TypeAnswer {
    pub(super) name: String,
    pub(super) stateful: bool,
    pub(super) updatable: bool,
    pub(super) replacement: &'static str,
    pub(super) ref_returns: Vec<String>,
    pub(super) primary_identifier: Vec<String>,
    pub(super) arn: Option<String>,
    pub(super) tags: Option<Tags>,
    pub(super) regions: Regions,
    pub(super) properties: Vec<PropertyAnswer>,
    pub(super) rules: Vec<String>,
    pub(super) builder: String,
    pub(super) attributes: Vec<AttributeAnswer>,
}

#[derive(Debug, Serialize)]
pub(super) struct Tags {
    pub(super) property: String,
    pub(super) style: &'static str,
}

#[derive(Debug, Serialize)]
pub(super) struct Regions {
    pub(super) known: usize,
    pub(super) with: Vec<String>,
    #[serde(skip)]
    pub(super) without: Vec<String>,
}

#[derive(Debug, Serialize)]
pub(super) struct AttributeAnswer {
    pub(super) name: String,
    #[serde(rename = "type")]
    pub(super) type_name: String,
}

#[derive(Debug, Serialize)]
pub(crate) struct PropertyAnswer {
    pub(super) name: String,
    #[serde(rename = "type")]
    pub(super) type_name: String,
    pub(super) required: bool,
    pub(super) on_change: &'static str,
    /// What a change of some part of it does, if that is worse.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) on_change_inside: Option<&'static str>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(super) write_only: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(super) deprecated: bool,
    pub(super) setter: String,
    pub(super) values: Values,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) properties: Vec<PropertyAnswer>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) rules: Vec<String>,
}

impl Answer {
    pub(crate) fn to(facts: &Facts, question: &Question) -> Self {
        let resource = &question.resource;
        match &question.property {
            None => Answer::Type(Box::new(type_answer(facts, resource))),
            Some(found) => {
                let mut answer = property(facts, resource, &found.path, &found.property);
                answer.name = full_name(resource, &found.names);
                if let Some(object) = found.property.kind.object() {
                    let inside = format!("{}{}", found.path, values::steps(&found.property.kind));
                    let shape = facts.shape(object);
                    answer.properties = properties(facts, resource, &inside, &shape);
                    answer.rules = rules(&shape);
                }
                Answer::Property(Box::new(answer))
            }
        }
    }
}

fn type_answer(facts: &Facts, resource: &ResourceType) -> TypeAnswer {
    let shape = facts.shape(resource.properties);
    let attributes = resource.attributes.iter();
    let attributes = attributes.map(|attribute| AttributeAnswer {
        name: attribute.name.clone(),
        type_name: values::kind(facts, &attribute.kind),
    });
    TypeAnswer {
        name: resource.name.clone(),
        stateful: resource.stateful,
        updatable: resource.updatable,
        replacement: match resource.replacement {
            Replacement::CreateThenDelete => "create, then delete",
            Replacement::DeleteThenCreate => "delete, then create",
        },
        ref_returns: resource.ref_returns.clone(),
        primary_identifier: resource.primary_identifier.iter().map(|path| dotted(path)).collect(),
        arn: resource.arn.clone(),
        tags: tags(resource),
        regions: regions(facts, resource),
        properties: properties(facts, resource, "", &shape),
        rules: rules(&shape),
        builder: builder(&resource.name),
        attributes: attributes.collect(),
    }
}

fn tags(resource: &ResourceType) -> Option<Tags> {
    let tagging = resource.tagging.as_ref()?;
    let style = match tagging.style {
        TagStyle::List => "a list of Key and Value",
        TagStyle::Map => "a map",
        TagStyle::AutoScaling => "a list of Key, Value and PropagateAtLaunch",
    };
    Some(Tags { property: tagging.property.clone(), style })
}

fn regions(facts: &Facts, resource: &ResourceType) -> Regions {
    let regions = facts.regions().iter().enumerate();
    let (with, without): (Vec<_>, Vec<_>) = regions.partition(|(bit, _)| resource.regions >> bit & 1 == 1);
    let listed = |regions: Vec<(usize, &String)>| regions.into_iter().map(|(_, name)| name.clone()).collect();
    Regions { known: facts.regions().len(), with: listed(with), without: listed(without) }
}

/// Required ones first, else in the order of the facts.
fn properties(facts: &Facts, resource: &ResourceType, path: &str, owner: &Shape) -> Vec<PropertyAnswer> {
    let properties = settable(resource, path, owner).into_iter();
    let mut answers: Vec<PropertyAnswer> =
        properties.map(|each| property(facts, resource, &format!("{path}/{}", each.name), each)).collect();
    answers.sort_by_key(|answer| !answer.required);
    answers
}

fn property(facts: &Facts, resource: &ResourceType, path: &str, property: &Property) -> PropertyAnswer {
    let effect = resource.update_effect(path);
    let inside = inside(resource, path).filter(|worse| *worse > effect);
    let path = path.to_owned();
    PropertyAnswer {
        name: property.name.clone(),
        type_name: values::kind(facts, &property.kind),
        required: property.required,
        on_change: in_words(effect),
        on_change_inside: inside.map(in_words),
        write_only: resource.write_only.contains(&path),
        deprecated: resource.deprecated.contains(&path),
        setter: names::snake(&property.name),
        values: Values::of(facts, &facts.shape(property.shape)),
        properties: Vec::new(),
        rules: Vec::new(),
    }
}

/// The worst that a change of something below a path does.
fn inside(resource: &ResourceType, path: &str) -> Option<UpdateEffect> {
    let below = format!("{path}/");
    let lists = [&resource.refused, &resource.create_only, &resource.conditional_create_only];
    let paths = lists.into_iter().flatten().filter(|fixed| fixed.starts_with(&below));
    paths.map(|fixed| resource.update_effect(fixed)).max()
}

fn in_words(effect: UpdateEffect) -> &'static str {
    match effect {
        UpdateEffect::InPlace => "in place",
        UpdateEffect::MayReplace => "may replace",
        UpdateEffect::Replaces => "replaces",
        UpdateEffect::Refused => "fails",
    }
}

/// What holds between the properties of an object.
fn rules(shape: &Shape) -> Vec<String> {
    let one_of = shape.required_xor.iter().map(|names| format!("exactly one of {}", names.join(", ")));
    let any_of = shape.required_or.iter().map(|names| format!("at least one of {}", names.join(", ")));
    let needs = shape.dependent_required.iter().map(|(name, others)| format!("{name} needs {}", others.join(", ")));
    let bars = shape.dependent_excluded.iter().map(|(name, others)| format!("{name} excludes {}", others.join(", ")));
    one_of.chain(any_of).chain(needs).chain(bars).collect()
}

fn dotted(path: &str) -> String {
    path.trim_start_matches('/').replace('/', ".")
}

/// What begins a resource in Rust: `ec2::Volume::new()`.
fn builder(type_name: &str) -> String {
    let mut parts = type_name.splitn(3, "::").skip(1);
    let [service, resource] = [parts.next(), parts.next()].map(Option::unwrap_or_default);
    format!("{}::{}::new()", service.to_lowercase(), names::pascal(resource))
}
