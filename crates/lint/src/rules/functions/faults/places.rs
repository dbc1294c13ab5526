//! The values of a template in which functions may stand, and those in the arguments of functions.
use stackgen_schema::{Shape, TypeSet};

use super::{Fault, Search};
use crate::document::Node;
use crate::rules::functions::signature::{Slot, TEXT};
use crate::rules::functions::values;
use crate::template::{Call, Function, Resource, call};

/// How deep functions may nest.
const DEPTH: usize = 64;

impl<'t> Search<'_, 't> {
    pub(super) fn resource(&mut self, resource: &Resource<'t>) {
        for name in ["CreationPolicy", "UpdatePolicy"] {
            if let Some(policy) = resource.node.get(name) {
                self.anything(policy, TypeSet::OBJECT, None);
            }
        }
        for name in ["DeletionPolicy", "UpdateReplacePolicy"] {
            let policy = resource.node.get(name);
            if let Some(policy) = policy.filter(|node| call(*node).is_some_and(|it| it.function == Function::Ref)) {
                self.anything(policy, TEXT, None);
            }
        }
        let Some(properties) = resource.properties else { return };
        match resource.facts {
            Some(facts) if !resource.is_custom() => {
                self.anything(properties, TypeSet::default(), Some(self.context.shape(facts.properties)))
            }
            // Types that are not known are another rule's, and nothing is said about what they take.
            _ if resource.is_custom() || resource.type_name.starts_with("AWS::Serverless::") => {
                self.anything(properties, TypeSet::default(), None);
            }
            _ => {}
        }
    }

    /// A value in which functions may stand anywhere.
    pub(super) fn anything(&mut self, node: Node<'t>, types: TypeSet, shape: Option<&'static Shape>) {
        if self.depth > DEPTH {
            return;
        }
        self.depth += 1;
        let types = shape.map_or(types, |shape| shape.types);
        match call(node) {
            Some(call) if call.function == Function::If => {
                if self.condition_of(&call, None) {
                    call.argument.items().skip(1).for_each(|branch| self.anything(branch, types, shape));
                }
            }
            Some(call) => self.call(&call, types, None),
            None => self.below(node, types, shape),
        }
        self.depth -= 1;
    }

    fn below(&mut self, node: Node<'t>, types: TypeSet, shape: Option<&'static Shape>) {
        if let Some(id) = self.every.filter(|_| !types.is_any() && !values::is(node, types)) {
            let message = format!("an output is {}; this is none", values::names(types));
            return self.faults.push(Fault { id, node, message });
        }
        for entry in node.entries() {
            let property = shape.and_then(|shape| shape.properties.iter().find(|it| it.name == entry.key.text));
            let next = property.map(|property| property.shape).or(shape.and_then(|shape| shape.additional));
            // What a type does not have is E3002, whatever its value.
            let described = next.is_some() || shape.is_none_or(|shape| !shape.closed || shape.properties.is_empty());
            if described {
                self.anything(entry.value, TypeSet::default(), next.map(|id| self.context.shape(id)));
            }
        }
        let items = shape.and_then(|shape| shape.items).map(|id| self.context.shape(id));
        node.items().for_each(|item| self.anything(item, TypeSet::default(), items));
    }

    /// In `Rules` only what is compared is looked at.
    pub(super) fn every_call(&mut self, node: Node<'t>) {
        if let Some(call) = call(node).filter(|call| call.function == Function::Equals) {
            return self.call(&call, TypeSet::BOOLEAN, None);
        }
        node.children().for_each(|child| self.every_call(child));
    }

    /// A value in the argument of a function.
    pub(super) fn slot(&mut self, node: Node<'t>, slot: &Slot, outer: Option<Function>) {
        if self.depth > DEPTH {
            return;
        }
        self.depth += 1;
        match call(node) {
            Some(call) if slot.functions.contains(&call.function) => {
                if call.function == Function::If {
                    if self.condition_of(&call, outer) {
                        call.argument.items().skip(1).for_each(|branch| self.slot(branch, slot, outer));
                    }
                } else {
                    self.call(&call, slot.types, outer);
                }
            }
            // What a macro gives is not known.
            Some(call) if call.function == Function::Transform => {}
            found => self.written(node, found.as_ref(), slot, outer),
        }
        self.depth -= 1;
    }

    fn written(&mut self, node: Node<'t>, found: Option<&Call<'t>>, slot: &Slot, outer: Option<Function>) {
        if !values::is(node, slot.types) {
            // Only a condition is looked at without a function around it, and rule E8001 says what one is.
            let Some(outer) = outer else { return };
            return self.fault(outer, node, || match found {
                Some(call) => format!("`{}` cannot stand here", call.function.name()),
                None => format!("this must be {}, or a function that gives it", values::names(slot.types)),
            });
        }
        if found.is_some() {
            return; // an object is wanted, and a function that is none here is one
        }
        if let Some(items) = slot.items {
            node.items().for_each(|item| self.slot(item, items, outer));
        }
    }
}
