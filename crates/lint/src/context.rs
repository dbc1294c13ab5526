//! Everything that rules ask: the template, the facts, the regions, and analyses that several rules share.
use std::cell::OnceCell;

use stackgen_schema::{Date, Facts, ResourceType, Shape, ShapeId};

use crate::rules::functions::{Fault, faults};
use crate::shapes;
use crate::template::Template;

/// What a rule is given.
#[derive(Debug)]
pub struct Context<'t> {
    /// The template.
    pub template: &'t Template<'t>,
    /// What AWS says about resource types.
    pub facts: &'static Facts,
    /// The regions that the template is meant for.
    pub regions: &'t [String],
    /// The day for which it is asked what has ended.
    pub today: Date,
    used: OnceCell<std::collections::HashSet<&'t str>>,
    faults: OnceCell<Vec<Fault<'t>>>,
}

impl<'t> Context<'t> {
    pub(crate) fn new(template: &'t Template<'t>, regions: &'t [String], today: Date) -> Context<'t> {
        let (used, faults) = (OnceCell::new(), OnceCell::new());
        Context { template, facts: Facts::embedded(), regions, today, used, faults }
    }

    /// A shape, decoded once for the whole process.
    #[must_use]
    pub fn shape(&self, id: ShapeId) -> &'static Shape {
        shapes::shape(id)
    }

    /// A resource type, decoded once for the whole process.
    #[must_use]
    pub fn resource_type(&self, name: &str) -> Option<&'static ResourceType> {
        shapes::resource_type(name)
    }

    /// Whether a region has a resource type. Nothing is known of a region that the facts do not name.
    #[must_use]
    pub fn region_has(&self, region: &str, resource_type: &ResourceType) -> bool {
        let bit = self.facts.regions().iter().position(|known| known == region);
        bit.is_none_or(|bit| resource_type.regions >> bit & 1 == 1)
    }

    /// The names that any `Ref` or `Fn::Sub` anywhere in the template refers to.
    pub fn referenced(&self) -> &std::collections::HashSet<&'t str> {
        self.used.get_or_init(|| {
            self.template
                .references
                .iter()
                .filter(|it| it.is_value() && it.attribute.is_none())
                .map(|it| it.name)
                .collect()
        })
    }

    /// What is wrong with functions, for the rules that report it.
    pub fn function_faults(&self) -> &[Fault<'t>] {
        self.faults.get_or_init(|| faults::all(self))
    }
}
