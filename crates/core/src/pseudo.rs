//! What CloudFormation knows about the stack it is deploying.
use crate::node::{Link, Node, Reference};
use crate::value::Value;

fn pseudo<T>(id: &str) -> Value<T> {
    let is_list = id == "AWS::NotificationARNs";
    Value::raw(Node::Reference(Box::new(Reference {
        stack: None,
        id: id.into(),
        attribute: None,
        link: Link::Strong,
        is_list,
    })))
}

/// The account's number.
pub fn account_id() -> Value<String> {
    pseudo("AWS::AccountId")
}

/// The topics that are told about the stack's events.
pub fn notification_arns() -> Value<Vec<String>> {
    pseudo("AWS::NotificationARNs")
}

/// Leaves the property out, inside a choice between values.
pub fn no_value<T>() -> Value<T> {
    pseudo("AWS::NoValue")
}

/// `aws`, `aws-cn` or `aws-us-gov`: the second part of every ARN.
pub fn partition() -> Value<String> {
    pseudo("AWS::Partition")
}

/// The region.
pub fn region() -> Value<String> {
    pseudo("AWS::Region")
}

/// The stack's ARN.
pub fn stack_id() -> Value<String> {
    pseudo("AWS::StackId")
}

/// The stack's name.
pub fn stack_name() -> Value<String> {
    pseudo("AWS::StackName")
}

/// The domain of AWS's endpoints, nearly always `amazonaws.com`.
pub fn url_suffix() -> Value<String> {
    pseudo("AWS::URLSuffix")
}
