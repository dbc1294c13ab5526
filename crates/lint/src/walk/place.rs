//! Where the walk is.
use stackgen_schema::{Property, Shape, ShapeId};

use super::walker::Walker;
use crate::context::Context;
use crate::document::{Node, Step};
use crate::template::{Resource, Scenario};

/// A value and what is said about it.
#[derive(Debug)]
pub struct Place<'c, 't> {
    /// The template and everything else.
    pub context: &'c Context<'t>,
    /// The resource whose property it is.
    pub resource: &'c Resource<'t>,
    /// The value; never `Fn::If`.
    pub node: Node<'t>,
    /// What it must satisfy.
    pub shape: &'static Shape,
    /// The property whose value it is, if it is one of the properties that the shape of its map names.
    pub property: Option<&'static Property>,
    /// What is assumed of conditions here.
    pub scenario: Scenario<'t>,
}

impl<'t> Place<'_, 't> {
    /// The path as the facts write it, such as `/Ebs/Size`, with `*` for every item.
    #[must_use]
    pub fn property_path(&self) -> String {
        let mut path = String::new();
        let mut skip = 0;
        // Resources, the name, Properties.
        for step in self.node.steps().into_iter().skip(3) {
            match step {
                _ if skip > 0 => skip -= 1,
                Step::Key(key) if key.text == "Fn::If" => skip = 1,
                Step::Key(key) => {
                    path.push('/');
                    path.push_str(&key.text);
                }
                Step::Item(_) => path.push_str("/*"),
            }
        }
        path
    }

    /// Whether it is about a map; a resource without `Properties` counts as one with none.
    #[must_use]
    pub fn is_map(&self) -> bool {
        self.node.is_map()
    }

    /// Whether the value satisfies another shape, in everything below it as well.
    #[must_use]
    pub fn fits(&self, shape: ShapeId) -> bool {
        Walker::fits(self, shape)
    }

    /// The same place with another shape.
    #[must_use]
    pub fn with_shape(&self, shape: ShapeId) -> Self {
        Place {
            context: self.context,
            resource: self.resource,
            node: self.node,
            shape: self.context.shape(shape),
            property: self.property,
            scenario: self.scenario.clone(),
        }
    }
}
