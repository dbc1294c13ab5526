//! Why a place of a resource differs. Source: *ResourceChangeDetail* in the API reference, and public transcripts: a change by
//! a parameter or by a replaced resource is listed twice, once with its cause (static) and once as a dynamic direct one.
use std::collections::HashMap;

use serde_json::{Value as Json, json};
use stackgen_schema::UpdateEffect;

use super::difference::{Difference, same};
use super::shown;
use crate::cloudformation::stack::Source;
use crate::cloudformation::template::{Mention, Template};

/// What becomes of a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fate {
    /// Nothing.
    Stays,
    /// It is changed.
    InPlace,
    /// It is changed or replaced.
    MayBeReplaced,
    /// Another one takes its place.
    Replaced,
    /// It is new.
    New,
}

/// What a stack was and what it would be made from.
pub(super) struct Sides<'s> {
    pub old: &'s Template,
    pub new: &'s Template,
    pub old_source: &'s Source,
    pub new_source: &'s Source,
}

/// A cause: `ChangeSource`, `CausingEntity`, `Evaluation`.
type Cause = (&'static str, Option<String>, &'static str);

/// The details of one difference.
pub(super) fn details(
    sides: &Sides<'_>,
    id: &str,
    difference: &Difference,
    is_tag: bool,
    effect: UpdateEffect,
    fates: &HashMap<String, Fate>,
) -> Vec<Json> {
    let target = target(sides, difference, is_tag, effect);
    let detail = |(source, entity, evaluation): Cause| {
        let mut detail = json!({ "Target": target, "Evaluation": evaluation, "ChangeSource": source });
        if let Some(entity) = entity {
            detail["CausingEntity"] = Json::String(entity);
        }
        detail
    };
    causes(sides, id, difference, is_tag, fates).into_iter().map(detail).collect()
}

fn target(sides: &Sides<'_>, difference: &Difference, is_tag: bool, effect: UpdateEffect) -> Json {
    let is_property = difference.is_property() && !is_tag;
    let recreation = match effect {
        UpdateEffect::Replaces => "Always",
        UpdateEffect::MayReplace => "Conditionally",
        // A change set does not look for updates that a type does not support; they fail when it is executed.
        UpdateEffect::InPlace | UpdateEffect::Refused => "Never",
    };
    let mut target = json!({
        "Attribute": if is_tag { "Tags" } else { difference.member() },
        "RequiresRecreation": recreation,
        "Path": difference.path,
        "AttributeChangeType": difference.kind(),
    });
    if is_property {
        target["Name"] = Json::String(difference.property().to_owned());
    }
    if let Some(before) = &difference.before {
        target["BeforeValue"] = shown::value(before, sides.old_source);
    }
    if let Some(after) = &difference.after {
        target["AfterValue"] = shown::value(after, sides.new_source);
    }
    target
}

fn causes(
    sides: &Sides<'_>,
    id: &str,
    difference: &Difference,
    is_tag: bool,
    fates: &HashMap<String, Fate>,
) -> Vec<Cause> {
    let (old, new) = (sides.old.expression(id, &difference.path), sides.new.expression(id, &difference.path));
    let mut causes = entities(sides, new, fates);
    let written_anew = match (old, new) {
        (Some(old), Some(new)) => !same(old, new),
        (None, None) => !sides.new.writes(id) || is_tag && sides.old_source.tags != sides.new_source.tags,
        _ => true,
    };
    let tags_only = is_tag && !written_anew && sides.old_source.tags != sides.new_source.tags && causes.is_empty();
    if written_anew && causes.iter().all(|(source, ..)| *source == "ParameterReference") || tags_only {
        return vec![("DirectModification", None, "Static")];
    }
    // What depends on a change that does not replace is listed by its cause alone.
    if causes.is_empty() || causes.iter().any(|(_, _, evaluation)| *evaluation == "Static") {
        causes.insert(0, ("DirectModification", None, "Dynamic"));
    }
    causes
}

/// What is mentioned and changes.
fn entities(sides: &Sides<'_>, expression: Option<&Json>, fates: &HashMap<String, Fate>) -> Vec<Cause> {
    let mut causes = Vec::new();
    for mention in expression.map(|it| sides.new.mentions(it)).unwrap_or_default() {
        match mention {
            Mention::Reference(name) if sides.new_source.parameters.contains_key(&name) => {
                if sides.old_source.parameters.get(&name) != sides.new_source.parameters.get(&name) {
                    causes.push(("ParameterReference", Some(name), "Static"));
                }
            }
            Mention::Reference(name) => match fates.get(&name) {
                Some(Fate::Replaced | Fate::New) => causes.push(("ResourceReference", Some(name), "Static")),
                Some(Fate::MayBeReplaced) => causes.push(("ResourceReference", Some(name), "Dynamic")),
                _ => {}
            },
            Mention::Attribute(name, attribute) => {
                let entity = format!("{name}.{attribute}");
                match fates.get(&name) {
                    Some(Fate::Replaced | Fate::New) => causes.push(("ResourceAttribute", Some(entity), "Static")),
                    Some(Fate::MayBeReplaced | Fate::InPlace) => {
                        causes.push(("ResourceAttribute", Some(entity), "Dynamic"));
                    }
                    _ => {}
                }
            }
        }
    }
    causes
}
