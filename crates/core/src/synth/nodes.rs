//! Writing nodes: the only place that knows how a reference looks from where it stands.
use std::collections::HashMap;

use serde::ser::{Serialize, Serializer};

use super::links;
use super::types::Types;
use crate::app::App;
use crate::node::{Node, Object, Reference};
use crate::stack::Stack;

/// What a node needs to know to be written: the stack it stands in, and where the others are.
pub(super) struct Scope<'a> {
    pub(super) stack: &'a Stack,
    pub(super) app: &'a App,
    pub(super) positions: &'a HashMap<&'a str, usize>,
    pub(super) tags: &'a [(String, String)],
    pub(super) types: &'a Types,
}

/// An object in a stack.
pub(super) struct InObject<'a>(pub(super) &'a Object, pub(super) &'a Scope<'a>);

impl Serialize for InObject<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(key, node)| (key, In(node, self.1))))
    }
}

/// A node in a stack.
pub(super) struct In<'a>(pub(super) &'a Node, pub(super) &'a Scope<'a>);

impl Serialize for In<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let In(node, scope) = self;
        match node {
            Node::Null => serializer.serialize_unit(),
            Node::Bool(flag) => serializer.serialize_bool(*flag),
            Node::Integer(number) => serializer.serialize_i64(*number),
            Node::Number(number) => serializer.serialize_f64(*number),
            Node::Text(text) => serializer.serialize_str(text),
            Node::Local(local) => serializer.serialize_str(&local.id),
            Node::List(items) => serializer.collect_seq(items.iter().map(|item| In(item, scope))),
            Node::Object(object) => InObject(object, scope).serialize(serializer),
            Node::Call(function, argument) => serializer.collect_map([(function, In(argument, scope))]),
            Node::Concat(pieces) => concat_in(pieces, scope, serializer),
            Node::Reference(reference) => reference_in(reference, scope, serializer),
            Node::Script(script) => In(&script.sent, scope).serialize(serializer),
            Node::Fault(_) => unreachable!("synth stops before it writes an app with problems"),
        }
    }
}

fn reference_in<S: Serializer>(reference: &Reference, scope: &Scope<'_>, serializer: S) -> Result<S::Ok, S::Error> {
    if let Some(stack) = reference.stack.as_ref().filter(|stack| **stack != scope.stack.name) {
        let theirs = scope.positions.get(&**stack).and_then(|&index| scope.app.stacks[index].region.as_deref());
        let region = theirs.filter(|region| Some(*region) != scope.stack.region.as_deref());
        return In(&links::crossing_node(stack, region, reference), scope).serialize(serializer);
    }
    match &reference.attribute {
        None => serializer.collect_map([("Ref", &*reference.id)]),
        Some(attribute) => serializer.collect_map([("Fn::GetAtt", [&*reference.id, attribute])]),
    }
}

fn concat_in<S: Serializer>(pieces: &[Node], scope: &Scope<'_>, serializer: S) -> Result<S::Ok, S::Error> {
    match pieces.iter().map(|piece| in_sub(piece, scope)).collect::<Option<String>>() {
        Some(template) => serializer.collect_map([("Fn::Sub", template)]),
        None => {
            serializer.collect_map([("Fn::Join", ("", Vec::from_iter(pieces.iter().map(|piece| In(piece, scope)))))])
        }
    }
}

/// A piece of text as `Fn::Sub` takes it, if it does: no literal that it would read as a name, nothing of other stacks.
fn in_sub(piece: &Node, scope: &Scope<'_>) -> Option<String> {
    match piece {
        Node::Text(text) => (!text.contains("${")).then(|| text.to_string()),
        Node::Reference(reference) if reference.stack.as_ref().is_none_or(|stack| *stack == scope.stack.name) => {
            let attribute = reference.attribute.as_ref().map(|name| format!(".{name}")).unwrap_or_default();
            Some(format!("${{{}{attribute}}}", reference.id))
        }
        _ => None,
    }
}
