//! Writing a template: straight from the nodes to bytes.
use std::borrow::Cow;
use std::collections::HashMap;

use serde::ser::{Serialize, SerializeMap, Serializer};

use super::links::{self, Links};
use super::survey::Survey;
use super::types::Types;
use super::{SynthesizedResource, SynthesizedStack, tags};
use crate::app::App;
use crate::foreach::ForEach;
use crate::node::{Name, Node, Object, Reference};
use crate::resource::Resource;
use crate::stack::{Entry, Stack};
use crate::template::Template;

/// A stack's template and what other tools want to know of it.
pub(super) fn stack(
    app: &App,
    index: usize,
    survey: &Survey<'_>,
    links: &Links<'_>,
    types: &Types,
) -> SynthesizedStack {
    let stack = &app.stacks[index];
    let tags = tags::merged(&app.tags, &stack.tags);
    let scope = Scope { stack, app, positions: &links.positions, tags: &tags, types };
    let document = Document { scope: &scope, index, survey, links };
    let body = serde_json::to_string(&document).expect("nodes have text keys and finite structure");
    SynthesizedStack {
        name: stack.name.to_string(),
        region: stack.region.clone(),
        account: stack.account.clone(),
        template: Template::new(body),
        dependencies: links.needs[index].iter().map(|&need| app.stacks[need].name.to_string()).collect(),
        inputs: links.inputs[index].iter().cloned().collect(),
        resources: stack.resources.iter().map(|resource| facts_of(resource, types)).collect(),
        user_data: survey.user_data.clone(),
        retired: stack.retired.clone(),
        tags,
    }
}

fn facts_of(resource: &Resource, types: &Types) -> SynthesizedResource {
    SynthesizedResource {
        logical_id: resource.logical_id().to_owned(),
        type_name: resource.type_name().to_owned(),
        source: resource.source(),
        stateful: types.get(resource.type_name()).is_some_and(|facts| facts.stateful),
    }
}

/// What a node needs to know to be written: the stack it stands in, and where the others are.
struct Scope<'a> {
    stack: &'a Stack,
    app: &'a App,
    positions: &'a HashMap<&'a str, usize>,
    tags: &'a [(String, String)],
    types: &'a Types,
}

struct Document<'a> {
    scope: &'a Scope<'a>,
    index: usize,
    survey: &'a Survey<'a>,
    links: &'a Links<'a>,
}

impl Serialize for Document<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let stack = self.scope.stack;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("AWSTemplateFormatVersion", "2010-09-09")?;
        if let Some(description) = &stack.description {
            map.serialize_entry("Description", description)?;
        }
        let transforms = self.transforms();
        if !transforms.is_empty() {
            map.serialize_entry("Transform", &transforms)?;
        }
        for (name, mut parts) in self.sections() {
            parts.extend(self.raw(name));
            if !parts.is_empty() {
                map.serialize_entry(name, &Section(parts, self.scope))?;
            }
        }
        map.end()
    }
}

