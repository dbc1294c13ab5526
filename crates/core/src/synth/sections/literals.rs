//! Literals: all that parameters and mappings take, since CloudFormation reads them before it resolves anything.
use super::Report;
use crate::node::Node;

/// Reports whatever in a node is no literal; lists are taken if their items are. Says whether all of it was fine.
pub(super) fn check(node: &Node, path: &str, report: &mut Report<'_>) -> bool {
    match node {
        Node::List(items) => {
            // No short cut: every item is to be reported.
            let of_item = |(index, item)| check(item, &format!("{path}/{index}"), report);
            items.iter().enumerate().map(of_item).filter(|fine| !fine).count() == 0
        }
        other => scalar(other, path, report),
    }
}

/// The same where no list can be.
pub(super) fn scalar(node: &Node, path: &str, report: &mut Report<'_>) -> bool {
    match node {
        Node::Text(_) | Node::Integer(_) | Node::Number(_) | Node::Bool(_) => return true,
        Node::Fault(fault) => report.add(path, fault.message.clone(), fault.hint.clone()),
        Node::List(_) | Node::Object(_) | Node::Null => {
            report.add(path, "only text, a number or a flag can stand here", None);
        }
        _ => {
            let hint = "parameters and mappings are read before anything else is known; give the value itself";
            report.add(path, "only a literal can stand here", Some(hint.to_owned()));
        }
    }
    false
}

/// The number that a literal is or spells.
pub(super) fn number(node: &Node) -> Option<f64> {
    node.literal()?.parse().ok()
}
