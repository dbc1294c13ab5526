//! Narrows a graph to some stacks. Their neighbours stay as closed cards, so that one sees what the stacks rest on.
use std::collections::BTreeSet;

use super::model::{Graph, Kind, NodeId};

/// Which part of an assembly to draw.
#[derive(Clone, Debug, Default)]
pub(crate) struct Selection {
    /// Names of stacks; none means all. A name that no stack has means nothing.
    pub(crate) stacks: Vec<String>,
    /// Draw stacks as cards, without their resources.
    pub(crate) closed: bool,
}

pub(super) fn select(graph: Graph, selection: &Selection) -> Graph {
    let is_stack = |id: &NodeId| graph.nodes[*id].kind == Kind::Stack;
    let all: Vec<NodeId> = (0..graph.nodes.len()).filter(is_stack).collect();
    let mut chosen: BTreeSet<NodeId> = all.iter().copied().collect();
    if !selection.stacks.is_empty() {
        chosen.retain(|&id| selection.stacks.contains(&graph.nodes[id].id));
    }
    if chosen.len() == all.len() && !selection.closed {
        return graph;
    }
    let neighbours = neighbours(&graph, &chosen);
    let open = if selection.closed { BTreeSet::new() } else { chosen.clone() };
    narrowed(graph, &open, &chosen.union(&neighbours).copied().collect())
}

/// Stacks and outside exports that share an edge with a chosen stack.
fn neighbours(graph: &Graph, chosen: &BTreeSet<NodeId>) -> BTreeSet<NodeId> {
    let ends = graph.edges.iter().map(|edge| (graph.stack_of(edge.from), graph.stack_of(edge.to)));
    let other = ends.filter_map(|(from, to)| match (chosen.contains(&from), chosen.contains(&to)) {
        (true, false) => Some(to),
        (false, true) => Some(from),
        _ => None,
    });
    other.collect()
}

/// Keeps the `shown` roots, and the content of the `open` ones; edges of what is gone move to its stack.
fn narrowed(mut graph: Graph, open: &BTreeSet<NodeId>, shown: &BTreeSet<NodeId>) -> Graph {
    let roots: Vec<NodeId> = (0..graph.nodes.len()).map(|id| graph.stack_of(id)).collect();
    summarize(&mut graph, open);
    let mut places: Vec<Option<NodeId>> = Vec::new();
    let mut nodes = Vec::new();
    for (id, node) in std::mem::take(&mut graph.nodes).into_iter().enumerate() {
        let keep = shown.contains(&roots[id]) && (id == roots[id] || open.contains(&roots[id]));
        places.push(keep.then_some(nodes.len()));
        nodes.extend(keep.then_some(node));
    }
    let moved = |id: NodeId| places[id].or(places[roots[id]]);
    for node in &mut nodes {
        node.within = node.within.and_then(moved);
    }
    graph.nodes = nodes;
    graph.edges.retain_mut(|edge| {
        let (Some(from), Some(to)) = (moved(edge.from), moved(edge.to)) else { return false };
        (edge.from, edge.to) = (from, to);
        edge.drawn = edge.drawn.and_then(|(from, to)| moved(from).zip(moved(to)));
        from != to
    });
    graph
}

/// Closes every stack that is not open and says how much is in it.
fn summarize(graph: &mut Graph, open: &BTreeSet<NodeId>) {
    for id in 0..graph.nodes.len() {
        if graph.nodes[id].kind != Kind::Stack || open.contains(&id) {
            continue;
        }
        let inside = |child: &NodeId| *child != id && graph.stack_of(*child) == id;
        let children: Vec<NodeId> = (0..graph.nodes.len()).filter(inside).collect();
        let count = children.iter().filter(|&&child| graph.nodes[child].kind == Kind::Resource).count();
        let stateful = children.iter().filter(|&&child| graph.nodes[child].stateful).count();
        let node = &mut graph.nodes[id];
        node.kind = Kind::ClosedStack;
        node.what = if count == 1 { "1 resource".to_owned() } else { format!("{count} resources") };
        node.stateful = stateful > 0;
    }
}