impl Document<'_> {
    /// The sections in the order in which people explain a template, and then those that only raw JSON made.
    fn sections(&self) -> Vec<(&str, Vec<Part<'_>>)> {
        let stack = self.scope.stack;
        let metadata = stack.metadata.iter().map(|(key, node)| (key.clone(), Body::Node(node)));
        let conditions = stack.conditions.iter().map(|entry| (named(&entry.id), Body::Node(&entry.body)));
        let mut sections = vec![
            ("Metadata", metadata.collect()),
            ("Parameters", self.parameters()),
            ("Rules", objects(&stack.rules)),
            ("Mappings", objects(&stack.mappings)),
            ("Conditions", conditions.collect()),
            ("Resources", self.resources()),
            ("Outputs", self.outputs()),
        ];
        for raw in &stack.raw {
            if sections.iter().all(|(name, _)| *name != raw.body.section) {
                sections.push((&raw.body.section, Vec::new()));
            }
        }
        sections
    }

    fn transforms(&self) -> Vec<&str> {
        let extensions = "AWS::LanguageExtensions";
        let own = self.scope.stack.transforms.iter().map(String::as_str);
        // AWS asks for this one to come first, since the others do not know what it rewrites.
        let added = self.survey.needs_language_extensions.then_some(extensions);
        added.into_iter().chain(own.filter(|name| *name != extensions || added.is_none())).collect()
    }

    fn raw(&self, section: &str) -> Vec<Part<'_>> {
        let entries = self.scope.stack.raw.iter().filter(|raw| raw.body.section == section);
        entries.map(|raw| (named(&raw.id), Body::Node(&raw.body.node))).collect()
    }

    fn parameters(&self) -> Vec<Part<'_>> {
        let added = self.links.inputs[self.index].iter().map(|input| {
            let text = format!("{} of stack {}", input.output, input.stack);
            let fields = [("Type", Node::text("String")), ("Description", Node::text(text))];
            (Cow::Borrowed(&*input.parameter), Body::Owned(fields.into_iter().collect()))
        });
        objects(&self.scope.stack.parameters).into_iter().chain(added).collect()
    }

    fn resources(&self) -> Vec<Part<'_>> {
        let stack = self.scope.stack;
        let resources = stack.resources.iter().map(|resource| (named(resource.name()), Body::Resource(resource)));
        let loops =
            stack.loops.iter().map(|entry| (Cow::Owned(format!("Fn::ForEach::{}", entry.id)), Body::Loop(&entry.body)));
        resources.chain(loops).collect()
    }

    fn outputs(&self) -> Vec<Part<'_>> {
        let crossings = self.links.outputs[self.index].iter().map(|(id, crossing)| {
            let value = Node::Reference(Box::new(Reference { is_list: false, ..crossing.reference.clone() }));
            let value = if crossing.reference.is_list {
                Node::call("Fn::Join", [Node::text(links::LIST_SEPARATOR), value])
            } else {
                value
            };
            let mut output: Object = [("Value", value)].into_iter().collect();
            if crossing.exported {
                let name = links::export_name(&self.scope.stack.name, &crossing.reference);
                output.set("Export", Node::Object([("Name", Node::text(name))].into_iter().collect()));
            }
            (Cow::Owned(id.clone()), Body::Owned(output))
        });
        let own = self.scope.stack.outputs.iter().map(|entry| (named(&entry.id), Body::Object(&entry.body.0)));
        own.chain(crossings).collect()
    }
}

/// An entry of a section.
type Part<'a> = (Cow<'a, str>, Body<'a>);

enum Body<'a> {
    Node(&'a Node),
    Object(&'a Object),
    Owned(Object),
    Resource(&'a Resource),
    Loop(&'a ForEach),
}

fn named(id: &str) -> Cow<'_, str> {
    Cow::Borrowed(id)
}

fn objects(entries: &[Entry<Object>]) -> Vec<Part<'_>> {
    entries.iter().map(|entry| (named(&entry.id), Body::Object(&entry.body))).collect()
}

struct Section<'a>(Vec<Part<'a>>, &'a Scope<'a>);

impl Serialize for Section<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let scope = self.1;
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (key, body) in &self.0 {
            match body {
                Body::Node(node) => map.serialize_entry(key, &In(node, scope)),
                Body::Object(object) => map.serialize_entry(key, &InObject(object, scope)),
                Body::Owned(object) => map.serialize_entry(key, &InObject(object, scope)),
                Body::Resource(resource) => map.serialize_entry(key, &InResource(resource, scope)),
                Body::Loop(each) => map.serialize_entry(key, &InLoop(each, scope)),
            }?;
        }
        map.end()
    }
}

/// The attributes of a resource in the order in which people want to read them: what may happen to it before its many
/// properties.
const ATTRIBUTES: [&str; 7] =
    ["Condition", "DependsOn", "DeletionPolicy", "UpdateReplacePolicy", "CreationPolicy", "UpdatePolicy", "Metadata"];

struct InResource<'a>(&'a Resource, &'a Scope<'a>);

