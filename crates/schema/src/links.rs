//! Which shapes a thing points at.
use crate::model::{Combination, Kind, ResourceType, Shape, ShapeId};

impl Shape {
    /// The shapes that this one points at.
    pub fn links(&self) -> Vec<ShapeId> {
        let mut links = Vec::new();
        self.clone().relink(&mut |id| {
            links.push(id);
            id
        });
        links
    }

    /// Gives every shape that this one points at a new number.
    pub fn relink(&mut self, new: &mut dyn FnMut(ShapeId) -> ShapeId) {
        for id in self.items.iter_mut().chain(&mut self.additional).chain(&mut self.prefix_items) {
            *id = new(*id);
        }
        for (_, id) in &mut self.pattern_properties {
            *id = new(*id);
        }
        for property in &mut self.properties {
            property.kind.relink(new);
            property.shape = new(property.shape);
        }
        for id in self.combinations.iter_mut().flat_map(Combination::links_mut) {
            *id = new(*id);
        }
    }
}

impl Combination {
    fn links_mut(&mut self) -> Vec<&mut ShapeId> {
        match self {
            Combination::All(ids) | Combination::Any(ids) | Combination::One(ids) => ids.iter_mut().collect(),
            Combination::Not(id) => vec![id],
            Combination::If { test, then, otherwise } => [test].into_iter().chain(then).chain(otherwise).collect(),
        }
    }
}

impl Kind {
    /// The property type inside, through lists and maps.
    pub fn object(&self) -> Option<ShapeId> {
        match self {
            Kind::List(inner) | Kind::Map(inner) => inner.object(),
            Kind::Object(id) => Some(*id),
            _ => None,
        }
    }

    fn relink(&mut self, new: &mut dyn FnMut(ShapeId) -> ShapeId) {
        match self {
            Kind::List(inner) | Kind::Map(inner) => inner.relink(new),
            Kind::Object(id) => *id = new(*id),
            _ => {}
        }
    }
}

impl ResourceType {
    /// The shapes that this type points at.
    pub fn links(&self) -> Vec<ShapeId> {
        self.attributes.iter().filter_map(|attribute| attribute.kind.object()).chain([self.properties]).collect()
    }

    /// Gives every shape that this type points at a new number.
    pub fn relink(&mut self, new: &mut dyn FnMut(ShapeId) -> ShapeId) {
        self.properties = new(self.properties);
        for attribute in &mut self.attributes {
            attribute.kind.relink(new);
        }
    }
}
