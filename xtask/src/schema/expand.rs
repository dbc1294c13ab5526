//! Makes every schema node either a plain reference or complete.
//!
//! Some nodes have a `$ref` with more beside it. JSON schema's old drafts ignore what stands beside, AWS means it. Such a node
//! becomes a copy of its target with the siblings laid over, and [`NAME`] remembers where it came from.
use serde_json::{Map, Value};

/// The key under which the name of the definition is kept.
pub const NAME: &str = "$name";

/// Expands all nodes of a schema.
pub fn expand(schema: &Value) -> Value {
    rewrite(schema, schema)
}

fn rewrite(node: &Value, root: &Value) -> Value {
    match node {
        Value::Array(items) => Value::Array(items.iter().map(|item| rewrite(item, root)).collect()),
        Value::Object(map) => match merged(map, root) {
            Some(map) => rewrite_map(&map, root),
            None => rewrite_map(map, root),
        },
        other => other.clone(),
    }
}

fn rewrite_map(map: &Map<String, Value>, root: &Value) -> Value {
    Value::Object(map.iter().map(|(key, value)| (key.clone(), rewrite(value, root))).collect())
}

/// Keywords beside a reference that say nothing about values.
const PROSE: [&str; 6] = ["description", "title", "examples", "default", "$comment", "insertionOrder"];

fn merged(map: &Map<String, Value>, root: &Value) -> Option<Map<String, Value>> {
    let pointer = map.get("$ref")?.as_str()?;
    let mut siblings = map.iter().filter(|(key, _)| *key != "$ref" && !PROSE.contains(&key.as_str())).peekable();
    siblings.peek()?;
    let mut target = target(root, pointer)?.as_object()?.clone();
    if let Some(deeper) = merged(&target, root) {
        target = deeper;
    } else if let Some(next) = target.get("$ref").and_then(Value::as_str) {
        target = self::target(root, next)?.as_object()?.clone();
    }
    target.insert(NAME.to_owned(), Value::String(last_segment(pointer).to_owned()));
    // `type: object` beside a reference to text is a slip that the registry does not mind: the target knows its own type.
    let typed = target.contains_key("type");
    let siblings = siblings.filter(|(key, _)| !(typed && *key == "type"));
    target.extend(siblings.map(|(key, value)| (key.clone(), value.clone())));
    Some(target)
}

/// The node behind a reference, such as `#/definitions/Tag`.
pub fn target<'a>(root: &'a Value, pointer: &str) -> Option<&'a Value> {
    root.pointer(pointer.strip_prefix('#')?)
}

/// The name at the end of a reference.
pub fn last_segment(pointer: &str) -> &str {
    pointer.rsplit('/').next().unwrap_or(pointer)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn siblings_are_laid_over_the_target() {
        let schema = json!({
            "definitions": {"Name": {"type": "string", "maxLength": 9}, "Again": {"$ref": "#/definitions/Name"}},
            "properties": {
                "plain": {"$ref": "#/definitions/Name", "description": "prose"},
                "more": {"$ref": "#/definitions/Again", "maxLength": 5, "type": "object"},
            },
        });
        let properties = &expand(&schema)["properties"];
        assert_eq!(properties["plain"]["$ref"], "#/definitions/Name");
        assert_eq!(properties["more"], json!({"type": "string", "maxLength": 5, "$name": "Again"}));
    }

    #[test]
    fn a_definition_in_itself_ends() {
        let schema = json!({
            "definitions": {"Tree": {"type": "object", "properties": {"Left": {"$ref": "#/definitions/Tree"}}}},
        });
        assert_eq!(expand(&schema), schema);
    }
}
