//! `Fn::ForEach`: resources for the items of a collection that is only known at deploy time.
//!
//! For a collection that Rust knows, a `for` loop gives better ids, better errors and a template that people can read.
use crate::node::{Key, Link, Name, Node, Reference};
use crate::problem::Source;
use crate::resource::{Handle, IntoResource, Resource};
use crate::stack::{Entry, Stack};
use crate::value::{IntoValue, Value};

/// One resource repeated over a collection.
#[derive(Debug)]
pub(crate) struct Each {
    /// What the item is called.
    pub(crate) item: Name,
    pub(crate) collection: Node,
    /// What is made for each item; its logical id has `${item}` in it.
    pub(crate) resource: Resource,
}

impl Stack {
    /// Adds a resource once for each item of a collection, which is a list of texts or a parameter with one. `item` is what
    /// an item is called: the logical id `id` has `${item}` in it, and `build` gets its value.
    ///
    /// The handle sets policies and conditions for all of them. It cannot be referred to, since there are many.
    #[track_caller]
    pub fn add_each<B: IntoResource>(
        &mut self,
        name: &str,
        item: &str,
        collection: impl IntoValue<Vec<String>>,
        id: &str,
        build: impl FnOnce(Value<String>) -> B,
    ) -> B::Handle {
        let source = Source::caller();
        let builder = build(item_value(item));
        let type_name: Key = builder.type_name();
        let resource = Resource::new(self.name.clone(), id.into(), type_name, builder.into_properties(), source);
        let each =
            Each { item: item.into(), collection: collection.into_value().into_node(), resource: resource.clone() };
        self.loops.push(Entry { id: name.into(), source, body: each });
        Handle::from_resource(resource)
    }
}

fn item_value(item: &str) -> Value<String> {
    let (stack, id, link) = (None, item.into(), Link::Strong);
    Value::raw(Node::Reference(Box::new(Reference { stack, id, attribute: None, link, is_list: false })))
}

impl Each {
    /// The logical ids that it makes: one for each item of a literal collection, else the pattern alone.
    pub(crate) fn ids(&self) -> Vec<String> {
        let pattern = self.resource.logical_id();
        let items = match &self.collection {
            Node::List(items) => items.iter().map(Node::as_text).collect::<Option<Vec<&str>>>(),
            _ => None,
        };
        let id = |text: &str| pattern.replace(&format!("${{{}}}", self.item), text);
        items.map_or_else(|| vec![pattern.to_owned()], |items| items.into_iter().map(id).collect())
    }

    /// Whether it may make this id.
    pub(crate) fn makes(&self, id: &str) -> bool {
        let ids = self.ids();
        let placeholder = format!("${{{}}}", self.item);
        match ids.as_slice() {
            [pattern] if pattern.contains(&placeholder) => {
                pattern.split_once(&placeholder).is_some_and(|(before, after)| {
                    id.len() > before.len() + after.len() && id.starts_with(before) && id.ends_with(after)
                })
            }
            ids => ids.iter().any(|made| made == id),
        }
    }
}
