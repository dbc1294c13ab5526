//! What a policy must consist of: E3510 for identities, E3512 for resources, E3513 for image repositories, E3530 for roles'
//! trust.
use crate::context::Context;
use crate::document::Node;
use crate::report::Report;
use crate::rule::{Check, Rule};
use crate::template::{Resource, Scenario};

mod condition;
mod document;
mod names;
mod principal;

/// Source: *IAM JSON policy element reference* in the IAM User Guide.
pub static IDENTITY: Rule = Rule {
    id: "E3510",
    name: "identity-policy",
    reason: "IAM refuses a policy whose statements lack an effect, an action or a resource, have parts that it does not know, or \
             name resources by what is no ARN.",
    fix: "A statement has `Effect` (`Allow` or `Deny`), `Action` or `NotAction`, and `Resource` or `NotResource`.",
    good: "Resources:\n  Policy:\n    Type: AWS::IAM::ManagedPolicy\n    Properties:\n      PolicyDocument:\n        Version: \
           '2012-10-17'\n        Statement:\n        - Effect: Allow\n          Action: s3:ListAllMyBuckets\n          Resource: '*'\n",
    bad: "Resources:\n  Policy:\n    Type: AWS::IAM::ManagedPolicy\n    Properties:\n      PolicyDocument:\n        Version: \
          '2012-10-17'\n        Statement:\n        - Effect: Allow\n          Action: s3:ListAllMyBuckets\n",
    check: Check::Template(identity),
};

/// Source: *IAM JSON policy element reference* in the IAM User Guide.
pub static RESOURCE: Rule = Rule {
    id: "E3512",
    name: "resource-policy",
    reason: "A policy of a resource says who may do what with which resource; one of the three is missing or malformed.",
    fix: "A statement has `Effect`, `Principal`, `Action` and `Resource` (or their `Not…` forms).",
    good: "Resources:\n  Policy:\n    Type: AWS::SNS::TopicPolicy\n    Properties:\n      Topics: [!Sub \
           'arn:${AWS::Partition}:sns:${AWS::Region}:${AWS::AccountId}:a']\n      PolicyDocument:\n        Version: '2012-10-17'\n        \
           Statement:\n        - Effect: Allow\n          Principal: {Service: events.amazonaws.com}\n          Action: sns:Publish\n          \
           Resource: '*'\n",
    bad: "Resources:\n  Policy:\n    Type: AWS::SNS::TopicPolicy\n    Properties:\n      Topics: [!Sub \
          'arn:${AWS::Partition}:sns:${AWS::Region}:${AWS::AccountId}:a']\n      PolicyDocument:\n        Version: '2012-10-17'\n        \
          Statement:\n        - Effect: Allow\n          Action: sns:Publish\n          Resource: '*'\n",
    check: Check::Template(resource),
};

/// Source: *Private repository policies* in the Amazon ECR User Guide.
pub static REPOSITORY: Rule = Rule {
    id: "E3513",
    name: "repository-policy",
    reason: "A policy of an image repository is about that repository: it names who and what, and no resource.",
    fix: "A statement has `Effect`, `Principal` and `Action`.",
    good: "Resources:\n  Images:\n    Type: AWS::ECR::Repository\n    Properties:\n      RepositoryPolicyText:\n        Version: \
           '2012-10-17'\n        Statement:\n        - Effect: Allow\n          Principal: '*'\n          Action: ecr:BatchGetImage\n",
    bad: "Resources:\n  Images:\n    Type: AWS::ECR::Repository\n    Properties:\n      RepositoryPolicyText:\n        Version: \
          '2012-10-17'\n        Statement:\n        - Effect: Permit\n          Principal: '*'\n          Action: ecr:BatchGetImage\n",
    check: Check::Template(repository),
};

/// Source: *IAM JSON policy element reference* in the IAM User Guide.
pub static TRUST: Rule = Rule {
    id: "E3530",
    name: "trust-policy",
    reason: "A role's trust says who may take the role. A statement without a principal, or with parts that it does not know, is \
             refused.",
    fix: "A statement has `Effect`, `Principal` and `Action: sts:AssumeRole`, and no `Resource`.",
    good: "Resources:\n  Role:\n    Type: AWS::IAM::Role\n    Properties:\n      AssumeRolePolicyDocument:\n        Version: \
           '2012-10-17'\n        Statement:\n        - Effect: Allow\n          Principal: {Service: ec2.amazonaws.com}\n          Action: \
           sts:AssumeRole\n",
    bad: "Resources:\n  Role:\n    Type: AWS::IAM::Role\n    Properties:\n      AssumeRolePolicyDocument:\n        Version: \
          '2012-10-17'\n        Statement:\n        - Effect: Allow\n          Action: sts:AssumeRole\n",
    check: Check::Template(trust),
};

