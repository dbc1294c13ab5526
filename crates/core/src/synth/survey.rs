//! One walk over every node of a stack: what refers to what, and what is wrong with a node by itself.
use std::collections::{HashMap, HashSet};

use super::types::Types;
use crate::nearest::nearest;
use crate::node::{Fault, Link, Name, Node, Object, Reference};
use crate::preview;
use crate::problem::{Problem, Source};
use crate::stack::Stack;

/// What a walk over a stack found.
pub(super) struct Survey<'a> {
    stack: &'a Stack,
    types: &'a Types,
    names: HashMap<&'a str, Named<'a>>,
    conditions: HashSet<&'a str>,
    mappings: HashSet<&'a str>,
    loop_items: HashSet<&'a str>,
    pub(super) problems: Vec<Problem>,
    /// Which resource needs which, both by position in the stack.
    pub(super) edges: Vec<(usize, usize)>,
    /// Values from other stacks.
    pub(super) foreign: Vec<Foreign>,
    /// Other stacks that must come first, without a value crossing.
    pub(super) after: Vec<(Name, Place)>,
    pub(super) needs_language_extensions: bool,
    pub(super) dynamic_references: usize,
    pub(super) user_data: Vec<super::UserData>,
}

#[derive(Clone, Copy)]
enum Named<'a> {
    Parameter,
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
struct Walk {
    place: Place,
    resource: Option<usize>,
    /// Whether this is read before any resource exists, so that only parameters can be read in it.
    is_early: bool,
}

impl<'a> Survey<'a> {
    pub(super) fn of(stack: &'a Stack, types: &'a Types) -> Self {
        let mut survey = Survey {
            stack,
            types,
            names: HashMap::with_capacity(stack.resources.len() + stack.parameters.len()),
            conditions: stack.conditions.iter().map(|condition| &*condition.id).collect(),
            mappings: stack.mappings.iter().map(|mapping| &*mapping.id).collect(),
            loop_items: stack.loops.iter().map(|each| &*each.body.item).collect(),
            problems: Vec::new(),
            edges: Vec::new(),
            foreign: Vec::new(),
            after: Vec::new(),
            needs_language_extensions: !stack.loops.is_empty(),
            dynamic_references: 0,
            user_data: Vec::new(),
        };
        for parameter in &stack.parameters {
            survey.names.insert(&parameter.id, Named::Parameter);
        }
        for (index, resource) in stack.resources.iter().enumerate() {
            survey.names.insert(resource.logical_id(), Named::Resource(index, resource.type_name()));
        }
        survey.resources();
        survey.others();
        survey
    }

    fn resources(&mut self) {
        let stack = self.stack;
        for (index, resource) in stack.resources.iter().enumerate() {
            let mut walk = Walk::at(resource.name(), resource.source(), Some(index));
            let body = resource.body();
            for (path, fault) in &body.faults {
                walk.place.path.clone_from(path);
                self.fault(&walk.place, fault);
            }
            walk.place.path.clear();
            self.object(&mut walk, &body.attributes);
            for (other_stack, id) in &body.depends_on {
                walk.place.path = "/DependsOn".to_owned();
                self.depends_on(&walk, other_stack, id);
            }
            if let Some(condition) = body.attributes.get("Condition").and_then(Node::as_text) {
                walk.place.path = "/Condition".to_owned();
                self.condition(&walk.place, condition);
            }
        }
    }

