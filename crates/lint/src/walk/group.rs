//! What conditions leave of a map or a list.
use super::place::Place;
use crate::document::{Node, ScalarKind};
use crate::template::{Scenario, call};

/// How many ways a map or list can turn out are looked at. Beyond, entries that depend on conditions count as unknown.
const VARIANTS: usize = 64;

/// A map or list as it is under certain conditions.
#[derive(Debug, Clone)]
pub struct Group<'d> {
    /// The names of the entries of a map with their values, which may be functions; `Fn::If` is resolved.
    pub entries: Vec<(&'d str, Node<'d>)>,
    /// The items of a list, likewise.
    pub items: Vec<Node<'d>>,
    /// What holds there, what surrounds the value included.
    pub scenario: Scenario<'d>,
    /// Whether more may be there than is shown, because a function or a macro makes it: then nothing is missing for sure.
    pub open: bool,
}

impl<'d> Group<'d> {
    /// Whether a map has this entry.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// The value of this entry.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<Node<'d>> {
        self.entries.iter().find(|(known, _)| *known == name).map(|(_, node)| *node)
    }
}

/// All the ways in which the map or list at a place can turn out.
pub(super) fn groups<'c, 't>(place: &Place<'c, 't>) -> Vec<Group<'t>> {
    let start = Group { entries: Vec::new(), items: Vec::new(), scenario: place.scenario.clone(), open: false };
    let mut groups = vec![start];
    for entry in place.node.entries() {
        let name = entry.key.text.as_str();
        if name == "Fn::Transform" || name.starts_with("Fn::ForEach::") {
            groups.iter_mut().for_each(|group| group.open = true);
            continue;
        }
        groups = add(place, groups, entry.value, |group, node| {
            // AWS drops properties that are null.
            if node.scalar().is_none_or(|scalar| scalar.kind != ScalarKind::Null) {
                group.entries.push((name, node));
            }
        });
    }
    for item in place.node.items() {
        groups = add(place, groups, item, |group, node| group.items.push(node));
    }
    groups
}

fn add<'c, 't>(
    place: &Place<'c, 't>,
    groups: Vec<Group<'t>>,
    value: Node<'t>,
    push: impl Fn(&mut Group<'t>, Node<'t>),
) -> Vec<Group<'t>> {
    let Some(function) = call(value) else {
        let mut groups = groups;
        groups.iter_mut().for_each(|group| push(group, value));
        return groups;
    };
    if groups.len() > VARIANTS / 2 && function.function == crate::template::Function::If {
        // One entry more would be too many: what it is stays unknown.
        let mut groups = groups;
        groups.iter_mut().for_each(|group| group.open = true);
        return groups;
    }
    let mut more = Vec::with_capacity(groups.len());
    for group in groups {
        for branch in place.context.template.branches_with_none(value, &group.scenario) {
            let mut next = Group { scenario: branch.scenario, ..group.clone() };
            if !call(branch.node).is_some_and(|call| call.is_no_value()) {
                push(&mut next, branch.node);
            }
            more.push(next);
        }
    }
    more
}
