//! Physical ids: what the template names, and what is made up where it does not.
use serde_json::Value as Json;
use stackgen_schema::{Facts, Property, ResourceType};

use super::{Site, attributes};

/// The physical id of a new resource.
///
/// One identifier: what `Ref` gives. Several: all of them, joined as *Cloud Control API* does.
pub(super) fn physical_id(site: &mut Site<'_>, facts: &ResourceType, properties: &Json) -> String {
    if let Some(promised) = site.world.promised_name() {
        return promised;
    }
    let name = own_name(site, facts, properties);
    let mark = site.world.letters(20);
    let make = |path: &str| attributes::identifier(site, facts, path, properties, &name, &mark);
    let parts: Vec<String> = match facts.primary_identifier.as_slice() {
        [_] if !facts.ref_returns.is_empty() => facts.ref_returns.iter().filter_map(|it| make(it)).collect(),
        paths => paths.iter().filter_map(|path| make(path.trim_start_matches('/'))).collect(),
    };
    if parts.is_empty() { name } else { parts.join("|") }
}

/// The name that the template gives, or one that CloudFormation makes up.
fn own_name(site: &mut Site<'_>, facts: &ResourceType, properties: &Json) -> String {
    let shape = Facts::embedded().shape(facts.properties);
    let property = name_property(facts, &shape.properties);
    let given = property.and_then(|it| text(properties.get(&it.name)?)).filter(|it| !it.is_empty());
    given.unwrap_or_else(|| made_up(site, property))
}

/// The property that names a resource.
pub(super) fn name_property<'a>(facts: &ResourceType, properties: &'a [Property]) -> Option<&'a Property> {
    let last = facts.name.rsplit("::").next().unwrap_or_default();
    let writable = |name: &str| !facts.read_only.iter().any(|path| path == &format!("/{name}"));
    let find = |name: &str| properties.iter().find(|it| it.name == name && writable(name));
    let identifier = facts.primary_identifier.last().and_then(|path| find(path.trim_start_matches('/')));
    identifier.or_else(|| find(&format!("{last}Name"))).or_else(|| find("Name"))
}

/// A name made from the names of the stack and of the resource and twelve letters, within the limits of the property.
///
/// Source: `IdentifierUtils` of aws-cloudformation/cloudformation-cli-java-plugin: half of what is free is for the logical id.
pub fn made_up(site: &mut Site<'_>, property: Option<&Property>) -> String {
    if let Some(promised) = site.world.promised_name() {
        // The physical id may be an ARN, which ends in the name.
        let is_arn = promised.starts_with("arn:");
        return if is_arn { promised.rsplit(['/', ':']).next().unwrap_or_default().to_owned() } else { promised };
    }
    let shape = property.map(|it| Facts::embedded().shape(it.shape));
    let most = shape.as_ref().and_then(|it| it.max_size).map_or(255, |most| usize::try_from(most).unwrap_or(255));
    let name = limited(site, most.clamp(14, 255));
    let pattern = shape.and_then(|it| it.pattern).and_then(|it| regress::Regex::new(&it).ok());
    let lower = name.to_lowercase();
    let candidates =
        [name.clone(), lower.clone(), name.replace('-', "_"), lower.replace('-', "_"), lower.replace('-', "")];
    let wants_lower = matches!(
        site.type_name.split("::").nth(1),
        Some("RDS" | "S3" | "ElastiCache" | "Redshift" | "DocDB" | "Neptune")
    );
    let fits = |it: &&String| pattern.as_ref().is_none_or(|pattern| pattern.find(it).is_some());
    let start = usize::from(wants_lower);
    candidates[start..].iter().find(fits).cloned().unwrap_or(name)
}

fn limited(site: &mut Site<'_>, most: usize) -> String {
    let free = most.saturating_sub(14);
    let logical: String =
        site.logical_id.chars().take((free / 2).max(free.saturating_sub(site.stack_name.len()))).collect();
    let stack: String = site.stack_name.chars().take(free.saturating_sub(logical.len())).collect();
    format!("{stack}-{logical}-{}", site.world.letters(12))
}

/// The part of a physical id that is a property: only ids of several parts have some.
pub(super) fn part(facts: &ResourceType, id: &str, name: &str) -> Option<String> {
    let place = facts.primary_identifier.iter().position(|path| path.trim_start_matches('/') == name)?;
    if facts.primary_identifier.len() == 1 {
        let is_reference = facts.ref_returns.is_empty() || facts.ref_returns == [name];
        return is_reference.then(|| id.to_owned());
    }
    id.split('|').nth(place).map(str::to_owned)
}

/// A scalar as text.
pub(super) fn text(value: &Json) -> Option<String> {
    match value {
        Json::String(text) => Some(text.clone()),
        Json::Number(_) | Json::Bool(_) => Some(value.to_string()),
        _ => None,
    }
}
