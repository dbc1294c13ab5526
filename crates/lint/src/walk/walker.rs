//! Going along.
use std::collections::HashMap;

use stackgen_schema::{ResourceType, ShapeId, TypeSet};

use super::group::{Group, groups};
use super::place::Place;
use crate::context::Context;
use crate::document::Node;
use crate::patterns;
use crate::report::{Report, Sink};
use crate::rule::{Check, Demand, Rule};
use crate::rules;
use crate::shapes;
use crate::template::{Function, Resource, Scenario, call};

/// How deep shapes may be followed; some contain themselves.
const DEPTH: usize = 64;

/// The walk, with what finds something on its way.
pub(crate) struct Walker<'s> {
    pub(super) sink: &'s mut Sink,
    pub(super) checks: &'static Sorted,
    pub(super) depth: usize,
    /// Whether it is only asked if anything is found at all.
    pub(super) trying: bool,
    /// Whether it is about a demand: what only looks like a value of the right type, and what AWS replaces, is unknown.
    pub(super) exact: bool,
}

impl<'s> Walker<'s> {
    /// Looks at the properties of every resource.
    pub(crate) fn walk(context: &Context<'_>, sink: &'s mut Sink) {
        let mut walker = Walker { sink, checks: rules::checks(), depth: 0, trying: false, exact: false };
        for resource in &context.template.resources {
            walker.resource(context, resource);
        }
    }

    fn resource<'t>(&mut self, context: &Context<'t>, resource: &Resource<'t>) {
        let Some(facts) = resource.facts.or_else(|| custom(resource.type_name)) else { return };
        if !resource.name.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return; // cfn-lint says E3001 for the name and nothing more
        }
        let start = resource.condition.and_then(|name| Scenario::default().with(name, true)).unwrap_or_default();
        match resource.properties {
            Some(properties) => {
                self.branches(context, resource, properties, facts.properties, None, &start);
                self.demands(context, resource, properties, &start);
            }
            None => {
                self.no_properties(context, resource, facts, start.clone());
                self.demands_of_none(context, resource, &start);
            }
        }
    }

    /// A resource without `Properties` has none of those that it must have. Findings stand at the resource.
    fn no_properties<'t>(
        &mut self,
        context: &Context<'t>,
        resource: &Resource<'t>,
        facts: &ResourceType,
        scenario: Scenario<'t>,
    ) {
        let group = Group { entries: Vec::new(), items: Vec::new(), scenario: scenario.clone(), open: false };
        let (node, shape) = (resource.node, context.shape(facts.properties));
        let place = Place { context, resource, node, shape, property: None, scenario };
        for (rule, check) in &self.checks.groups {
            check(&place, &group, &mut Report::new(rule, self.sink));
        }
    }

    fn branches<'t>(
        &mut self,
        context: &Context<'t>,
        resource: &Resource<'t>,
        node: Node<'t>,
        shape: ShapeId,
        property: Option<&'static stackgen_schema::Property>,
        scenario: &Scenario<'t>,
    ) {
        let shape = context.shape(shape);
        if call(node).is_none_or(|call| call.function != Function::If) {
            let scenario = scenario.clone();
            return self.value(&Place { context, resource, node, shape, property, scenario });
        }
        for branch in context.template.branches(node, scenario) {
            let (node, scenario) = (branch.node, branch.scenario);
            self.value(&Place { context, resource, node, shape, property, scenario });
        }
    }

    pub(super) fn value(&mut self, place: &Place<'_, '_>) {
        self.sink.unknown |= self.depth >= DEPTH;
        if self.depth >= DEPTH || (self.trying && self.sink.unknown) {
            return;
        }
        if place.shape.never {
            return self.never(place);
        }
        if self.exact && is_open(place) {
            self.sink.unknown = true;
            return;
        }
        self.depth += 1;
        if let Some(call) = call(place.node) {
            self.sink.unknown = true;
            for (rule, check) in &self.checks.calls {
                check(place, &call, &mut Report::new(rule, self.sink));
            }
        } else {
            self.plain(place);
        }
        self.depth -= 1;
    }

    fn plain(&mut self, place: &Place<'_, '_>) {
        for (rule, check) in &self.checks.values {
            check(place, &mut Report::new(rule, self.sink));
        }
        let Some(groups) = (place.node.is_map() || place.node.is_list()).then(|| groups(place)) else {
            return self.combined(place);
        };
        // How many items a list has under a condition is known, but not whether anybody wants that condition there.
        self.sink.unknown |= place.node.is_list() && groups.len() > 1;
        for group in &groups {
            self.sink.unknown |= group.open;
            for (rule, check) in &self.checks.groups {
                check(place, group, &mut Report::new(rule, self.sink));
            }
        }
        self.below(place);
        if !place.shape.combinations.is_empty() {
            groups.iter().for_each(|group| self.combined(&place.with_scenario(&group.scenario)));
        }
    }

    /// Goes on to the properties of a map and the items of a list.
    fn below(&mut self, place: &Place<'_, '_>) {
        let Place { context, resource, shape, scenario, .. } = place;
        for entry in place.node.entries() {
            let name = entry.key.text.as_str();
            let at = shape.properties.binary_search_by(|property| property.name.as_str().cmp(name));
            if let Ok(at) = at {
                let property = &shape.properties[at];
                self.branches(context, resource, entry.value, property.shape, Some(property), scenario);
            }
            let mut described = at.is_ok();
            for (_, other) in shape.pattern_properties.iter().filter(|(pattern, _)| patterns::matches(pattern, name)) {
                described = true;
                self.branches(context, resource, entry.value, *other, None, scenario);
            }
            if let Some(other) = shape.additional.filter(|_| !described) {
                self.branches(context, resource, entry.value, other, None, scenario);
            }
        }
        for (index, item) in place.node.items().enumerate() {
            if let Some(shape) = shape.prefix_items.get(index).copied().or(shape.items) {
                self.branches(context, resource, item, shape, None, scenario);
            }
        }
    }
}

