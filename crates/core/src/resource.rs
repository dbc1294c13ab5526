//! Resources and the handles on them.
//!
//! [`Stack::add`](crate::Stack::add) takes a builder and gives a handle. The handle reads attributes and carries whatever
//! holds for the resource as a whole: dependencies, policies, conditions. It is cheap to clone, and all clones speak of the
//! same resource.
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::condition::Condition;
use crate::node::{Fault, Key, Link, Name, Node, Object, Reference};
use crate::parameter::MaybeList;
use crate::policy::{CreationPolicy, DeletionPolicy, UpdatePolicy, UpdateReplacePolicy};
use crate::problem::Source;
use crate::value::{IntoValue, Json, Map, Value};

/// Something that can be added to a stack: a builder with all its required properties set.
pub trait IntoResource {
    /// The handle that adding it gives.
    type Handle: Handle;

    /// The CloudFormation type.
    fn type_name(&self) -> Key;

    /// The properties that were set, in order.
    fn into_properties(self) -> Object;
}

/// Says that a required property was set. Builders carry one marker for each, and only complete ones can be used.
#[diagnostic::on_unimplemented(
    message = "the required property `{Self}` is not set",
    label = "`{Self}` is missing",
    note = "call the method `{Self}` before you use the builder"
)]
pub trait Given {}

/// The marker of a required property that was set.
#[derive(Debug)]
pub struct Set;

impl Given for Set {}

/// A resource in a stack, whatever its type.
#[derive(Clone, Debug)]
pub struct Resource(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    stack: Name,
    id: Name,
    type_name: Key,
    source: Source,
    body: Mutex<Body>,
}

/// What the template says of a resource, as far as its author decided it.
#[derive(Debug, Default)]
pub(crate) struct Body {
    pub(crate) attributes: Object,
    pub(crate) depends_on: Vec<(Name, Name)>,
    pub(crate) faults: Vec<(String, Fault)>,
}

impl Resource {
    pub(crate) fn new(stack: Name, id: Name, type_name: Key, properties: Object, source: Source) -> Self {
        let mut body = Body::default();
        if !properties.is_empty() {
            body.attributes.set("Properties", Node::Object(properties));
        }
        Resource(Arc::new(Inner { stack, id, type_name, source, body: Mutex::new(body) }))
    }

    /// A resource whose whole body is given.
    pub(crate) fn raw(stack: Name, id: Name, mut attributes: Object, source: Source) -> Self {
        let type_name = match attributes.take("Type") {
            Some(Node::Text(name)) => name,
            _ => Key::Borrowed(""),
        };
        let body = Mutex::new(Body { attributes, ..Body::default() });
        Resource(Arc::new(Inner { stack, id, type_name, source, body }))
    }

    /// Its name in the stack. Changing it replaces the real thing.
    pub fn logical_id(&self) -> &str {
        &self.0.id
    }

    /// The name of the stack it is in.
    pub fn stack_name(&self) -> &str {
        &self.0.stack
    }

    /// The CloudFormation type.
    pub fn type_name(&self) -> &str {
        &self.0.type_name
    }

    /// The line that added it.
    pub fn source(&self) -> Source {
        self.0.source
    }

    /// What `Ref` gives: the id or name of the real thing, for most types.
    pub fn reference(&self) -> Value<String> {
        self.value(None, false)
    }

    /// An attribute by name, for types that have no builder. Builders have a method for each.
    pub fn attribute(&self, name: impl Into<Key>) -> Value<String> {
        self.value(Some(name.into()), false)
    }

    /// An attribute that is a list.
    pub fn list_attribute(&self, name: impl Into<Key>) -> Value<Vec<String>> {
        self.value(Some(name.into()), true)
    }

    /// An attribute of any type.
    #[doc(hidden)]
    pub fn typed_attribute<T: AttributeType>(&self, name: &'static str) -> Value<T> {
        self.value(Some(Key::Borrowed(name)), T::IS_LIST)
    }

    fn value<T>(&self, attribute: Option<Key>, is_list: bool) -> Value<T> {
        let (stack, id) = (Some(self.0.stack.clone()), self.0.id.clone());
        Value::raw(Node::Reference(Box::new(Reference { stack, id, attribute, link: Link::Strong, is_list })))
    }

    pub(crate) fn name(&self) -> &Name {
        &self.0.id
    }

