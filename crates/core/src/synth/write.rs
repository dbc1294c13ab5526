//! Writing a template: straight from the nodes to bytes.
use std::borrow::Cow;
use std::collections::HashMap;

use serde::ser::{Serialize, SerializeMap, Serializer};

use super::links::{self, Links};
use super::nodes::{In, InObject, Scope};
use super::resources::InResource;
use super::survey::Survey;
use super::types::Types;
use super::{SynthesizedEntry, SynthesizedResource, SynthesizedStack, tags};
use crate::app::App;
use crate::each::Each;
use crate::node::{Node, Object, Reference};
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
        source: stack.source,
        region: stack.region.clone(),
        account: stack.account.clone(),
        template: Template::new(body),
        dependencies: links.needs[index].iter().map(|&need| app.stacks[need].name.to_string()).collect(),
        inputs: links.inputs[index].values().cloned().collect(),
        resources: manifest(stack, types),
        entries: entries(stack),
        user_data: survey.user_data(),
        retired: stack.retired.clone(),
        tags,
    }
}

/// Every resource that the stack will have, as far as that is known before its loops are run.
fn manifest(stack: &Stack, types: &Types) -> Vec<SynthesizedResource> {
    let entry = |logical_id: String, resource: &Resource| SynthesizedResource {
        logical_id,
        type_name: resource.type_name().to_owned(),
        source: resource.source(),
        stateful: types.get(resource.type_name()).is_some_and(|facts| facts.stateful),
    };
    let plain = stack.resources.iter().map(|resource| entry(resource.logical_id().to_owned(), resource));
    let looped =
        stack.loops.iter().flat_map(|each| each.body.ids().into_iter().map(move |id| entry(id, &each.body.resource)));
    plain.chain(looped).collect()
}

/// Everything beside the resources that has a line of its own.
fn entries(stack: &Stack) -> Vec<SynthesizedEntry> {
    let parameters = stack.parameters.iter().map(|it| ("Parameters", &it.id, it.source));
    let mappings = stack.mappings.iter().map(|it| ("Mappings", &it.id, it.source));
    let conditions = stack.conditions.iter().map(|it| ("Conditions", &it.id, it.source));
    let rules = stack.rules.iter().map(|it| ("Rules", &it.id, it.source));
    let outputs = stack.outputs.iter().map(|it| ("Outputs", &it.id, it.source));
    let all = parameters.chain(mappings).chain(conditions).chain(rules).chain(outputs);
    all.map(|(section, id, source)| SynthesizedEntry { section, logical_id: id.to_string(), source }).collect()
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
        let added = self.links.inputs[self.index].values().map(|input| {
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
            if let Some(condition) = self.condition_of(&crossing.reference.id) {
                output.set("Condition", condition);
            }
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

impl Document<'_> {
    /// An output of a resource that may be absent is absent with it.
    fn condition_of(&self, id: &str) -> Option<Node> {
        self.scope.stack.resource(id)?.body().attributes.get("Condition").cloned()
    }
}

/// An entry of a section.
type Part<'a> = (Cow<'a, str>, Body<'a>);

enum Body<'a> {
    Node(&'a Node),
    Object(&'a Object),
    Owned(Object),
    Resource(&'a Resource),
    Loop(&'a Each),
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

struct InLoop<'a>(&'a Each, &'a Scope<'a>);

impl Serialize for InLoop<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let InLoop(each, scope) = self;
        let made = HashMap::from([(each.resource.logical_id(), InResource(&each.resource, scope))]);
        (&*each.item, In(&each.collection, scope), made).serialize(serializer)
    }
}
