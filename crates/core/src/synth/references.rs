//! What names in a stack mean, and whether they mean anything.
use std::collections::HashMap;

use stackgen_schema::{PSEUDO_PARAMETERS, nearest};

use super::survey::{Foreign, Named, Place, Survey, Walk};
use super::types;
use crate::node::{Link, Local, Name, Node, Reference};
use crate::stack::Stack;

/// What `Ref` can name in a stack.
pub(super) fn names(stack: &Stack) -> HashMap<&str, Named<'_>> {
    let mut names = HashMap::with_capacity(stack.resources.len() + stack.parameters.len());
    for parameter in &stack.parameters {
        let kind = parameter.body.get("Type").and_then(Node::as_text).unwrap_or_default();
        names.insert(&*parameter.id, Named::Parameter { is_list: kind.contains("List") });
    }
    for (index, resource) in stack.resources.iter().enumerate() {
        names.insert(resource.logical_id(), Named::Resource(index, resource.type_name()));
    }
    names
}

impl Survey<'_> {
    pub(super) fn reference(&mut self, walk: &Walk, reference: &Reference) {
        let own = reference.stack.as_ref().is_none_or(|stack| *stack == self.stack.name);
        if own {
            self.local(walk, &reference.id, reference.attribute.as_deref());
        } else if walk.is_early && reference.link != Link::AtDeploy {
            self.too_early(walk, &reference.id);
        } else {
            self.foreign.push(Foreign { reference: reference.clone(), place: walk.place.clone() });
        }
    }

    pub(super) fn local(&mut self, walk: &Walk, id: &str, attribute: Option<&str>) {
        match self.names.get(id).copied() {
            Some(Named::Resource(..)) if walk.is_early => self.too_early(walk, id),
            Some(Named::Resource(target, type_name)) => {
                self.edges.extend(walk.resource.map(|from| (from, target)));
                attribute.into_iter().for_each(|name| self.attribute(walk, id, type_name, name));
            }
            Some(Named::Parameter { .. }) if attribute.is_none() => {}
            Some(Named::Parameter { .. }) => {
                self.report(&walk.place, format!("parameter `{id}` has no attributes"), None);
            }
            None if attribute.is_none() && PSEUDO_PARAMETERS.contains(&id) => {}
            None if attribute.is_none() && walk.items.iter().any(|item| **item == *id) => {}
            None => self.made_by_loop(walk, id),
        }
    }

    fn made_by_loop(&mut self, walk: &Walk, id: &str) {
        let stack = self.stack;
        if let Some(index) = stack.loops.iter().position(|each| each.body.makes(id)) {
            self.edges.extend(walk.resource.map(|from| (from, stack.resources.len() + index)));
        } else {
            let near = nearest(id, self.names.keys().copied().chain(PSEUDO_PARAMETERS))
                .map(|near| format!("did you mean `{near}`?"));
            self.report(&walk.place, format!("`{id}` is no parameter or resource of this stack"), near);
        }
    }

    fn too_early(&mut self, walk: &Walk, id: &str) {
        let message = format!("`{id}` is not known when conditions, rules and loops are read");
        let hint = "they can read parameters, mappings and pseudo parameters; `.at_deploy()` makes a parameter";
        self.report(&walk.place, message, Some(hint.to_owned()));
    }

    fn attribute(&mut self, walk: &Walk, id: &str, type_name: &str, name: &str) {
        if let Some(fault) = types::missing_attribute(self.types, type_name, id, name) {
            self.fault(&walk.place, &fault);
        }
    }

    pub(super) fn sub(&mut self, walk: &Walk, template: &str, values: Option<&Node>) {
        let given = values.and_then(Node::as_object);
        for name in sub_names(template) {
            if given.is_some_and(|values| values.get(name).is_some()) {
                continue;
            }
            match name.split_once('.') {
                Some((id, attribute)) => self.local(walk, id, Some(attribute)),
                None => self.local(walk, name, None),
            }
            if matches!(self.names.get(name), Some(Named::Parameter { is_list: true })) {
                self.report(&walk.place, format!("`{name}` is a list, which Fn::Sub does not take"), None);
            }
        }
    }

    pub(super) fn depends_on(&mut self, walk: &Walk, stack: &Name, id: &Name) {
        if *stack == self.stack.name {
            self.local(walk, id, None);
        } else {
            self.after.push((stack.clone(), walk.place.clone()));
        }
    }

    /// The name that a node is, unless another stack's is meant: [`Survey::home`] speaks about those.
    pub(super) fn own_name<'n>(&self, node: &'n Node) -> Option<&'n str> {
        match node {
            Node::Local(local) => (local.stack == self.stack.name).then_some(&*local.id),
            node => node.as_text(),
        }
    }

    /// CloudFormation would take a condition or mapping of the same name in this stack, which is not the one that is meant.
    pub(super) fn home(&mut self, walk: &Walk, local: &Local) {
        if local.stack != self.stack.name {
            let message = format!("`{}` is of stack `{}`, and no other stack can use it", local.id, local.stack);
            let hint = "add the condition or mapping to this stack too; a function of yours can add it to both";
            self.report(&walk.place, message, Some(hint.to_owned()));
        }
    }

    pub(super) fn condition(&mut self, place: &Place, name: &str) {
        if !self.conditions.contains(name) {
            let near = nearest(name, self.conditions.iter().copied()).map(|near| format!("did you mean `{near}`?"));
            self.report(place, format!("`{name}` is no condition of this stack"), near);
        }
    }

    pub(super) fn mapping(&mut self, place: &Place, name: &str) {
        if !self.mappings.contains(name) {
            let near = nearest(name, self.mappings.iter().copied()).map(|near| format!("did you mean `{near}`?"));
            self.report(place, format!("`{name}` is no mapping of this stack"), near);
        }
    }
}

/// The names that `Fn::Sub` would replace in a text: `${Name}`, but not `${!Name}`.
fn sub_names(template: &str) -> impl Iterator<Item = &str> {
    let pieces = template.split("${").skip(1);
    pieces.filter_map(|piece| piece.split_once('}').map(|(name, _)| name)).filter(|name| !name.starts_with('!'))
}