    pub(crate) fn body(&self) -> MutexGuard<'_, Body> {
        // A poisoned lock means that another thread panicked while it set one key; the tree is still a tree.
        self.0.body.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl AsRef<Resource> for Resource {
    fn as_ref(&self) -> &Resource {
        self
    }
}

impl Handle for Resource {
    fn from_resource(resource: Resource) -> Self {
        resource
    }
}

/// The type of an attribute.
#[doc(hidden)]
pub trait AttributeType {
    const IS_LIST: bool;
}

macro_rules! attribute_types {
    ($($kind:ty),*) => {$(impl AttributeType for $kind { const IS_LIST: bool = false; })*};
}

attribute_types!(String, bool, i64, f64, Json);

impl<T> AttributeType for Map<T> {
    const IS_LIST: bool = false;
}

impl<T> AttributeType for Vec<T> {
    const IS_LIST: bool = <Vec<T> as MaybeList>::IS_LIST;
}

/// A handle on a resource: what holds for the resource as a whole.
///
/// Each method takes the handle and gives it back, so that they chain behind `add`; clone the handle to use one later.
pub trait Handle: AsRef<Resource> + Clone {
    #[doc(hidden)]
    fn from_resource(resource: Resource) -> Self;

    /// Created after the other one and deleted before it. References order resources by themselves. A resource of another
    /// stack orders the stacks.
    fn depends_on(self, other: &impl AsRef<Resource>) -> Self {
        let other = other.as_ref();
        let edge = (other.0.stack.clone(), other.0.id.clone());
        self.as_ref().body().depends_on.push(edge);
        self
    }

    /// Only there if the condition holds.
    fn only_if(self, condition: &Condition) -> Self {
        set(self, "Condition", condition.node())
    }

    /// What happens to the real thing when its resource goes.
    fn deletion_policy(self, policy: DeletionPolicy) -> Self {
        set(self, "DeletionPolicy", Node::text(policy.name()))
    }

    /// What happens to the old thing when an update replaces it.
    fn update_replace_policy(self, policy: UpdateReplacePolicy) -> Self {
        set(self, "UpdateReplacePolicy", Node::text(policy.name()))
    }

    /// Keeps the real thing whatever happens to the stack, except when its creation failed. Types that hold data have this
    /// by default.
    fn retain(self) -> Self {
        self.deletion_policy(DeletionPolicy::RetainExceptOnCreate).update_replace_policy(UpdateReplacePolicy::Retain)
    }

    /// What to wait for before it counts as created.
    fn creation_policy(self, policy: CreationPolicy) -> Self {
        set(self, "CreationPolicy", Node::Object(policy.0))
    }

    /// How to update what CloudFormation treats specially.
    fn update_policy(self, policy: UpdatePolicy) -> Self {
        set(self, "UpdatePolicy", Node::Object(policy.0))
    }

    /// Data beside the resource; no service reads it, except where a tool says so.
    fn metadata(self, key: &str, value: impl IntoValue<Json>) -> Self {
        let pointer = format!("/Metadata/{}", key.replace('~', "~0").replace('/', "~1"));
        set_raw(self, &pointer, value.into_value().into_node())
    }

    /// Puts raw JSON at a pointer into the resource, such as `/Properties/NewProperty/Size`: the way to everything that has
    /// no setter yet.
    fn set_raw(self, pointer: &str, value: serde_json::Value) -> Self {
        set_raw(self, pointer, Node::from(value))
    }
}

fn set<H: Handle>(handle: H, key: &'static str, node: Node) -> H {
    handle.as_ref().body().attributes.set(key, node);
    handle
}

fn set_raw<H: Handle>(handle: H, pointer: &str, node: Node) -> H {
    let mut body = handle.as_ref().body();
    let mut root = Node::Object(std::mem::take(&mut body.attributes));
    if let Err(fault) = root.set_at(pointer, node) {
        body.faults.push((pointer.to_owned(), fault));
    }
    if let Node::Object(attributes) = root {
        body.attributes = attributes;
    }
    drop(body);
    handle
}

impl<H: Handle> IntoValue<String> for &H {
    fn into_value(self) -> Value<String> {
        self.as_ref().reference()
    }
}

impl<H: Handle> IntoValue<Json> for &H {
    fn into_value(self) -> Value<Json> {
        self.as_ref().reference().cast()
    }
}

/// A resource of a type that has no builder: a third party's, a custom one, or one that is too new.
#[derive(Debug)]
pub struct RawResource {
    type_name: Key,
    properties: Object,
}

impl RawResource {
    /// A resource of this type.
    pub fn new(type_name: impl Into<Key>) -> Self {
        RawResource { type_name: type_name.into(), properties: Object::new() }
    }

    /// Sets a property.
    #[must_use]
    pub fn property(mut self, name: impl Into<Key>, value: impl IntoValue<Json>) -> Self {
        self.properties.set(name, value.into_value().into_node());
        self
    }
}

impl IntoResource for RawResource {
    type Handle = Resource;

    fn type_name(&self) -> Key {
        self.type_name.clone()
    }

    fn into_properties(self) -> Object {
        self.properties
    }
}