impl Serialize for InResource<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let InResource(resource, scope) = self;
        let facts = scope.types.get(resource.type_name());
        let body = resource.body();
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("Type", resource.type_name())?;
        let depends_on: Vec<&str> = resource_dependencies(&body.depends_on, scope.stack);
        let default = |name: &str| match name {
            _ if !facts.as_ref().is_some_and(|facts| facts.stateful) => None,
            "DeletionPolicy" => Some("RetainExceptOnCreate"),
            "UpdateReplacePolicy" => Some("Retain"),
            _ => None,
        };
        for name in ATTRIBUTES {
            match (body.attributes.get(name), default(name)) {
                (Some(node), _) => map.serialize_entry(name, &In(node, scope))?,
                (None, Some(policy)) => map.serialize_entry(name, policy)?,
                (None, None) if name == "DependsOn" && !depends_on.is_empty() => {
                    map.serialize_entry(name, &depends_on)?
                }
                (None, None) => {}
            }
        }
        let properties = body.attributes.get("Properties");
        let tagging = facts.as_ref().and_then(|facts| facts.tagging.as_ref());
        let written = |name: &str| properties.and_then(Node::as_object).and_then(|properties| properties.get(name));
        let tags = tagging.and_then(|tagging| {
            Some((tagging.property.as_str(), tags::property(tagging, written(&tagging.property), scope.tags)?))
        });
        if properties.is_some() || tags.is_some() {
            map.serialize_entry("Properties", &Properties { node: properties, tags, scope })?;
        }
        let known = |key: &str| key == "Properties" || key == "Type" || ATTRIBUTES.contains(&key);
        for (key, node) in body.attributes.iter().filter(|(key, _)| !known(key)) {
            map.serialize_entry(key, &In(node, scope))?;
        }
        map.end()
    }
}

fn resource_dependencies<'a>(all: &'a [(Name, Name)], stack: &Stack) -> Vec<&'a str> {
    let mut own: Vec<&str> = all.iter().filter(|(home, _)| *home == stack.name).map(|(_, id)| &**id).collect();
    own.dedup();
    own
}

struct Properties<'a> {
    node: Option<&'a Node>,
    tags: Option<(&'a str, Node)>,
    scope: &'a Scope<'a>,
}

impl Serialize for Properties<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let object = match self.node {
            Some(Node::Object(object)) => Some(object),
            Some(node) => return In(node, self.scope).serialize(serializer),
            None => None,
        };
        let mut map = serializer.serialize_map(None)?;
        let mut tags = self.tags.as_ref();
        for (key, node) in object.into_iter().flat_map(Object::iter) {
            match tags.take_if(|(name, _)| name == key) {
                Some((name, merged)) => map.serialize_entry(name, &In(merged, self.scope))?,
                None => map.serialize_entry(key, &In(node, self.scope))?,
            }
        }
        if let Some((name, added)) = tags {
            map.serialize_entry(name, &In(added, self.scope))?;
        }
        map.end()
    }
}

struct InLoop<'a>(&'a ForEach, &'a Scope<'a>);

impl Serialize for InLoop<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let InLoop(each, scope) = self;
        let made = HashMap::from([(&each.id, InObject(&each.body, scope))]);
        (&*each.item, In(&each.collection, scope), made).serialize(serializer)
    }
}

struct InObject<'a>(&'a Object, &'a Scope<'a>);

impl Serialize for InObject<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(key, node)| (key, In(node, self.1))))
    }
}

struct In<'a>(&'a Node, &'a Scope<'a>);

impl Serialize for In<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let In(node, scope) = self;
        match node {
            Node::Null => serializer.serialize_unit(),
            Node::Bool(flag) => serializer.serialize_bool(*flag),
            Node::Integer(number) => serializer.serialize_i64(*number),
            Node::Number(number) => serializer.serialize_f64(*number),
            Node::Text(text) => serializer.serialize_str(text),
            Node::List(items) => serializer.collect_seq(items.iter().map(|item| In(item, scope))),
            Node::Object(object) => InObject(object, scope).serialize(serializer),
            Node::Call(function, argument) => serializer.collect_map([(function, In(argument, scope))]),
            Node::Concat(pieces) => concat_in(pieces, scope, serializer),
            Node::Reference(reference) => reference_in(reference, scope, serializer),
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
