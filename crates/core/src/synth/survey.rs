//! One walk over every node of a stack: what it refers to, and what is wrong with a node by itself.
//!
//! What a name means, and whether it means anything, is decided in [`references`](super::references).
use std::collections::{HashMap, HashSet};

use stackgen_schema::nearest;

use super::sections::OF_RULES;
use super::types::Types;
use super::{boot_scripts, references};
use crate::json;
use crate::node::{Fault, Link, Name, Node, Object, Reference};
use crate::problem::{Problem, Source};
use crate::resource::Resource;
use crate::stack::Stack;

/// What a walk over a stack found.
pub(super) struct Survey<'a> {
    pub(super) stack: &'a Stack,
    pub(super) types: &'a Types,
    pub(super) names: HashMap<&'a str, Named<'a>>,
    pub(super) conditions: HashSet<&'a str>,
    pub(super) mappings: HashSet<&'a str>,
    pub(super) problems: Vec<Problem>,
    /// Which resource needs which, both by position among the resources and then the loops of the stack.
    pub(super) edges: Vec<(usize, usize)>,
    /// Values from other stacks.
    pub(super) foreign: Vec<Foreign>,
    /// Other stacks that must come first, without a value crossing.
    pub(super) after: Vec<(Name, Place)>,
    pub(super) needs_language_extensions: bool,
    pub(super) dynamic_references: usize,
    pub(super) boot_scripts: Vec<boot_scripts::Found>,
}

/// What `Ref` can name.
#[derive(Clone, Copy)]
pub(super) enum Named<'a> {
    Parameter { is_list: bool },
    Resource(usize, &'a str),
}

/// Where something stands.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) id: Name,
    pub(super) source: Source,
    pub(super) path: String,
}

/// A value of another stack, and where it is used.
pub(super) struct Foreign {
    pub(super) reference: Reference,
    pub(super) place: Place,
}

/// Where the walk is.
pub(super) struct Walk {
    pub(super) place: Place,
    /// The resource, by position.
    pub(super) resource: Option<usize>,
    /// What the items of the loops around it are called.
    pub(super) items: Vec<Name>,
    /// Whether this is read before any resource exists, so that only parameters can be read in it.
    pub(super) is_early: bool,
    pub(super) is_user_data: bool,
}

/// What a resource may have besides its type.
const ATTRIBUTES: [&str; 9] = [
    "Properties",
    "Condition",
    "DependsOn",
    "DeletionPolicy",
    "UpdateReplacePolicy",
    "CreationPolicy",
    "UpdatePolicy",
    "Metadata",
    "Version",
];

impl<'a> Survey<'a> {
    pub(super) fn of(stack: &'a Stack, types: &'a Types) -> Self {
        let mut survey = Survey {
            stack,
            types,
            names: references::names(stack),
            conditions: stack.conditions.iter().map(|condition| &*condition.id).collect(),
            mappings: stack.mappings.iter().map(|mapping| &*mapping.id).collect(),
            problems: Vec::new(),
            edges: Vec::new(),
            foreign: Vec::new(),
            after: Vec::new(),
            needs_language_extensions: !stack.loops.is_empty(),
            dynamic_references: 0,
            boot_scripts: Vec::new(),
        };
        for (index, resource) in stack.resources.iter().enumerate() {
            survey.resource(Walk::at(resource.name(), resource.source(), Some(index)), resource);
        }
        survey.loops();
        survey.sections();
        survey
    }

