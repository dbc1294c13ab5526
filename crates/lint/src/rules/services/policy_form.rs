//! What a policy must consist of: E3510 for identities, E3512 for resources, E3513 for image repositories, E3530 for roles'
//! trust.
use std::collections::HashSet;

use crate::context::Context;
use crate::document::{Node, Value};
use crate::report::Report;
use crate::rule::{Check, Rule};
use crate::template::{Function, Resource, Scenario, call};

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
            documents(context, resource, path).into_iter().for_each(|node| document(context, node, form, report));
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

/// Whether a function or a macro makes more of a map than is shown.
fn is_open(node: Node<'_>) -> bool {
    node.entries().any(|entry| entry.key.text.starts_with("Fn::"))
}

fn document<'t>(context: &Context<'t>, node: Node<'t>, form: &Form, report: &mut Report<'_>) {
    if call(node).is_some() || node.scalar().is_some() || is_open(node) {
        return;
    }
    if !node.is_map() {
        return report.at(node, || "a policy is a map with `Version` and `Statement`; this is a list".to_owned());
    }
    for entry in node.entries() {
        match entry.key.text.as_str() {
            "Statement" | "Id" => {}
            "Version" => version(entry.value, report),
            name => report.at(entry.value, || format!("a policy has no `{name}`")),
        }
    }
    match node.get("Statement") {
        None => report.at(node, || "the policy has no `Statement`".to_owned()),
        Some(list) if list.is_map() || list.is_list() => statements(context, list, form, report),
        Some(list) => report.at(list, || "`Statement` is a statement or a list of them; this is neither".to_owned()),
    }
}

fn version(node: Node<'_>, report: &mut Report<'_>) {
    if node.any_text().is_some_and(|text| text != "2012-10-17" && text != "2008-10-17") {
        report.at(node, || "the version of the policy language is `2012-10-17`".to_owned());
    }
}

fn statements<'t>(context: &Context<'t>, list: Node<'t>, form: &Form, report: &mut Report<'_>) {
    let mut ids = HashSet::new();
    for branch in context.template.branches(list, &Scenario::default()) {
        let items = if branch.node.is_list() { branch.node.items().collect() } else { vec![branch.node] };
        for item in items {
            for one in context.template.branches(item, &Scenario::default()) {
                statement(context, one.node, form, report);
            }
            let id = item.get("Sid").and_then(Node::text);
            if form.unique && id.is_some_and(|id| !ids.insert(id)) {
                report.at(branch.node, || format!("two statements have the `Sid` `{}`", id.unwrap_or_default()));
            }
        }
        ids.clear();
    }
}

fn statement<'t>(context: &Context<'t>, node: Node<'t>, form: &Form, report: &mut Report<'_>) {
    if call(node).is_some() || is_open(node) {
        return;
    }
    if !node.is_map() {
        return report.at(node, || "a statement is a map with `Effect`; this is none".to_owned());
    }
    let mut pairs = vec![("Action", "NotAction")];
    pairs.extend(form.resource.then_some(("Resource", "NotResource")));
    pairs.extend(form.principal.then_some(("Principal", "NotPrincipal")));
    for entry in node.entries() {
        let name = entry.key.text.as_str();
        // ECR takes a resource without need; a role's trust takes none.
        let known = matches!(name, "Sid" | "Effect" | "Condition") || (name == "Resource" && form.may_have_resource);
        if known || pairs.iter().any(|(one, other)| name == *one || name == *other) {
            part(context, name, entry.value, form, report);
        } else {
            report.at(entry.value, || format!("a statement of this policy has no `{name}`"));
        }
    }
    for (one, other) in pairs {
        match (node.get(one), node.get(other)) {
            (None, None) => report.at(node, || format!("the statement has neither `{one}` nor `{other}`")),
            (Some(first), Some(second)) if !may_be_absent(first) && !may_be_absent(second) => {
                for node in [first, second] {
                    report.at(node, || format!("the statement has both `{one}` and `{other}`"));
                }
            }
            _ => {}
        }
    }
    if node.get("Effect").is_none() {
        report.at(node, || "the statement has no `Effect`".to_owned());
    }
}

fn may_be_absent(node: Node<'_>) -> bool {
    call(node).is_some_and(|call| call.function == Function::If || call.is_no_value())
}

/// One part of a statement.
fn part<'t>(context: &Context<'t>, name: &str, value: Node<'t>, form: &Form, report: &mut Report<'_>) {
    for branch in context.template.branches(value, &Scenario::default()) {
        let node = branch.node;
        if call(node).is_some() {
            continue;
        }
        match name {
            "Effect" if node.any_text().is_none_or(|text| text != "Allow" && text != "Deny") => {
                report.at(node, || "`Effect` is `Allow` or `Deny`".to_owned());
            }
            "Sid" if form.strict && node.text().is_some_and(|text| !is_plain(text)) => {
                report.at(node, || "a `Sid` has letters and digits only".to_owned());
            }
            "Condition" => conditions(node, report),
            "Principal" | "NotPrincipal" => principal(context, node, report),
            "Action" | "NotAction" | "Resource" | "NotResource" => texts(context, name, node, form, report),
            _ => {}
        }
    }
}

