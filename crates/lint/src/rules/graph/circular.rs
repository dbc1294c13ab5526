//! E3004: resources that wait for each other.
use std::collections::HashMap;

use super::edges;
use crate::context::Context;
use crate::report::Report;
use crate::rule::{Check, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    id: "E3004",
    name: "circular-dependency",
    reason: "Resources that need each other, or themselves, can never be made, since each waits for the other.",
    fix: "Take one of the references away, or move what refers back into a resource of its own, such as \
          AWS::EC2::SecurityGroupIngress.",
    good: "Resources:\n  One:\n    Type: AWS::SNS::Topic\n  Two:\n    Type: AWS::SNS::Topic\n    DependsOn: One\n",
    bad: "Resources:\n  One:\n    Type: AWS::SNS::Topic\n    DependsOn: Two\n  Two:\n    Type: AWS::SNS::Topic\n    \
          DependsOn: One\n",
    check: Check::Template(check),
};

fn check(context: &Context<'_>, report: &mut Report<'_>) {
    // What SAM makes of its types is several resources, which may well wait for each other in a row.
    let sam = |name: &str| {
        context.template.resource(name).is_none_or(|resource| resource.type_name.starts_with("AWS::Serverless::"))
    };
    let mut next: HashMap<&str, Vec<&str>> = HashMap::new();
    for (from, to, _) in edges(context).filter(|(from, to, _)| !sam(from) && !sam(to)) {
        next.entry(from).or_default().push(to);
    }
    let rings = rings(&next, context.template.resources.iter().map(|resource| resource.name));
    for resource in &context.template.resources {
        let Some(ring) = rings.get(resource.name) else { continue };
        let steps = next.get(resource.name).into_iter().flatten();
        let Some(through) = steps.copied().find(|step| *step == resource.name || rings.get(step) == Some(ring)) else {
            continue;
        };
        report.at(resource.node, || match through == resource.name {
            true => format!("`{through}` depends on itself"),
            false => format!("`{}` depends on `{through}`, which depends on `{}`", resource.name, resource.name),
        });
    }
}

/// The number of the ring that each name is in: names that all depend on one another, found in one go (Tarjan's way, with
/// a stack of its own instead of calls, so that a long row of resources does no harm).
fn rings<'n>(next: &HashMap<&'n str, Vec<&'n str>>, names: impl Iterator<Item = &'n str>) -> HashMap<&'n str, usize> {
    let none = Vec::new();
    let steps = |name: &str| next.get(name).unwrap_or(&none);
    let mut search = Search::default();
    for start in names {
        let mut path = if search.enter(start) { vec![(start, 0)] } else { Vec::new() };
        while let Some((name, done)) = path.last_mut() {
            let name = *name;
            if let Some(step) = steps(name).get(*done) {
                *done += 1;
                if search.enter(step) {
                    path.push((step, 0));
                } else {
                    search.lower(name, step);
                }
            } else {
                path.pop();
                search.leave(name, path.last().map(|(outer, _)| *outer));
            }
        }
    }
    search.rings
}

#[derive(Default)]
struct Search<'n> {
    /// When a name was first seen, and the earliest name on the stack that it leads back to.
    seen: HashMap<&'n str, (usize, usize)>,
    stack: Vec<&'n str>,
    rings: HashMap<&'n str, usize>,
}

impl<'n> Search<'n> {
    /// Whether the name is new.
    fn enter(&mut self, name: &'n str) -> bool {
        if self.seen.contains_key(name) {
            return false;
        }
        let at = self.seen.len();
        self.seen.insert(name, (at, at));
        self.stack.push(name);
        true
    }

    /// A name leads to one that was seen; one in a ring that is closed already does not count.
    fn lower(&mut self, name: &'n str, to: &'n str) {
        if self.rings.contains_key(to) {
            return;
        }
        let least = self.seen.get(to).map_or(usize::MAX, |(_, least)| *least);
        if let Some((_, own)) = self.seen.get_mut(name) {
            *own = (*own).min(least);
        }
    }

    /// Everything behind a name is seen; what is still on the stack above it is its ring, if it leads to nothing earlier.
    fn leave(&mut self, name: &'n str, outer: Option<&'n str>) {
        let Some((at, least)) = self.seen.get(name).copied() else { return };
        if at == least {
            while let Some(member) = self.stack.pop() {
                self.rings.insert(member, at);
                if member == name {
                    break;
                }
            }
        }
        if let Some(outer) = outer {
            self.lower(outer, name);
        }
    }
}
