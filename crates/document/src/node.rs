//! Looking at the tree.
use std::fmt::Write;
use std::hash::{Hash, Hasher};

use super::{Content, Data, Document, Key, Scalar, ScalarKind};
use crate::Span;

/// One value of a document. Cheap to copy; equal when it is the same place of the same document.
#[derive(Clone, Copy)]
pub struct Node<'d> {
    document: &'d Document,
    id: u32,
}

/// What a node holds.
#[derive(Debug, Clone, Copy)]
pub enum Value<'d> {
    /// Text, a number, a flag, a date or null.
    Scalar(&'d Scalar),
    /// A list; see [`Node::items`].
    List,
    /// A map; see [`Node::entries`].
    Map,
}

/// A key with its value.
#[derive(Debug, Clone, Copy)]
pub struct Entry<'d> {
    /// The key.
    pub key: &'d Key,
    /// The value.
    pub value: Node<'d>,
}

/// How one gets from a node's parent to it.
#[derive(Debug, Clone, Copy)]
pub enum Step<'d> {
    /// It is the value of this key.
    Key(&'d Key),
    /// It is this item, counted from zero.
    Item(usize),
}

impl<'d> Step<'d> {
    /// The name, if it is a key.
    #[must_use]
    pub fn name(self) -> Option<&'d str> {
        if let Step::Key(key) = self { Some(&key.text) } else { None }
    }
}

impl<'d> Node<'d> {
    pub(super) fn new(document: &'d Document, id: u32) -> Node<'d> {
        Node { document, id }
    }

    fn data(self) -> &'d Data {
        &self.document.nodes[self.id as usize]
    }

    /// The number of the node, for tables.
    #[must_use]
    pub fn id(self) -> u32 {
        self.id
    }

