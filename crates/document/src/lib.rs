//! A template as a tree in which every key and value knows where it was written.
//!
//! YAML and JSON give the same tree. Short tags have become the long form (`!Ref X` is `{Ref: X}`), aliases are copies of what
//! they stand for, merge keys are merged. Numbers, flags and dates keep their text and say what YAML 1.1, as AWS and cfn-lint
//! read it, takes them for.
//!
//! All nodes stand in one list and know their parent, so a [`Node`] is a number that can be passed around, kept in tables and
//! asked for its path ([`Node::path`]) and for the place where people expect a finding about it ([`Node::place`]).

mod build;
mod node;
mod position;
mod read;
mod scalar;

pub use node::{Entry, Node, Step, Value};
pub use position::{Position, Span};
pub use read::{ReadError, read};
pub use scalar::{Scalar, ScalarKind, Style};

/// A template that was read.
#[derive(Debug)]
pub struct Document {
    nodes: Vec<Data>,
    /// Keys that stand twice in the same map.
    pub duplicates: Vec<Duplicate>,
    /// Where aliases (`*name`) stand. CloudFormation itself takes none; the AWS CLI resolves them first.
    pub aliases: Vec<Span>,
}

impl Document {
    /// The whole template.
    #[must_use]
    pub fn root(&self) -> Node<'_> {
        Node::new(self, 0)
    }

    /// The nodes of the tree, parents before children, in the order in which they are written.
    pub fn nodes(&self) -> impl Iterator<Item = Node<'_>> {
        let mut waiting = vec![self.root()];
        std::iter::from_fn(move || {
            let node = waiting.pop()?;
            let first = waiting.len();
            waiting.extend(node.children());
            waiting[first..].reverse();
            Some(node)
        })
    }
}

/// A key that stands more than once in a map.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Duplicate {
    /// The key.
    pub name: String,
    /// Where it stands first.
    pub first: Span,
    /// Where it stands again.
    pub again: Span,
    /// The map.
    pub path: String,
}

/// The key of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// Its text.
    pub text: String,
    /// What YAML takes it for: `80: x` has a number for its key.
    pub kind: ScalarKind,
    /// Where it stands; for a tag, where the tag stands.
    pub span: Span,
    /// Whether it was written as a key, and not as a tag.
    pub written: bool,
}

#[derive(Debug, Clone)]
struct Data {
    content: Content,
    span: Span,
    /// The parent and the number among its children; the root is its own parent.
    parent: u32,
    slot: u32,
    /// Whether it was written by itself: the two halves of `!GetAtt a.b` were not.
    written: bool,
}

#[derive(Debug, Clone)]
enum Content {
    Scalar(Scalar),
    List(Vec<u32>),
    Map(Vec<(Key, u32)>),
}
