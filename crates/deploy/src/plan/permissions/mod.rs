//! Who may do more or less after a change: statements of policies that come and go, over all types that hold policies.
//!
//! Whether something widens is told on the safe side: where nobody can know before the deploy, it does. What is only written
//! in another way, or in another policy of the same role, is not told.
mod find;
mod glob;
mod statement;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use find::{Found, Scope, find};
use statement::{Effect, Names, Statement};

use super::PermissionChange;
use super::side::Side;

type Place<'a> = (&'a str, &'a Scope);

/// The statements that come and go.
pub(super) fn compare(before: &Side<'_>, after: &Side<'_>) -> Vec<PermissionChange> {
    let (before, after) = (find(before), find(after));
    let (old, new) = (by_place(&before), by_place(&after));
    let places: BTreeSet<Place<'_>> = old.keys().chain(new.keys()).copied().collect();
    let none = BTreeSet::new();
    let (mut gone, mut come) = (Vec::new(), Vec::new());
    for place in places {
        let (was, is) = (old.get(&place).unwrap_or(&none), new.get(&place).unwrap_or(&none));
        let went = was.difference(is).map(|one| (*one).clone()).collect();
        let came = is.difference(was).map(|one| (*one).clone()).collect();
        let (went, came) = without_common(went, came);
        gone.extend(went.into_iter().map(|one| (place, one)));
        come.extend(came.into_iter().map(|one| (place, one)));
    }
    gone.retain(|((_, scope), one)| !goes_on(scope, one, &after));
    // What was there before is told only where it is what is left of more.
    let less: BTreeSet<&Scope> = gone.iter().map(|((_, scope), _)| *scope).collect();
    come.retain(|((_, scope), one)| less.contains(scope) || !goes_on(scope, one, &before));
    let gone = gone.iter().map(|((id, scope), one)| change(id, false, one, ends_a_ban(id, scope, one, &after)));
    let come = come.iter().map(|((id, scope), one)| change(id, true, one, gives_more(scope, one, (&before, &after))));
    let mut changes: Vec<PermissionChange> = gone.chain(come).chain(boundaries(&before, &after)).collect();
    changes.sort_by(|one, other| one.id.cmp(&other.id));
    changes
}

/// Whether statements of a template say all that another statement says, and to the same end.
fn goes_on(scope: &Scope, statement: &Statement, found: &Found) -> bool {
    statement.effect != Effect::Unknown && Statement::is_covered(statement, &same(found, scope, statement.effect))
}

fn by_place(found: &Found) -> BTreeMap<Place<'_>, BTreeSet<&Statement>> {
    let mut places: BTreeMap<Place<'_>, BTreeSet<&Statement>> = BTreeMap::new();
    for (id, scope, statement) in &found.statements {
        places.entry((id, scope)).or_default().insert(statement);
    }
    places
}

/// Whether a statement that comes allows what nothing allowed before.
fn gives_more(scope: &Scope, statement: &Statement, (before, after): (&Found, &Found)) -> bool {
    let has = |found: &Found, name: &str| found.resources.iter().any(|id| id == name);
    // A role or profile that is new says itself what it brings.
    let is_new = |action: &String| action.strip_prefix("act as ").is_some_and(|it| has(after, it) && !has(before, it));
    // What takes the place of something that goes may act as that did.
    let is_handed_on = |action: &String| {
        let had = |(id, _, one): &&(String, Scope, Statement)| !has(after, id) && one.actions.names.contains(action);
        action.starts_with("act as ") && before.statements.iter().any(|one| had(&one))
    };
    match statement.effect {
        Effect::Deny => false,
        Effect::Unknown => true,
        Effect::Allow if statement.actions.names.iter().any(is_new) => false,
        Effect::Allow if statement.actions.names.iter().all(is_handed_on) => false,
        Effect::Allow => !Statement::is_covered(statement, &same(before, scope, Effect::Allow)),
    }
}

