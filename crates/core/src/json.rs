//! From raw JSON to nodes: the way of everything that has no type here.
//!
//! `{"Ref": …}` and `{"Fn::…": …}` become references and calls, so that the checks of synth see them too.
use std::borrow::Cow;

use serde_json::Value as Json;

use crate::node::{Fault, Link, Node, Object, Reference};

/// Functions that may stand in raw JSON. `Node::Call` holds a static name, so an unknown one stays an object.
const FUNCTIONS: [&str; 24] = [
    "Fn::And",
    "Fn::Base64",
    "Fn::Cidr",
    "Fn::Contains",
    "Fn::EachMemberEquals",
    "Fn::EachMemberIn",
    "Fn::Equals",
    "Fn::FindInMap",
    "Fn::GetAZs",
    "Fn::GetStackOutput",
    "Fn::If",
    "Fn::ImportValue",
    "Fn::Join",
    "Fn::Length",
    "Fn::Not",
    "Fn::Or",
    "Fn::RefAll",
    "Fn::Select",
    "Fn::Split",
    "Fn::Sub",
    "Fn::ToJsonString",
    "Fn::Transform",
    "Fn::ValueOf",
    "Fn::ValueOfAll",
];

impl From<Json> for Node {
    fn from(json: Json) -> Self {
        match json {
            Json::Null => Node::Null,
            Json::Bool(flag) => Node::Bool(flag),
            Json::Number(number) => match (number.as_i64(), number.as_f64()) {
                (Some(integer), _) => Node::Integer(integer),
                (None, Some(fraction)) if !number.is_u64() => Node::number(fraction),
                _ => Node::fault(format!("the number {number} is larger than CloudFormation's")),
            },
            Json::String(text) => Node::Text(Cow::Owned(text)),
            Json::Array(items) => Node::List(items.into_iter().map(Node::from).collect()),
            Json::Object(fields) if fields.len() == 1 => single(fields),
            Json::Object(fields) => object(fields),
        }
    }
}

fn object(fields: serde_json::Map<String, Json>) -> Node {
    Node::Object(fields.into_iter().map(|(key, value)| (key, Node::from(value))).collect::<Object>())
}

fn single(fields: serde_json::Map<String, Json>) -> Node {
    let (key, value) = fields.iter().next().expect("the caller counted one field");
    match key.as_str() {
        "Ref" => value.as_str().map(|id| local(id, None)),
        "Fn::GetAtt" => get_att(value),
        "Fn::And" | "Fn::Or" | "Fn::Not" => known(key).map(|function| Node::Call(function, Box::new(tests(value)))),
        name => known(name).map(|function| Node::Call(function, Box::new(Node::from(value.clone())))),
    }
    .unwrap_or_else(|| object(fields))
}

/// The arguments of a logical function. Only there is `{"Condition": "Name"}` a reference; elsewhere it is data, for instance
/// of an IAM statement.
fn tests(arguments: &Json) -> Node {
    let test = |argument: &Json| match argument.as_object().filter(|fields| fields.len() == 1) {
        Some(fields) if fields.get("Condition").is_some_and(Json::is_string) => {
            Node::Call("Condition", Box::new(Node::from(fields["Condition"].clone())))
        }
        _ => Node::from(argument.clone()),
    };
    match arguments {
        Json::Array(items) => Node::List(items.iter().map(test).collect()),
        other => Node::from(other.clone()),
    }
}

fn get_att(argument: &Json) -> Option<Node> {
    let (id, attribute) = match argument {
        Json::String(path) => path.split_once('.').map(|(id, attribute)| (id, attribute.to_owned()))?,
        Json::Array(parts) => match parts.as_slice() {
            [Json::String(id), Json::String(attribute)] => (id.as_str(), attribute.clone()),
            _ => return None,
        },
        _ => return None,
    };
    Some(local(id, Some(attribute)))
}

fn local(id: &str, attribute: Option<String>) -> Node {
    Node::Reference(Box::new(Reference {
        stack: None,
        id: id.into(),
        attribute: attribute.map(Cow::Owned),
        link: Link::Strong,
        is_list: false,
    }))
}

/// The functions that raw JSON may call.
pub(crate) fn functions() -> impl Iterator<Item = &'static str> {
    FUNCTIONS.into_iter().chain(["Fn::GetAtt"])
}

fn known(name: &str) -> Option<&'static str> {
    FUNCTIONS.iter().find(|function| **function == name).copied()
}

impl Node {
    /// Puts `value` at a JSON pointer below this node, making objects on the way. `-` appends to a list.
    ///
    /// # Errors
    /// Says which part of the pointer leads nowhere.
    pub fn set_at(&mut self, pointer: &str, value: Node) -> Result<(), Fault> {
        let mut node = self;
        let path = pointer.strip_prefix('/').ok_or_else(|| {
            let hint = format!("start it with a slash: `/{pointer}`");
            Fault::new(format!("`{pointer}` is not a JSON pointer"), Some(hint))
        })?;
        for part in path.split('/') {
            let part = part.replace("~1", "/").replace("~0", "~");
            node = node.step(&part).ok_or_else(|| {
                let hint = "a list takes an index that exists, or `-` to append".to_owned();
                Fault::new(format!("`{pointer}` leads nowhere: nothing can be put under `{part}`"), Some(hint))
            })?;
        }
        *node = value;
        Ok(())
    }

    fn step(&mut self, part: &str) -> Option<&mut Node> {
        if *self == Node::Null {
            *self = if part == "-" { Node::List(Vec::new()) } else { Node::Object(Object::new()) };
        }
        match self {
            Node::Object(object) => Some(object.entry(part)),
            Node::List(items) => {
                if part == "-" {
                    items.push(Node::Null);
                }
                let index = if part == "-" { items.len() - 1 } else { part.parse().ok()? };
                items.get_mut(index)
            }
            _ => None,
        }
    }
}
