//! How shapes and resource types lie in the file: only what is said, with texts as numbers.
//!
//! A shape has some thirty parts of which most say three, so it is written as a list of [`Facet`]s and an absent facet
//! costs nothing. Texts are numbers in the table of strings, because the same names come again in many shapes.
use postcard::from_bytes;
use serde::{Deserialize, Serialize};

use crate::extension::{Demands, Extension};
use crate::file::FactsError;
use crate::iam::{ActionFact, ServiceActions};
use crate::model::{
    Attribute, Combination, Kind, Literal, Property, Replacement, ResourceType, Shape, ShapeId, TagStyle, Tagging,
    TypeSet,
};

/// The number of a text in the table of strings.
pub(crate) type Str = u32;

/// A text in parts, because the parts come again: a path at its slashes, an action at its colon.
pub(crate) type Parts = Vec<Str>;

/// What separates the parts of a path.
pub(crate) const PATH: &str = "/";
/// What separates the parts of an action.
pub(crate) const ACTION: &str = ":";

/// Reads a text by its number.
pub(crate) trait Texts {
    /// Puts a text at the end of another, or fails when there is none with that number.
    fn append(&self, id: Str, to: &mut String) -> Result<(), FactsError>;

    /// One text.
    fn owned(&self, id: Str) -> Result<String, FactsError> {
        let mut text = String::new();
        self.append(id, &mut text)?;
        Ok(text)
    }

    /// A text written in parts.
    fn join(&self, parts: &[Str], separator: &str) -> Result<String, FactsError> {
        let mut text = String::new();
        for (place, id) in parts.iter().enumerate() {
            if place > 0 {
                text.push_str(separator);
            }
            self.append(*id, &mut text)?;
        }
        Ok(text)
    }

    /// Many texts written in parts.
    fn join_all(&self, texts: Vec<Parts>, separator: &str) -> Result<Vec<String>, FactsError> {
        texts.iter().map(|parts| self.join(parts, separator)).collect()
    }

    /// Many at once.
    fn all(&self, ids: Vec<Str>) -> Result<Vec<String>, FactsError> {
        ids.into_iter().map(|id| self.owned(id)).collect()
    }
}

/// One thing said about a shape.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Facet {
    Name(Str),
    Types(TypeSet),
    Pattern(Str),
    Format(Str),
    MinSize(u64),
    MaxSize(u64),
    Minimum(Str),
    Maximum(Str),
    Allowed(Vec<WireLiteral>),
    AllowedAnyCase,
    ExclusiveMinimum(Str),
    ExclusiveMaximum(Str),
    MultipleOf(Str),
    Items(ShapeId),
    PrefixItems(Vec<ShapeId>),
    UniqueItems,
    UniqueKeys(Vec<Str>),
    MaxUniqueItems(u64),
    Properties(Vec<WireProperty>),
    Required(Vec<Str>),
    PatternProperties(Vec<(Str, ShapeId)>),
    Additional(ShapeId),
    Closed,
    DependentRequired(Vec<(Str, Vec<Str>)>),
    DependentExcluded(Vec<(Str, Vec<Str>)>),
    RequiredXor(Vec<Vec<Str>>),
    RequiredOr(Vec<Vec<Str>>),
    Combinations(Vec<Combination>),
    /// [`Shape::allowed`] where it is many texts in the order of their letters: the steps between their numbers, which are
    /// small, because they are sorted.
    AllowedTexts(Vec<Str>),
    Never,
}

/// A [`Literal`].
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum WireLiteral {
    String(Str),
    Number(Str),
    Boolean(bool),
}

/// A [`Property`]: its name, then a number for required and kind, then the shape the kind names (0 if none), then its shape.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct WireProperty(pub Str, pub u32, pub u32, pub ShapeId);

/// A [`ResourceType`] without its name, which the index has.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct WireType {
    pub properties: ShapeId,
    pub attributes: Vec<(Str, u32, u32)>,
    pub ref_returns: Vec<Str>,
    pub create_only: Vec<Parts>,
    pub conditional_create_only: Vec<Parts>,
    pub refused: Vec<Parts>,
    pub read_only: Vec<Parts>,
    pub write_only: Vec<Parts>,
    pub deprecated: Vec<Parts>,
    pub primary_identifier: Vec<Parts>,
    pub arn: Option<Str>,
    pub tagging: Option<(Str, TagStyle)>,
    pub stateful: bool,
    pub replacement: Replacement,
    pub updatable: bool,
    pub regions: u64,
    pub permissions: Vec<(Str, Vec<Parts>)>,
}

/// A service of IAM without its prefix, which the index has.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct WireService {
    pub actions: Vec<(Str, Vec<u16>)>,
    pub resources: Vec<(Str, Vec<Parts>)>,
}

