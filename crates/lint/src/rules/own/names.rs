//! Names that are in the way, and logs that are kept for ever.
use stackgen_schema::{Replacement, ResourceType};

use crate::context::Context;
use crate::document::Node;
use crate::report::Report;
use crate::rule::{Check, Rule};
use crate::template::Resource;

/// Source: *Name type* in the CloudFormation reference ("you can't perform updates that require replacement").
pub static FIXED: Rule = Rule {
    id: "S3035",
    name: "name-blocks-replacement",
    reason: "A resource is replaced by making the new one first. With a fixed name the new one cannot be made, so a change of \
             any property that replaces it fails.",
    fix: "Leave the name out, or put something into it that changes with what replaces the resource.",
    good: "Resources:\n  Disk:\n    Type: AWS::EFS::FileSystem\n    DeletionPolicy: Retain\n    UpdateReplacePolicy: Retain\n    \
           Properties:\n      PerformanceMode: generalPurpose\n",
    bad: "Resources:\n  Table:\n    Type: AWS::DynamoDB::Table\n    DeletionPolicy: Retain\n    UpdateReplacePolicy: Retain\n    \
          Properties:\n      TableName: orders\n      BillingMode: PAY_PER_REQUEST\n      AttributeDefinitions:\n      - \
          {AttributeName: id, AttributeType: S}\n      KeySchema:\n      - {AttributeName: id, KeyType: HASH}\n",
    check: Check::Template(fixed),
};

fn fixed(context: &Context<'_>, report: &mut Report<'_>) {
    for resource in &context.template.resources {
        let Some(facts) = resource.facts.filter(|facts| facts.stateful) else { continue };
        if facts.replacement == Replacement::DeleteThenCreate {
            continue;
        }
        let Some((name, property)) = fixed_name(facts, resource) else { continue };
        let top = |path: &String| path.strip_prefix('/').map(|path| path.split('/').next().unwrap_or(path).to_owned());
        let mut fixed = facts.create_only.iter().chain(&facts.conditional_create_only).filter_map(top);
        let other = fixed.find(|other| other != property && resource.property(other).is_some());
        if let Some(other) = other {
            report.at(name, || {
                format!(
                    "`{}` holds data and has this name for good: a change of `{other}` replaces it, and the new one cannot have \
                     the name while the old one is there",
                    resource.name
                )
            });
        }
    }
}

/// The property that names a resource, when it is the same text in every stack.
fn fixed_name<'f, 't>(facts: &'f ResourceType, resource: &Resource<'t>) -> Option<(Node<'t>, &'f str)> {
    let [path] = facts.primary_identifier.as_slice() else { return None };
    let property = path.strip_prefix('/').filter(|property| !property.contains('/'))?;
    let name = resource.property(property).filter(|_| facts.create_only.contains(path))?;
    name.text().map(|_| (name, property))
}

/// Source: `AWS::Budgets::Budget` in the CloudFormation reference (`NotificationsWithSubscribers`: "Update requires:
/// Replacement").
pub static SUBSCRIBERS: Rule = Rule {
    id: "S3032",
    name: "budget-subscribers-replaced",
    reason: "A change of `NotificationsWithSubscribers` replaces the budget, and the new one cannot have the name of the old one, \
             so that another address can never be added.",
    fix: "Leave `BudgetName` out, or let the notifications go to one SNS topic and subscribe people there.",
    good: "Resources:\n  Month:\n    Type: AWS::Budgets::Budget\n    Properties:\n      Budget:\n        BudgetType: COST\n        \
           TimeUnit: MONTHLY\n        BudgetLimit: {Amount: 50, Unit: USD}\n      NotificationsWithSubscribers:\n      - \
           Notification: {NotificationType: ACTUAL, ComparisonOperator: GREATER_THAN, Threshold: 80}\n        Subscribers:\n        - \
           {SubscriptionType: EMAIL, Address: ops@example.com}\n",
    bad: "Resources:\n  Month:\n    Type: AWS::Budgets::Budget\n    Properties:\n      Budget:\n        BudgetName: month\n        \
          BudgetType: COST\n        TimeUnit: MONTHLY\n        BudgetLimit: {Amount: 50, Unit: USD}\n      \
          NotificationsWithSubscribers:\n      - Notification: {NotificationType: ACTUAL, ComparisonOperator: GREATER_THAN, \
          Threshold: 80}\n        Subscribers:\n        - {SubscriptionType: EMAIL, Address: ops@example.com}\n",
    check: Check::Template(subscribers),
};

fn subscribers(context: &Context<'_>, report: &mut Report<'_>) {
    for resource in context.template.resources.iter().filter(|it| it.type_name == "AWS::Budgets::Budget") {
        let name = resource.property("Budget").and_then(|budget| budget.get("BudgetName"));
        let named = name.filter(|name| name.text().is_some());
        if let (Some(name), Some(_)) = (named, resource.property("NotificationsWithSubscribers")) {
            report.at(name, || {
                "a change of the subscribers replaces the budget, which this name then prevents".to_owned()
            });
        }
    }
}

/// Source: `RetentionInDays` of `AWS::Logs::LogGroup` in the CloudFormation reference ("never expire").
pub static LOGS: Rule = Rule {
    id: "S3025",
    name: "logs-for-ever",
    reason: "A log group without a retention keeps every line for ever, and every line is paid for every month.",
    fix: "Write `RetentionInDays`, such as 30.",
    good: "Resources:\n  Logs:\n    Type: AWS::Logs::LogGroup\n    Properties:\n      RetentionInDays: 30\n",
    bad: "Resources:\n  Logs:\n    Type: AWS::Logs::LogGroup\n",
    check: Check::Template(logs),
};

fn logs(context: &Context<'_>, report: &mut Report<'_>) {
    for resource in context.template.resources.iter().filter(|it| it.type_name == "AWS::Logs::LogGroup") {
        let open =
            resource.properties.is_some_and(|node| node.entries().any(|entry| entry.key.text.starts_with("Fn::")));
        if resource.property("RetentionInDays").is_none() && !open {
            report.at(resource.node, || {
                format!("`{}` keeps its lines for ever; `RetentionInDays` is missing", resource.name)
            });
        }
    }
}
