//! Stack policies: what an update may do to which resource.
//!
//! Source: *Prevent updates to stack resources* in the CloudFormation User Guide: once a policy is set, what no statement
//! allows is denied, and a denial wins.
use serde_json::Value as Json;

/// Refuses an action that the policy does not allow.
///
/// # Errors
///
/// With the reason that AWS puts into the event of the resource. The sentence for a denial is quoted in public repositories;
/// the one for a missing permission is not known.
pub(super) fn check(policy: &Json, action: &str, logical_id: &str, type_name: &str) -> Result<(), String> {
    let statements: Vec<&Json> = match policy.get("Statement") {
        Some(Json::Array(list)) => list.iter().collect(),
        Some(one) => vec![one],
        None => Vec::new(),
    };
    let target = format!("LogicalResourceId/{logical_id}");
    let fits =
        |it: &Json| covers(it, "Action", action) && covers(it, "Resource", &target) && condition_holds(it, type_name);
    let effect = |it: &Json| it.get("Effect").and_then(Json::as_str).map(str::to_owned);
    let deny = statements.iter().position(|it| effect(it).as_deref() == Some("Deny") && fits(it));
    if let Some(place) = deny {
        let number = place + 1;
        return Err(format!(
            "Action denied by stack policy: Statement [#{number}] does not allow [{action}] for resource [{target}]"
        ));
    }
    if statements.iter().any(|it| effect(it).as_deref() == Some("Allow") && fits(it)) {
        return Ok(());
    }
    Err(format!("Action denied by stack policy: no statement allows [{action}] for resource [{target}]"))
}

/// Whether a member, or its opposite with `Not` before its name, covers a value.
fn covers(statement: &Json, member: &str, value: &str) -> bool {
    let any = |patterns: &Json| texts(patterns).any(|pattern| matches(pattern, value));
    match (statement.get(member), statement.get(format!("Not{member}"))) {
        (Some(patterns), _) => any(patterns),
        (None, Some(patterns)) => !any(patterns),
        (None, None) => false,
    }
}

fn condition_holds(statement: &Json, type_name: &str) -> bool {
    let Some(Json::Object(operators)) = statement.get("Condition") else { return true };
    operators.iter().all(|(operator, tests)| {
        let Some(types) = tests.get("ResourceType") else { return false };
        texts(types).any(|pattern| match operator.as_str() {
            "StringLike" => matches(pattern, type_name),
            _ => pattern == type_name,
        })
    })
}

fn texts(value: &Json) -> impl Iterator<Item = &str> {
    let list = match value {
        Json::Array(list) => list.as_slice(),
        one => std::slice::from_ref(one),
    };
    list.iter().filter_map(Json::as_str)
}

/// Whether a text fits a pattern with `*` and `?`.
fn matches(pattern: &str, text: &str) -> bool {
    let mut letters = pattern.chars();
    match letters.next() {
        None => text.is_empty(),
        Some('*') => {
            let rest = letters.as_str();
            matches(rest, text)
                || text.char_indices().any(|(at, letter)| matches(rest, &text[at + letter.len_utf8()..]))
        }
        Some(wanted) => {
            let mut others = text.chars();
            others.next().is_some_and(|letter| wanted == '?' || wanted == letter)
                && matches(letters.as_str(), others.as_str())
        }
    }
}
