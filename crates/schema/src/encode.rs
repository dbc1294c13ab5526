//! Writing the fact file; only `cargo xtask schema` does.
//!
//! The same document always gives the same bytes: texts are numbered by how often they come and then by their letters,
//! shapes keep the numbers they have.
use postcard::to_allocvec;

use crate::dates::{RuntimeLife, ServiceEnd, WireDates};
use crate::extension::{Demands, Extension};
use crate::facts::{Meta, Source};
use crate::file::{self, FactsError};
use crate::iam::ServiceActions;
use crate::interner::{Interner, Items};
use crate::model::{Kind, Literal, Property, ResourceType, Shape, ShapeId, TypeSet};
use crate::wire::{ACTION, Facet, MAX_WRAPS, PATH, WireExtension, WireLiteral, WireProperty, WireService, WireType};

/// From how many values on a list of texts is written as steps.
const MANY: usize = 8;

/// All facts, in memory.
#[derive(Clone, Debug, Default)]
pub struct Document {
    /// Where they come from.
    pub sources: Vec<Source>,
    /// The regions behind the bits of [`ResourceType::regions`].
    pub regions: Vec<String>,
    /// Shapes; the place of one is its number.
    pub shapes: Vec<Shape>,
    /// Resource types, in any order.
    pub types: Vec<ResourceType>,
    /// IAM services, in any order.
    pub services: Vec<ServiceActions>,
    /// Demands beyond the resource types, in any order.
    pub extensions: Vec<Extension>,
    /// Runtimes of Lambda, in any order.
    pub runtimes: Vec<RuntimeLife>,
    /// Ends of services by resource type, in any order.
    pub ends: Vec<ServiceEnd>,
}

impl Document {
    /// The bytes of the fact file.
    ///
    /// # Errors
    ///
    /// If something does not fit into the format, such as lists of lists of lists of lists.
    pub fn encode(mut self) -> Result<Vec<u8>, FactsError> {
        self.types.sort_by(|a, b| a.name.cmp(&b.name));
        self.services.sort_by(|a, b| a.prefix.cmp(&b.prefix));
        self.extensions.sort_by(|a, b| a.name.cmp(&b.name));
        let mut counting = Interner::default();
        self.write_all(&mut counting)?;
        let mut numbering = counting.by_use();
        let [shapes, types, services, extensions] = self.write_all(&mut numbering)?;
        let (words, texts) = numbering.spell().ok_or(FactsError::Corrupt("too many texts"))?;
        let sections = [
            vec![pack(&Meta { sources: self.sources.clone(), regions: self.regions.clone() })?],
            words,
            texts,
            shapes,
            self.types.iter().map(|resource| resource.name.clone().into_bytes()).collect(),
            types,
            self.services.iter().map(|service| service.prefix.clone().into_bytes()).collect(),
            services,
            self.extensions.iter().map(|extension| extension.name.clone().into_bytes()).collect(),
            extensions,
            vec![pack(&self.dates()?)?],
        ];
        file::write(&sections).ok_or(FactsError::Corrupt("more than four gigabytes"))
    }

    /// To be called when types are sorted.
    fn dates(&self) -> Result<WireDates, FactsError> {
        let number = |end: &ServiceEnd| {
            let place = self.types.binary_search_by(|resource| resource.name.cmp(&end.type_name));
            place
                .ok()
                .and_then(|place| u32::try_from(place).ok())
                .ok_or(FactsError::Corrupt("a type that is not there"))
        };
        let mut runtimes = self.runtimes.clone();
        runtimes.sort_by(|one, other| one.name.cmp(&other.name));
        let ends = self.ends.iter().map(|end| Ok((number(end)?, end.phase, end.date)));
        let mut ends = ends.collect::<Result<Vec<_>, FactsError>>()?;
        ends.sort_by_key(|(number, ..)| *number);
        Ok(WireDates { runtimes, ends })
    }

