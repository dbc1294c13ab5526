//! CloudFormation's functions. Conditions have theirs in [`condition`](crate::condition).
use crate::node::{Node, Object};
use crate::value::{IntoValue, Json, Value};

/// Base64 of a text; the property `UserData` wants it.
pub fn base64(text: impl IntoValue<String>) -> Value<String> {
    unary("Fn::Base64", text)
}

/// `count` blocks of `2^bits` addresses out of a block.
pub fn cidr(block: impl IntoValue<String>, count: u8, bits: u8) -> Value<Vec<String>> {
    let block = block.into_value().into_node();
    Value::raw(Node::call("Fn::Cidr", [block, Node::Integer(count.into()), Node::Integer(bits.into())]))
}

/// The availability zones of a region. Their order differs between accounts and over time, so name zones in the
/// configuration wherever something that lasts is placed in one.
pub fn availability_zones(region: impl IntoValue<String>) -> Value<Vec<String>> {
    unary("Fn::GetAZs", region)
}

/// The value of an export that was made outside this app.
pub fn import_value<T>(name: impl IntoValue<String>) -> Value<T> {
    unary("Fn::ImportValue", name)
}

/// An output of a stack outside this app, in any region.
pub fn stack_output<T>(
    stack: impl IntoValue<String>,
    output: impl IntoValue<String>,
    region: Option<&str>,
) -> Value<T> {
    let mut argument = Object::new();
    argument.set("StackName", stack.into_value().into_node());
    argument.set("OutputName", output.into_value().into_node());
    if let Some(region) = region {
        argument.set("Region", Node::text(region.to_owned()));
    }
    Value::raw(Node::Call("Fn::GetStackOutput", Box::new(Node::Object(argument))))
}

/// Text pieces with something between them, as `Fn::Join`: every byte of the literal pieces survives. Literal neighbours are
/// merged, and a join of literals is a literal.
pub fn join(between: &str, pieces: impl IntoValue<Vec<String>>) -> Value<String> {
    match pieces.into_value().into_node() {
        Node::List(pieces) => match merged(between, pieces) {
            Ok(text) => Value::raw(text),
            Err(pieces) => Value::raw(Node::call("Fn::Join", [Node::text(""), Node::List(pieces)])),
        },
        list => Value::raw(Node::call("Fn::Join", [Node::text(between.to_owned()), list])),
    }
}

/// One text from pieces, for names and ARNs. Where all pieces are of this stack it is written as `Fn::Sub`, which reads
/// better: `arn:${AWS::Partition}:s3:::${Bucket}/*`.
pub fn concat(pieces: impl IntoIterator<Item = Value<String>>) -> Value<String> {
    let flat = pieces.into_iter().flat_map(|piece| match piece.into_node() {
        Node::Concat(inner) => inner,
        other => vec![other],
    });
    Value::raw(merged("", flat.collect()).unwrap_or_else(Node::Concat))
}

/// The literal that the pieces make, or the pieces with literal neighbours merged.
fn merged(between: &str, list: Vec<Node>) -> Result<Node, Vec<Node>> {
    let mut pieces: Vec<Node> = Vec::with_capacity(list.len());
    for (index, piece) in list.into_iter().enumerate() {
        let separator = if index == 0 { "" } else { between };
        append(&mut pieces, separator, piece);
    }
    match pieces.as_slice() {
        [] => Ok(Node::text("")),
        [Node::Text(_)] => Ok(pieces.remove(0)),
        _ => Err(pieces),
    }
}

fn append(pieces: &mut Vec<Node>, separator: &str, piece: Node) {
    let (text, rest) = match piece {
        Node::Text(text) => (format!("{separator}{text}"), None),
        other => (separator.to_owned(), Some(other)),
    };
    match pieces.last_mut() {
        _ if text.is_empty() => {}
        Some(Node::Text(last)) => last.to_mut().push_str(&text),
        _ => pieces.push(Node::text(text)),
    }
    pieces.extend(rest);
}

/// One item of a list.
pub fn select<T>(index: u32, list: impl IntoValue<Vec<T>>) -> Value<T> {
    Value::raw(Node::call("Fn::Select", [Node::Integer(index.into()), list.into_value().into_node()]))
}

/// A text cut at a separator.
pub fn split(at: &str, text: impl IntoValue<String>) -> Value<Vec<String>> {
    Value::raw(Node::call("Fn::Split", [Node::text(at.to_owned()), text.into_value().into_node()]))
}

/// A text with `${Name}` and `${Name.Attribute}` in it, read by CloudFormation. Handles and [`join`] are checked better;
/// shell text must never come here, since its own `${…}` would be taken.
pub fn sub(template: &str) -> Value<String> {
    Value::raw(Node::Call("Fn::Sub", Box::new(Node::text(template.to_owned()))))
}

/// The same with values for some of the names.
pub fn sub_with<const N: usize>(template: &str, values: [(&'static str, Value<String>); N]) -> Value<String> {
    let values = values.into_iter().map(|(name, value)| (name, value.into_node()));
    Value::raw(Node::call("Fn::Sub", [Node::text(template.to_owned()), Node::Object(values.collect())]))
}

/// The number of items in a list.
pub fn length<T>(list: impl IntoValue<Vec<T>>) -> Value<i64> {
    Value::raw(Node::Call("Fn::Length", Box::new(list.into_value().into_node())))
}

/// JSON as text, with intrinsics inside resolved.
pub fn to_json_string(json: impl IntoValue<Json>) -> Value<String> {
    Value::raw(Node::Call("Fn::ToJsonString", Box::new(json.into_value().into_node())))
}

/// What a macro makes of parameters.
pub fn transform<T>(name: &str, parameters: impl IntoValue<Json>) -> Value<T> {
    let entries = [("Name", Node::text(name.to_owned())), ("Parameters", parameters.into_value().into_node())];
    Value::raw(Node::Call("Fn::Transform", Box::new(Node::Object(entries.into_iter().collect()))))
}

fn unary<T>(function: &'static str, argument: impl IntoValue<String>) -> Value<T> {
    Value::raw(Node::Call(function, Box::new(argument.into_value().into_node())))
}
