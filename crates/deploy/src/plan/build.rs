//! From what CloudFormation says of a change set to changes that people read.
use aws_sdk_cloudformation::types::{
    ChangeAction, ChangeSource, EvaluationType, PolicyAction, Replacement, RequiresRecreation, ResourceAttribute,
    ResourceChange, ResourceChangeDetail,
};
use serde_json::Value as Json;
use stackgen_assembly::ResourceEntry;
use stackgen_schema::Facts;

use super::consequence::{Known, consequence};
use super::{Action, Change, Evaluation, Fate, PropertyChange};

/// What is known beside the change set.
pub(super) struct Sides<'a> {
    /// The template that is in force.
    pub(super) before: &'a Json,
    /// The template that was sent.
    pub(super) after: &'a Json,
    /// The resources as the assembly has them.
    pub(super) resources: &'a [ResourceEntry],
}

/// All changes of a change set, in the order of the template, what goes last.
pub(super) fn changes(found: &[ResourceChange], sides: &Sides<'_>) -> Vec<Change> {
    let mut changes: Vec<Change> = found.iter().map(|change| one(change, sides)).collect();
    let place = |id: &str| position(sides.after, id).unwrap_or(usize::MAX);
    changes.sort_by_key(|change| place(&change.id));
    changes
}

fn one(found: &ResourceChange, sides: &Sides<'_>) -> Change {
    let id = found.logical_resource_id.clone().unwrap_or_default();
    let type_name = found.resource_type.clone().unwrap_or_default();
    let entry = sides.resources.iter().find(|entry| entry.id == id);
    let facts = Facts::embedded().resource(&type_name);
    let stateful = entry.is_some_and(|entry| entry.stateful) || facts.as_ref().is_some_and(|facts| facts.stateful);
    let action = action(found);
    let fate = fate(found, action, sides, &id);
    let properties = properties(found, sides, &id);
    let known = Known { action, fate, stateful, type_name: &type_name, facts: facts.as_ref(), properties: &properties };
    let (consequence, meaning) = consequence(&known);
    Change {
        physical_id: found.physical_resource_id.clone(),
        source: entry.map(|entry| entry.source.clone()).filter(|source| !source.is_empty()),
        action,
        consequence,
        meaning,
        stateful,
        properties,
        id,
        type_name,
    }
}

fn action(found: &ResourceChange) -> Action {
    match (&found.action, &found.replacement) {
        (Some(ChangeAction::Add), _) => Action::Add,
        (Some(ChangeAction::Remove), _) => Action::Remove,
        (Some(ChangeAction::Import), _) => Action::Import,
        (_, Some(Replacement::True)) => Action::Replace,
        // `Dynamic` is said of what nobody knows before a nested stack is carried out.
        (Some(ChangeAction::Dynamic), _) | (_, Some(Replacement::Conditional)) => Action::MayReplace,
        _ => Action::Modify,
    }
}

/// What becomes of the old one: as CloudFormation says, else as the template in force says.
fn fate(found: &ResourceChange, action: Action, sides: &Sides<'_>, id: &str) -> Fate {
    match &found.policy_action {
        Some(PolicyAction::Retain | PolicyAction::ReplaceAndRetain) => Fate::Kept,
        Some(PolicyAction::Snapshot | PolicyAction::ReplaceAndSnapshot) => Fate::Snapshot,
        Some(PolicyAction::Delete | PolicyAction::ReplaceAndDelete) => Fate::Deleted,
        _ if action == Action::Remove => policy(sides.before, id, "DeletionPolicy"),
        _ => policy(sides.after, id, "UpdateReplacePolicy"),
    }
}

/// The fate by a policy of a resource in a template. `RetainExceptOnCreate` keeps what has been there before.
pub(super) fn policy(template: &Json, id: &str, name: &str) -> Fate {
    match template.pointer(&format!("/Resources/{id}/{name}")).and_then(Json::as_str) {
        Some("Retain" | "RetainExceptOnCreate") => Fate::Kept,
        Some("Snapshot") => Fate::Snapshot,
        _ => Fate::Deleted,
    }
}

fn properties(found: &ResourceChange, sides: &Sides<'_>, id: &str) -> Vec<PropertyChange> {
    let mut properties: Vec<PropertyChange> = Vec::new();
    for detail in found.details() {
        let Some(change) = property(detail, sides, id) else { continue };
        match properties.iter_mut().find(|known| known.path == change.path) {
            // CloudFormation tells of a property twice if it refers to something: as written and as caused.
            Some(known) => join(known, change),
            None => properties.push(change),
        }
    }
    properties
}

fn join(known: &mut PropertyChange, other: PropertyChange) {
    known.replaces |= other.replaces;
    known.before = known.before.take().or(other.before);
    known.after = known.after.take().or(other.after);
    known.cause = known.cause.take().or(other.cause);
    if other.evaluation == Evaluation::Known {
        known.evaluation = Evaluation::Known;
    }
}