    /// Shapes, types, services and extensions.
    fn write_all(&self, texts: &mut Interner) -> Result<[Items; 4], FactsError> {
        let shapes = self.shapes.iter().map(|shape| pack(&facets(shape, texts)?)).collect::<Result<_, _>>()?;
        let types = self.types.iter().map(|resource| pack(&wire_type(resource, texts)?)).collect::<Result<_, _>>()?;
        let services =
            self.services.iter().map(|service| pack(&wire_service(service, texts))).collect::<Result<_, _>>()?;
        let extensions = self
            .extensions
            .iter()
            .map(|extension| pack(&wire_extension(extension, texts)))
            .collect::<Result<_, _>>()?;
        Ok([shapes, types, services, extensions])
    }
}

fn pack<T: serde::Serialize>(value: &T) -> Result<Vec<u8>, FactsError> {
    to_allocvec(value).map_err(|_| FactsError::Corrupt("cannot be written"))
}

fn kind(kind: &Kind) -> Result<(u32, u32), FactsError> {
    let (mut inner, mut wraps, mut place, mut depth) = (kind, 0u32, 1u32, 0);
    let (leaf, object) = loop {
        let (wrap, next) = match inner {
            Kind::List(next) => (1, next),
            Kind::Map(next) => (2, next),
            Kind::String => break (0, 0),
            Kind::Integer => break (1, 0),
            Kind::Number => break (2, 0),
            Kind::Boolean => break (3, 0),
            Kind::Json => break (4, 0),
            Kind::Tag => break (5, 0),
            Kind::Object(ShapeId(id)) => break (6, id + 1),
        };
        wraps += wrap * place;
        place *= 3;
        depth += 1;
        inner = next;
        if depth > MAX_WRAPS {
            return Err(FactsError::Corrupt("kind nested too deep"));
        }
    };
    Ok((leaf + 8 * wraps, object))
}

fn property(property: &Property, texts: &mut Interner) -> Result<WireProperty, FactsError> {
    let (code, object) = kind(&property.kind)?;
    Ok(WireProperty(texts.id(&property.name), 2 * code + u32::from(property.required), object, property.shape))
}

fn literal(literal: &Literal, texts: &mut Interner) -> WireLiteral {
    match literal {
        Literal::String(text) => WireLiteral::String(texts.id(text)),
        Literal::Number(text) => WireLiteral::Number(texts.id(text)),
        Literal::Boolean(value) => WireLiteral::Boolean(*value),
    }
}

fn facets(shape: &Shape, texts: &mut Interner) -> Result<Vec<Facet>, FactsError> {
    let properties: Vec<_> = shape.properties.iter().map(|p| property(p, texts)).collect::<Result<_, _>>()?;
    let patterns = shape.pattern_properties.iter().map(|(pattern, id)| (texts.id(pattern), *id)).collect();
    let all = [
        texts.opt(&shape.name).map(Facet::Name),
        (shape.types != TypeSet::default()).then_some(Facet::Types(shape.types)),
        texts.opt(&shape.pattern).map(Facet::Pattern),
        texts.opt(&shape.format).map(Facet::Format),
        shape.min_size.map(Facet::MinSize),
        shape.max_size.map(Facet::MaxSize),
        texts.opt(&shape.minimum).map(Facet::Minimum),
        texts.opt(&shape.maximum).map(Facet::Maximum),
        allowed(&shape.allowed, texts),
        shape.allowed_any_case.then_some(Facet::AllowedAnyCase),
        texts.opt(&shape.exclusive_minimum).map(Facet::ExclusiveMinimum),
        texts.opt(&shape.exclusive_maximum).map(Facet::ExclusiveMaximum),
        texts.opt(&shape.multiple_of).map(Facet::MultipleOf),
        shape.items.map(Facet::Items),
        list(shape.prefix_items.clone(), Facet::PrefixItems),
        shape.unique_items.then_some(Facet::UniqueItems),
        list(texts.all(&shape.unique_keys), Facet::UniqueKeys),
        shape.max_unique_items.map(Facet::MaxUniqueItems),
        list(properties, Facet::Properties),
        list(texts.all(&shape.required), Facet::Required),
        list(patterns, Facet::PatternProperties),
        shape.additional.map(Facet::Additional),
        shape.closed.then_some(Facet::Closed),
        list(texts.keyed(&shape.dependent_required), Facet::DependentRequired),
        list(texts.keyed(&shape.dependent_excluded), Facet::DependentExcluded),
        list(texts.groups(&shape.required_xor), Facet::RequiredXor),
        list(texts.groups(&shape.required_or), Facet::RequiredOr),
        list(shape.combinations.clone(), Facet::Combinations),
        shape.never.then_some(Facet::Never),
    ];
    Ok(all.into_iter().flatten().collect())
}