fn is_plain(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

fn texts<'t>(context: &Context<'t>, name: &str, node: Node<'t>, form: &Form, report: &mut Report<'_>) {
    let arns = form.strict && name.ends_with("Resource");
    match node.value() {
        Value::Scalar(_) => text(name, node, arns, report),
        Value::Map => report.at(node, || format!("`{name}` is a text or a list of texts; this is a map")),
        Value::List if node.items().len() == 0 && name.ends_with("Action") => {
            report.at(node, || format!("`{name}` is empty; it names at least one action"));
        }
        Value::List => {
            for item in node.items().flat_map(|item| context.template.branches(item, &Scenario::default())) {
                if call(item.node).is_none() {
                    text(name, item.node, arns, report);
                }
            }
        }
    }
}

fn text(name: &str, node: Node<'_>, arn: bool, report: &mut Report<'_>) {
    match node.any_text() {
        None => report.at(node, || format!("an item of `{name}` is a text; this is none")),
        Some(text) if arn && !is_arn(text) && !text.contains("{{resolve:") => {
            let hint = if text.contains("${") { "; `${…}` takes `Fn::Sub`" } else { "" };
            report.at(node, || format!("`{text}` is neither an ARN nor `*`{hint}"));
        }
        Some(_) => {}
    }
}

/// Whether a text is an ARN, or a pattern of some, as IAM takes it for a resource.
fn is_arn(text: &str) -> bool {
    let digits = |text: &str| text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
    let letters = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'-');
    let partition = |text: &str| text == "*" || text.strip_prefix("aws").is_some_and(letters);
    let fields: Vec<&str> = text.splitn(6, ':').collect();
    match fields.as_slice() {
        ["*"] => true,
        ["arn", of, service, _] => partition(of) && !service.is_empty(),
        ["arn", of, service, _, account, rest] => {
            let account = matches!(*account, "" | "*" | "aws") || digits(account);
            partition(of) && !service.is_empty() && account && !rest.is_empty()
        }
        _ => false,
    }
}

/// The operators of conditions. Source: *IAM JSON policy elements: Condition operators* in the IAM User Guide.
fn conditions(node: Node<'_>, report: &mut Report<'_>) {
    if !node.is_map() {
        return report.at(node, || "`Condition` is a map from operators to keys; this is none".to_owned());
    }
    for entry in node.entries() {
        let name = entry.key.text.as_str();
        if !is_operator(name) && !name.starts_with("Fn::") {
            report.at(entry.value, || format!("there is no operator `{name}` for conditions"));
        }
    }
}

fn is_operator(name: &str) -> bool {
    let many = ["ForAnyValue:", "ForAllValues:"].iter().find_map(|begin| name.strip_prefix(begin)).unwrap_or(name);
    let plain = many.strip_suffix("IfExists").unwrap_or(many);
    let plain = plain.strip_suffix("Exists").unwrap_or(plain);
    let not = |name: &str, kind: &str| {
        name.strip_prefix(kind).map(|rest| rest.strip_prefix("Not").unwrap_or(rest).to_owned())
    };
    let compares = |kind: &str| {
        let order = ["LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals"];
        plain.strip_prefix(kind).is_some_and(|rest| order.contains(&rest))
            || not(plain, kind).is_some_and(|rest| rest == "Equals")
    };
    let text = not(plain, "String").is_some_and(|rest| matches!(rest.as_str(), "Equals" | "EqualsIgnoreCase" | "Like"));
    let arn = not(plain, "Arn").is_some_and(|rest| matches!(rest.as_str(), "Equals" | "Like"));
    let others = matches!(plain, "Bool" | "Null" | "IpAddress" | "NotIpAddress") || name == "BinaryEquals";
    text || arn || others || compares("Date") || compares("Numeric")
}

fn principal<'t>(context: &Context<'t>, node: Node<'t>, report: &mut Report<'_>) {
    if let Some(text) = node.any_text() {
        if text != "*" {
            report.at(node, || {
                format!("the principal `{text}` is no map such as `{{AWS: …}}`; only `*` stands by itself")
            });
        }
        return;
    }
    let Some(accounts) = node.get("AWS") else { return };
    for branch in context.template.branches(accounts, &Scenario::default()) {
        let items = if branch.node.is_list() { branch.node.items().collect() } else { vec![branch.node] };
        for item in items {
            if let Some(text) = item.text().filter(|text| !is_account(text) && !text.contains("{{resolve:")) {
                report.at(item, || format!("`{text}` is neither an account nor the ARN of an identity"));
            }
        }
    }
}

/// Whether a text names an account, a role, a user, everybody.
fn is_account(text: &str) -> bool {
    let digits = |text: &str| text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
    let fields: Vec<&str> = text.splitn(6, ':').collect();
    match fields.as_slice() {
        ["*"] => true,
        [text] => digits(text),
        ["arn", "aws" | "aws-cn" | "aws-us-gov", service, "", account, rest] => {
            let begins = |words: &[&str]| words.iter().any(|word| rest.starts_with(word));
            let person = digits(account) && *service == "iam" && begins(&["root", "user", "group", "role"]);
            let taken = digits(account) && *service == "sts" && begins(&["assumed-role"]);
            person || taken || (*service == "iam" && *account == "cloudfront" && rest.len() > 5 && begins(&["user/"]))
        }
        _ => false,
    }
}
