//! Text with intrinsics in it, as people read it: boot scripts, names, ARNs.
use crate::node::{Name, Node};

/// The text of a node in a stack, with `${…}` where CloudFormation puts a value in.
pub(crate) fn in_stack(node: &Node, stack: &Name) -> String {
    let mut text = String::new();
    append(&mut text, node, stack);
    text
}

/// The same outside of any stack: every name is written with its stack.
pub(crate) fn preview(node: &Node) -> String {
    in_stack(node, &"".into())
}

fn append(text: &mut String, node: &Node, stack: &Name) {
    match node {
        Node::Text(literal) => text.push_str(literal),
        Node::Integer(number) => text.push_str(&number.to_string()),
        Node::Reference(reference) => {
            let foreign = reference.stack.as_ref().filter(|name| *name != stack);
            let prefix = foreign.map(|name| format!("{name}:")).unwrap_or_default();
            let suffix = reference.attribute.as_ref().map(|name| format!(".{name}")).unwrap_or_default();
            text.push_str(&format!("${{{prefix}{}{suffix}}}", reference.id));
        }
        Node::Concat(pieces) => pieces.iter().for_each(|piece| append(text, piece, stack)),
        Node::Call("Fn::Join", argument) => join(text, argument, stack),
        Node::Call("Fn::Sub", argument) => {
            let template = if let Node::List(items) = &**argument { items.first() } else { Some(&**argument) };
            template.into_iter().for_each(|template| append(text, template, stack));
        }
        Node::Call(function, _) => text.push_str(&format!("${{{function}}}")),
        _ => text.push_str("${?}"),
    }
}

fn join(text: &mut String, argument: &Node, stack: &Name) {
    let Node::List(parts) = argument else { return };
    let [Node::Text(between), Node::List(pieces)] = parts.as_slice() else {
        return text.push_str("${Fn::Join}");
    };
    for (index, piece) in pieces.iter().enumerate() {
        if index > 0 {
            text.push_str(between);
        }
        append(text, piece, stack);
    }
}
