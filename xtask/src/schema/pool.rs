//! Equal shapes become one.
//!
//! Shapes are taken from the leaves up, so that two of them are equal exactly when their contents and the numbers they point
//! at are. Shapes on a cycle cannot be numbered from the leaves; they stay distinct, which costs little: few types recurse.
use std::collections::HashMap;

use stackgen_schema::{Extension, ResourceType, Shape, ShapeId};

/// What points at shapes.
pub trait Owner {
    /// The shapes.
    fn links(&self) -> Vec<ShapeId>;
    /// Gives them new numbers.
    fn relink(&mut self, new: &mut dyn FnMut(ShapeId) -> ShapeId);
}

impl Owner for ResourceType {
    fn links(&self) -> Vec<ShapeId> {
        ResourceType::links(self)
    }

    fn relink(&mut self, new: &mut dyn FnMut(ShapeId) -> ShapeId) {
        ResourceType::relink(self, new);
    }
}

impl Owner for Extension {
    fn links(&self) -> Vec<ShapeId> {
        Extension::links(self)
    }

    fn relink(&mut self, new: &mut dyn FnMut(ShapeId) -> ShapeId) {
        Extension::relink(self, new);
    }
}

/// All distinct shapes so far.
#[derive(Default)]
pub struct Pool {
    pub shapes: Vec<Shape>,
    ids: HashMap<Shape, ShapeId>,
}

impl Pool {
    /// Takes over the shapes of one resource type or extension and renumbers it.
    pub fn absorb(&mut self, owner: &mut impl Owner, local: Vec<Shape>) {
        let mut cycles = Cycles::new(&local);
        for root in owner.links() {
            cycles.visit(root);
        }
        let mut new: HashMap<ShapeId, ShapeId> = HashMap::new();
        for group in cycles.groups {
            if let [only] = group[..]
                && !local[only.0 as usize].links().contains(&only)
            {
                let mut shape = local[only.0 as usize].clone();
                shape.relink(&mut |id| new[&id]);
                new.insert(only, self.intern(shape));
                continue;
            }
            for id in &group {
                new.insert(*id, self.push(Shape::default()));
            }
            for id in group {
                let mut shape = local[id.0 as usize].clone();
                shape.relink(&mut |id| new[&id]);
                self.shapes[new[&id].0 as usize] = shape;
            }
        }
        owner.relink(&mut |id| new[&id]);
    }

    fn intern(&mut self, shape: Shape) -> ShapeId {
        if let Some(id) = self.ids.get(&shape) {
            return *id;
        }
        let id = self.push(shape.clone());
        self.ids.insert(shape, id);
        id
    }

    fn push(&mut self, shape: Shape) -> ShapeId {
        self.shapes.push(shape);
        ShapeId((self.shapes.len() - 1) as u32)
    }

    /// Gives the most used shapes the smallest numbers, which take fewer bytes.
    pub fn by_use(self, types: &mut [ResourceType], extensions: &mut [Extension]) -> Vec<Shape> {
        let mut uses = vec![0u32; self.shapes.len()];
        let links = self.shapes.iter().flat_map(Shape::links).chain(types.iter().flat_map(ResourceType::links));
        let links = links.chain(extensions.iter().flat_map(Extension::links));
        for id in links {
            uses[id.0 as usize] += 1;
        }
        let mut order: Vec<usize> = (0..self.shapes.len()).collect();
        order.sort_by_key(|index| (std::cmp::Reverse(uses[*index]), *index));
        let mut new = vec![ShapeId(0); order.len()];
        for (place, index) in order.iter().enumerate() {
            new[*index] = ShapeId(place as u32);
        }
        for resource in types {
            resource.relink(&mut |id| new[id.0 as usize]);
        }
        for extension in extensions {
            extension.relink(&mut |id| new[id.0 as usize]);
        }
        let mut shapes: Vec<Option<Shape>> = self.shapes.into_iter().map(Some).collect();
        let mut sorted: Vec<Shape> = order.iter().filter_map(|index| shapes[*index].take()).collect();
        for shape in &mut sorted {
            shape.relink(&mut |id| new[id.0 as usize]);
        }
        sorted
    }
}

/// Tarjan's strongly connected components, which come out leaves first.
struct Cycles<'a> {
    shapes: &'a [Shape],
    order: HashMap<ShapeId, usize>,
    low: HashMap<ShapeId, usize>,
    stack: Vec<ShapeId>,
    groups: Vec<Vec<ShapeId>>,
}

impl<'a> Cycles<'a> {
    fn new(shapes: &'a [Shape]) -> Cycles<'a> {
        Cycles { shapes, order: HashMap::new(), low: HashMap::new(), stack: Vec::new(), groups: Vec::new() }
    }

    fn visit(&mut self, id: ShapeId) {
        if self.order.contains_key(&id) {
            return;
        }
        let place = self.order.len();
        self.order.insert(id, place);
        self.low.insert(id, place);
        self.stack.push(id);
        for next in self.shapes[id.0 as usize].links() {
            let reached = if !self.order.contains_key(&next) {
                self.visit(next);
                self.low[&next]
            } else if self.stack.contains(&next) {
                self.order[&next]
            } else {
                continue;
            };
            self.low.insert(id, self.low[&id].min(reached));
        }
        if self.low[&id] == place
            && let Some(start) = self.stack.iter().position(|held| *held == id)
        {
            self.groups.push(self.stack.split_off(start));
        }
    }
}

#[cfg(test)]
mod tests {
    use stackgen_schema::{Document, Facts, Kind, Property};

    use super::*;

    fn resource(name: &str, properties: ShapeId) -> ResourceType {
        let json = serde_json::json!({
            "name": name, "properties": properties, "attributes": [], "ref_returns": [], "create_only": [],
            "conditional_create_only": [], "refused": [], "read_only": [], "write_only": [], "deprecated": [],
            "primary_identifier": [], "arn": null, "tagging": null, "stateful": false, "replacement": "CreateThenDelete",
            "updatable": true, "regions": 0, "permissions": [],
        });
        serde_json::from_value(json).unwrap()
    }

    fn object(name: &str, inner: ShapeId) -> Shape {
        let property = Property { name: name.into(), required: true, kind: Kind::Object(inner), shape: inner };
        Shape { name: Some(name.into()), properties: vec![property], ..Shape::default() }
    }

    #[test]
    fn equal_shapes_become_one() {
        let leaf = Shape { pattern: Some("x".into()), ..Shape::default() };
        let mut pool = Pool::default();
        let mut first = resource("A::A::A", ShapeId(0));
        pool.absorb(&mut first, vec![object("In", ShapeId(1)), leaf.clone()]);
        let mut second = resource("A::A::B", ShapeId(1));
        pool.absorb(&mut second, vec![leaf, object("In", ShapeId(0)), Shape::default()]);
        assert_eq!(first.properties, second.properties);
        assert_eq!(pool.shapes.len(), 2, "what nobody reaches is left out");
    }

    #[test]
    fn shapes_may_contain_themselves() {
        let mut types = vec![resource("A::A::A", ShapeId(0))];
        let mut pool = Pool::default();
        pool.absorb(&mut types[0], vec![object("Out", ShapeId(1)), object("Tree", ShapeId(1))]);
        let shapes = pool.by_use(&mut types, &mut []);
        let bytes = Document { shapes, types, ..Document::default() }.encode().unwrap();
        let facts = Facts::parse(bytes).unwrap();
        let out = facts.shape(facts.resource("A::A::A").unwrap().properties);
        let tree = out.properties[0].shape;
        assert_eq!(facts.shape(tree).properties[0].shape, tree);
    }
}
