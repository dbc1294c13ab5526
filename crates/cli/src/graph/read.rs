//! Reads an assembly into a graph: nodes from the templates, edges from their references.
use std::collections::HashMap;

use serde_json::Value;
use stackgen_assembly::Assembly;

use super::model::{Edge, Graph, How, Kind, Link, Node, NodeId};
use super::node::{blank, resource};
use super::references::{Mention, Target, mentions};
use super::template::{objects, resources};
use super::words::Words;
use crate::template::{self, TemplateError};

/// All stacks of an assembly with all references, before anything is placed.
pub(super) fn read(assembly: &Assembly) -> Result<Graph, TemplateError> {
    let templates = assembly.manifest.stacks.iter().map(|stack| template::read(assembly, stack));
    let templates: Vec<Value> = templates.collect::<Result<_, _>>()?;
    let mut reader = Reader::default();
    let stacks = || assembly.manifest.stacks.iter().zip(&templates);
    for (stack, template) in stacks() {
        reader.add_stack(assembly, &Words { stack, template });
    }
    for (stack, template) in stacks() {
        reader.add_outputs(&Words { stack, template });
    }
    for (stack, template) in stacks() {
        reader.add_references(&Words { stack, template });
    }
    Ok(reader.graph)
}

#[derive(Default)]
struct Reader {
    graph: Graph,
    stacks: HashMap<String, NodeId>,
    resources: HashMap<(NodeId, String), NodeId>,
    /// What an output is made of, by stack and output.
    outputs: HashMap<(String, String), Vec<NodeId>>,
    /// The stack and output of each export, by its region and name; a stack of unknown region has none.
    exports: HashMap<(Option<String>, String), (String, String)>,
    outside: HashMap<String, NodeId>,
    edges: HashMap<(NodeId, NodeId), usize>,
}

impl Reader {
    fn add_stack(&mut self, assembly: &Assembly, words: &Words<'_>) {
        let entry = words.stack;
        let mut node = blank(Kind::Stack, &entry.name);
        node.detail = entry.region.clone().unwrap_or_default();
        node.source = entry.account.as_ref().map(|account| format!("account {account}"));
        let stack = self.push(node);
        self.stacks.insert(entry.name.clone(), stack);
        for (id, body) in resources(words.template) {
            let mut node = resource(id, body, words);
            node.within = Some(stack);
            let script = entry.user_data.iter().find(|script| script.id == id);
            node.script = script.and_then(|script| assembly.files.get(&script.file)).cloned();
            let child = self.push(node);
            self.resources.insert((stack, id.to_owned()), child);
        }
    }

    fn push(&mut self, node: Node) -> NodeId {
        self.graph.nodes.push(node);
        self.graph.nodes.len() - 1
    }

    fn add_outputs(&mut self, words: &Words<'_>) {
        let stack = self.stacks[&words.stack.name];
        for (id, output) in objects(words.template.get("Outputs")) {
            let value = output.get("Value").unwrap_or(&Value::Null);
            let nodes =
                mentions(value, "", words).into_iter().flat_map(|mention| self.resolve(stack, words, &mention.target));
            let key = (words.stack.name.clone(), id.to_owned());
            let nodes: Vec<NodeId> = nodes.collect();
            if let Some(name) = output.get("Export").and_then(|export| export.get("Name")) {
                let place = (words.stack.region.clone(), words.text_or_json(name));
                self.exports.insert(place, key.clone());
            }
            self.outputs.insert(key, nodes);
        }
    }

    fn add_references(&mut self, words: &Words<'_>) {
        let stack = self.stacks[&words.stack.name];
        for (id, body) in resources(words.template) {
            let from = self.resources[&(stack, id.to_owned())];
            for (key, part) in objects(Some(body)) {
                let found = match key {
                    "Type" | "Condition" => Vec::new(),
                    "DependsOn" => depends_on(part),
                    _ => mentions(part, &format!("/{key}"), words),
                };
                for mention in found {
                    self.link(from, stack, words, mention);
                }
            }
        }
        for name in &words.stack.dependencies {
            if let Some(&to) = self.stacks.get(name) {
                self.edge(stack, to, Link { how: How::After, at: String::new() });
            }
        }
    }

    fn link(&mut self, from: NodeId, stack: NodeId, words: &Words<'_>, mention: Mention) {
        let Mention { target, mut link } = mention;
        if let Target::Local(id) = &target
            && words.stack.inputs.iter().any(|input| input.parameter == *id)
        {
            link.how = How::Input;
        }
        let mut found = self.resolve(stack, words, &target);
        if let (Target::Export(name), true) = (&target, found.is_empty()) {
            found = vec![self.outside(name)];
        }
        for to in found {
            self.edge(from, to, link.clone());
        }
    }

    /// The nodes that a reference means: none for a pseudo parameter, several for an output made of several.
    fn resolve(&self, stack: NodeId, words: &Words<'_>, target: &Target) -> Vec<NodeId> {
        match target {
            Target::Local(id) => {
                let input = words.stack.inputs.iter().find(|input| input.parameter == *id);
                match (self.resources.get(&(stack, id.clone())), input) {
                    (Some(&node), _) => vec![node],
                    (None, Some(input)) => self.output(&input.stack, &input.output),
                    (None, None) => Vec::new(),
                }
            }
            Target::Output { stack, output } => self.output(stack, output),
            Target::Export(name) => {
                let here = self.exports.get(&(words.stack.region.clone(), name.clone()));
                let anywhere =
                    || self.exports.iter().filter(|((_, export), _)| export == name).map(|(_, found)| found).min();
                here.or_else(anywhere).map(|(stack, output)| self.output(stack, output)).unwrap_or_default()
            }
        }
    }

    /// What an output is made of; the stack itself if that is no resource.
    fn output(&self, stack: &str, output: &str) -> Vec<NodeId> {
        match self.outputs.get(&(stack.to_owned(), output.to_owned())) {
            Some(nodes) if !nodes.is_empty() => nodes.clone(),
            _ => self.stacks.get(stack).copied().into_iter().collect(),
        }
    }

    fn outside(&mut self, name: &str) -> NodeId {
        if let Some(&node) = self.outside.get(name) {
            return node;
        }
        let mut node = blank(Kind::Outside, name);
        node.what = "export of another app".to_owned();
        let id = self.push(node);
        self.outside.insert(name.to_owned(), id);
        id
    }

    fn edge(&mut self, from: NodeId, to: NodeId, link: Link) {
        if from == to {
            return;
        }
        let edges = &mut self.graph.edges;
        let at = *self.edges.entry((from, to)).or_insert(edges.len());
        if at == edges.len() {
            edges.push(Edge { from, to, links: Vec::new(), drawn: Some((from, to)) });
        }
        if !edges[at].links.contains(&link) {
            edges[at].links.push(link);
        }
    }
}

fn depends_on(value: &Value) -> Vec<Mention> {
    let names = match value {
        Value::Array(names) => names.iter().filter_map(Value::as_str).collect(),
        name => name.as_str().into_iter().collect::<Vec<&str>>(),
    };
    let link = Link { how: How::DependsOn, at: "/DependsOn".to_owned() };
    names.into_iter().map(|name| Mention { target: Target::Local(name.to_owned()), link: link.clone() }).collect()
}
