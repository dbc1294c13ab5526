//! One statement of a policy, in a form in which order and lists of one make no difference.
use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use super::glob;
use crate::plan::side::{text, texts};

/// Lists are taken apart up to so many combinations; beyond, a statement is compared as a whole.
const MOST_ATOMS: usize = 4096;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Effect {
    Allow,
    Deny,
    /// Nobody knows before the deploy.
    Unknown,
}

/// Some names, or all but those.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Names {
    pub(super) is_not: bool,
    pub(super) names: BTreeSet<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Statement {
    pub(super) effect: Effect,
    pub(super) principals: Names,
    pub(super) actions: Names,
    pub(super) resources: Names,
    /// Values by operator and key; all of them must hold.
    pub(super) conditions: BTreeMap<(String, String), BTreeSet<String>>,
}

impl Names {
    pub(super) fn of<T: Into<String>>(names: impl IntoIterator<Item = T>) -> Names {
        Names { is_not: false, names: names.into_iter().map(Into::into).collect() }
    }

    /// For people: with `not` in front of each that is left out.
    pub(super) fn shown(&self) -> Vec<String> {
        let not = if self.is_not { "not " } else { "" };
        self.names.iter().map(|name| format!("{not}{name}")).collect()
    }

    fn covers(&self, narrow: &Names, covers: impl Fn(&str, &str) -> bool) -> bool {
        let covered = |name: &String, by: &Names| by.names.iter().any(|wide| covers(wide, name));
        match (self.is_not, narrow.is_not) {
            (false, false) => narrow.names.iter().all(|name| covered(name, self)),
            // All but many is less than all but few.
            (true, true) => self.names.iter().all(|name| covered(name, narrow)),
            (true, false) => narrow.names.iter().all(|name| glob::is_literal(name) && !covered(name, self)),
            (false, true) => self.names.contains("*"),
        }
    }

    /// One by one.
    fn each(&self) -> Vec<Names> {
        if self.is_not { vec![self.clone()] } else { self.names.iter().map(|name| Names::of([name])).collect() }
    }
}

impl Statement {
    /// A statement of a policy document. `holder` stands for the principal of policies that name none.
    pub(super) fn read(statement: &Json, holder: &Names, resource: &str) -> Statement {
        let Some(object) = statement.as_object() else { return Statement::unknown(&text(statement), holder) };
        let effect = match object.get("Effect").and_then(Json::as_str) {
            Some("Allow") => Effect::Allow,
            Some("Deny") => Effect::Deny,
            _ => Effect::Unknown,
        };
        let principals = [("Principal", false), ("NotPrincipal", true)].into_iter().find_map(|(key, is_not)| {
            let names = object.get(key).map(principals)?;
            Some(Names { is_not, names })
        });
        let names = |key: &str, not: &str, other: &str| match (object.get(key), object.get(not)) {
            (Some(names), _) => Names::of(texts(names)),
            (None, Some(names)) => Names { is_not: true, names: texts(names).into_iter().collect() },
            (None, None) => Names::of([other]),
        };
        Statement {
            effect,
            principals: principals.unwrap_or_else(|| holder.clone()),
            actions: names("Action", "NotAction", "*"),
            resources: names("Resource", "NotResource", resource),
            conditions: object.get("Condition").map(conditions).unwrap_or_default(),
        }
    }

    /// What only the deploy knows.
    pub(super) fn unknown(text: &str, holder: &Names) -> Statement {
        let actions = Names::of([text]);
        let resources = Names::of(["*"]);
        Statement {
            effect: Effect::Unknown,
            principals: holder.clone(),
            actions,
            resources,
            conditions: BTreeMap::new(),
        }
    }

    /// Something that is allowed as a whole, such as what a managed policy says.
    pub(super) fn allows(principals: Names, action: String) -> Statement {
        Statement {
            effect: Effect::Allow,
            principals,
            actions: Names::of([action]),
            resources: Names::of(["*"]),
            conditions: BTreeMap::new(),
        }
    }

    /// Whether everything that `narrow` speaks of, one of these speaks of too. Sound: a yes is certain.
    pub(super) fn is_covered(narrow: &Statement, by: &[&Statement]) -> bool {
        narrow.atoms().iter().all(|atom| by.iter().any(|wide| wide.covers(atom)))
    }