fn list<T>(items: Vec<T>, facet: impl FnOnce(Vec<T>) -> Facet) -> Option<Facet> {
    if items.is_empty() { None } else { Some(facet(items)) }
}

fn wire_type(resource: &ResourceType, texts: &mut Interner) -> Result<WireType, FactsError> {
    let mut attributes = Vec::new();
    for attribute in &resource.attributes {
        let (code, object) = kind(&attribute.kind)?;
        attributes.push((texts.id(&attribute.name), code, object));
    }
    Ok(WireType {
        properties: resource.properties,
        attributes,
        ref_returns: texts.all(&resource.ref_returns),
        create_only: texts.parts(&resource.create_only, PATH),
        conditional_create_only: texts.parts(&resource.conditional_create_only, PATH),
        refused: texts.parts(&resource.refused, PATH),
        read_only: texts.parts(&resource.read_only, PATH),
        write_only: texts.parts(&resource.write_only, PATH),
        deprecated: texts.parts(&resource.deprecated, PATH),
        primary_identifier: texts.parts(&resource.primary_identifier, PATH),
        arn: texts.opt(&resource.arn),
        tagging: resource.tagging.as_ref().map(|tagging| (texts.id(&tagging.property), tagging.style)),
        stateful: resource.stateful,
        replacement: resource.replacement,
        updatable: resource.updatable,
        regions: resource.regions,
        permissions: texts.parts_by_key(&resource.permissions, ACTION),
    })
}

fn wire_service(service: &ServiceActions, texts: &mut Interner) -> WireService {
    WireService {
        actions: service.actions.iter().map(|action| (texts.id(&action.name), action.resources.clone())).collect(),
        resources: texts.parts_by_key(&service.resources, ACTION),
    }
}

fn wire_extension(extension: &Extension, texts: &mut Interner) -> WireExtension {
    match &extension.demands {
        Demands::Always(shape) => WireExtension::Always(*shape),
        Demands::ByRegion(regions) => {
            WireExtension::ByRegion(regions.iter().map(|(region, shape)| (texts.id(region), *shape)).collect())
        }
    }
}

/// The values that a shape allows: one after the other, or, if they are many texts in order, as [`Facet::AllowedTexts`].
fn allowed(values: &[Literal], texts: &mut Interner) -> Option<Facet> {
    let all_texts = values.iter().all(|value| matches!(value, Literal::String(_)));
    if values.len() < MANY || !all_texts || !values.is_sorted_by(|a, b| a < b) {
        return list(values.iter().map(|value| literal(value, texts)).collect(), Facet::Allowed);
    }
    let text = |value: &Literal| match value {
        Literal::String(text) => texts.id(text),
        _ => 0,
    };
    let mut ids: Vec<u32> = values.iter().map(text).collect();
    ids.sort_unstable();
    let before = [0].into_iter().chain(ids.iter().copied());
    Some(Facet::AllowedTexts(ids.iter().zip(before).map(|(id, before)| id - before).collect()))
}
