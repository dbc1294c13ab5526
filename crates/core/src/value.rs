//! Typed values: what a property takes.
//!
//! A property of type `T` takes `impl IntoValue<T>`: a literal, an intrinsic, a parameter, an attribute of another
//! resource. Whatever it is, it becomes a [`Value<T>`], and that is a [`Node`] which remembers its type.
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::marker::PhantomData;

use crate::node::{Fault, Link, Node, Object};

/// A literal or intrinsic of type `T`.
pub struct Value<T> {
    node: Node,
    kind: PhantomData<fn() -> T>,
}

/// Names to values of one type, as the type of a property.
#[derive(Debug)]
pub struct Map<T>(PhantomData<T>);

/// Any JSON, as the type of a property.
#[derive(Debug)]
pub enum Json {}

/// A tag, as the type of a property: `("Name", "web")` is one.
#[derive(Debug)]
pub enum Tag {}

/// Turns something into a value for a property of type `T`.
#[diagnostic::on_unimplemented(
    message = "a property of type `{T}` does not take `{Self}`",
    label = "not a `{T}`",
    note = "it takes a literal of that type, a parameter, an attribute of another resource, or an intrinsic function"
)]
pub trait IntoValue<T> {
    /// The value.
    fn into_value(self) -> Value<T>;
}

/// A text with a list of known values, as the type of a property. The known values are its constants; a plain string is
/// taken too, because AWS adds values faster than anyone publishes lists.
pub trait Choice {}

impl<C: Choice> Value<C> {
    /// One of the known values.
    pub const fn known(text: &'static str) -> Self {
        Value { node: Node::Text(Cow::Borrowed(text)), kind: PhantomData }
    }
}

impl<T> Value<T> {
    /// A value from a raw node: the escape hatch of every property.
    pub fn raw(node: impl Into<Node>) -> Self {
        Value { node: node.into(), kind: PhantomData }
    }

    /// A value that could not be made; synth reports it where it is used.
    pub fn fault(message: impl Into<String>, hint: Option<String>) -> Self {
        Value::raw(Node::Fault(Box::new(Fault::new(message, hint))))
    }

    /// The same value under another type, for the cases in which CloudFormation converts and the types here do not know.
    pub fn cast<U>(self) -> Value<U> {
        Value::raw(self.node)
    }

    /// If the value comes from another stack, read it by `Fn::GetStackOutput` and not through an export.
    ///
    /// The producer may then change or drop it at any time; this stack sees the new value at its next update.
    #[must_use]
    pub fn weak(self) -> Self {
        self.linked(Link::Weak)
    }

    /// If the value comes from another stack, make it a parameter of this stack, filled in when this stack is deployed.
    #[must_use]
    pub fn at_deploy(self) -> Self {
        self.linked(Link::AtDeploy)
    }

    fn linked(mut self, link: Link) -> Self {
        relink(&mut self.node, link);
        self
    }

    /// The node inside.
    pub fn node(&self) -> &Node {
        &self.node
    }

    /// The node inside, taken out.
    pub fn into_node(self) -> Node {
        self.node
    }
}

/// Every value of another stack in a node goes the same way.
fn relink(node: &mut Node, link: Link) {
    match node {
        Node::Reference(reference) => reference.link = link,
        Node::List(items) | Node::Concat(items) => items.iter_mut().for_each(|item| relink(item, link)),
        Node::Call(_, argument) => relink(argument, link),
        Node::Script(script) => {
            relink(&mut script.sent, link);
            relink(&mut script.runs, link);
        }
        _ => {}
    }
}

impl Value<String> {
    /// The text as people read it, with `${…}` where CloudFormation puts a value in.
    pub fn preview(&self) -> String {
        crate::preview::preview(&self.node)
    }
}

impl<T> Clone for Value<T> {
    fn clone(&self) -> Self {
        Value::raw(self.node.clone())
    }
}

impl<T> std::fmt::Debug for Value<T> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.node.fmt(formatter)
    }
}

impl<T> From<Value<T>> for Node {
    fn from(value: Value<T>) -> Self {
        value.node
    }
}

impl<T> IntoValue<T> for Value<T> {
    fn into_value(self) -> Value<T> {
        self
    }
}

impl<T> IntoValue<T> for &Value<T> {
    fn into_value(self) -> Value<T> {
        self.clone()
    }
}

/// A value or why there is none: synth reports the reason at the place where it was used.
impl<T, V: IntoValue<T>, E: std::fmt::Display> IntoValue<T> for Result<V, E> {
    fn into_value(self) -> Value<T> {
        match self {
            Ok(value) => value.into_value(),
            Err(reason) => Value::fault(reason.to_string(), None),
        }
    }
}