    fn resource(&mut self, mut walk: Walk, resource: &Resource) {
        let body = resource.body();
        for (path, fault) in &body.faults {
            walk.place.path.clone_from(path);
            self.fault(&walk.place, fault);
        }
        walk.place.path.clear();
        self.object(&mut walk, &body.attributes);
        for (key, _) in body.attributes.iter().filter(|(key, _)| !ATTRIBUTES.contains(&&***key)) {
            let hint = nearest(key, ATTRIBUTES).map(|near| format!("did you mean `{near}`?"));
            self.report(&walk.place, format!("a resource has no `{key}`"), hint);
        }
        walk.place.path = "/DependsOn".to_owned();
        for (stack, id) in &body.depends_on {
            self.depends_on(&walk, stack, id);
        }
        for id in body.attributes.get("DependsOn").into_iter().flat_map(Node::texts) {
            self.local(&walk, id, None);
        }
        walk.place.path = "/Condition".to_owned();
        if let Some(name) = body.attributes.get("Condition").and_then(|node| self.own_name(node)) {
            self.condition(&walk.place, name);
        }
    }

    fn loops(&mut self) {
        let stack = self.stack;
        for (index, entry) in stack.loops.iter().enumerate() {
            let each = &entry.body;
            self.node(&mut Walk::early(&entry.id, entry.source), &each.collection);
            let mut walk = Walk::at(each.resource.name(), entry.source, Some(stack.resources.len() + index));
            walk.items.push(each.item.clone());
            self.resource(walk, &each.resource);
        }
    }

    fn sections(&mut self) {
        let stack = self.stack;
        for entry in &stack.conditions {
            self.node(&mut Walk::early(&entry.id, entry.source), &entry.body);
        }
        for entry in &stack.rules {
            self.object(&mut Walk::early(&entry.id, entry.source), &entry.body);
        }
        for entry in &stack.outputs {
            let mut walk = Walk::at(&entry.id, entry.source, None);
            self.object(&mut walk, &entry.body.0);
            if let Some(name) = entry.body.0.get("Condition").and_then(|node| self.own_name(node)) {
                self.condition(&walk.place, name);
            }
        }
        for entry in &stack.raw {
            self.needs_language_extensions |= entry.id.starts_with("Fn::ForEach::");
            self.node(&mut Walk::in_raw_loop(&entry.id, entry.source, &entry.body.node), &entry.body.node);
        }
        self.object(&mut Walk::at(&"Metadata".into(), stack.source, None), &stack.metadata);
    }

    fn object(&mut self, walk: &mut Walk, object: &Object) {
        for (key, node) in object.iter() {
            if key.starts_with("Fn::") {
                self.function_as_key(walk, key);
            }
            let (length, around) = (walk.place.path.len(), walk.is_user_data);
            walk.place.path.push('/');
            walk.place.path.push_str(key);
            walk.is_user_data |= key == "UserData";
            self.node(walk, node);
            walk.place.path.truncate(length);
            walk.is_user_data = around;
        }
    }

    /// Known functions were recognized when the node was made; loops may stand anywhere.
    fn function_as_key(&mut self, walk: &Walk, key: &str) {
        if key.starts_with("Fn::ForEach::") {
            self.needs_language_extensions = true;
        } else if !key.starts_with("Fn::Transform") {
            let near = nearest(key, json::functions()).map(|near| format!("did you mean `{near}`?"));
            self.report(&walk.place, format!("`{key}` is no function, or stands beside other keys"), near);
        }
    }

    fn list(&mut self, walk: &mut Walk, items: &[Node]) {
        for (index, node) in items.iter().enumerate() {
            let length = walk.place.path.len();
            walk.place.path.push('/');
            walk.place.path.push_str(&index.to_string());
            self.node(walk, node);
            walk.place.path.truncate(length);
        }
    }

    pub(super) fn node(&mut self, walk: &mut Walk, node: &Node) {
        match node {
            Node::Bool(_) | Node::Integer(_) | Node::Number(_) => {}
            Node::Null => self.null(walk),
            Node::Text(text) => self.text(walk, text),
            Node::List(items) | Node::Concat(items) => self.list(walk, items),
            Node::Object(object) => self.object(walk, object),
            Node::Reference(reference) => self.reference(walk, reference),
            Node::Local(local) => self.home(walk, local),
            Node::Call(function, argument) => self.call(walk, function, argument),
            // Outside of user data a boot script is a text like any other.
            Node::Script(script) => self.node(walk, &script.sent),
            Node::Fault(fault) => self.fault(&walk.place, fault),
        }
    }

