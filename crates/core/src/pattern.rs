//! What a piece of a template should look like.
use serde_json::Value as Json;

/// Partly given JSON: objects may have more keys than written here, lists must have just the items.
#[derive(Clone, Debug)]
pub struct Pattern {
    rules: Vec<(String, Rule)>,
}

#[derive(Clone, Debug)]
enum Rule {
    Like(Json),
    Contains(Json),
    Text(String),
    Present,
    Absent,
}

impl From<Json> for Pattern {
    fn from(json: Json) -> Self {
        Pattern { rules: vec![(String::new(), Rule::Like(json))] }
    }
}

impl Pattern {
    /// Holds for everything.
    pub fn any() -> Self {
        Pattern { rules: Vec::new() }
    }

    /// The list at the pointer also has an item like this one.
    #[must_use]
    pub fn with_item(self, pointer: &str, item: Json) -> Self {
        self.and(pointer, Rule::Contains(item))
    }

    /// The text at the pointer also contains this one. Text that is joined from pieces is searched in its literal pieces.
    #[must_use]
    pub fn with_text(self, pointer: &str, part: &str) -> Self {
        self.and(pointer, Rule::Text(part.to_owned()))
    }

    /// There is also something at the pointer.
    #[must_use]
    pub fn with(self, pointer: &str) -> Self {
        self.and(pointer, Rule::Present)
    }

    /// There is nothing at the pointer.
    #[must_use]
    pub fn without(self, pointer: &str) -> Self {
        self.and(pointer, Rule::Absent)
    }

    fn and(mut self, pointer: &str, rule: Rule) -> Self {
        self.rules.push((pointer.to_owned(), rule));
        self
    }

    pub(crate) fn below(mut self, prefix: &str) -> Self {
        for (pointer, _) in &mut self.rules {
            pointer.insert_str(0, prefix);
        }
        self
    }

    /// What is not as expected, a line for each place.
    pub fn differences(&self, found: &Json) -> Vec<String> {
        let mut lines = Vec::new();
        for (pointer, rule) in &self.rules {
            check(rule, pointer, found.pointer(pointer).unwrap_or(&Json::Null), &mut lines);
        }
        lines
    }
}

fn check(rule: &Rule, pointer: &str, found: &Json, lines: &mut Vec<String>) {
    match rule {
        Rule::Like(expected) => like(expected, found, pointer, lines),
        Rule::Contains(item) => {
            let items = found.as_array().map(Vec::as_slice).unwrap_or_default();
            if !items.iter().any(|found| Pattern::from(item.clone()).differences(found).is_empty()) {
                lines.push(format!("  {pointer}: no item like {item} in {found}"));
            }
        }
        Rule::Text(part) => {
            if !literals(found).contains(part.as_str()) {
                lines.push(format!("  {pointer}: {part:?} is not in {found}"));
            }
        }
        Rule::Present if found.is_null() => lines.push(format!("  {pointer}: expected, but missing")),
        Rule::Absent if !found.is_null() => lines.push(format!("  {pointer}: {found} should not be there")),
        Rule::Present | Rule::Absent => {}
    }
}

fn like(expected: &Json, found: &Json, path: &str, lines: &mut Vec<String>) {
    match (expected, found) {
        (Json::Object(expected), Json::Object(found)) => {
            for (key, value) in expected {
                like(value, found.get(key).unwrap_or(&Json::Null), &format!("{path}/{key}"), lines);
            }
        }
        (Json::Array(expected), Json::Array(found)) if expected.len() == found.len() => {
            for (index, (expected, found)) in expected.iter().zip(found).enumerate() {
                like(expected, found, &format!("{path}/{index}"), lines);
            }
        }
        (expected, found) if expected == found => {}
        (expected, Json::Null) => lines.push(format!("  {path}: expected {expected}, but it is missing")),
        (expected, found) => lines.push(format!("  {path}: expected {expected}, found {found}")),
    }
}

/// All literal text below a node, in order.
fn literals(json: &Json) -> String {
    match json {
        Json::String(text) => text.clone(),
        Json::Array(items) => items.iter().map(literals).collect(),
        Json::Object(fields) => fields.values().map(literals).collect(),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Pattern;

    #[test]
    fn objects_match_in_part_and_lists_in_full() {
        let found = json!({"Size": 20, "Tags": [{"Key": "a", "Value": "b"}]});
        let same = |pattern: serde_json::Value| Pattern::from(pattern).differences(&found);
        assert!(same(json!({"Size": 20})).is_empty());
        assert!(same(json!({"Tags": [{"Key": "a"}]})).is_empty());
        assert_eq!(same(json!({"Size": 10})), ["  /Size: expected 10, found 20"]);
        assert_eq!(same(json!({"Iops": 1})), ["  /Iops: expected 1, but it is missing"]);
        assert_eq!(same(json!({"Tags": []})).len(), 1);
    }

    #[test]
    fn rules_look_deeper() {
        let found = json!({"Script": {"Fn::Join": ["", ["mkfs ", {"Ref": "Volume"}]]}, "Ports": [22, 80]});
        let holds = |pattern: Pattern| pattern.differences(&found).is_empty();
        assert!(holds(Pattern::any().with_text("/Script", "mkfs").with_item("/Ports", json!(80)).without("/Size")));
        assert!(!holds(Pattern::any().with_text("/Script", "mount")));
        assert!(!holds(Pattern::any().with_item("/Ports", json!(443))));
        assert!(!holds(Pattern::any().without("/Ports")));
        assert!(!holds(Pattern::any().with("/Size")));
    }
}
