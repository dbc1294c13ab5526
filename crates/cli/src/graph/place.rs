//! Decides what is drawn in what. A picture with a box and an arrow for everything says nothing: a subnet belongs in its
//! network, a policy in the card of its role, and then no arrow has to say so.
use std::collections::{BTreeSet, HashMap};

use super::kinds::{PLACES, host_properties, is_holder};
use super::model::{Edge, Graph, How, Kind, Link, Node, NodeId};
use super::node::blank;

/// Puts nodes into each other and takes the arrows away that this makes needless.
pub(super) fn place(graph: &mut Graph) {
    put_into_hosts(graph);
    let mut ghosts = HashMap::new();
    for id in 0..graph.nodes.len() {
        if graph.nodes[id].kind == Kind::Resource && !graph.nodes[id].is_row {
            put_into_frame(graph, &mut ghosts, id);
        }
    }
    put_gateways_into_networks(graph);
    draw(graph, &ghosts);
}

/// The nodes that a property of `from` refers to.
fn targets<'a>(graph: &'a Graph, from: NodeId, property: &'a str) -> impl Iterator<Item = NodeId> + 'a {
    let stands_there =
        move |link: &Link| link.at.strip_prefix(property).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    let edges = graph.edges.iter().filter(move |edge| edge.from == from);
    edges.filter(move |edge| edge.links.iter().any(stands_there)).map(|edge| edge.to)
}

fn put_into_hosts(graph: &mut Graph) {
    let mut hosts: HashMap<NodeId, NodeId> = HashMap::new();
    for (id, node) in graph.nodes.iter().enumerate() {
        let properties = host_properties(&node.type_name).iter();
        let mut found = properties.flat_map(|name| {
            let property = format!("/Properties/{name}");
            targets(graph, id, &property).collect::<Vec<NodeId>>()
        });
        let is_near =
            |host: &NodeId| graph.nodes[*host].kind == Kind::Resource && graph.nodes[*host].within == node.within;
        if let Some(host) = found.find(is_near) {
            hosts.insert(id, host);
        }
    }
    for &id in hosts.keys() {
        // A host may be a row itself: a listener rule ends in the card of the load balancer.
        let chain = std::iter::successors(Some(id), |id| hosts.get(id).copied()).take(hosts.len() + 2);
        let last = chain.last().unwrap_or(id);
        if !hosts.contains_key(&last) {
            graph.nodes[id].within = Some(last);
            graph.nodes[id].is_row = true;
        }
    }
}

fn put_into_frame(graph: &mut Graph, ghosts: &mut HashMap<(NodeId, NodeId), NodeId>, id: NodeId) {
    let Some(frame) = frame_of(graph, id) else { return };
    let stack = graph.stack_of(id);
    let frame = if graph.stack_of(frame) == stack { frame } else { ghost(graph, ghosts, stack, frame) };
    if !graph.ancestry(frame).any(|above| above == id) {
        graph.nodes[id].within = Some(frame);
    }
}

/// The narrowest frame that the template names. Several subnets mean the network that all of them are in.
fn frame_of(graph: &Graph, id: NodeId) -> Option<NodeId> {
    PLACES.iter().find_map(|property| {
        let found = targets(graph, id, property).filter(|&to| is_holder(&graph.nodes[to].type_name));
        let found: BTreeSet<NodeId> = found.collect();
        match found.len() {
            0 => None,
            1 => found.first().copied(),
            _ => {
                let above: BTreeSet<Option<NodeId>> = found.iter().map(|&id| frame_of(graph, id)).collect();
                above.first().copied().flatten().filter(|_| above.len() == 1)
            }
        }
    })
}

/// The frame of another stack, again in this one.
fn ghost(graph: &mut Graph, ghosts: &mut HashMap<(NodeId, NodeId), NodeId>, stack: NodeId, real: NodeId) -> NodeId {
    if let Some(&id) = ghosts.get(&(stack, real)) {
        return id;
    }
    let (above, owner) = (graph.nodes[real].within, graph.stack_of(real));
    let within = above.and_then(|above| ghosts.get(&(stack, above)).copied()).unwrap_or(stack);
    let Node { id, type_name, what, category, source, .. } = &graph.nodes[real];
    let node = Node {
        type_name: type_name.clone(),
        what: what.clone(),
        detail: format!("of {}", graph.nodes[owner].id),
        category: *category,
        source: source.clone(),
        within: Some(within),
        ..blank(Kind::Ghost, id)
    };
    graph.nodes.push(node);
    let id = graph.nodes.len() - 1;
    ghosts.insert((stack, real), id);
    id
}

/// An internet gateway names no network; its attachment does.
fn put_gateways_into_networks(graph: &mut Graph) {
    let rows = (0..graph.nodes.len()).filter(|&id| graph.nodes[id].type_name == "AWS::EC2::VPCGatewayAttachment");
    for row in rows.collect::<Vec<NodeId>>() {
        let network = targets(graph, row, "/Properties/VpcId").next();
        let host = graph.box_of(row);
        let is_free = graph.nodes[row].is_row && graph.nodes[host].within == Some(graph.stack_of(row));
        if let Some(network) = network.filter(|&network| is_free && graph.stack_of(network) == graph.stack_of(row)) {
            graph.nodes[host].within = Some(network);
        }
    }
}

fn draw(graph: &mut Graph, ghosts: &HashMap<(NodeId, NodeId), NodeId>) {
    let mut drawn: Vec<Option<(NodeId, NodeId)>> = Vec::new();
    for edge in &graph.edges {
        let to = ghosts.get(&(graph.stack_of(edge.from), edge.to)).copied().unwrap_or(edge.to);
        let contains = |outer, inner| graph.ancestry(inner).any(|above| above == outer);
        let says_more = !contains(edge.from, to) && !contains(to, edge.from);
        drawn.push((says_more && !is_known_order(graph, edge)).then_some((edge.from, to)));
    }
    for (edge, drawn) in graph.edges.iter_mut().zip(drawn) {
        edge.drawn = drawn;
    }
    link_ghosts(graph, ghosts);
}

/// Whether an edge only says that a stack comes after another one, which other edges show.
fn is_known_order(graph: &Graph, edge: &Edge) -> bool {
    let between = |other: &Edge| (graph.stack_of(other.from), graph.stack_of(other.to)) == (edge.from, edge.to);
    let is_order = |edge: &Edge| edge.links.iter().all(|link| link.how == How::After);
    is_order(edge) && graph.edges.iter().any(|other| !is_order(other) && between(other))
}

/// One line from each ghost to what it stands for, instead of one from everything in it.
fn link_ghosts(graph: &mut Graph, ghosts: &HashMap<(NodeId, NodeId), NodeId>) {
    let mut ghosts: Vec<_> = ghosts.iter().collect();
    ghosts.sort();
    for (&(stack, real), &ghost) in ghosts {
        let here = |edge: &&Edge| edge.to == real && graph.stack_of(edge.from) == stack;
        let links = graph.edges.iter().filter(here).flat_map(|edge| edge.links.clone()).collect();
        graph.edges.push(Edge { from: ghost, to: real, links, drawn: Some((ghost, real)) });
    }
}