/// An [`Extension`] without its name, which the index has.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum WireExtension {
    Always(ShapeId),
    ByRegion(Vec<(Str, ShapeId)>),
}

/// Lists and maps around a kind; the deepest that AWS has is three.
pub(crate) const MAX_WRAPS: usize = 6;

/// Reads a kind from its number and the shape beside it. The number is `leaf + 8 * wraps`, where `wraps` has a digit in base
/// three for each wrapping from the outside in: 1 a list, 2 a map.
pub(crate) fn kind(code: u32, object: u32) -> Result<Kind, FactsError> {
    let leaf = match (code % 8, object.checked_sub(1)) {
        (0, None) => Kind::String,
        (1, None) => Kind::Integer,
        (2, None) => Kind::Number,
        (3, None) => Kind::Boolean,
        (4, None) => Kind::Json,
        (5, None) => Kind::Tag,
        (6, Some(id)) => Kind::Object(ShapeId(id)),
        _ => return Err(FactsError::Corrupt("kind")),
    };
    let mut wraps = Vec::new();
    let mut rest = code / 8;
    while rest > 0 {
        wraps.push(rest % 3);
        rest /= 3;
    }
    if wraps.len() > MAX_WRAPS {
        return Err(FactsError::Corrupt("kind nested too deep"));
    }
    wraps.into_iter().rev().try_fold(leaf, |inner, wrap| match wrap {
        1 => Ok(Kind::List(Box::new(inner))),
        2 => Ok(Kind::Map(Box::new(inner))),
        _ => Err(FactsError::Corrupt("kind")),
    })
}

/// Reads a shape.
pub(crate) fn shape(bytes: &[u8], texts: &impl Texts) -> Result<Shape, FactsError> {
    let facets: Vec<Facet> = from_bytes(bytes).map_err(|_| FactsError::Corrupt("shape"))?;
    let mut shape = Shape::default();
    for facet in facets {
        match facet {
            Facet::Name(id) => shape.name = Some(texts.owned(id)?),
            Facet::Types(types) => shape.types = types,
            Facet::Pattern(id) => shape.pattern = Some(texts.owned(id)?),
            Facet::Format(id) => shape.format = Some(texts.owned(id)?),
            Facet::MinSize(size) => shape.min_size = Some(size),
            Facet::MaxSize(size) => shape.max_size = Some(size),
            Facet::Minimum(id) => shape.minimum = Some(texts.owned(id)?),
            Facet::Maximum(id) => shape.maximum = Some(texts.owned(id)?),
            Facet::Allowed(values) => shape.allowed = literals(values, texts)?,
            Facet::AllowedAnyCase => shape.allowed_any_case = true,
            Facet::ExclusiveMinimum(id) => shape.exclusive_minimum = Some(texts.owned(id)?),
            Facet::ExclusiveMaximum(id) => shape.exclusive_maximum = Some(texts.owned(id)?),
            Facet::MultipleOf(id) => shape.multiple_of = Some(texts.owned(id)?),
            Facet::Items(id) => shape.items = Some(id),
            Facet::PrefixItems(ids) => shape.prefix_items = ids,
            Facet::UniqueItems => shape.unique_items = true,
            Facet::UniqueKeys(ids) => shape.unique_keys = texts.all(ids)?,
            Facet::MaxUniqueItems(count) => shape.max_unique_items = Some(count),
            Facet::Properties(list) => shape.properties = properties(list, texts)?,
            Facet::Required(ids) => shape.required = texts.all(ids)?,
            Facet::PatternProperties(list) => shape.pattern_properties = keyed(list, texts)?,
            Facet::Additional(id) => shape.additional = Some(id),
            Facet::Closed => shape.closed = true,
            Facet::DependentRequired(list) => shape.dependent_required = dependents(list, texts)?,
            Facet::DependentExcluded(list) => shape.dependent_excluded = dependents(list, texts)?,
            Facet::RequiredXor(groups) => shape.required_xor = grouped(groups, texts)?,
            Facet::RequiredOr(groups) => shape.required_or = grouped(groups, texts)?,
            Facet::Combinations(list) => shape.combinations = list,
            Facet::AllowedTexts(steps) => shape.allowed = sorted_texts(&steps, texts)?,
            Facet::Never => shape.never = true,
        }
    }
    Ok(shape)
}

fn literals(values: Vec<WireLiteral>, texts: &impl Texts) -> Result<Vec<Literal>, FactsError> {
    let literal = |value| {
        Ok(match value {
            WireLiteral::String(id) => Literal::String(texts.owned(id)?),
            WireLiteral::Number(id) => Literal::Number(texts.owned(id)?),
            WireLiteral::Boolean(value) => Literal::Boolean(value),
        })
    };
    values.into_iter().map(literal).collect()
}