    fn others(&mut self) {
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
            if let Some(condition) = entry.body.0.get("Condition").and_then(Node::as_text) {
                self.condition(&walk.place, condition);
            }
        }
        for entry in &stack.loops {
            let mut walk = Walk::at(&entry.id, entry.source, None);
            self.node(&mut walk, &entry.body.collection);
            self.object(&mut walk, &entry.body.body);
        }
        for entry in &stack.raw {
            self.needs_language_extensions |= entry.id.starts_with("Fn::ForEach::");
            self.node(&mut Walk::at(&entry.id, entry.source, None), &entry.body.node);
        }
        self.object(&mut Walk::at(&"Metadata".into(), stack.source, None), &stack.metadata);
    }

    fn object(&mut self, walk: &mut Walk, object: &Object) {
        for (key, node) in object.iter() {
            let length = walk.place.path.len();
            walk.place.path.push('/');
            walk.place.path.push_str(key);
            self.node(walk, node);
            walk.place.path.truncate(length);
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

    fn node(&mut self, walk: &mut Walk, node: &Node) {
        match node {
            Node::Bool(_) | Node::Integer(_) | Node::Number(_) => {}
            Node::Null => self.null(walk),
            Node::Text(text) => self.dynamic_references += text.matches("{{resolve:").count(),
            Node::List(items) | Node::Concat(items) => self.list(walk, items),
            Node::Object(object) => self.object(walk, object),
            Node::Reference(reference) => self.reference(walk, reference),
            Node::Call(function, argument) => self.call(walk, function, argument),
            Node::Fault(fault) => self.fault(&walk.place, fault),
        }
    }

    /// CloudFormation refuses `null` everywhere. A policy that is null was taken away, which another check speaks about.
    fn null(&mut self, walk: &Walk) {
        if !walk.place.path.ends_with("Policy") {
            let hint = "leave it out, or use `aws::no_value()` inside a choice between values";
            self.problem(walk, "CloudFormation takes no null".to_owned(), Some(hint.to_owned()));
        }
    }

    fn call(&mut self, walk: &mut Walk, function: &str, argument: &Node) {
        let arguments: &[Node] = if let Node::List(items) = argument { items } else { &[] };
        let first = arguments.first().or(Some(argument)).and_then(Node::as_text);
        match function {
            "Condition" => first.into_iter().for_each(|name| self.condition(&walk.place, name)),
            "Fn::If" => first.into_iter().for_each(|name| self.condition(&walk.place, name)),
            "Fn::FindInMap" => {
                self.needs_language_extensions |= arguments.len() == 4;
                first.into_iter().for_each(|name| self.mapping(&walk.place, name));
            }
            "Fn::Sub" => first.into_iter().for_each(|template| self.sub(walk, template, arguments.get(1))),
            "Fn::Length" | "Fn::ToJsonString" => self.needs_language_extensions = true,
            "Fn::Base64" if walk.place.path.ends_with("/UserData") => {
                let text = preview::in_stack(argument, &self.stack.name);
                self.user_data.push(super::UserData { logical_id: walk.place.id.to_string(), text });
            }
            _ => {}
        }
        self.node(walk, argument);
    }

    fn reference(&mut self, walk: &Walk, reference: &Reference) {
        let own = reference.stack.as_ref().is_none_or(|stack| *stack == self.stack.name);
        let is_resource = matches!(self.names.get(&*reference.id), Some(Named::Resource(..)));
        if walk.is_early && (is_resource || !own && reference.link != Link::AtDeploy) {
            let message = format!("`{}` is not known when conditions and rules are read", reference.id);
            let hint = "they can read parameters, mappings and pseudo parameters; `.at_deploy()` makes a parameter";
            self.problem(walk, message, Some(hint.to_owned()));
        } else if own {
            self.local(walk, &reference.id, reference.attribute.as_deref());
        } else {
            self.foreign.push(Foreign { reference: reference.clone(), place: walk.place.clone() });
        }
    }

    fn local(&mut self, walk: &Walk, id: &str, attribute: Option<&str>) {
        match self.names.get(id).copied() {
            Some(Named::Resource(target, type_name)) => {
                self.edges.extend(walk.resource.map(|from| (from, target)));
                attribute.into_iter().for_each(|name| self.attribute(walk, id, type_name, name));
            }
            Some(Named::Parameter) if attribute.is_none() => {}
            None if attribute.is_none() && (id.starts_with("AWS::") || self.loop_items.contains(id)) => {}
            None if self.stack.loops.iter().any(|each| made_by(&each.body.id, id)) => {}
            Some(Named::Parameter) => self.problem(walk, format!("parameter `{id}` has no attributes"), None),
            None => {
                let near = nearest(id, self.names.keys().copied()).map(|near| format!("did you mean `{near}`?"));
                self.problem(walk, format!("`{id}` is no parameter or resource of this stack"), near);
            }
        }
    }

    /// A custom or third-party type has whatever attributes its provider gives it, and so have nested stacks.
    fn attribute(&mut self, walk: &Walk, id: &str, type_name: &str, name: &str) {
        let Some(facts) = self.types.get(type_name) else { return };
        let open = type_name.starts_with("AWS::CloudFormation::") || facts.attributes.is_empty();
        if open || facts.attributes.iter().any(|attribute| attribute.name == name) {
            return;
        }
        let near = nearest(name, facts.attributes.iter().map(|attribute| attribute.name.as_str()));
        let hint = near.map(|near| format!("did you mean `{near}`?"));
        self.problem(walk, format!("`{id}` ({type_name}) has no attribute `{name}`"), hint);
    }

    fn sub(&mut self, walk: &Walk, template: &str, values: Option<&Node>) {
        let given = values.and_then(Node::as_object);
        for name in sub_names(template) {
            if given.is_some_and(|values| values.get(name).is_some()) {
                continue;
            }
            match name.split_once('.') {
                Some((id, attribute)) => self.local(walk, id, Some(attribute)),
                None => self.local(walk, name, None),
            }
        }
    }

    fn depends_on(&mut self, walk: &Walk, stack: &Name, id: &Name) {
        if *stack == self.stack.name {
            self.local(walk, id, None);
        } else {
            self.after.push((stack.clone(), walk.place.clone()));
        }
    }

    fn condition(&mut self, place: &Place, name: &str) {
        if !self.conditions.contains(name) {
            let near = nearest(name, self.conditions.iter().copied()).map(|near| format!("did you mean `{near}`?"));
            self.report(place, format!("`{name}` is no condition of this stack"), near);
        }
    }

    fn mapping(&mut self, place: &Place, name: &str) {
        if !self.mappings.contains(name) {
            let near = nearest(name, self.mappings.iter().copied()).map(|near| format!("did you mean `{near}`?"));
            self.report(place, format!("`{name}` is no mapping of this stack"), near);
        }
    }

    fn fault(&mut self, place: &Place, fault: &Fault) {
        self.report(place, fault.message.clone(), fault.hint.clone());
    }

    fn problem(&mut self, walk: &Walk, message: String, hint: Option<String>) {
        self.report(&walk.place, message, hint);
    }

    fn report(&mut self, place: &Place, message: String, hint: Option<String>) {
        let problem = Problem::of_stack(&self.stack.name, message).on(&place.id).in_path(&place.path).at(place.source);
        self.problems.push(Problem { hint, ..problem });
    }
}

impl Walk {
    fn at(id: &Name, source: Source, resource: Option<usize>) -> Self {
        Walk { place: Place { id: id.clone(), source, path: String::new() }, resource, is_early: false }
    }

    fn early(id: &Name, source: Source) -> Self {
        Walk { is_early: true, ..Walk::at(id, source, None) }
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

/// Whether a loop whose ids look like `pattern` can make `id`.
fn made_by(pattern: &str, id: &str) -> bool {
    pattern.split_once("${").and_then(|(before, rest)| Some((before, rest.split_once('}')?.1))).is_some_and(
        |(before, after)| id.len() > before.len() + after.len() && id.starts_with(before) && id.ends_with(after),
    )
}

/// The names that `Fn::Sub` would replace in a text: `${Name}`, but not `${!Name}`.
fn sub_names(template: &str) -> impl Iterator<Item = &str> {
    let pieces = template.split("${").skip(1);
    pieces.filter_map(|piece| piece.split_once('}').map(|(name, _)| name.trim())).filter(|name| !name.starts_with('!'))
}
