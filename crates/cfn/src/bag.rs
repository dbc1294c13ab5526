//! What every builder and property type wraps.
use std::borrow::Cow;
use std::marker::PhantomData;

use stackgen_core::{IntoValue, Json, Key, Node, Object, Value};

/// Properties by name, in the order in which they were set, and in the type `S` which required ones were.
///
/// Generated methods do nothing but call one of these, which keeps them cheap to compile.
pub struct Bag<S>(Object, PhantomData<fn() -> S>);

impl<S> Bag<S> {
    /// With nothing set.
    pub fn new() -> Self {
        Bag(Object::new(), PhantomData)
    }

    /// Sets an optional property.
    pub fn with<T>(mut self, name: &'static str, value: impl IntoValue<T>) -> Self {
        self.0.set(Cow::Borrowed(name), value.into_value().into_node());
        self
    }

    /// Sets a required property, which changes the type.
    pub fn given<T, N>(self, name: &'static str, value: impl IntoValue<T>) -> Bag<N> {
        Bag(self.with(name, value).0, PhantomData)
    }

    /// Sets a property that has no method.
    pub fn raw(mut self, name: impl Into<Key>, value: impl IntoValue<Json>) -> Self {
        self.0.set(name, value.into_value().into_node());
        self
    }

    /// The properties of a resource.
    pub fn object(self) -> Object {
        self.0
    }

    /// The value of a property type.
    pub fn value<T>(self) -> Value<T> {
        Value::raw(Node::Object(self.0))
    }
}

impl<S> Clone for Bag<S> {
    fn clone(&self) -> Self {
        Bag(self.0.clone(), PhantomData)
    }
}

impl<S> std::fmt::Debug for Bag<S> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(formatter)
    }
}