fn sorted_texts(steps: &[Str], texts: &impl Texts) -> Result<Vec<Literal>, FactsError> {
    let mut id: Str = 0;
    let mut found = Vec::with_capacity(steps.len());
    for step in steps {
        id = id.checked_add(*step).ok_or(FactsError::Corrupt("a step between texts"))?;
        found.push(Literal::String(texts.owned(id)?));
    }
    found.sort();
    Ok(found)
}

fn properties(list: Vec<WireProperty>, texts: &impl Texts) -> Result<Vec<Property>, FactsError> {
    let property = |WireProperty(name, head, object, shape)| {
        let name = texts.owned(name)?;
        Ok(Property { name, required: head % 2 == 1, kind: kind(head / 2, object)?, shape })
    };
    list.into_iter().map(property).collect()
}

fn keyed(list: Vec<(Str, ShapeId)>, texts: &impl Texts) -> Result<Vec<(String, ShapeId)>, FactsError> {
    list.into_iter().map(|(key, id)| Ok((texts.owned(key)?, id))).collect()
}

fn dependents(list: Vec<(Str, Vec<Str>)>, texts: &impl Texts) -> Result<Vec<(String, Vec<String>)>, FactsError> {
    list.into_iter().map(|(key, ids)| Ok((texts.owned(key)?, texts.all(ids)?))).collect()
}

fn grouped(groups: Vec<Vec<Str>>, texts: &impl Texts) -> Result<Vec<Vec<String>>, FactsError> {
    groups.into_iter().map(|ids| texts.all(ids)).collect()
}

/// Reads a resource type.
pub(crate) fn resource(name: &str, bytes: &[u8], texts: &impl Texts) -> Result<ResourceType, FactsError> {
    let wire: WireType = from_bytes(bytes).map_err(|_| FactsError::Corrupt("resource type"))?;
    let handler = |(name, actions)| Ok((texts.owned(name)?, texts.join_all(actions, ACTION)?));
    let permissions = wire.permissions.into_iter().map(handler).collect::<Result<_, FactsError>>()?;
    let attribute = |(name, code, object)| Ok(Attribute { name: texts.owned(name)?, kind: kind(code, object)? });
    Ok(ResourceType {
        name: name.to_owned(),
        properties: wire.properties,
        attributes: wire.attributes.into_iter().map(attribute).collect::<Result<_, FactsError>>()?,
        ref_returns: texts.all(wire.ref_returns)?,
        create_only: texts.join_all(wire.create_only, PATH)?,
        conditional_create_only: texts.join_all(wire.conditional_create_only, PATH)?,
        refused: texts.join_all(wire.refused, PATH)?,
        read_only: texts.join_all(wire.read_only, PATH)?,
        write_only: texts.join_all(wire.write_only, PATH)?,
        deprecated: texts.join_all(wire.deprecated, PATH)?,
        primary_identifier: texts.join_all(wire.primary_identifier, PATH)?,
        arn: wire.arn.map(|id| texts.owned(id)).transpose()?,
        tagging: match wire.tagging {
            Some((property, style)) => Some(Tagging { property: texts.owned(property)?, style }),
            None => None,
        },
        stateful: wire.stateful,
        replacement: wire.replacement,
        updatable: wire.updatable,
        regions: wire.regions,
        permissions,
    })
}

/// Reads a service of IAM.
pub(crate) fn service(prefix: &str, bytes: &[u8], texts: &impl Texts) -> Result<ServiceActions, FactsError> {
    let wire: WireService = from_bytes(bytes).map_err(|_| FactsError::Corrupt("service"))?;
    let action = |(name, resources)| Ok(ActionFact { name: texts.owned(name)?, resources });
    let resource = |(name, arns)| Ok((texts.owned(name)?, texts.join_all(arns, ACTION)?));
    Ok(ServiceActions {
        prefix: prefix.to_owned(),
        actions: wire.actions.into_iter().map(action).collect::<Result<_, FactsError>>()?,
        resources: wire.resources.into_iter().map(resource).collect::<Result<_, FactsError>>()?,
    })
}

/// Reads a demand beyond the resource types.
pub(crate) fn extension(name: &str, bytes: &[u8], texts: &impl Texts) -> Result<Extension, FactsError> {
    let wire: WireExtension = from_bytes(bytes).map_err(|_| FactsError::Corrupt("extension"))?;
    let demands = match wire {
        WireExtension::Always(shape) => Demands::Always(shape),
        WireExtension::ByRegion(regions) => Demands::ByRegion(keyed(regions, texts)?),
    };
    Ok(Extension { name: name.to_owned(), demands })
}