    /// CloudFormation refuses `null` everywhere. That a policy was taken away is another check's to say.
    fn null(&mut self, walk: &Walk) {
        if walk.place.path != "/DeletionPolicy" && walk.place.path != "/UpdateReplacePolicy" {
            let hint = "leave it out, or use `aws::no_value()` inside a choice between values";
            self.report(&walk.place, "CloudFormation takes no null".to_owned(), Some(hint.to_owned()));
        }
    }

    fn text(&mut self, walk: &Walk, text: &str) {
        self.dynamic_references += text.matches("{{resolve:").count();
        if walk.is_user_data {
            self.encoded(walk, text);
        }
    }

    fn call(&mut self, walk: &mut Walk, function: &str, argument: &Node) {
        let arguments: &[Node] = if let Node::List(items) = argument { items } else { &[] };
        let first = arguments.first().or(Some(argument)).and_then(|node| self.own_name(node));
        match function {
            "Condition" | "Fn::If" => first.into_iter().for_each(|name| self.condition(&walk.place, name)),
            "Fn::FindInMap" => {
                self.needs_language_extensions |= arguments.len() == 4 || !arguments.iter().all(is_plain_key);
                first.into_iter().for_each(|name| self.mapping(&walk.place, name));
            }
            "Fn::Sub" => first.into_iter().for_each(|template| self.sub(walk, template, arguments.get(1))),
            "Fn::Length" | "Fn::ToJsonString" => self.needs_language_extensions = true,
            "Fn::Base64" if walk.is_user_data => return self.script(walk, argument),
            // Rules are read early, and conditions have a check of their own.
            name if !walk.is_early && OF_RULES.contains(&name) => {
                self.report(&walk.place, format!("only rules can use {name}"), None);
            }
            _ => {}
        }
        self.node(walk, argument);
    }

    pub(super) fn fault(&mut self, place: &Place, fault: &Fault) {
        let place = Place { source: fault.source.unwrap_or(place.source), ..place.clone() };
        self.report(&place, fault.message.clone(), fault.hint.clone());
    }

    pub(super) fn report(&mut self, place: &Place, message: String, hint: Option<String>) {
        let problem = Problem::of_stack(&self.stack.name, message).on(&place.id).in_path(&place.path).at(place.source);
        self.problems.push(Problem { hint, ..problem });
    }
}

impl Walk {
    fn at(id: &Name, source: Source, resource: Option<usize>) -> Self {
        let place = Place { id: id.clone(), source, path: String::new() };
        Walk { place, resource, items: Vec::new(), is_early: false, is_user_data: false }
    }

    fn early(id: &Name, source: Source) -> Self {
        Walk { is_early: true, ..Walk::at(id, source, None) }
    }

    /// Inside `"Fn::ForEach::Name": ["Item", collection, …]` the item has a name.
    fn in_raw_loop(id: &Name, source: Source, node: &Node) -> Self {
        let item = match node {
            Node::List(parts) if id.starts_with("Fn::ForEach::") => parts.first().and_then(Node::as_text),
            _ => None,
        };
        Walk { items: item.map(Into::into).into_iter().collect(), ..Walk::at(id, source, None) }
    }
}

impl Foreign {
    pub(super) fn stack(&self) -> &Name {
        self.reference.stack.as_ref().expect("a reference without a stack is local")
    }

    pub(super) fn link(&self) -> Link {
        self.reference.link
    }
}

/// What `Fn::FindInMap` takes for a key without the language extensions.
fn is_plain_key(node: &Node) -> bool {
    matches!(node, Node::Text(_) | Node::Local(_) | Node::Reference(_) | Node::Call("Fn::FindInMap", _))
}