/// Whether a text will be something else: a dynamic reference, or the path of a file where a map is wanted.
fn is_open(place: &Place<'_, '_>) -> bool {
    let text = place.node.text().is_some();
    text && (place.literal().is_none() || place.shape.types == TypeSet::OBJECT)
}

/// A custom resource of any name has what all of them have.
fn custom(type_name: &str) -> Option<&'static ResourceType> {
    type_name.strip_prefix("Custom::").and_then(|_| shapes::resource_type("AWS::CloudFormation::CustomResource"))
}

type Checks<F> = Vec<(&'static Rule, F)>;

/// The rules, sorted by how they look.
#[derive(Debug, Default)]
pub(crate) struct Sorted {
    pub(crate) templates: Checks<fn(&Context<'_>, &mut Report<'_>)>,
    pub(crate) values: Checks<fn(&Place<'_, '_>, &mut Report<'_>)>,
    pub(crate) groups: Checks<fn(&Place<'_, '_>, &super::Group<'_>, &mut Report<'_>)>,
    pub(crate) calls: Checks<fn(&Place<'_, '_>, &crate::template::Call<'_>, &mut Report<'_>)>,
    /// By resource type, with the way from its properties.
    pub(crate) demands: HashMap<&'static str, Vec<(&'static Rule, &'static Demand, &'static str)>>,
}

impl Sorted {
    pub(crate) fn new(rules: impl Iterator<Item = &'static Rule>) -> Sorted {
        let mut sorted = Sorted::default();
        for rule in rules {
            match rule.check {
                Check::Template(check) => sorted.templates.push((rule, check)),
                Check::Value(check) => sorted.values.push((rule, check)),
                Check::Group(check) => sorted.groups.push((rule, check)),
                Check::Call(check) => sorted.calls.push((rule, check)),
                Check::Demand(demand) => sorted.demand(rule, demand),
                Check::Elsewhere => {}
            }
        }
        sorted
    }

    fn demand(&mut self, rule: &'static Rule, demand: &'static Demand) {
        for place in demand.places {
            let (type_name, way) = place.split_once('/').unwrap_or((place, ""));
            self.demands.entry(type_name).or_default().push((rule, demand, way));
        }
    }
}
