//! E3019: two resources cannot be the same thing.
use std::collections::HashMap;
use std::fmt::Write;

use crate::context::Context;
use crate::document::{Node, ScalarKind};
use crate::report::Report;
use crate::rule::{Check, Rule};
use crate::template::{Resource, Scenario};

/// The rule.
pub static RULE: Rule = Rule {
    id: "E3019",
    name: "identifier-twice",
    reason: "Two resources of one type with the same identifier are one and the same thing, which the second cannot make again.",
    fix: "Give one of them another name, or leave the name out.",
    good: "Resources:\n  One:\n    Type: AWS::S3::Bucket\n    Properties:\n      BucketName: first-bucket\n  Two:\n    Type: \
           AWS::S3::Bucket\n    Properties:\n      BucketName: second-bucket\n",
    bad: "Resources:\n  One:\n    Type: AWS::S3::Bucket\n    Properties:\n      BucketName: the-bucket\n  Two:\n    Type: \
          AWS::S3::Bucket\n    Properties:\n      BucketName: the-bucket\n",
    check: Check::Template(check),
};

/// A way in which a resource is identified.
struct Identified<'c, 't> {
    resource: &'c Resource<'t>,
    place: Node<'t>,
    scenario: Scenario<'t>,
}

fn check(context: &Context<'_>, report: &mut Report<'_>) {
    let mut known: HashMap<(&str, String), Vec<Identified<'_, '_>>> = HashMap::new();
    for resource in &context.template.resources {
        let Some(names) = identifier(resource) else { continue };
        let start = resource.condition.and_then(|name| Scenario::default().with(name, true)).unwrap_or_default();
        for (text, place, scenario) in ways(context, resource, &names, start) {
            known.entry((resource.type_name, text)).or_default().push(Identified { resource, place, scenario });
        }
    }
    for same in known.values() {
        for one in same {
            let meets = |other: &&Identified<'_, '_>| {
                let both = one.scenario.and(&other.scenario);
                other.resource.name != one.resource.name
                    && both.is_some_and(|it| context.template.conditions.possible(&it))
            };
            if let Some(other) = same.iter().find(meets) {
                report.at(one.place, || format!("`{}` has the same identifier", other.resource.name));
            }
        }
    }
}

/// The properties that identify a resource, if the template gives them.
fn identifier(resource: &Resource<'_>) -> Option<Vec<&'static str>> {
    let facts = resource.facts?;
    if resource.type_name == "AWS::CodeBuild::Project" {
        return Some(vec!["Name"]); // The type says its ARN, and AWS allows a name once.
    }
    let given = |path: &'static String| {
        let name = path.strip_prefix('/').filter(|name| !name.contains('/'));
        name.filter(|_| !facts.read_only.contains(path))
    };
    let names: Option<Vec<&'static str>> = facts.primary_identifier.iter().map(given).collect();
    names.filter(|names| !names.is_empty())
}

/// Everything that the identifier can be, written down.
fn ways<'t>(
    context: &Context<'t>,
    resource: &Resource<'t>,
    names: &[&str],
    start: Scenario<'t>,
) -> Vec<(String, Node<'t>, Scenario<'t>)> {
    let Some(properties) = resource.properties else { return Vec::new() };
    let mut ways = Vec::new();
    for given in context.template.branches(properties, &start) {
        let mut open = vec![(String::new(), given.node, given.scenario)];
        for name in names {
            let Some(value) = given.node.get(name).filter(|value| !is_null(*value)) else {
                open.clear();
                break;
            };
            let mut next = Vec::new();
            for (text, _, scenario) in &open {
                for branch in context.template.branches(value, scenario).into_iter().filter(|it| !is_null(it.node)) {
                    let place = if names.len() == 1 && given.node == properties { value } else { properties };
                    next.push((format!("{text}\n{}", same(branch.node)), place, branch.scenario));
                }
            }
            open = next;
        }
        ways.extend(open);
        ways.truncate(64);
    }
    ways
}

fn is_null(node: Node<'_>) -> bool {
    node.scalar().is_some_and(|scalar| scalar.kind == ScalarKind::Null)
}

/// A text that is the same for values that are the same.
fn same(node: Node<'_>) -> String {
    if let Some(scalar) = node.scalar() {
        return format!("{:?}", scalar.text);
    }
    let mut text = String::from("(");
    for entry in node.entries() {
        write!(text, "{:?}:{} ", entry.key.text, same(entry.value)).expect("writing to text never fails");
    }
    for item in node.items() {
        write!(text, "{} ", same(item)).expect("writing to text never fails");
    }
    text + ")"
}
