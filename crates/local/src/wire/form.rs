//! The forms of the query protocols: names with dots become objects and lists.
//!
//! Sources: *AWS query protocol* and *AWS EC2 query protocol* of Smithy. A list is `A.member.1` (query), `A.1` (EC2, and lists
//! that are flattened), a map `A.entry.1.key` with `A.entry.1.value`.
use indexmap::IndexMap;
use serde_json::{Map, Value as Json};

use super::ApiError;

/// No input of AWS is as deep as this; deeper ones would only exhaust the stack.
const DEEPEST: usize = 64;

enum Node {
    Leaf(String),
    Branch(IndexMap<String, Node>),
}

/// The object that a form describes.
///
/// # Errors
///
/// If a name has a value and members, or is deeper than any input of AWS.
pub fn nested(pairs: Vec<(String, String)>) -> Result<Json, ApiError> {
    let mut root = IndexMap::new();
    for (name, value) in pairs {
        let path: Vec<&str> = name.split('.').collect();
        if path.len() > DEEPEST || insert(&mut root, &path, value).is_none() {
            return Err(ApiError::new("MalformedInput", format!("The parameter {name} is not understood")));
        }
    }
    let members = root.into_iter().map(|(name, node)| (name, plain(node)));
    Ok(Json::Object(members.collect()))
}

/// Nothing, if the place is taken by something of another form.
fn insert(branch: &mut IndexMap<String, Node>, path: &[&str], value: String) -> Option<()> {
    let (first, rest) = path.split_first()?;
    if rest.is_empty() {
        let is_branch = matches!(branch.get(*first), Some(Node::Branch(_)));
        return (!is_branch).then(|| drop(branch.insert((*first).to_owned(), Node::Leaf(value))));
    }
    match branch.entry((*first).to_owned()).or_insert_with(|| Node::Branch(IndexMap::new())) {
        Node::Branch(inner) => insert(inner, rest, value),
        Node::Leaf(_) => None,
    }
}

fn plain(node: Node) -> Json {
    let members = match node {
        Node::Leaf(text) => return Json::String(text),
        Node::Branch(members) => members,
    };
    if members.keys().all(|key| number(key).is_some()) {
        return Json::Array(list(members).into_iter().map(plain).collect());
    }
    match only(members) {
        Ok((name, inner)) if name == "member" => Json::Array(list(inner).into_iter().map(plain).collect()),
        Ok((_, inner)) => Json::Object(list(inner).into_iter().filter_map(entry).collect()),
        Err(members) => Json::Object(members.into_iter().map(|(name, node)| (name, plain(node))).collect()),
    }
}

/// The numbered things below `member` or `entry`, if there is nothing else.
fn only(mut members: IndexMap<String, Node>) -> Result<(String, IndexMap<String, Node>), IndexMap<String, Node>> {
    let is_numbered =
        |node: &Node| matches!(node, Node::Branch(inner) if inner.keys().all(|key| number(key).is_some()));
    let is_only = members.len() == 1
        && members.iter().all(|(name, node)| ["member", "entry"].contains(&name.as_str()) && is_numbered(node));
    match members.pop() {
        Some((name, Node::Branch(inner))) if is_only => Ok((name, inner)),
        Some((name, node)) => {
            members.insert(name, node);
            Err(members)
        }
        None => Err(members),
    }
}

/// By their numbers, which may have gaps and need not come in order.
fn list(members: IndexMap<String, Node>) -> Vec<Node> {
    let mut items: Vec<(u64, Node)> =
        members.into_iter().filter_map(|(key, node)| Some((number(&key)?, node))).collect();
    items.sort_by_key(|(number, _)| *number);
    items.into_iter().map(|(_, node)| node).collect()
}

fn number(key: &str) -> Option<u64> {
    key.bytes().all(|byte| byte.is_ascii_digit()).then(|| key.parse().ok())?
}

fn entry(node: Node) -> Option<(String, Json)> {
    let Json::Object(mut pair) = plain(node) else { return None };
    let take = |pair: &mut Map<String, Json>, name: &str| pair.shift_remove(name);
    let key = take(&mut pair, "key")?.as_str()?.to_owned();
    Some((key, take(&mut pair, "value").unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::wire::percent::pairs;

    fn read(form: &str) -> Json {
        nested(pairs(form)).unwrap()
    }

    #[test]
    fn lists_and_structures_of_both_protocols() {
        assert_eq!(
            read("Tags.member.2.Key=b&Tags.member.10.Key=c&Tags.member.1.Key=a&Tags.member.1.Value=x"),
            json!({"Tags": [{"Key": "a", "Value": "x"}, {"Key": "b"}, {"Key": "c"}]})
        );
        assert_eq!(
            read("Filter.1.Name=state&Filter.1.Value.1=a&Filter.1.Value.2=b&BlockDevice.Ebs.Size=8"),
            json!({"Filter": [{"Name": "state", "Value": ["a", "b"]}], "BlockDevice": {"Ebs": {"Size": "8"}}})
        );
        assert_eq!(read("A.entry.1.key=k&A.entry.1.value=v&A.entry.2.key=l"), json!({"A": {"k": "v", "l": null}}));
        assert_eq!(read("member.x=1&entry=2"), json!({"member": {"x": "1"}, "entry": "2"}));
        assert_eq!(read("Tags="), json!({"Tags": ""}));
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        for form in ["A=1&A.B=2", "A.B=2&A=1", &format!("A{}=1", ".B".repeat(70))] {
            assert_eq!(nested(pairs(form)).unwrap_err().code, "MalformedInput", "{form}");
        }
    }

    /// As botocore writes it: `query.py`'s and `ec2.py`'s serializers.
    fn write(prefix: &str, value: &Json, is_ec2: bool, form: &mut Vec<(String, String)>) {
        match value {
            Json::Array(items) => {
                for (at, item) in items.iter().enumerate() {
                    let word = if is_ec2 { "" } else { "member." };
                    write(&format!("{prefix}.{word}{}", at + 1), item, is_ec2, form);
                }
            }
            Json::Object(members) => {
                for (name, member) in members {
                    let name = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
                    write(&name, member, is_ec2, form);
                }
            }
            other => form.push((prefix.to_owned(), other.as_str().unwrap().to_owned())),
        }
    }

    fn input() -> impl Strategy<Value = Json> {
        let leaf = ".{0,6}".prop_map(Json::String);
        leaf.prop_recursive(4, 24, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 1..4).prop_map(Json::Array),
                prop::collection::btree_map("[A-Z][a-z]{0,3}", inner, 1..4)
                    .prop_map(|members| Json::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_an_sdk_writes_is_read_back(value in input(), is_ec2: bool) {
            let value = json!({"Input": value});
            let mut form = Vec::new();
            write("", &value, is_ec2, &mut form);
            form.reverse();
            prop_assert_eq!(nested(form).unwrap(), value);
        }

        #[test]
        fn no_form_breaks_it(form in "[A-Ba.1=&%me]{0,60}") {
            let _ = nested(pairs(&form));
        }
    }
}
