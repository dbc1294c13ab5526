//! Decoded facts, kept for the life of the process: ten thousand templates ask for the same few hundred shapes.
use std::collections::HashMap;
use std::sync::{LazyLock, OnceLock, RwLock};

use stackgen_schema::{Extension, Facts, ResourceType, Shape, ShapeId};

static SHAPES: LazyLock<Vec<OnceLock<Box<Shape>>>> =
    LazyLock::new(|| std::iter::repeat_with(OnceLock::new).take(Facts::embedded().shape_count()).collect());

static TYPES: LazyLock<RwLock<HashMap<&'static str, &'static ResourceType>>> = LazyLock::new(RwLock::default);

static EXTENSIONS: LazyLock<RwLock<HashMap<&'static str, &'static Extension>>> = LazyLock::new(RwLock::default);

pub(crate) fn shape(id: ShapeId) -> &'static Shape {
    SHAPES[id.0 as usize].get_or_init(|| Box::new(Facts::embedded().shape(id)))
}

/// There are some 1,900 types, so what is leaked is bounded.
pub(crate) fn resource_type(name: &str) -> Option<&'static ResourceType> {
    if let Some(known) = TYPES.read().ok()?.get(name) {
        return Some(known);
    }
    let decoded: &'static ResourceType = Box::leak(Box::new(Facts::embedded().resource(name)?));
    Some(TYPES.write().ok()?.entry(&decoded.name).or_insert(decoded))
}

/// There are some 80, so what is leaked is bounded.
pub(crate) fn extension(name: &'static str) -> Option<&'static Extension> {
    if let Some(known) = EXTENSIONS.read().ok()?.get(name) {
        return Some(known);
    }
    let decoded: &'static Extension = Box::leak(Box::new(Facts::embedded().extension(name)?));
    Some(EXTENSIONS.write().ok()?.entry(name).or_insert(decoded))
}
