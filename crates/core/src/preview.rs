//! Text with intrinsics in it, as people read it: boot scripts, names, ARNs.
use crate::node::{Name, Node};
use crate::script::INTRINSIC_BYTES;

/// A text with `${…}` where CloudFormation puts a value in.
#[derive(Default)]
pub(crate) struct Preview {
    pub(crate) text: String,
    /// Its size once the values are in it, as far as that is known.
    pub(crate) bytes: usize,
    /// Where those values stand, and what they are called.
    pub(crate) values: Vec<(usize, String)>,
}

/// The text of a node in a stack.
pub(crate) fn in_stack(node: &Node, stack: &Name) -> Preview {
    let mut preview = Preview::default();
    preview.append(node, stack);
    preview
}

/// The same outside of any stack: every name is written with its stack.
pub(crate) fn preview(node: &Node) -> String {
    in_stack(node, &"".into()).text
}

impl Preview {
    fn literal(&mut self, text: &str) {
        self.text.push_str(text);
        self.bytes += text.len();
    }

    fn value(&mut self, name: &str) {
        self.values.push((self.text.len(), name.to_owned()));
        self.text.push_str(&format!("${{{name}}}"));
        self.bytes += INTRINSIC_BYTES;
    }

    fn append(&mut self, node: &Node, stack: &Name) {
        match node {
            Node::Text(literal) => self.literal(literal),
            Node::Integer(number) => self.literal(&number.to_string()),
            Node::Reference(reference) => {
                let foreign = reference.stack.as_ref().filter(|name| *name != stack);
                let prefix = foreign.map(|name| format!("{name}:")).unwrap_or_default();
                let suffix = reference.attribute.as_ref().map(|name| format!(".{name}")).unwrap_or_default();
                self.value(&format!("{prefix}{}{suffix}", reference.id));
            }
            Node::Concat(pieces) => pieces.iter().for_each(|piece| self.append(piece, stack)),
            Node::Script(script) => self.append(&script.runs, stack),
            Node::Call("Fn::Join", argument) => self.join(argument, stack),
            Node::Call("Fn::Sub", argument) => {
                let template = if let Node::List(items) = &**argument { items.first() } else { Some(&**argument) };
                template.into_iter().for_each(|template| self.append(template, stack));
            }
            Node::Call(function, _) => self.value(function),
            _ => self.value("?"),
        }
    }

    fn join(&mut self, argument: &Node, stack: &Name) {
        let Node::List(parts) = argument else { return };
        let [Node::Text(between), Node::List(pieces)] = parts.as_slice() else {
            return self.value("Fn::Join");
        };
        for (index, piece) in pieces.iter().enumerate() {
            if index > 0 {
                self.literal(between);
            }
            self.append(piece, stack);
        }
    }
}
