//! Demands beyond the resource types: the walk holds single values against them, as it holds properties against their shape.
use std::sync::LazyLock;

use stackgen_schema::ShapeId;

use super::place::Place;
use super::walker::Walker;
use crate::context::Context;
use crate::document::{self, Document, Node};
use crate::report::{Finding, Sink};
use crate::rule::{Demand, Rule};
use crate::rules;
use crate::shapes;
use crate::template::{Resource, Scenario, call};

/// What a resource without `Properties` has.
static EMPTY: LazyLock<Document> = LazyLock::new(|| document::read("{}").expect("it is JSON"));

/// A value that must meet a demand, with what holds there.
type Reached<'t> = (Node<'t>, Scenario<'t>);

impl Walker<'_> {
    /// Holds the properties of a resource against everything that its service demands of them.
    pub(super) fn demands<'t>(
        &mut self,
        context: &Context<'t>,
        resource: &Resource<'t>,
        properties: Node<'t>,
        start: &Scenario<'t>,
    ) {
        for (rule, demand, way) in self.checks.demands.get(resource.type_name).into_iter().flatten() {
            let mut reached = Vec::new();
            reach(context, properties, way, start, &mut reached);
            for (node, scenario) in reached {
                let found = self.held(context, resource, (node, scenario), demand);
                self.tell(rule, demand, found);
            }
        }
    }

    /// The same for a resource without `Properties`, which is as if they were empty. Findings stand at the resource.
    pub(super) fn demands_of_none<'t>(&mut self, context: &Context<'t>, resource: &Resource<'t>, start: &Scenario<'t>) {
        let demands = self.checks.demands.get(resource.type_name).into_iter().flatten();
        for (rule, demand, _) in demands.filter(|(_, _, way)| way.is_empty()) {
            let found = self.held(context, resource, (EMPTY.root(), start.clone()), demand);
            let at = (resource.node.place(), resource.node.path());
            let moved = found.into_iter().map(|it| Finding { span: at.0, path: at.1.clone(), ..it });
            self.tell(rule, demand, moved.collect());
        }
    }

    /// What is wrong with a value, still under the ids of the rules on shapes.
    fn held<'t>(
        &self,
        context: &Context<'t>,
        resource: &Resource<'t>,
        (node, scenario): Reached<'t>,
        demand: &Demand,
    ) -> Vec<Finding> {
        let is_function = |name: &&str| node.get(name).is_some_and(|value| call(value).is_some());
        let mut found = Vec::new();
        for (shape, region) in demanded(demand, context) {
            if demand.settled.iter().any(is_function) {
                break;
            }
            let (shape, scenario) = (context.shape(shape), scenario.clone());
            let place = Place { context, resource, node, shape, property: None, scenario };
            let mut sink = Sink::default();
            let checks = rules::fitting();
            Walker { sink: &mut sink, checks, depth: self.depth, trying: false, exact: true }.value(&place);
            if !demand.all {
                let depth = |finding: &Finding| finding.path.matches('/').count();
                sink.findings = sink.findings.into_iter().min_by_key(depth).into_iter().collect();
            }
            let region = region.map(|region| format!(" in {region}")).unwrap_or_default();
            let said = |it: Finding| Finding { message: it.message.clone() + &region, ..it };
            found.extend(sink.findings.into_iter().map(said));
        }
        found
    }

    fn tell(&mut self, rule: &'static Rule, demand: &Demand, found: Vec<Finding>) {
        self.sink.findings.extend(found.into_iter().map(|finding| Finding {
            rule: rule.id,
            severity: rule.severity(),
            message: format!("{}: {}", finding.message, demand.because),
            fix: rule.fix,
            ..finding
        }));
    }
}

/// The shapes, with the region if it is that region's.
fn demanded<'c>(demand: &Demand, context: &'c Context<'_>) -> Vec<(ShapeId, Option<&'c str>)> {
    let Some(extension) = shapes::extension(demand.facts) else { return Vec::new() };
    if let stackgen_schema::Demands::Always(shape) = extension.demands {
        return vec![(shape, None)];
    }
    context.regions.iter().filter_map(|region| Some((extension.in_region(region)?, Some(region.as_str())))).collect()
}

/// The values at the end of a way such as `BlockDeviceMappings/*/Ebs`, through every branch of `Fn::If`.
fn reach<'t>(
    context: &Context<'t>,
    node: Node<'t>,
    way: &str,
    scenario: &Scenario<'t>,
    reached: &mut Vec<Reached<'t>>,
) {
    for branch in context.template.branches(node, scenario) {
        if way.is_empty() {
            reached.push((branch.node, branch.scenario));
            continue;
        }
        let (step, rest) = way.split_once('/').unwrap_or((way, ""));
        if step == "*" {
            branch.node.items().for_each(|item| reach(context, item, rest, &branch.scenario, reached));
        } else if let Some(value) = branch.node.get(step) {
            reach(context, value, rest, &branch.scenario, reached);
        }
    }
}