    /// The document that it belongs to.
    #[must_use]
    pub fn document(self) -> &'d Document {
        self.document
    }

    /// What it holds.
    #[must_use]
    pub fn value(self) -> Value<'d> {
        match &self.data().content {
            Content::Scalar(scalar) => Value::Scalar(scalar),
            Content::List(_) => Value::List,
            Content::Map(_) => Value::Map,
        }
    }

    /// Where the value itself stands, its tag included.
    #[must_use]
    pub fn span(self) -> Span {
        self.data().span
    }

    /// The items of a list; nothing for anything else.
    pub fn items(self) -> impl DoubleEndedIterator<Item = Node<'d>> + ExactSizeIterator + Clone {
        let items: &[u32] = if let Content::List(items) = &self.data().content { items } else { &[] };
        items.iter().map(move |id| Node::new(self.document, *id))
    }

    /// The entries of a map, in the order in which they are written; nothing for anything else.
    pub fn entries(self) -> impl DoubleEndedIterator<Item = Entry<'d>> + ExactSizeIterator + Clone {
        let entries: &[(Key, u32)] = if let Content::Map(entries) = &self.data().content { entries } else { &[] };
        entries.iter().map(move |(key, id)| Entry { key, value: Node::new(self.document, *id) })
    }

    /// The values right below it.
    pub fn children(self) -> impl Iterator<Item = Node<'d>> {
        self.items().chain(self.entries().map(|entry| entry.value))
    }

    /// The value of a key of a map.
    #[must_use]
    pub fn get(self, name: &str) -> Option<Node<'d>> {
        self.entry(name).map(|entry| entry.value)
    }

    /// A key of a map with its value.
    #[must_use]
    pub fn entry(self, name: &str) -> Option<Entry<'d>> {
        self.entries().find(|entry| entry.key.text == name)
    }

    /// An item of a list.
    #[must_use]
    pub fn item(self, index: usize) -> Option<Node<'d>> {
        self.items().nth(index)
    }

    /// The only entry of a map that has one.
    #[must_use]
    pub fn only_entry(self) -> Option<Entry<'d>> {
        let mut entries = self.entries();
        if entries.len() == 1 { entries.next() } else { None }
    }

    /// The scalar that it is.
    #[must_use]
    pub fn scalar(self) -> Option<&'d Scalar> {
        if let Content::Scalar(scalar) = &self.data().content { Some(scalar) } else { None }
    }

    /// Its text, if it is text and not a number, a flag, a date or null.
    #[must_use]
    pub fn text(self) -> Option<&'d str> {
        self.scalar().filter(|scalar| scalar.kind == ScalarKind::Text).map(|scalar| scalar.text.as_str())
    }

    /// The text of any scalar but null, as CloudFormation turns numbers and flags into text.
    #[must_use]
    pub fn any_text(self) -> Option<&'d str> {
        self.scalar().filter(|scalar| scalar.kind != ScalarKind::Null).map(|scalar| scalar.text.as_str())
    }

    /// Whether it is a map.
    #[must_use]
    pub fn is_map(self) -> bool {
        matches!(self.data().content, Content::Map(_))
    }

    /// Whether it is a list.
    #[must_use]
    pub fn is_list(self) -> bool {
        matches!(self.data().content, Content::List(_))
    }

    /// The map or list that it stands in.
    #[must_use]
    pub fn parent(self) -> Option<Node<'d>> {
        let parent = self.data().parent;
        (self.id != 0).then(|| Node::new(self.document, parent))
    }

    /// How one gets from its parent to it.
    #[must_use]
    pub fn step(self) -> Option<Step<'d>> {
        let slot = self.data().slot as usize;
        match &self.parent()?.data().content {
            Content::Map(entries) => entries.get(slot).map(|(key, _)| Step::Key(key)),
            _ => Some(Step::Item(slot)),
        }
    }

    /// The key whose value it is.
    #[must_use]
    pub fn key(self) -> Option<&'d Key> {
        if let Some(Step::Key(key)) = self.step() { Some(key) } else { None }
    }

    /// It, its parent, and so on up to the root.
    pub fn ancestors(self) -> impl Iterator<Item = Node<'d>> {
        std::iter::successors(Some(self), |node| node.parent())
    }

    /// The steps from the root to it.
    #[must_use]
    pub fn steps(self) -> Vec<Step<'d>> {
        let mut steps: Vec<Step<'d>> = self.ancestors().filter_map(Node::step).collect();
        steps.reverse();
        steps
    }

    /// Its path, such as `Resources/Web/Properties/Tags/0/Key`. In keys `/` is `~1` and `~` is `~0`, as in JSON pointers.
    #[must_use]
    pub fn path(self) -> String {
        let mut path = String::new();
        for step in self.steps() {
            if !path.is_empty() {
                path.push('/');
            }
            match step {
                Step::Key(key) => path.push_str(&key.text.replace('~', "~0").replace('/', "~1")),
                Step::Item(index) => write!(path, "{index}").expect("writing to text never fails"),
            }
        }
        path
    }

    /// Where people look for a finding about this value, which is where cfn-lint puts it: the key that it belongs to, or the
    /// item of a list. What nobody wrote down by itself (the key that a tag stands for) or what cfn-lint has no position
    /// for (a number in a list) takes the place of the nearest key around it.
    #[must_use]
    pub fn place(self) -> Span {
        let mut place = None;
        for node in self.ancestors() {
            place = match node.step() {
                Some(Step::Key(key)) if key.written && key.kind == ScalarKind::Text => Some(key.span),
                Some(Step::Item(_)) if node == self && node.has_own_place() => Some(node.span()),
                None => Some(node.span()),
                _ => None,
            };
            if place.is_some() {
                break;
            }
        }
        place.unwrap_or(Span::START)
    }

    fn has_own_place(self) -> bool {
        let scalar = |scalar: &Scalar| scalar.kind == ScalarKind::Text;
        self.data().written && self.scalar().is_none_or(scalar)
    }
}

impl PartialEq for Node<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id && std::ptr::eq(self.document, other.document)
    }
}

impl Eq for Node<'_> {}

impl Hash for Node<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.id.hash(state);
    }
}

impl std::fmt::Debug for Node<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}@{}", self.path(), self.span().start.line)
    }
}
