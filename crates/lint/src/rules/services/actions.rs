//! Actions of policies: W3037, I3510 and W2511.
use stackgen_schema::ServiceActions;

use super::policy::{self, Document};
use crate::context::Context;
use crate::document::Node;
use crate::report::Report;
use crate::rule::{Check, Rule};
use crate::rules::reading::{leaves, of_ref};
use crate::template::{SERVERLESS, call};

macro_rules! statement {
    ($statement:literal) => {
        concat!(
            "Resources:\n  Policy:\n    Type: AWS::IAM::ManagedPolicy\n    Properties:\n      PolicyDocument:\n        Version: \
             '2012-10-17'\n        Statement:\n        - Effect: Allow\n",
            $statement
        )
    };
}

/// Source: the Service Authorization Reference.
pub static UNKNOWN: Rule = Rule {
    id: "W3037",
    name: "action-unknown",
    reason: "IAM takes any word for an action, and one that no service has allows nothing.",
    fix: "Correct the action; `stackgen explain` lists what a service has.",
    good: statement!("          Action: s3:GetObject\n          Resource: '*'\n"),
    bad: statement!("          Action: s3:FetchObject\n          Resource: '*'\n"),
    check: Check::Template(unknown),
};

fn unknown(context: &Context<'_>, report: &mut Report<'_>) {
    if context.template.has_transform(SERVERLESS) {
        return; // SAM writes actions of its own.
    }
    for document in all(context) {
        for statement in policy::statements(context, document.node) {
            for key in ["Action", "NotAction"] {
                let Some(place) = statement.node.get(key) else { continue };
                for leaf in leaves(context, place) {
                    let Some(action) = leaf.text() else { continue };
                    if let Some(fault) = fault(context, document, action) {
                        report.at(place, || fault);
                    }
                }
            }
        }
    }
}

/// Every policy whose actions cfn-lint looks at.
fn all<'c, 't>(context: &'c Context<'t>) -> Vec<Document<'c, 't>> {
    let mut found = policy::of_identities(context);
    for resource in &context.template.resources {
        let key = match resource.type_name {
            "AWS::KMS::Key" => "KeyPolicy",
            "AWS::OpenSearchService::Domain" => "AccessPolicies",
            "AWS::S3::BucketPolicy" | "AWS::SNS::TopicPolicy" | "AWS::SQS::QueuePolicy" => "PolicyDocument",
            "AWS::ECR::Repository" => "RepositoryPolicyText",
            "AWS::IAM::Role" => "AssumeRolePolicyDocument",
            _ => continue,
        };
        let properties = resource.properties.into_iter();
        found.extend(properties.flat_map(|node| policy::documents(context, resource, node, key)));
    }
    found
}

fn fault(context: &Context<'_>, document: Document<'_, '_>, action: &str) -> Option<String> {
    if action == "*" {
        return None;
    }
    let Some((service, name)) = action.split_once(':') else {
        return Some(format!("`{action}` is no action; one is written `service:Action`"));
    };
    let only = match document.resource.type_name {
        "AWS::S3::BucketPolicy" => Some("s3"),
        "AWS::SQS::QueuePolicy" => Some("sqs"),
        "AWS::SNS::TopicPolicy" => Some("sns"),
        _ => None,
    };
    let prefix = service.to_ascii_lowercase();
    if let Some(only) = only.filter(|only| *only != prefix) {
        return Some(format!("this policy is about `{only}`, and `{action}` is not one of its actions"));
    }
    let Some(facts) = context.facts.actions(&prefix) else {
        return Some(format!("no service is called `{service}` in actions"));
    };
    if name.contains(['*', '?']) {
        let known =
            facts.actions.iter().any(|known| fits(&name.to_ascii_lowercase(), &known.name.to_ascii_lowercase()));
        return (!known).then(|| format!("no action of `{service}` fits `{action}`"));
    }
    facts.find(name).is_none().then(|| {
        let near = stackgen_schema::nearest(name, facts.actions.iter().map(|known| known.name.as_str()));
        let hint = near.map(|near| format!("; did you mean `{service}:{near}`?")).unwrap_or_default();
        format!("`{service}` has no action `{name}`{hint}")
    })
}

/// Whether a text fits a pattern with `*` and `?`.
fn fits(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.as_bytes(), text.as_bytes());
    let (mut at, mut from, mut star, mut mark) = (0, 0, None, 0);
    while from < text.len() {
        match pattern.get(at) {
            Some(b'*') => {
                star = Some(at);
                mark = from;
                at += 1;
            }
            Some(letter) if *letter == b'?' || *letter == text[from] => {
                at += 1;
                from += 1;
            }
            _ => {
                let Some(star) = star else { return false };
                at = star + 1;
                mark += 1;
                from = mark;
            }
        }
    }
    pattern[at..].iter().all(|letter| *letter == b'*')
}