macro_rules! literals {
    ($($from:ty => $to:ty, |$literal:ident| $node:expr;)*) => {$(
        impl IntoValue<$to> for $from {
            fn into_value(self) -> Value<$to> {
                let $literal = self;
                Value::raw($node)
            }
        }
    )*};
}

literals! {
    &str => String, |text| Node::text(text.to_owned());
    String => String, |text| Node::text(text);
    &String => String, |text| Node::text(text.clone());
    bool => bool, |flag| Node::Bool(flag);
    i32 => i64, |number| Node::Integer(number.into());
    i64 => i64, |number| Node::Integer(number);
    u8 => i64, |number| Node::Integer(number.into());
    u16 => i64, |number| Node::Integer(number.into());
    u32 => i64, |number| Node::Integer(number.into());
    i32 => f64, |number| Node::Integer(number.into());
    i64 => f64, |number| Node::Integer(number);
    u32 => f64, |number| Node::Integer(number.into());
    f64 => f64, |number| Node::number(number);
    serde_json::Value => Json, |json| Node::from(json);
    Object => Json, |object| Node::Object(object);
    &str => Json, |text| Node::text(text.to_owned());
    String => Json, |text| Node::text(text);
    bool => Json, |flag| Node::Bool(flag);
    i32 => Json, |number| Node::Integer(number.into());
    i64 => Json, |number| Node::Integer(number);
    Value<bool> => Json, |value| value.into_node();
    Value<i64> => Json, |value| value.into_node();
    Value<String> => Json, |value| value.into_node();
    &Value<String> => Json, |value| value.clone().into_node();
    Value<i64> => f64, |value| value.into_node();
    Value<f64> => i64, |value| value.into_node();
}

macro_rules! choices {
    ($($from:ty),*) => {$(
        // The compiler would list every choice there is to somebody who gave text where a number belongs.
        #[diagnostic::do_not_recommend]
        impl<C: Choice> IntoValue<C> for $from {
            fn into_value(self) -> Value<C> {
                IntoValue::<String>::into_value(self).cast()
            }
        }
    )*};
}

choices!(&str, String, &String, Value<String>, &Value<String>);

impl<T, V: IntoValue<T>> IntoValue<Vec<T>> for Vec<V> {
    fn into_value(self) -> Value<Vec<T>> {
        Value::raw(Node::List(self.into_iter().map(|item| item.into_value().node).collect()))
    }
}

impl<T, V: IntoValue<T>, const N: usize> IntoValue<Vec<T>> for [V; N] {
    fn into_value(self) -> Value<Vec<T>> {
        Vec::from(self).into_value()
    }
}

impl<T, V: IntoValue<T> + Clone> IntoValue<Vec<T>> for &[V] {
    fn into_value(self) -> Value<Vec<T>> {
        self.to_vec().into_value()
    }
}

impl<T, V: IntoValue<T> + Clone> IntoValue<Vec<T>> for &Vec<V> {
    fn into_value(self) -> Value<Vec<T>> {
        self.clone().into_value()
    }
}

impl<T, K: Into<String>, V: IntoValue<T>, const N: usize> IntoValue<Map<T>> for [(K, V); N] {
    fn into_value(self) -> Value<Map<T>> {
        let mut map = Object::new();
        for (key, value) in self {
            let key = key.into();
            let again = map.get(&key).map(|_| Node::fault(format!("the key `{key}` is given twice")));
            map.set(key, again.unwrap_or_else(|| value.into_value().node));
        }
        Value::raw(Node::Object(map))
    }
}

impl<T, V: IntoValue<T>> IntoValue<Map<T>> for BTreeMap<String, V> {
    fn into_value(self) -> Value<Map<T>> {
        Value::raw(Node::Object(self.into_iter().map(|(key, value)| (key, value.into_value().node)).collect()))
    }
}

impl<K: IntoValue<String>, V: IntoValue<String>> IntoValue<Tag> for (K, V) {
    fn into_value(self) -> Value<Tag> {
        let (key, value) = (self.0.into_value().node, self.1.into_value().node);
        Value::raw(Node::Object([("Key", key), ("Value", value)].into_iter().collect()))
    }
}

impl From<&str> for Value<String> {
    fn from(text: &str) -> Self {
        text.into_value()
    }
}

impl From<String> for Value<String> {
    fn from(text: String) -> Self {
        text.into_value()
    }
}
