//! What rules on single services and traps ask again and again.
use crate::context::Context;
use crate::document::Node;
use crate::template::{Call, Function, Resource, Scenario, SubPart, call, sub_parts};

/// The values that a property can have: every branch of `Fn::If`, and every item of a list.
pub(in crate::rules) fn leaves<'t>(context: &Context<'t>, node: Node<'t>) -> Vec<Node<'t>> {
    let branches = context.template.branches(node, &Scenario::default());
    let below = |node: Node<'t>| if node.is_list() { node.items().collect() } else { vec![node] };
    let items: Vec<Node<'t>> = branches.into_iter().flat_map(|branch| below(branch.node)).collect();
    if items.iter().any(|item| *item != node && is_if(*item)) {
        return items.into_iter().flat_map(|item| leaves(context, item)).collect();
    }
    items
}

fn is_if(node: Node<'_>) -> bool {
    call(node).is_some_and(|call| call.function == Function::If)
}

/// The values of a property of a resource, as [`leaves`].
pub(in crate::rules) fn values<'t>(context: &Context<'t>, resource: &Resource<'t>, name: &str) -> Vec<Node<'t>> {
    resource.property(name).map(|node| leaves(context, node)).unwrap_or_default()
}

/// The name in `Ref: name`.
pub(in crate::rules) fn of_ref(node: Node<'_>) -> Option<&str> {
    call(node).filter(|call| call.function == Function::Ref)?.argument.text()
}

/// The resource that `Ref` or `Fn::GetAtt` asks.
pub(in crate::rules) fn asked(node: Node<'_>) -> Option<&str> {
    let call = call(node)?;
    match call.function {
        Function::GetAtt => call.attribute().map(|(name, _)| name),
        _ => of_ref(node),
    }
}

/// A plain text, number or flag, or the default of the parameter that is meant.
pub(in crate::rules) fn known_text<'t>(context: &Context<'t>, node: Node<'t>) -> Option<&'t str> {
    let default = |name| context.template.parameter(name)?.default?.any_text();
    node.any_text().or_else(|| default(of_ref(node)?))
}

/// Whether a value is true, as CloudFormation reads it. What is not known counts as true.
pub(in crate::rules) fn may_be_true<'t>(context: &Context<'t>, node: Node<'t>) -> bool {
    leaves(context, node).into_iter().all(|leaf| leaf.any_text().is_none_or(|text| text.eq_ignore_ascii_case("true")))
}

/// A text with `${Name}` for what is only known when the stack is made.
pub(in crate::rules) fn written(node: Node<'_>) -> Option<String> {
    if let Some(text) = node.any_text() {
        return Some(text.to_owned());
    }
    let call = call(node)?;
    match call.function {
        Function::Sub => Some(call.argument_at(0)?.text()?.to_owned()),
        Function::Join => joined(&call),
        Function::Ref => Some(format!("${{{}}}", call.argument.text()?)),
        Function::GetAtt => call.attribute().map(|(name, attribute)| format!("${{{name}.{attribute}}}")),
        _ => Some("${?}".to_owned()),
    }
}

fn joined(call: &Call<'_>) -> Option<String> {
    let separator = call.argument.item(0)?.any_text()?;
    let parts: Option<Vec<String>> = call.argument.item(1)?.items().map(written).collect();
    Some(parts?.join(separator))
}

/// The names of parameters and resources that a value is made of.
pub(in crate::rules) fn names_in<'t>(node: Node<'t>) -> Vec<(&'t str, Node<'t>)> {
    let mut found = Vec::new();
    let mut open = vec![node];
    while let Some(node) = open.pop() {
        open.extend(node.children());
        let Some(call) = call(node) else { continue };
        if call.function == Function::Sub {
            let text = call.argument_at(0).and_then(Node::text).unwrap_or_default();
            let names = sub_parts(text).into_iter().filter_map(|part| match part {
                SubPart::Variable(name, _) => Some((name.split('.').next().unwrap_or(name), node)),
                _ => None,
            });
            found.extend(names);
        } else {
            found.extend(asked(node).map(|name| (name, node)));
        }
    }
    found
}

/// Whether a name says that it holds a secret itself, and not where the secret is or how long it lives.
pub(in crate::rules) fn is_secret_name(name: &str) -> bool {
    let letters: String = name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    const ENDS: [&str; 10] = [
        "password",
        "passwd",
        "passphrase",
        "secret",
        "secretkey",
        "token",
        "apikey",
        "privatekey",
        "secretaccesskey",
        "credentials",
    ];
    ENDS.iter().any(|end| letters.ends_with(end))
}
