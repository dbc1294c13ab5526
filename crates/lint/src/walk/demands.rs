//! Demands beyond the resource types: the walk holds single values against them, as it holds properties against their shape.
use stackgen_schema::ShapeId;

use super::place::Place;
use super::walker::Walker;
use crate::context::Context;
use crate::document::Node;
use crate::report::{Finding, Sink};
use crate::rule::{Demand, Rule};
use crate::rules;
use crate::shapes;
use crate::template::{Resource, Scenario};

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
                let place = |shape| Place {
                    context,
                    resource,
                    node,
                    shape: context.shape(shape),
                    property: None,
                    scenario: scenario.clone(),
                };
                for (shape, region) in demanded(demand, context) {
                    self.hold(&place(shape), rule, demand, region);
                }
            }
        }
    }

    fn hold(&mut self, place: &Place<'_, '_>, rule: &'static Rule, demand: &Demand, region: Option<&str>) {
        let mut sink = Sink::default();
        Walker { sink: &mut sink, checks: rules::fitting(), depth: self.depth, trying: false }.value(place);
        let mut found = sink.findings;
        if !demand.all {
            let depth = |finding: &Finding| finding.path.matches('/').count();
            found = found.into_iter().min_by_key(depth).into_iter().collect();
        }
        let region = region.map(|region| format!(" in {region}")).unwrap_or_default();
        self.sink.findings.extend(found.into_iter().map(|finding| Finding {
            rule: rule.id,
            severity: rule.severity(),
            message: format!("{}{region}: {}", finding.message, demand.because),
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
