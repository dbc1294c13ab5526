//! Policies, taken apart.
use crate::context::Context;
use crate::document::Node;
use crate::rules::reading::leaves;
use crate::template::{Resource, call};

/// A policy document in a template.
#[derive(Debug, Clone, Copy)]
pub(in crate::rules) struct Document<'c, 't> {
    /// The resource that has it.
    pub(in crate::rules) resource: &'c Resource<'t>,
    /// The document itself.
    pub(in crate::rules) node: Node<'t>,
}

/// A statement of a policy.
#[derive(Debug, Clone)]
pub(in crate::rules) struct Statement<'t> {
    /// The statement itself.
    pub(in crate::rules) node: Node<'t>,
    /// Whether it allows something.
    pub(in crate::rules) allows: bool,
    /// The actions that are plain text.
    pub(in crate::rules) actions: Vec<(Node<'t>, &'t str)>,
    /// The resources, as they are written.
    pub(in crate::rules) resources: Vec<Node<'t>>,
    /// Whether it holds only under conditions.
    pub(in crate::rules) conditional: bool,
}

impl<'t> Statement<'t> {
    /// The item of `Resource` that is everything.
    pub(in crate::rules) fn everything(&self) -> Option<Node<'t>> {
        self.resources.iter().copied().find(|node| node.text() == Some("*"))
    }
}

/// The policies that say what an identity may do.
pub(in crate::rules) fn of_identities<'c, 't>(context: &'c Context<'t>) -> Vec<Document<'c, 't>> {
    let mut found = Vec::new();
    for resource in &context.template.resources {
        let Some(properties) = resource.properties else { continue };
        match resource.type_name {
            "AWS::IAM::Policy"
            | "AWS::IAM::ManagedPolicy"
            | "AWS::IAM::RolePolicy"
            | "AWS::IAM::UserPolicy"
            | "AWS::IAM::GroupPolicy" => found.extend(documents(context, resource, properties, "PolicyDocument")),
            "AWS::IAM::Role" | "AWS::IAM::User" | "AWS::IAM::Group" => {
                let policies = properties.get("Policies").map(|node| leaves(context, node)).unwrap_or_default();
                found.extend(policies.into_iter().flat_map(|it| documents(context, resource, it, "PolicyDocument")));
            }
            "AWS::SSO::PermissionSet" => found.extend(documents(context, resource, properties, "InlinePolicy")),
            _ => {}
        }
    }
    found
}

/// The document under a key, in every branch.
pub(in crate::rules) fn documents<'c, 't>(
    context: &Context<'t>,
    resource: &'c Resource<'t>,
    node: Node<'t>,
    key: &str,
) -> Vec<Document<'c, 't>> {
    let documents = node.get(key).map(|node| leaves(context, node)).unwrap_or_default();
    let documents = documents.into_iter().filter(|node| node.is_map() && call(*node).is_none());
    documents.map(|node| Document { resource, node }).collect()
}

/// Its statements.
pub(in crate::rules) fn statements<'t>(context: &Context<'t>, document: Node<'t>) -> Vec<Statement<'t>> {
    let nodes = document.get("Statement").map(|node| leaves(context, node)).unwrap_or_default();
    let all = |node: Node<'t>, key: &str| node.get(key).map(|it| leaves(context, it)).unwrap_or_default();
    let statement = |node: Node<'t>| Statement {
        node,
        allows: node.get("Effect").and_then(Node::text) == Some("Allow"),
        actions: all(node, "Action").into_iter().filter_map(|it| Some((it, it.text()?))).collect(),
        resources: all(node, "Resource"),
        conditional: node.get("Condition").is_some(),
    };
    nodes.into_iter().filter(|node| node.is_map() && call(*node).is_none()).map(statement).collect()
}