/// Whether a statement that goes forbade what nothing forbids now. A role that is gone itself does nothing any more.
fn ends_a_ban(id: &str, scope: &Scope, statement: &Statement, after: &Found) -> bool {
    let is_gone = *scope == Scope::Identity && statement.principals == Names::of([id]);
    if is_gone && !after.resources.iter().any(|one| one == id) {
        return false;
    }
    match statement.effect {
        Effect::Allow => statement.actions.names.iter().any(|action| may_forbid(action, after)),
        Effect::Unknown => true,
        Effect::Deny => !Statement::is_covered(statement, &same(after, scope, Effect::Deny)),
    }
}

/// Whether a managed policy may forbid something. Those of AWS that do say so in their names.
fn may_forbid(action: &str, after: &Found) -> bool {
    let Some(policy) = action.strip_prefix("policy ") else { return false };
    let is_of_aws = policy.contains(":iam::aws:policy/");
    let forbids = |name: &str| policy.contains(name);
    let whoever = Names::of([format!("whoever has {policy}")]);
    let mut own = after.statements.iter().filter(|(_, _, one)| one.principals == whoever).peekable();
    match (is_of_aws, own.peek().is_some()) {
        (true, _) => ["Deny", "Quarantine"].into_iter().any(forbids),
        (false, true) => own.any(|(_, _, one)| one.effect != Effect::Allow),
        (false, false) => true,
    }
}

fn same<'a>(found: &'a Found, scope: &Scope, effect: Effect) -> Vec<&'a Statement> {
    let same = found.statements.iter().filter(|(_, of, one)| of == scope && one.effect == effect);
    same.map(|(_, _, statement)| statement).collect()
}

/// Statements that differ in one list only are told by what that list wins and loses.
fn without_common(mut gone: Vec<Statement>, mut come: Vec<Statement>) -> (Vec<Statement>, Vec<Statement>) {
    let lists: [fn(&mut Statement) -> &mut Names; 3] =
        [|one| &mut one.actions, |one| &mut one.resources, |one| &mut one.principals];
    for list in lists {
        for old in &mut gone {
            for new in &mut come {
                let (mut one, mut other) = (old.clone(), new.clone());
                let (was, is) = (std::mem::take(list(&mut one)), std::mem::take(list(&mut other)));
                if one == other && !was.is_not && !is.is_not && was.names.intersection(&is.names).next().is_some() {
                    list(old).names.retain(|name| !is.names.contains(name));
                    list(new).names.retain(|name| !was.names.contains(name));
                }
            }
        }
        gone.retain_mut(|one| !list(one).names.is_empty());
        come.retain_mut(|one| !list(one).names.is_empty());
    }
    (gone, come)
}

/// A boundary that goes, or gives way to another one, may have been the narrower.
fn boundaries(before: &Found, after: &Found) -> Vec<PermissionChange> {
    let mut changes = Vec::new();
    let ids: BTreeSet<&String> = before.boundaries.keys().chain(after.boundaries.keys()).collect();
    for id in ids {
        let (was, is) = (before.boundaries.get(id), after.boundaries.get(id));
        if was == is {
            continue;
        }
        let told = |is_added: bool, arn: &String, widens: bool| PermissionChange {
            id: id.clone(),
            is_added,
            effect: "Boundary".to_owned(),
            principals: vec![id.clone()],
            actions: vec![format!("policy {arn}")],
            resources: vec!["*".to_owned()],
            condition: None,
            widens,
        };
        let is_there = after.resources.contains(id);
        changes.extend(was.map(|arn| told(false, arn, is_there)));
        changes.extend(is.map(|arn| told(true, arn, false)));
    }
    changes
}

fn change(id: &str, is_added: bool, statement: &Statement, widens: bool) -> PermissionChange {
    let effect = if statement.effect == Effect::Deny { "Deny" } else { "Allow" };
    let mut condition = json!({});
    for ((operator, key), values) in &statement.conditions {
        let mut values: Vec<&String> = values.iter().collect();
        condition[operator][key] = if values.len() == 1 { json!(values.remove(0)) } else { json!(values) };
    }
    PermissionChange {
        id: id.to_owned(),
        is_added,
        effect: effect.to_owned(),
        principals: statement.principals.shown(),
        actions: statement.actions.shown(),
        resources: statement.resources.shown(),
        condition: (!statement.conditions.is_empty()).then(|| condition.to_string()),
        widens,
    }
}