/// Source: the Service Authorization Reference.
pub static UNFIT: Rule = Rule {
    id: "I3510",
    name: "action-unfit-for-resource",
    reason: "An action allows something only on the kinds of resource that it works on. `s3:ListBucket` works on a bucket, so on \
             the objects of one (`bucket/*`) it allows nothing.",
    fix: "Put the action into a statement with the resource that it works on.",
    good: statement!("          Action: s3:ListBucket\n          Resource: arn:aws:s3:::a-bucket\n"),
    bad: statement!("          Action: s3:ListBucket\n          Resource: arn:aws:sqs:us-east-1:123456789012:queue\n"),
    check: Check::Template(unfit),
};

fn unfit(context: &Context<'_>, report: &mut Report<'_>) {
    for document in policy::of_identities(context) {
        for statement in policy::statements(context, document.node) {
            let Some(place) = statement.node.get("Resource") else { continue };
            let nodes = leaves(context, place);
            let parameter =
                |node: &Node<'_>| of_ref(*node).is_some_and(|name| context.template.parameter(name).is_some());
            let texts: Option<Vec<&str>> = nodes.iter().map(|node| node.text()).collect();
            let open = nodes.iter().any(|node| call(*node).is_some() || parameter(node));
            let Some(texts) = texts.filter(|it| !open && !it.iter().any(|it| *it == "*" || it.contains("{{resolve:")))
            else {
                continue;
            };
            for (_, action) in &statement.actions {
                if let Some(wanted) = wanted(context, action, &texts) {
                    report.at(place, || format!("`{action}` works on `{wanted}`, and none of these is one"));
                }
            }
        }
    }
}

/// The form of the resource that an action wants and does not get.
fn wanted<'f>(context: &'f Context<'_>, action: &str, given: &[&str]) -> Option<&'f str> {
    let (service, name) = action.split_once(':').filter(|_| !action.contains(['*', '?']))?;
    let facts: &ServiceActions = context.facts.actions(&service.to_ascii_lowercase())?;
    let kinds = &facts.find(name)?.resources;
    let forms = kinds.iter().filter_map(|at| facts.resources.get(usize::from(*at))).flat_map(|(_, forms)| forms);
    let forms: Vec<&str> = forms.map(String::as_str).collect();
    let met = forms.iter().any(|form| given.iter().any(|arn| is_of_form(arn, form)));
    forms.first().copied().filter(|_| !met)
}

/// Whether an ARN, or a pattern, can be of a form such as `arn:${Partition}:s3:::${BucketName}`. Doubt counts as yes.
fn is_of_form(arn: &str, form: &str) -> bool {
    let (given, wanted): (Vec<&str>, Vec<&str>) = (arn.splitn(6, ':').collect(), form.splitn(6, ':').collect());
    if given.len() < 6 || wanted.len() < 6 {
        return true;
    }
    let head = (0..5).all(|at| given[at] == "*" || wanted[at].starts_with("${") || given[at] == wanted[at]);
    let letter = if wanted[5].contains(':') { ':' } else { '/' };
    if !head || given[5] == "*" || !wanted[5].contains(letter) {
        return head;
    }
    for (one, other) in given[5].split(letter).zip(wanted[5].split(letter)) {
        let other = other.split("${").next().unwrap_or(other).split(".*").next().unwrap_or(other);
        if one == other {
            continue;
        }
        return one.starts_with('*')
            || other.is_empty()
            || (one.starts_with(other) && (one.contains('*') || !other.is_empty()));
    }
    true
}

/// Source: *IAM JSON policy elements: Version* in the IAM User Guide.
pub static VERSION: Rule = Rule {
    id: "W2511",
    name: "policy-version-old",
    reason: "In the language of 2008 variables such as `${aws:username}` are plain text.",
    fix: "Write `Version: '2012-10-17'`.",
    good: statement!("          Action: s3:GetObject\n          Resource: '*'\n"),
    bad: "Resources:\n  Policy:\n    Type: AWS::IAM::ManagedPolicy\n    Properties:\n      PolicyDocument:\n        Version: \
          '2008-10-17'\n        Statement:\n        - Effect: Allow\n          Action: s3:GetObject\n          Resource: '*'\n",
    check: Check::Template(version),
};

fn version(context: &Context<'_>, report: &mut Report<'_>) {
    for document in all(context) {
        let given = document.node.get("Version");
        if let Some(node) = given.filter(|node| node.any_text() == Some("2008-10-17")) {
            report.at(node, || "this is the policy language of 2008, which has no variables".to_owned());
        }
    }
}
