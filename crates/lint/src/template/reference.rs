//! Everything that names something else.
use super::call::{Call, Function};
use super::section::{Resource, Section};
use super::sub::{SubPart, sub_parts};
use crate::document::Node;

/// One place that names a parameter, a resource or a condition.
#[derive(Debug, Clone)]
pub struct Reference<'d> {
    /// How it names it.
    pub kind: ReferenceKind,
    /// What it names.
    pub name: &'d str,
    /// The attribute, of `Fn::GetAtt` and `${Name.Attribute}`.
    pub attribute: Option<String>,
    /// The value that names it: the argument of `Ref`, the list or text of `Fn::GetAtt`, the text of `Fn::Sub`, the item of
    /// `DependsOn`.
    pub node: Node<'d>,
    /// Where it stands.
    pub section: Section,
}

/// How something is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ReferenceKind {
    /// `Ref`.
    Ref,
    /// `Fn::GetAtt`.
    GetAtt,
    /// `${Name}` in `Fn::Sub`, unless the function defines the name itself.
    SubRef,
    /// `${Name.Attribute}` in `Fn::Sub`.
    SubGetAtt,
    /// `DependsOn`.
    DependsOn,
    /// A condition: in `Fn::If`, `Condition` of a resource or an output, or `Condition` in a condition.
    Condition,
}

impl Reference<'_> {
    /// Whether it names a parameter or a resource for its value.
    #[must_use]
    pub fn is_value(&self) -> bool {
        !matches!(self.kind, ReferenceKind::DependsOn | ReferenceKind::Condition)
    }
}

pub(super) fn all<'d>(calls: &[Call<'d>], resources: &[Resource<'d>], root: Node<'d>) -> Vec<Reference<'d>> {
    let mut found: Vec<Reference<'d>> = calls.iter().flat_map(of_call).collect();
    for resource in resources {
        let depends = resource.depends_on.iter().filter_map(|node| plain(ReferenceKind::DependsOn, *node));
        found.extend(depends);
    }
    for section in ["Resources", "Outputs"] {
        let entries = root.get(section).into_iter().flat_map(Node::entries);
        let conditions = entries.filter_map(|entry| entry.value.get("Condition"));
        found.extend(conditions.filter_map(|node| plain(ReferenceKind::Condition, node)));
    }
    found.sort_by_key(|reference| reference.node.span());
    found
}

fn plain(kind: ReferenceKind, node: Node<'_>) -> Option<Reference<'_>> {
    let name = node.text()?;
    Some(Reference { kind, name, attribute: None, node, section: Section::of(node) })
}

fn of_call<'d>(call: &Call<'d>) -> Vec<Reference<'d>> {
    match call.function {
        Function::Ref => plain(ReferenceKind::Ref, call.argument).into_iter().collect(),
        Function::Condition => plain(ReferenceKind::Condition, call.argument).into_iter().collect(),
        Function::If => {
            let condition = call.argument.item(0);
            condition.and_then(|node| plain(ReferenceKind::Condition, node)).into_iter().collect()
        }
        Function::GetAtt => {
            let (node, section) = (call.argument, call.section());
            let reference = |(name, attribute)| Reference {
                kind: ReferenceKind::GetAtt,
                name,
                attribute: Some(attribute),
                node,
                section,
            };
            call.attribute().map(reference).into_iter().collect()
        }
        Function::Sub => of_sub(call),
        _ => Vec::new(),
    }
}

fn of_sub<'d>(call: &Call<'d>) -> Vec<Reference<'d>> {
    let Some((node, text)) = call.argument_at(0).and_then(|node| Some((node, node.text()?))) else { return Vec::new() };
    let own = call.argument.item(1);
    let section = call.section();
    let variable = |part| {
        let SubPart::Variable(name, _) = part else { return None };
        if own.is_some_and(|own| own.get(name).is_some()) {
            return None;
        }
        Some(match name.split_once('.') {
            Some((name, attribute)) => {
                Reference { kind: ReferenceKind::SubGetAtt, name, attribute: Some(attribute.to_owned()), node, section }
            }
            None => Reference { kind: ReferenceKind::SubRef, name, attribute: None, node, section },
        })
    };
    sub_parts(text).into_iter().filter_map(variable).collect()
}
