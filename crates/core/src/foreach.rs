//! `Fn::ForEach`: one resource for each item of a collection that is only known at deploy time.
//!
//! For a collection that Rust knows, a `for` loop gives better ids, better errors and a template that people can read.
use crate::node::{Link, Name, Node, Object, Reference};
use crate::resource::IntoResource;
use crate::value::{IntoValue, Value};

/// A resource repeated over a collection.
#[derive(Debug)]
pub struct ForEach {
    pub(crate) item: Name,
    pub(crate) collection: Node,
    pub(crate) id: String,
    pub(crate) body: Object,
}

impl ForEach {
    /// Repeats over `collection`, calling each item `item`. `id` is the logical id of what is made, with `${item}` in it;
    /// `build` gets the item's value.
    pub fn new<B: IntoResource>(
        item: &str,
        collection: impl IntoValue<Vec<String>>,
        id: &str,
        build: impl FnOnce(Value<String>) -> B,
    ) -> Self {
        let value = Node::Reference(Box::new(Reference {
            stack: None,
            id: item.into(),
            attribute: None,
            link: Link::Strong,
            is_list: false,
        }));
        let builder = build(Value::raw(value));
        let body = [("Type", Node::Text(builder.type_name())), ("Properties", Node::Object(builder.into_properties()))];
        ForEach {
            item: item.into(),
            collection: collection.into_value().into_node(),
            id: id.to_owned(),
            body: body.into_iter().collect(),
        }
    }
}
