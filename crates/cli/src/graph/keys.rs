//! Names of nodes for machines: unique in a picture, and the same as long as stack and logical id are the same.
use std::collections::HashSet;

use super::model::{Graph, Kind, NodeId};

/// A key for each node, such as `prod-network/Vpc`.
pub(super) fn keys(graph: &Graph) -> Vec<String> {
    let mut taken = HashSet::new();
    (0..graph.nodes.len()).map(|id| unique(key(graph, id), &mut taken)).collect()
}

/// The key, or the key with a number if another node has it.
pub(super) fn unique(key: String, taken: &mut HashSet<String>) -> String {
    let numbered = (2..).map(|number| format!("{key}~{number}"));
    let free = std::iter::once(key.clone()).chain(numbered).find(|key| !taken.contains(key)).unwrap_or(key);
    taken.insert(free.clone());
    free
}

fn key(graph: &Graph, id: NodeId) -> String {
    let node = &graph.nodes[id];
    let stack = &graph.nodes[graph.stack_of(id)].id;
    match node.kind {
        Kind::Stack | Kind::ClosedStack => node.id.clone(),
        Kind::Resource => format!("{stack}/{}", node.id),
        Kind::Ghost => format!("{stack}/in/{}", node.id),
        Kind::Group => {
            let first = graph.boxes(Some(id)).next().map_or("", |first| &graph.nodes[first].id);
            format!("{stack}/with/{first}")
        }
        Kind::Outside => format!("export/{}", node.id),
    }
}
