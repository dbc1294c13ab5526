//! E3024: tags that AWS refuses.
use std::collections::HashSet;

use super::{unique::written, words};
use crate::document::{Node, ScalarKind};
use crate::report::Report;
use crate::rule::{Check, Rule};
use crate::template::{Function, SubPart, call, sub_parts};
use crate::walk::Place;

/// The rule.
pub static RULE: Rule = Rule {
    id: "E3024",
    name: "tags",
    reason: "AWS refuses tags whose key is missing, empty, longer than 128 characters, there twice, or begins with `aws:`, \
             and values longer than 256 characters.",
    fix: "Write each key once, as text that does not begin with `aws:`.",
    good: "Resources:\n  Bucket:\n    Type: AWS::S3::Bucket\n    Properties:\n      Tags:\n        - {Key: team, Value: web}\n",
    bad: "Resources:\n  Bucket:\n    Type: AWS::S3::Bucket\n    Properties:\n      Tags:\n        \
          - {Key: team, Value: web}\n        - {Key: team, Value: shop}\n",
    check: Check::Value(check),
};

/// Source: *Tag naming limits and requirements* in the guide on tagging AWS resources.
const LONGEST_KEY: usize = 128;
const LONGEST_VALUE: usize = 256;

fn check(place: &Place<'_, '_>, report: &mut Report<'_>) {
    let Some(facts) = place.resource.facts.filter(|facts| facts.tagging.is_some()) else { return };
    if !std::ptr::eq(place.shape, place.context.shape(facts.properties)) || place.property.is_some() {
        return;
    }
    let Some(tags) = place.node.get("Tags") else { return };
    for branch in place.context.template.branches(tags, &place.scenario) {
        if call(branch.node).is_none() {
            look(place, branch.node, report);
        }
    }
}

fn look<'t>(place: &Place<'_, 't>, tags: Node<'t>, report: &mut Report<'_>) {
    if let Some(scalar) = tags.scalar() {
        if scalar.kind != ScalarKind::Null {
            report.at(tags, || format!("tags are a list or a map, and this is {}", words::value(tags)));
        }
        return;
    }
    if tags.is_map() {
        for entry in tags.entries().filter(|entry| entry.key.text.starts_with("aws:") || entry.key.text.is_empty()) {
            report.at(entry.value, || format!("`{}` is no key for a tag: `aws:` is for AWS", entry.key.text));
        }
        return tags.entries().for_each(|entry| value(entry.value, report));
    }
    for item in tags.items() {
        let branches = place.context.template.branches(item, &place.scenario);
        branches.iter().for_each(|branch| tag(branch.node, report));
    }
    unknown_names(place, tags, report);
    let mut seen = HashSet::new();
    let keys = tags.items().filter_map(|item| item.get("Key"));
    if !keys.map(written).all(|key| seen.insert(key)) {
        report.at(tags, || "two tags have the same key".to_owned());
    }
}

/// cfn-lint also says here that `Fn::Sub` has an unknown name.
fn unknown_names<'t>(place: &Place<'_, 't>, node: Node<'t>, report: &mut Report<'_>) {
    let template = place.context.template;
    let Some(call) = call(node).filter(|call| call.function == Function::Sub) else {
        return node.children().for_each(|child| unknown_names(place, child, report));
    };
    let modules = || template.resources.iter().any(|resource| resource.type_name.ends_with("::MODULE"));
    let unknown = |name: &str| {
        !name.starts_with("AWS::") && template.parameter(name).is_none() && template.resource(name).is_none()
    };
    let Some(text) = call.argument.text().filter(|_| !template.is_transformed() && !modules()) else { return };
    for part in sub_parts(text) {
        if let SubPart::Variable(name, _) = part
            && unknown(name.split('.').next().unwrap_or_default())
        {
            report.at(call.argument, || format!("nothing is named `{name}`"));
        }
    }
}

fn tag(node: Node<'_>, report: &mut Report<'_>) {
    if call(node).is_some() {
        return;
    }
    if !node.is_map() {
        return report
            .at(node, || format!("a tag is a map with `Key` and `Value`, and this is {}", words::value(node)));
    }
    let key = node.get("Key").filter(|key| !call(*key).is_some_and(|call| call.is_no_value()));
    match key {
        None if node.get(Function::Transform.name()).is_none() => {
            report.at(node, || "the tag has no `Key`".to_owned());
        }
        Some(key) => {
            let text = key.text().unwrap_or("-");
            if text.is_empty() || text.starts_with("aws:") || text.chars().count() > LONGEST_KEY {
                report.at(key, || format!("{} is no key for a tag", words::value(key)));
            }
        }
        None => {}
    }
    node.get("Value").into_iter().for_each(|node| value(node, report));
}

fn value(node: Node<'_>, report: &mut Report<'_>) {
    if node.text().is_some_and(|text| text.chars().count() > LONGEST_VALUE) {
        report.at(node, || format!("the value of a tag has at most {LONGEST_VALUE} characters"));
    }
}
