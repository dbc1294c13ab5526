//! What a picture shows: nodes, what holds them, and what refers to what.
//!
//! Stacks, resources and the rest are all [`Node`]s of one tree, so that choosing stacks, laying out and drawing treat them
//! alike. An [`Edge`] is a fact of the templates; a [`Line`] is what is drawn of it. `place` decides on the difference.
use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::category::Category;

/// The position of a node in [`Graph::nodes`].
pub(crate) type NodeId = usize;

/// Stacks, their resources, and their references.
#[derive(Debug, Default)]
pub(crate) struct Graph {
    pub(crate) nodes: Vec<Node>,
    pub(crate) edges: Vec<Edge>,
}

/// Something with a name in the picture.
#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) kind: Kind,
    /// A logical id, or the name of a stack or export.
    pub(crate) id: String,
    /// `AWS::EC2::Instance`; empty if it is no resource.
    pub(crate) type_name: String,
    /// What it is in a few words, such as `EC2 instance`.
    pub(crate) what: String,
    /// What sets it apart, such as `m7g.medium`; may be empty.
    pub(crate) detail: String,
    pub(crate) category: Category,
    /// Whether it holds data.
    pub(crate) stateful: bool,
    /// The Rust `file:line` that made it.
    pub(crate) source: Option<String>,
    /// The node that it is drawn in.
    pub(crate) within: Option<NodeId>,
    /// Whether it is a line in the card of `within` and has no box of its own.
    pub(crate) is_row: bool,
    /// What the template says of it.
    pub(crate) body: Value,
    /// Its decoded boot script.
    pub(crate) script: Option<String>,
}

/// What a node stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A stack with its resources in it.
    Stack,
    /// A stack as one card.
    ClosedStack,
    Resource,
    /// A frame of another stack, drawn again around what this stack puts into it.
    Ghost,
    /// Alike resources that something refers to as a list.
    Group,
    /// An export that no stack of the assembly makes.
    Outside,
}

/// One node refers to another.
#[derive(Debug)]
pub(crate) struct Edge {
    pub(crate) from: NodeId,
    pub(crate) to: NodeId,
    pub(crate) links: Vec<Link>,
    /// Between which nodes it is drawn; placement says the rest, such as that a subnet is in its network.
    pub(crate) drawn: Option<(NodeId, NodeId)>,
}

/// One place in a template that refers to something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Link {
    pub(crate) how: How,
    /// Where, such as `/Properties/SubnetId`.
    pub(crate) at: String,
}

/// The way of a reference; the later ones matter more to whoever looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum How {
    /// A stack is deployed after another one.
    After,
    DependsOn,
    Ref,
    GetAtt,
    Sub,
    /// A parameter that is filled in from an output at deploy.
    Input,
    StackOutput,
    Import,
}

impl How {
    pub(crate) fn name(self) -> &'static str {
        match self {
            How::After => "deployed after",
            How::DependsOn => "DependsOn",
            How::Ref => "Ref",
            How::GetAtt => "GetAtt",
            How::Sub => "Sub",
            How::Input => "parameter at deploy",
            How::StackOutput => "GetStackOutput",
            How::Import => "ImportValue",
        }
    }
}

/// What is drawn of all edges between two nodes.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) from: NodeId,
    pub(crate) to: NodeId,
    pub(crate) style: Style,
    /// Why it is there: one text a link.
    pub(crate) reasons: Vec<String>,
}

/// How a line looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Style {
    /// Only the order of making.
    Order,
    Reference,
    /// From stack to stack.
    Crossing,
}

impl Style {
    pub(crate) fn class(self) -> &'static str {
        match self {
            Style::Order => "order",
            Style::Reference => "reference",
            Style::Crossing => "crossing",
        }
    }
}

impl Graph {
    /// What is drawn in a node, rows included, in the order of the template.
    pub(crate) fn children(&self, id: Option<NodeId>) -> impl Iterator<Item = NodeId> {
        self.nodes.iter().enumerate().filter(move |(_, node)| node.within == id).map(|(child, _)| child)
    }

    /// The lines in the card of a node.
    pub(crate) fn rows(&self, id: NodeId) -> impl Iterator<Item = NodeId> {
        self.children(Some(id)).filter(|&child| self.nodes[child].is_row)
    }

    /// The boxes in a node; if there are any, it is drawn as a frame.
    pub(crate) fn boxes(&self, id: Option<NodeId>) -> impl Iterator<Item = NodeId> {
        self.children(id).filter(|&child| !self.nodes[child].is_row)
    }

    pub(crate) fn is_frame(&self, id: NodeId) -> bool {
        self.nodes[id].kind == Kind::Stack || self.boxes(Some(id)).next().is_some()
    }

    /// The node and all that it is in, from the inside out.
    pub(crate) fn ancestry(&self, id: NodeId) -> impl Iterator<Item = NodeId> {
        std::iter::successors(Some(id), |&id| self.nodes[id].within)
    }

    /// The stack that a node is in; itself for a stack.
    pub(crate) fn stack_of(&self, id: NodeId) -> NodeId {
        self.ancestry(id).last().unwrap_or(id)
    }

    /// The box that a node is drawn as: its card for a row.
    pub(crate) fn box_of(&self, id: NodeId) -> NodeId {
        self.ancestry(id).find(|&id| !self.nodes[id].is_row).unwrap_or(id)
    }

    /// What is drawn between nodes, one line for each pair and direction.
    pub(crate) fn lines(&self) -> Vec<Line> {
        let mut lines: BTreeMap<(NodeId, NodeId), Line> = BTreeMap::new();
        for edge in &self.edges {
            // A listener rule and its listener are rows of one card, which says enough.
            let apart = |(from, to): &(NodeId, NodeId)| self.box_of(*from) != self.box_of(*to);
            let Some((from, to)) = edge.drawn.filter(apart) else { continue };
            // Between cards of stacks there are no other lines to tell apart.
            let are_closed = [from, to].map(|end| self.nodes[end].kind == Kind::ClosedStack) == [true, true];
            let crosses = self.stack_of(edge.from) != self.stack_of(edge.to) && !are_closed;
            let line = lines.entry((from, to));
            let line = line.or_insert_with(|| Line { from, to, style: Style::Order, reasons: Vec::new() });
            for link in &edge.links {
                let style = match link.how {
                    How::DependsOn | How::After => Style::Order,
                    _ if crosses => Style::Crossing,
                    _ => Style::Reference,
                };
                line.style = line.style.max(style);
                line.reasons.push(self.reason(edge, link));
            }
        }
        let boxes = |line: &Line| (self.box_of(line.from), self.box_of(line.to));
        let referring: BTreeSet<(NodeId, NodeId)> =
            lines.values().filter(|line| line.style != Style::Order).map(boxes).collect();
        // What refers to something is made after it anyway.
        lines.into_values().filter(|line| line.style != Style::Order || !referring.contains(&boxes(line))).collect()
    }

    fn reason(&self, edge: &Edge, link: &Link) -> String {
        let at = link.at.strip_prefix("/Properties").unwrap_or(&link.at).trim_start_matches('/').replace('/', ".");
        let (from, to) = (&self.nodes[edge.from].id, &self.nodes[edge.to].id);
        let at = if at.is_empty() || link.how == How::DependsOn { String::new() } else { format!(".{at}") };
        format!("{from}{at} → {to} ({})", link.how.name())
    }
}