fn property(detail: &ResourceChangeDetail, sides: &Sides<'_>, id: &str) -> Option<PropertyChange> {
    let target = detail.target.as_ref()?;
    let path = match (&target.path, &target.name, &target.attribute) {
        (Some(path), ..) if !path.is_empty() => inner_path(path),
        (_, Some(name), _) if !name.is_empty() => name.clone(),
        (_, _, attribute) => attribute.as_ref().unwrap_or(&ResourceAttribute::Properties).as_str().to_owned(),
    };
    let recreates = target.requires_recreation.as_ref();
    let replaces = recreates.is_some_and(|word| *word != RequiresRecreation::Never);
    let evaluation =
        if detail.evaluation == Some(EvaluationType::Dynamic) { Evaluation::AfterApply } else { Evaluation::Known };
    let is_told = target.before_value.is_some() || target.after_value.is_some();
    let written = |template: &Json| written(template, id, &path);
    let (before, after) = match is_told {
        true => (target.before_value.clone(), target.after_value.clone()),
        false => (written(sides.before), written(sides.after)),
    };
    let is_direct = matches!(detail.change_source, Some(ChangeSource::DirectModification) | None);
    let cause = if is_direct { None } else { detail.causing_entity.clone() };
    Some(PropertyChange { path, before, after, replaces, cause, evaluation })
}

/// `/Properties/Tags/0/Value` is `Tags/0/Value`.
fn inner_path(path: &str) -> String {
    path.trim_start_matches('/').trim_start_matches("Properties/").to_owned()
}

/// What a template says of a property, as compact JSON or plain text.
pub(super) fn written(template: &Json, id: &str, path: &str) -> Option<String> {
    let resource = template.pointer(&format!("/Resources/{id}"))?;
    let value = resource.pointer(&format!("/Properties/{path}")).or_else(|| resource.get(path))?;
    Some(plain(value))
}

/// A value as compact JSON, or a text as it is.
pub(super) fn plain(value: &Json) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn position(template: &Json, id: &str) -> Option<usize> {
    template.get("Resources")?.as_object()?.keys().position(|key| key == id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Consequence;
    use aws_sdk_cloudformation::types::ResourceTargetDefinition;
    use serde_json::json;

    fn detail(
        name: &str,
        recreation: RequiresRecreation,
        source: ChangeSource,
        cause: Option<&str>,
    ) -> ResourceChangeDetail {
        let target = ResourceTargetDefinition::builder()
            .attribute(ResourceAttribute::Properties)
            .name(name)
            .path(format!("/Properties/{name}"))
            .requires_recreation(recreation)
            .before_value("old")
            .after_value("new")
            .build();
        let dynamic = if cause.is_some() { EvaluationType::Dynamic } else { EvaluationType::Static };
        let detail = ResourceChangeDetail::builder().target(target).evaluation(dynamic).change_source(source);
        detail.set_causing_entity(cause.map(str::to_owned)).build()
    }

    fn told(change: ResourceChange) -> Change {
        let template = json!({"Resources": {"Disk": {"Type": "AWS::EC2::Volume", "DeletionPolicy": "Retain"}}});
        let entry = ResourceEntry {
            id: "Disk".to_owned(),
            type_name: "AWS::EC2::Volume".to_owned(),
            source: "stacks/compute.rs:12".to_owned(),
            stateful: true,
        };
        one(&change, &Sides { before: &template, after: &template, resources: &[entry] })
    }

    #[test]
    fn a_property_that_is_told_twice_is_one() {
        let change = ResourceChange::builder()
            .action(ChangeAction::Modify)
            .logical_resource_id("Disk")
            .resource_type("AWS::EC2::Volume")
            .replacement(Replacement::True)
            .policy_action(PolicyAction::ReplaceAndSnapshot)
            .details(detail("Tags", RequiresRecreation::Always, ChangeSource::DirectModification, None))
            .details(detail("Tags", RequiresRecreation::Always, ChangeSource::ParameterReference, Some("Zone")));
        let told = told(change.build());
        assert_eq!(told.properties.len(), 1);
        assert_eq!(told.properties[0].cause.as_deref(), Some("Zone"));
        assert_eq!(told.properties[0].evaluation, Evaluation::Known);
        assert_eq!(told.consequence, Consequence::DataAtRisk(Fate::Snapshot));
        assert_eq!(told.source.as_deref(), Some("stacks/compute.rs:12"));
    }

    #[test]
    fn without_a_policy_action_the_template_in_force_tells_the_fate() {
        let change = ResourceChange::builder().action(ChangeAction::Remove).logical_resource_id("Disk");
        assert_eq!(
            told(change.resource_type("AWS::EC2::Volume").build()).consequence,
            Consequence::Removed(Fate::Kept)
        );
    }
}
