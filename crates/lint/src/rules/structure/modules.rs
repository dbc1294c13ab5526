//! E5001 and E3016: what modules and most resources do not have.
use crate::context::Context;
use crate::report::Report;
use crate::rule::{Check, Rule};

/// Source: *Using modules in CloudFormation templates* in the CloudFormation guide ("considerations").
pub static MODULE: Rule = Rule {
    id: "E5001",
    name: "module-attributes",
    reason: "CloudFormation puts the resources of a module where it stands; the module has no policies, tags or metadata of \
             its own that they could take.",
    fix: "Take the attribute away, or make it a parameter of the module.",
    good: "Resources:\n  Net:\n    Type: My::Net::Small::MODULE\n",
    bad: "Resources:\n  Net:\n    Type: My::Net::Small::MODULE\n    Properties:\n      Tags: [{Key: a, Value: b}]\n",
    check: Check::Template(module),
};

/// Source: *UpdatePolicy attribute* in the CloudFormation guide.
pub static UPDATE: Rule = Rule {
    id: "E3016",
    name: "update-policy-type",
    reason: "Only a few types are updated in steps that one can choose, and CloudFormation refuses `UpdatePolicy` on others.",
    fix: "Take `UpdatePolicy` away.",
    good: "Resources:\n  Topic:\n    Type: AWS::SNS::Topic\n",
    bad: "Resources:\n  Topic:\n    Type: AWS::SNS::Topic\n    UpdatePolicy: {EnableVersionUpgrade: true}\n",
    check: Check::Template(update),
};

const UPDATED: [&str; 6] = [
    "AWS::AppStream::Fleet",
    "AWS::AutoScaling::AutoScalingGroup",
    "AWS::ElastiCache::ReplicationGroup",
    "AWS::Elasticsearch::Domain",
    "AWS::Lambda::Alias",
    "AWS::OpenSearchService::Domain",
];

fn module(context: &Context<'_>, report: &mut Report<'_>) {
    for resource in context.template.resources.iter().filter(|it| it.type_name.ends_with("::MODULE")) {
        let metadata = resource.node.get("Metadata").and_then(|metadata| metadata.get("AWS::CloudFormation::Module"));
        let policies = ["CreationPolicy", "UpdatePolicy"].map(|name| resource.node.get(name));
        for node in policies.into_iter().chain([resource.property("Tags"), metadata]).flatten() {
            let name = node.key().map(|key| key.text.as_str()).unwrap_or_default();
            report.at(node, || format!("a module has no `{name}`"));
        }
    }
}

fn update(context: &Context<'_>, report: &mut Report<'_>) {
    for resource in context.template.resources.iter().filter(|it| !UPDATED.contains(&it.type_name)) {
        if let Some(policy) = resource.node.get("UpdatePolicy") {
            report.at(policy, || format!("{} is not updated in steps", resource.type_name));
        }
    }
}
