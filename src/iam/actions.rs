//! Names of IAM actions, checked against AWS's own list.
use stackgen_core::{Fault, Node, nearest};
use stackgen_schema::{Facts, ServiceActions};

/// The action, or what is wrong with it. IAM accepts any name and then matches nothing, so this is the only warning.
pub(super) fn checked(action: String) -> Node {
    let facts = Facts::embedded();
    let Some((prefix, name)) = action.split_once(':') else {
        return if action == "*" { Node::text(action) } else { fault(&action, "it has no service prefix", None) };
    };
    let Some(service) = facts.actions(&prefix.to_lowercase()) else {
        let near = nearest(prefix, facts.action_prefixes()).map(|near| format!("{near}:{name}"));
        return fault(&action, &format!("IAM knows no service `{prefix}`"), near);
    };
    let is_pattern = name.contains(['*', '?']);
    if service.find(name).is_some() || is_pattern && names(service).any(|known| matches(name, known)) {
        return Node::text(action);
    }
    let near = nearest(name, names(service)).map(|near| format!("{prefix}:{near}"));
    fault(&action, &format!("`{prefix}` has no such action"), near)
}

fn names(service: &ServiceActions) -> impl Iterator<Item = &str> {
    service.actions.iter().map(|action| action.name.as_str())
}

fn fault(action: &str, why: &str, near: Option<String>) -> Node {
    let message = format!("`{action}` is no IAM action: {why}");
    Node::Fault(Box::new(Fault::new(message, near.map(|near| format!("did you mean `{near}`?")))))
}

/// Whether an action pattern, with `*` and `?` as IAM has them, covers a name. IAM compares without case.
fn matches(pattern: &str, name: &str) -> bool {
    let (pattern, name) = (pattern.to_lowercase().into_bytes(), name.to_lowercase().into_bytes());
    let (mut at, mut from, mut star) = (0, 0, None);
    while from < name.len() {
        match pattern.get(at) {
            Some(b'*') => {
                star = Some((at, from));
                at += 1;
            }
            Some(letter) if *letter == b'?' || *letter == name[from] => (at, from) = (at + 1, from + 1),
            _ => match star {
                Some((position, start)) => {
                    star = Some((position, start + 1));
                    (at, from) = (position + 1, start + 1);
                }
                None => return false,
            },
        }
    }
    pattern[at..].iter().all(|letter| *letter == b'*')
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn patterns_match_as_iam_matches() {
        assert!(matches("Get*", "GetObject") && matches("*", "x") && matches("g?tobject", "GetObject"));
        assert!(matches("*Object*", "GetObjectAcl") && matches("Get*ct", "GetObject"));
        assert!(!matches("Get", "GetObject") && !matches("Put*", "GetObject") && !matches("Get*x", "GetObject"));
    }
}
