//! What generated code names, under one path, so that no property type of AWS's can hide it (`Option`, `Map`, `String`).
pub(crate) use std::string::String;
pub(crate) use std::vec::Vec;

pub(crate) use stackgen_core::{
    Choice, Given, Handle, IntoResource, IntoValue, Json, Key, Map, Object, Resource, Set, Tag, Value,
};

pub(crate) use crate::bag::Bag;

/// The name of a resource type.
pub(crate) const fn key(name: &'static str) -> Key {
    std::borrow::Cow::Borrowed(name)
}

/// A constant of a [`Choice`].
pub(crate) const fn known<C: Choice>(text: &'static str) -> Value<C> {
    Value::known(text)
}

/// What makes a struct around a [`Resource`] a handle.
macro_rules! handle {
    ($name:ident) => {
        impl ::std::convert::AsRef<$crate::kinds::Resource> for $name {
            fn as_ref(&self) -> &$crate::kinds::Resource {
                &self.0
            }
        }

        impl ::std::ops::Deref for $name {
            type Target = $crate::kinds::Resource;

            fn deref(&self) -> &$crate::kinds::Resource {
                &self.0
            }
        }

        impl $crate::kinds::Handle for $name {
            fn from_resource(resource: $crate::kinds::Resource) -> Self {
                $name(resource)
            }
        }
    };
}

pub(crate) use handle;
