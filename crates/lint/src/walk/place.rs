//! Where the walk is.
use stackgen_schema::{PSEUDO_PARAMETERS, Property, Shape, ShapeId};

use crate::context::Context;
use crate::document::{Node, Scalar, ScalarKind, Step};
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

/// Whether a value satisfies a shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fit {
    Yes,
    No,
    /// A function or a macro stands in the way.
    Unknown,
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

    /// The text, number or flag that stands here. Nothing for null, which takes the property away, and for what AWS replaces
    /// before it looks at the value: dynamic references, and names of pseudo parameters, which people mean to be replaced.
    #[must_use]
    pub fn literal(&self) -> Option<&'t Scalar> {
        let dynamic = |text: &str| text.contains("{{") && text.contains("resolve:");
        let pseudo = |text: &str| text.starts_with("AWS::") && PSEUDO_PARAMETERS.contains(&text);
        let scalar = self.node.scalar()?;
        let settled = scalar.kind != ScalarKind::Null && !dynamic(&scalar.text) && !pseudo(&scalar.text);
        settled.then_some(scalar)
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

    /// The same place with more known about conditions.
    pub(super) fn with_scenario(&self, scenario: &Scenario<'t>) -> Self {
        let Place { context, resource, node, shape, property, .. } = *self;
        Place { context, resource, node, shape, property, scenario: scenario.clone() }
    }
}