/// What a statement of one kind of policy has.
struct Form {
    resource: bool,
    principal: bool,
    /// Whether resources must be ARNs and ids of statements plain.
    strict: bool,
    /// Whether a resource may be there without being demanded.
    may_have_resource: bool,
    /// Whether ids of statements must differ. S3 and SQS take them twice.
    unique: bool,
}

/// Every document of a property, in every branch.
fn documents<'t>(context: &Context<'t>, resource: &Resource<'t>, path: &[&str]) -> Vec<Node<'t>> {
    let start: Vec<Node<'t>> = resource.properties.into_iter().collect();
    path.iter().fold(start, |nodes, step| {
        let branches = |node: Node<'t>| context.template.branches(node, &Scenario::default());
        let plain = nodes.into_iter().flat_map(branches).map(|branch| branch.node);
        if *step == "*" {
            let items = plain.flat_map(|node| node.items().collect::<Vec<_>>());
            items.flat_map(branches).map(|branch| branch.node).collect()
        } else {
            let below = plain.filter_map(|node| node.get(step));
            below.flat_map(branches).map(|branch| branch.node).collect()
        }
    })
}

type Places = [(&'static str, &'static [&'static str])];

fn each(context: &Context<'_>, report: &mut Report<'_>, places: &Places, form: &Form) {
    for resource in &context.template.resources {
        for (_, path) in places.iter().filter(|(name, _)| *name == resource.type_name) {
            documents(context, resource, path)
                .into_iter()
                .for_each(|node| document::document(context, node, form, report));
        }
    }
}

fn identity(context: &Context<'_>, report: &mut Report<'_>) {
    const LIST: &[&str] = &["Policies", "*", "PolicyDocument"];
    const PLACES: &Places = &[
        ("AWS::IAM::Group", LIST),
        ("AWS::IAM::Role", LIST),
        ("AWS::IAM::User", LIST),
        ("AWS::IAM::ManagedPolicy", &["PolicyDocument"]),
        ("AWS::IAM::Policy", &["PolicyDocument"]),
        ("AWS::IAM::UserPolicy", &["PolicyDocument"]),
        ("AWS::IAM::RolePolicy", &["PolicyDocument"]),
        ("AWS::IAM::GroupPolicy", &["PolicyDocument"]),
        ("AWS::SSO::PermissionSet", &["InlinePolicy"]),
    ];
    each(
        context,
        report,
        PLACES,
        &Form { resource: true, principal: false, strict: true, may_have_resource: false, unique: true },
    );
}

fn resource(context: &Context<'_>, report: &mut Report<'_>) {
    const PLACES: &Places = &[
        ("AWS::KMS::Key", &["KeyPolicy"]),
        ("AWS::OpenSearchService::Domain", &["AccessPolicies"]),
        ("AWS::S3::BucketPolicy", &["PolicyDocument"]),
        ("AWS::SNS::TopicPolicy", &["PolicyDocument"]),
        ("AWS::SQS::QueuePolicy", &["PolicyDocument"]),
    ];
    each(
        context,
        report,
        PLACES,
        &Form { resource: true, principal: true, strict: false, may_have_resource: false, unique: false },
    );
}

fn repository(context: &Context<'_>, report: &mut Report<'_>) {
    const PLACES: &Places = &[("AWS::ECR::Repository", &["RepositoryPolicyText"])];
    each(
        context,
        report,
        PLACES,
        &Form { resource: false, principal: true, strict: false, may_have_resource: true, unique: true },
    );
}

fn trust(context: &Context<'_>, report: &mut Report<'_>) {
    const PLACES: &Places = &[("AWS::IAM::Role", &["AssumeRolePolicyDocument"])];
    each(
        context,
        report,
        PLACES,
        &Form { resource: false, principal: true, strict: false, may_have_resource: false, unique: true },
    );
}
