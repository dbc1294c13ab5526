//! The sections of a template.
use stackgen_schema::ResourceType;

use crate::document::{Key, Node};
use crate::shapes;

/// A top-level section.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "they are AWS's names")]
pub enum Section {
    Parameters,
    Mappings,
    Conditions,
    Rules,
    Resources,
    Outputs,
    Metadata,
    Transform,
    Globals,
    Other,
}

impl Section {
    /// The section in which a node stands.
    #[must_use]
    pub fn of(node: Node<'_>) -> Section {
        let key = node.ancestors().filter_map(Node::key).last();
        match key.map_or("", |key| key.text.as_str()) {
            "Parameters" => Section::Parameters,
            "Mappings" => Section::Mappings,
            "Conditions" => Section::Conditions,
            "Rules" => Section::Rules,
            "Resources" => Section::Resources,
            "Outputs" => Section::Outputs,
            "Metadata" => Section::Metadata,
            "Transform" => Section::Transform,
            "Globals" => Section::Globals,
            _ => Section::Other,
        }
    }
}

/// An entry of a section.
#[derive(Debug, Clone, Copy)]
pub struct Named<'d> {
    /// Its name.
    pub name: &'d str,
    /// The key that names it.
    pub key: &'d Key,
    /// Its value.
    pub node: Node<'d>,
}

/// A parameter.
#[derive(Debug, Clone, PartialEq)]
pub struct Parameter<'d> {
    /// Its name.
    pub name: &'d str,
    /// Its map.
    pub node: Node<'d>,
    /// What its `Type` says.
    pub kind: ParameterType<'d>,
    /// `Default`.
    pub default: Option<Node<'d>>,
    /// `AllowedValues`, if they are a list.
    pub allowed: Vec<Node<'d>>,
    /// Whether `NoEcho` hides its value.
    pub hidden: bool,
}

/// The type of a parameter, taken apart: `AWS::SSM::Parameter::Value<List<AWS::EC2::Subnet::Id>>` is a list of
/// `AWS::EC2::Subnet::Id` from the parameter store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ParameterType<'d> {
    /// The type as written; empty when there is none.
    pub text: &'d str,
    /// What it is, or what each item is.
    pub item: &'d str,
    /// Whether it gives a list.
    pub list: bool,
    /// Whether its value names a parameter of the store, whose value it gives.
    pub stored: bool,
}

impl<'d> ParameterType<'d> {
    /// Takes a type apart.
    #[must_use]
    pub fn new(text: &'d str) -> ParameterType<'d> {
        let inside = |text: &'d str, of: &str| text.strip_prefix(of)?.strip_suffix('>');
        let stored = inside(text, "AWS::SSM::Parameter::Value<");
        let value = stored.unwrap_or(text);
        let items = if value == "CommaDelimitedList" { Some("String") } else { inside(value, "List<") };
        ParameterType { text, item: items.unwrap_or(value), list: items.is_some(), stored: stored.is_some() }
    }
}

/// A resource.
#[derive(Debug, Clone, PartialEq)]
pub struct Resource<'d> {
    /// Its logical id.
    pub name: &'d str,
    /// The key that names it.
    pub key: &'d Key,
    /// Its map.
    pub node: Node<'d>,
    /// `Type`.
    pub type_name: &'d str,
    /// What is known about the type.
    pub facts: Option<&'static ResourceType>,
    /// `Properties`, whatever they are.
    pub properties: Option<Node<'d>>,
    /// `Condition`, if it is text.
    pub condition: Option<&'d str>,
    /// The ids in `DependsOn`.
    pub depends_on: Vec<Node<'d>>,
}

impl<'d> Resource<'d> {
    /// A property of the top level.
    #[must_use]
    pub fn property(&self, name: &str) -> Option<Node<'d>> {
        self.properties?.get(name)
    }

    /// Whether its type is one that somebody else made up (`Custom::…`), a module or a nested stack's macro.
    #[must_use]
    pub fn is_custom(&self) -> bool {
        self.type_name.starts_with("Custom::") || self.type_name == "AWS::CloudFormation::CustomResource"
    }

    /// Whether it shows that the CDK has written the template.
    pub(super) fn is_of_cdk(&self) -> bool {
        let marked = || self.node.get("Metadata").is_some_and(|it| it.get("aws:cdk:path").is_some());
        self.type_name == "AWS::CDK::Metadata" || self.name == "CDKMetadata" || marked()
    }
}

/// An output.
#[derive(Debug, Clone)]
pub struct Output<'d> {
    /// Its name.
    pub name: &'d str,
    /// Its map.
    pub node: Node<'d>,
    /// `Value`.
    pub value: Option<Node<'d>>,
    /// `Export.Name`.
    pub export: Option<Node<'d>>,
    /// `Condition`, if it is text.
    pub condition: Option<&'d str>,
}

pub(super) fn named<'d>(root: Node<'d>, section: &str) -> Vec<Named<'d>> {
    let entries = root.get(section).into_iter().flat_map(Node::entries);
    entries.map(|entry| Named { name: &entry.key.text, key: entry.key, node: entry.value }).collect()
}

pub(super) fn parameters(root: Node<'_>) -> Vec<Parameter<'_>> {
    let parameter = |Named { name, node, .. }| Parameter {
        name,
        node,
        kind: ParameterType::new(text(node, "Type").unwrap_or_default()),
        default: node.get("Default"),
        allowed: node.get("AllowedValues").into_iter().flat_map(Node::items).collect(),
        hidden: node.get("NoEcho").and_then(Node::any_text).is_some_and(|text| text.eq_ignore_ascii_case("true")),
    };
    named(root, "Parameters").into_iter().filter(|it| it.node.is_map()).map(parameter).collect()
}

pub(super) fn resources(root: Node<'_>) -> Vec<Resource<'_>> {
    named(root, "Resources").into_iter().filter_map(resource).collect()
}

fn resource(Named { name, key, node }: Named<'_>) -> Option<Resource<'_>> {
    let type_name = text(node, "Type")?;
    let depends_on = node.get("DependsOn").map(|it| if it.is_list() { it.items().collect() } else { vec![it] });
    Some(Resource {
        name,
        key,
        node,
        type_name,
        facts: shapes::resource_type(type_name),
        properties: node.get("Properties"),
        condition: text(node, "Condition"),
        depends_on: depends_on.unwrap_or_default(),
    })
}

pub(super) fn outputs(root: Node<'_>) -> Vec<Output<'_>> {
    let output = |Named { name, node, .. }| Output {
        name,
        node,
        value: node.get("Value"),
        export: node.get("Export").and_then(|export| export.get("Name")),
        condition: text(node, "Condition"),
    };
    named(root, "Outputs").into_iter().filter(|it| it.node.is_map()).map(output).collect()
}

/// `Transform` is a name, a list of names, or has maps with a `Name`.
pub(super) fn transforms(root: Node<'_>) -> Vec<&str> {
    let Some(section) = root.get("Transform") else { return Vec::new() };
    let one = |node| Node::text(node).or_else(|| text(node, "Name"));
    if section.is_list() { section.items().filter_map(one).collect() } else { one(section).into_iter().collect() }
}

fn text<'d>(node: Node<'d>, key: &str) -> Option<&'d str> {
    node.get(key).and_then(Node::text)
}
