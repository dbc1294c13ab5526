//! Tags of the app and the stack on every resource that can carry them, in that type's own shape.
use stackgen_schema::{TagStyle, Tagging};

use crate::node::{Node, Object};

/// The tags of a stack: the app's, then its own, which win.
pub(super) fn merged(app: &[(String, String)], stack: &[(String, String)]) -> Vec<(String, String)> {
    let shared = app.iter().filter(|(key, _)| !stack.iter().any(|(own, _)| own == key));
    shared.chain(stack).cloned().collect()
}

/// The tags property of a resource with `tags` added to what its author wrote, which wins. Nothing if there is nothing to
/// add, or if the author wrote an intrinsic that hides the keys.
pub(super) fn property(tagging: &Tagging, written: Option<&Node>, tags: &[(String, String)]) -> Option<Node> {
    if tags.is_empty() {
        return None;
    }
    match (tagging.style, written) {
        (TagStyle::Map, None) => Some(map(&Object::new(), tags)),
        (TagStyle::Map, Some(Node::Object(own))) => Some(map(own, tags)),
        (style, None) => Some(list(&[], tags, style)),
        (style, Some(Node::List(own))) => Some(list(own, tags, style)),
        _ => None,
    }
}

fn map(own: &Object, tags: &[(String, String)]) -> Node {
    let mut all = own.clone();
    for (key, value) in tags.iter().filter(|(key, _)| own.get(key).is_none()) {
        all.set(key.clone(), Node::text(value.clone()));
    }
    Node::Object(all)
}

fn list(own: &[Node], tags: &[(String, String)], style: TagStyle) -> Node {
    let key_of = |tag: &Node| tag.as_object().and_then(|tag| tag.get("Key")).and_then(Node::as_text).map(str::to_owned);
    let taken: Vec<String> = own.iter().filter_map(key_of).collect();
    let added = tags.iter().filter(|(key, _)| !taken.contains(key)).map(|(key, value)| {
        let mut tag = Object::new();
        tag.set("Key", Node::text(key.clone()));
        tag.set("Value", Node::text(value.clone()));
        if style == TagStyle::AutoScaling {
            tag.set("PropagateAtLaunch", Node::Bool(true));
        }
        Node::Object(tag)
    });
    Node::List(own.iter().cloned().chain(added).collect())
}
