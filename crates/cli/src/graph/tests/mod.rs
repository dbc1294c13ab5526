//! Tests of the pictures, on assemblies that are made here or kept in `tests/fixtures/graph`.
mod model;
mod overlaps;
mod page;
mod picture;
mod writers;

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;
use stackgen_assembly::{Assembly, FORMAT_VERSION, Manifest, ResourceEntry, StackEntry};

use super::Selection;
use super::model::{Graph, NodeId};

/// `host`: a network and a host in it. `shop`: 110 resources. `empty`: a stack without any.
fn fixture(name: &str) -> Assembly {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/graph");
    Assembly::read(&folder.join(name)).unwrap()
}

/// Stacks from their templates.
fn assembly(stacks: &[(&str, Value)]) -> Assembly {
    let mut files = BTreeMap::new();
    let mut entries = Vec::new();
    for (name, template) in stacks {
        files.insert(format!("{name}.json"), template.to_string());
        entries.push(entry(name, template));
    }
    let manifest = Manifest {
        version: FORMAT_VERSION,
        generator: "a test".to_owned(),
        stacks: entries,
        problems: Vec::new(),
        images: Vec::new(),
    };
    Assembly { manifest, files }
}

fn entry(name: &str, template: &Value) -> StackEntry {
    let resources = template["Resources"].as_object().into_iter().flatten().map(|(id, body)| ResourceEntry {
        id: id.clone(),
        type_name: body["Type"].as_str().unwrap_or_default().to_owned(),
        source: format!("stacks/{name}.rs:7"),
        stateful: body["DeletionPolicy"].is_string(),
    });
    StackEntry {
        name: name.to_owned(),
        source: String::new(),
        template: format!("{name}.json"),
        region: Some("eu-west-1".to_owned()),
        account: None,
        tags: BTreeMap::new(),
        dependencies: Vec::new(),
        inputs: Vec::new(),
        resources: resources.collect(),
        others: Vec::new(),
        user_data: Vec::new(),
        retired: Vec::new(),
    }
}

fn graph(assembly: &Assembly) -> Graph {
    Graph::of(assembly, &Selection::default()).unwrap()
}

/// The node with a name; in the given stack, if there are several.
fn find(graph: &Graph, name: &str) -> NodeId {
    let (stack, id) = name.split_once('/').unwrap_or(("", name));
    let fits = |node: &NodeId| graph.nodes[*node].id == id && graph.nodes[graph.stack_of(*node)].id.contains(stack);
    (0..graph.nodes.len()).find(fits).unwrap_or_else(|| panic!("no node {name}"))
}

/// The name of what a node is in.
fn within<'a>(graph: &'a Graph, name: &str) -> &'a str {
    graph.nodes[find(graph, name)].within.map_or("", |within| &graph.nodes[within].id)
}

/// All lines as `From -> To`, with `=>` between stacks and `..>` for order alone.
fn lines(graph: &Graph) -> Vec<String> {
    let arrow = |line: &super::model::Line| match line.style.class() {
        "crossing" => "=>",
        "order" => "..>",
        _ => "->",
    };
    let text = |line: &super::model::Line| {
        format!("{} {} {}", graph.nodes[line.from].id, arrow(line), graph.nodes[line.to].id)
    };
    graph.lines().iter().map(text).collect()
}
