//! What concerns a resource type as a whole: its life, its name, its tags.
use std::collections::BTreeSet;

use serde_json::Value;
use stackgen_schema::{Attribute, Replacement, ResourceType, ShapeId, TagStyle, Tagging};

use super::cdk::{Cdk, Definition, Resource, Type};
use super::constraints::names;
use super::sources::Sources;
use super::walk::{Hint, Walk};

/// Everything that the packages say about one resource type.
pub struct Subject<'a> {
    pub name: &'a str,
    /// Its schema, expanded and patched; null for types that only the CDK has.
    pub schema: &'a Value,
    pub spec: Option<&'a Resource>,
}

/// Collects a resource type; its shapes are those of the walk.
pub fn collect<'a>(subject: &Subject<'a>, walk: &mut Walk<'a>, sources: &Sources, regions: u64) -> ResourceType {
    let schema = subject.schema;
    let root = match subject.spec {
        Some(spec) if schema.is_null() => walk.object(&spec.root, None),
        Some(spec) => walk.node(schema, Hint::Named(&spec.root)),
        None => walk.node(schema, Hint::Open),
    };
    let (create_only, conditional_create_only) = replacing(subject, &sources.cdk);
    let stateful =
        subject.spec.is_some_and(|spec| spec.is_stateful) || sources.stateful.iter().any(|t| t == subject.name);
    let handlers = schema.get("handlers").and_then(Value::as_object);
    ResourceType {
        name: subject.name.to_owned(),
        properties: root,
        attributes: attributes(subject, walk),
        ref_returns: ref_returns(subject),
        create_only,
        conditional_create_only,
        refused: paths(schema, "refusedProperties"),
        read_only: paths(schema, "readOnlyProperties"),
        write_only: paths(schema, "writeOnlyProperties"),
        deprecated: paths(schema, "deprecatedProperties"),
        primary_identifier: paths(schema, "primaryIdentifier"),
        arn: subject.spec.and_then(|spec| spec.arn_template.clone()),
        tagging: tagging(subject, walk, root),
        stateful,
        replacement: match schema["replacementStrategy"].as_str() {
            Some("delete_then_create") => Replacement::DeleteThenCreate,
            _ => Replacement::CreateThenDelete,
        },
        updatable: handlers.is_none_or(|handlers| handlers.contains_key("update")),
        regions,
        permissions: permissions(schema),
    }
}

/// Paths without the `/properties` in front.
fn paths(schema: &Value, key: &str) -> Vec<String> {
    let mut paths: Vec<String> = Vec::new();
    for path in names(schema.get(key)) {
        let path = path.strip_prefix("/properties").unwrap_or(&path).to_owned();
        if !paths.contains(&path) {
            paths.push(path);
        }
    }
    paths
}

/// Dotted, as `Fn::GetAtt` writes it.
fn dotted(path: &str) -> String {
    path.trim_start_matches('/').replace('/', ".")
}

fn ref_returns(subject: &Subject<'_>) -> Vec<String> {
    let patched = names(subject.schema.get("refReturns"));
    if !patched.is_empty() {
        return patched;
    }
    let spec = subject.spec;
    let of_ref = spec.and_then(|spec| spec.cfn_ref_identifier.clone());
    let identifier: Vec<String> = paths(subject.schema, "primaryIdentifier").iter().map(|path| dotted(path)).collect();
    let of_schema = || if identifier.is_empty() { None } else { Some(identifier) };
    of_ref.or_else(of_schema).or_else(|| spec.and_then(|spec| spec.primary_identifier.clone())).unwrap_or_default()
}

/// The CDK's attributes, which follow AWS's documentation, and all read-only properties, which every registry type can
/// return; those inside lists have no name.
fn attributes<'a>(subject: &Subject<'a>, walk: &mut Walk<'a>) -> Vec<Attribute> {
    let mut attributes = Vec::new();
    for (name, property) in subject.spec.iter().flat_map(|spec| &spec.attributes) {
        let kind = walk.typed_kind(node_at(subject.schema, walk, name), &property.kind, name);
        attributes.push(Attribute { name: name.clone(), kind });
    }
    let read_only = paths(subject.schema, "readOnlyProperties");
    for path in read_only.iter().filter(|path| !path.contains('*')) {
        let name = dotted(path);
        if attributes.iter().any(|attribute| attribute.name == name) {
            continue;
        }
        if let Some(node) = node_at(subject.schema, walk, &name) {
            let kind = walk.kind(node, Hint::Open, "", name.rsplit('.').next().unwrap_or(&name));
            attributes.push(Attribute { name, kind });
        }
    }
    attributes.sort_by(|a, b| a.name.cmp(&b.name));
    attributes
}

