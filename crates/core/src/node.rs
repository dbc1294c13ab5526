//! The untyped tree under every value: JSON plus references and intrinsic functions.
//!
//! A template is made of nodes and nothing else. Typed code never sees them: it holds [`Value`](crate::Value)s and handles,
//! which are nodes with a type. Nodes keep the order in which they were built.
use std::borrow::Cow;
use std::sync::Arc;

use crate::problem::Source;
use crate::script::Script;

/// The key of an object: nearly always a property name known at compile time.
pub type Key = Cow<'static, str>;

/// The name of a stack or of something in it; shared, because every reference carries two.
pub type Name = Arc<str>;

/// A piece of a template.
#[derive(Clone, Debug, PartialEq)]
pub enum Node {
    /// JSON's `null`.
    Null,
    /// True or false.
    Bool(bool),
    /// A whole number.
    Integer(i64),
    /// Any other number.
    Number(f64),
    /// Text.
    Text(Cow<'static, str>),
    /// A list.
    List(Vec<Node>),
    /// Named nodes, in order.
    Object(Object),
    /// The value of something else: `Ref`, `Fn::GetAtt`, or their forms across stacks.
    Reference(Box<Reference>),
    /// The name of a condition or mapping, written as it is.
    Local(Box<Local>),
    /// An intrinsic function and its argument.
    Call(&'static str, Box<Node>),
    /// Text from pieces, written the way that people read best: `Fn::Sub` if it can be, else `Fn::Join`.
    Concat(Vec<Node>),
    /// A boot script: written as what is sent, read as what runs.
    Script(Box<Script>),
    /// A value that could not be made. Synth reports it at the place where it was used.
    Fault(Box<Fault>),
}

/// What is wrong with a value and what to do about it.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    /// What is wrong and why.
    pub message: String,
    /// What to type instead.
    pub hint: Option<String>,
    /// Where it is, if that is not the line that used it: a line of a boot script's template.
    pub source: Option<Source>,
}

impl Fault {
    /// A fault at the line that uses the value.
    pub fn new(message: impl Into<String>, hint: Option<String>) -> Self {
        Fault { message: message.into(), hint, source: None }
    }

    /// The same fault, at a place of its own.
    #[must_use]
    pub fn at(mut self, source: Source) -> Self {
        self.source = Some(source);
        self
    }
}

/// Named nodes in the order in which they were set.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Object(Vec<(Key, Node)>);

/// Points at a parameter or resource.
#[derive(Clone, Debug, PartialEq)]
pub struct Reference {
    /// The stack that holds it; `None` means the stack in which the reference stands.
    pub stack: Option<Name>,
    /// Its logical id.
    pub id: Name,
    /// The attribute to read, or `None` for `Ref`.
    pub attribute: Option<Key>,
    /// How the value crosses from one stack to another.
    pub link: Link,
    /// Whether the value is a list, which has to be joined to cross.
    pub is_list: bool,
}

/// Names something that only its own stack can use: a condition or a mapping.
#[derive(Clone, Debug, PartialEq)]
pub struct Local {
    /// The stack that holds it. Another one may have something of the same name, which is not meant.
    pub stack: Name,
    /// Its logical id.
    pub id: Name,
}

/// How a value gets from one stack to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Link {
    /// An export and an import: the producer cannot drop or change the value while it is used.
    Strong,
    /// `Fn::GetStackOutput`: read once at create or update, across regions too; nothing protects it afterwards.
    Weak,
    /// A parameter that is filled in when the consumer is deployed, reviewed like any other.
    AtDeploy,
}

impl Object {
    /// An empty object.
    pub const fn new() -> Self {
        Object(Vec::new())
    }

    /// Sets a key, in place if it is there already.
    pub fn set(&mut self, key: impl Into<Key>, node: Node) {
        let key = key.into();
        match self.0.iter_mut().find(|(existing, _)| *existing == key) {
            Some((_, slot)) => *slot = node,
            None => self.0.push((key, node)),
        }
    }

    /// Reads a key.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.0.iter().find(|(existing, _)| existing == key).map(|(_, node)| node)
    }

    /// The node under a key, which is made if it is not there.
    pub fn entry(&mut self, key: &str) -> &mut Node {
        let position = self.0.iter().position(|(existing, _)| existing == key).unwrap_or_else(|| {
            self.0.push((Cow::Owned(key.to_owned()), Node::Null));
            self.0.len() - 1
        });
        &mut self.0[position].1
    }

    /// Takes a key out.
    pub(crate) fn take(&mut self, key: &str) -> Option<Node> {
        let position = self.0.iter().position(|(existing, _)| existing == key)?;
        Some(self.0.remove(position).1)
    }

    /// All entries, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&Key, &Node)> {
        self.0.iter().map(|(key, node)| (key, node))
    }

    /// Whether nothing is in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The number of entries.
    pub fn len(&self) -> usize {
        self.0.len()
    }
}

impl<K: Into<Key>> FromIterator<(K, Node)> for Object {
    /// Of two entries with one key the later counts.
    fn from_iter<I: IntoIterator<Item = (K, Node)>>(entries: I) -> Self {
        let mut object = Object::new();
        entries.into_iter().for_each(|(key, node)| object.set(key, node));
        object
    }
}

impl Node {
    /// A value that could not be made.
    pub fn fault(message: impl Into<String>) -> Self {
        Node::Fault(Box::new(Fault::new(message, None)))
    }

    /// A number that may have a fraction.
    pub fn number(number: f64) -> Self {
        if number.is_finite() { Node::Number(number) } else { Node::fault(format!("{number} is no number in JSON")) }
    }

    /// Text from anything that has some.
    pub fn text(text: impl Into<Cow<'static, str>>) -> Self {
        Node::Text(text.into())
    }

    /// A call of an intrinsic function with a list of arguments.
    pub fn call(function: &'static str, arguments: impl IntoIterator<Item = Node>) -> Self {
        Node::Call(function, Box::new(Node::List(arguments.into_iter().collect())))
    }

    /// The text, if it is a literal.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Node::Text(text) => Some(text),
            _ => None,
        }
    }

    /// A literal as text, the way in which parameters carry numbers and flags too.
    pub(crate) fn literal(&self) -> Option<String> {
        match self {
            Node::Text(text) => Some(text.to_string()),
            Node::Integer(number) => Some(number.to_string()),
            Node::Number(number) => Some(number.to_string()),
            Node::Bool(flag) => Some(flag.to_string()),
            _ => None,
        }
    }

    /// The literal texts of a list, or the text if it is only one.
    pub(crate) fn texts(&self) -> Vec<&str> {
        match self {
            Node::List(items) => items.iter().filter_map(Node::as_text).collect(),
            node => node.as_text().into_iter().collect(),
        }
    }

    /// The object, if it is one.
    pub fn as_object(&self) -> Option<&Object> {
        match self {
            Node::Object(object) => Some(object),
            _ => None,
        }
    }
}
