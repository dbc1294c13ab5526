//! Draws one arrow instead of many: where something refers to a whole list of alike nodes, such as the subnets of a tier or
//! the log groups of a host, they get a frame together and the arrow goes to the frame.
use std::collections::{BTreeMap, BTreeSet};

use super::category::{in_sentence, words_of};
use super::model::{Graph, Kind, Node, NodeId};
use super::node::blank;

/// A frame must spare this many arrows, or it is more to look at than they are.
const WORTH: usize = 2;

/// Puts lists of alike nodes into frames.
pub(super) fn group(graph: &mut Graph) {
    let mut taken: BTreeSet<NodeId> = BTreeSet::new();
    for members in lists(graph) {
        if members.is_disjoint(&taken) {
            taken.extend(&members);
            frame(graph, &members);
        }
    }
}

/// The lists that are worth a frame, the most useful one first.
fn lists(graph: &Graph) -> Vec<BTreeSet<NodeId>> {
    let mut named: BTreeMap<(NodeId, &str), BTreeSet<NodeId>> = BTreeMap::new();
    for edge in &graph.edges {
        let Some((from, to)) = edge.drawn else { continue };
        for link in &edge.links {
            let list = link.at.trim_end_matches(|letter: char| letter.is_ascii_digit());
            if list.ends_with('/') {
                named.entry((from, list)).or_default().insert(to);
            }
        }
    }
    let mut users: BTreeMap<BTreeSet<NodeId>, BTreeSet<NodeId>> = BTreeMap::new();
    for ((from, _), members) in named {
        if are_alike(graph, &members) {
            users.entry(members).or_default().insert(from);
        }
    }
    let spared = |(members, users): &(BTreeSet<NodeId>, BTreeSet<NodeId>)| (members.len() - 1) * users.len();
    let mut lists: Vec<_> = users.into_iter().filter(|list| spared(list) >= WORTH).collect();
    lists.sort_by_key(|list| std::cmp::Reverse(spared(list)));
    lists.into_iter().map(|(members, _)| members).collect()
}

fn are_alike(graph: &Graph, members: &BTreeSet<NodeId>) -> bool {
    let Some(first) = members.first().map(|&id| &graph.nodes[id]) else { return false };
    members.iter().map(|&id| &graph.nodes[id]).all(|node| {
        node.kind == Kind::Resource && !node.is_row && node.type_name == first.type_name && node.within == first.within
    })
}

fn frame(graph: &mut Graph, members: &BTreeSet<NodeId>) {
    let Some(first) = members.first().map(|&id| &graph.nodes[id]) else { return };
    let label = format!("{} {}", members.len(), plural(&first.type_name));
    let node =
        Node { what: first.what.clone(), category: first.category, within: first.within, ..blank(Kind::Group, &label) };
    graph.nodes.push(node);
    let group = graph.nodes.len() - 1;
    members.iter().for_each(|&member| graph.nodes[member].within = Some(group));
    let mut reached: BTreeMap<NodeId, BTreeSet<NodeId>> = BTreeMap::new();
    for (from, to) in graph.edges.iter().filter_map(|edge| edge.drawn) {
        if members.contains(&to) {
            reached.entry(from).or_default().insert(to);
        }
    }
    for edge in &mut graph.edges {
        if let Some((from, to)) = edge.drawn
            && members.contains(&to)
            && reached[&from].len() == members.len()
            && !members.contains(&from)
        {
            edge.drawn = Some((from, group));
        }
    }
}

/// `AWS::EC2::SecurityGroup` as `security groups`.
fn plural(type_name: &str) -> String {
    let last = type_name.rsplit("::").next().unwrap_or_default();
    let words = words_of(last).iter().map(|word| in_sentence(word)).collect::<Vec<String>>();
    let text = words.join(" ");
    match text.strip_suffix('y') {
        Some(stem) if !stem.ends_with(['a', 'e', 'o']) => format!("{stem}ies"),
        _ if text.ends_with('s') => format!("{text}es"),
        _ => format!("{text}s"),
    }
}