    fn covers(&self, narrow: &Statement) -> bool {
        self.principals.covers(&narrow.principals, covers_principal)
            && self.actions.covers(&narrow.actions, |wide, name| {
                glob::covers(&wide.to_ascii_lowercase(), &name.to_ascii_lowercase())
            })
            && self.resources.covers(&narrow.resources, glob::covers)
            && self
                .conditions
                .iter()
                .all(|(key, values)| narrow.conditions.get(key).is_some_and(|inner| implies(&key.0, values, inner)))
    }

    fn atoms(&self) -> Vec<Statement> {
        let (who, what, on) = (self.principals.each(), self.actions.each(), self.resources.each());
        if who.len() * what.len() * on.len() > MOST_ATOMS {
            return vec![self.clone()];
        }
        let mut atoms = Vec::new();
        for principals in &who {
            for actions in &what {
                for resources in &on {
                    let parts = (principals.clone(), actions.clone(), resources.clone());
                    let (principals, actions, resources) = parts;
                    atoms.push(Statement { principals, actions, resources, ..self.clone() });
                }
            }
        }
        atoms
    }
}

/// `*` is everybody with an AWS identity and everybody without. Services are asked for by name.
fn covers_principal(wide: &str, narrow: &str) -> bool {
    let is_service =
        narrow.ends_with(".amazonaws.com") || narrow.ends_with(".amazonaws.com.cn") || narrow.contains(' ');
    wide == narrow || wide == "*" && !is_service
}

/// Principals of all kinds by name, with the kind in front where the name does not tell.
fn principals(principal: &Json) -> BTreeSet<String> {
    let Some(kinds) = principal.as_object() else { return texts(principal).into_iter().collect() };
    let named = |kind: &str, name: String| match kind {
        "AWS" => name,
        "Service" if name.ends_with(".amazonaws.com") || name.ends_with(".amazonaws.com.cn") => name,
        _ => format!("{kind} {name}"),
    };
    kinds.iter().flat_map(|(kind, names)| texts(names).into_iter().map(move |name| named(kind, name))).collect()
}

/// Keys are the same in any case; operators are not.
fn conditions(condition: &Json) -> BTreeMap<(String, String), BTreeSet<String>> {
    let Some(operators) = condition.as_object() else {
        return BTreeMap::from([((text(condition), String::new()), BTreeSet::new())]);
    };
    let mut conditions: BTreeMap<_, BTreeSet<String>> = BTreeMap::new();
    for (operator, keys) in operators {
        let Some(keys) = keys.as_object() else {
            conditions.insert((operator.clone(), text(keys)), BTreeSet::new());
            continue;
        };
        for (key, values) in keys {
            let place = (operator.clone(), key.to_ascii_lowercase());
            conditions.entry(place).or_default().extend(texts(values));
        }
    }
    conditions
}

/// Whether one value list of an operator is at least as strict as another. Source: *IAM JSON policy elements: Condition
/// operators* in the IAM User Guide: several values are joined by "or", those of a negated operator by "nor".
fn implies(operator: &str, wide: &BTreeSet<String>, narrow: &BTreeSet<String>) -> bool {
    if wide == narrow {
        return true;
    }
    let bare = operator.rsplit(':').next().unwrap_or(operator).trim_end_matches("IfExists");
    // An empty list is not of the usual kind for any operator.
    if wide.is_empty() || narrow.is_empty() {
        return false;
    }
    let within = |inner: &BTreeSet<String>, outer: &BTreeSet<String>, covers: &dyn Fn(&str, &str) -> bool| {
        inner.iter().all(|name| outer.iter().any(|wide| covers(wide, name)))
    };
    let same = |wide: &str, name: &str| wide == name;
    match bare {
        "StringEquals" | "StringEqualsIgnoreCase" | "NumericEquals" | "DateEquals" | "Bool" | "BinaryEquals" => {
            within(narrow, wide, &same)
        }
        "StringLike" | "ArnLike" | "ArnEquals" => within(narrow, wide, &glob::covers),
        "IpAddress" => within(narrow, wide, &covers_network),
        "StringNotEquals" | "StringNotEqualsIgnoreCase" | "NumericNotEquals" | "DateNotEquals" => {
            within(wide, narrow, &same)
        }
        "StringNotLike" | "ArnNotLike" | "ArnNotEquals" => within(wide, narrow, &glob::covers),
        "NotIpAddress" => within(wide, narrow, &covers_network),
        _ => false,
    }
}

fn covers_network(wide: &str, narrow: &str) -> bool {
    let network = |text: &str| text.parse::<ipnet::IpNet>().ok().map(|network| network.trunc());
    wide == narrow || network(wide).zip(network(narrow)).is_some_and(|(wide, narrow)| wide.contains(&narrow))
}