fn node_at<'a>(schema: &'a Value, walk: &Walk<'a>, name: &str) -> Option<&'a Value> {
    name.split('.').try_fold(schema, |node, segment| walk.find_property(node, segment, 4))
}

/// Paths that replace the resource always, and for some changes.
///
/// The registry's schema decides where it says anything. The CDK's marks come from older documentation, so they only speak
/// for types whose schema lists nothing; for the types of the SAM transform they mark every property and mean nothing.
fn replacing(subject: &Subject<'_>, cdk: &Cdk) -> (Vec<String>, Vec<String>) {
    let always = paths(subject.schema, "createOnlyProperties");
    let sometimes = paths(subject.schema, "conditionalCreateOnlyProperties");
    match subject.spec {
        Some(spec) if always.is_empty() && sometimes.is_empty() && !subject.name.starts_with("AWS::Serverless::") => {
            let mut marks = Marks { cdk, always: BTreeSet::new(), sometimes: BTreeSet::new(), open: Vec::new() };
            marks.visit(&spec.root, "");
            (marks.always.into_iter().collect(), marks.sometimes.into_iter().collect())
        }
        _ => (always, sometimes),
    }
}

/// The CDK's marks of what replaces a resource.
struct Marks<'a> {
    cdk: &'a Cdk,
    always: BTreeSet<String>,
    sometimes: BTreeSet<String>,
    open: Vec<&'a str>,
}

impl<'a> Marks<'a> {
    fn visit(&mut self, definition: &'a Definition, path: &str) {
        if self.open.contains(&definition.id.as_str()) {
            return;
        }
        self.open.push(&definition.id);
        for (name, property) in &definition.properties {
            let path = format!("{path}/{name}");
            match property.causes_replacement.as_deref() {
                Some("yes") => drop(self.always.insert(path)),
                Some("maybe") => drop(self.sometimes.insert(path)),
                _ => self.descend(&property.kind, &path),
            }
        }
        self.open.pop();
    }

    fn descend(&mut self, kind: &'a Type, path: &str) {
        match kind {
            Type::Array { element } | Type::Map { element } => self.descend(element, &format!("{path}/*")),
            Type::Ref { reference } => {
                if let Some(definition) = self.cdk.definition(reference) {
                    self.visit(definition, path);
                }
            }
            _ => {}
        }
    }
}

fn tagging(subject: &Subject<'_>, walk: &Walk<'_>, root: ShapeId) -> Option<Tagging> {
    if let Some(tags) = subject.spec.and_then(|spec| spec.tag_information.as_ref()) {
        let style = match tags.variant.as_str() {
            "map" => TagStyle::Map,
            "asg" => TagStyle::AutoScaling,
            _ => TagStyle::List,
        };
        return Some(Tagging { property: tags.tag_property_name.clone(), style });
    }
    let tagging = subject.schema.get("tagging")?;
    if tagging["taggable"] == Value::Bool(false) {
        return None;
    }
    // Tags deep inside a property, as launch templates have them, are for other resources.
    let property = tagging["tagProperty"].as_str()?.strip_prefix("/properties/")?;
    let known = walk.shapes[root.0 as usize].properties.iter().find(|known| known.name == property)?;
    let is_list = walk.shapes[known.shape.0 as usize].items.is_some();
    let style = if is_list { TagStyle::List } else { TagStyle::Map };
    Some(Tagging { property: property.to_owned(), style })
}

fn permissions(schema: &Value) -> Vec<(String, Vec<String>)> {
    let handlers = ["create", "read", "update", "delete", "list"].into_iter();
    let listed = handlers
        .map(|handler| (handler.to_owned(), names(schema.pointer(&format!("/handlers/{handler}/permissions")))));
    listed.filter(|(_, actions)| !actions.is_empty()).collect()
}
