//! Policies that allow more than is meant, or nothing at all.
use crate::context::Context;
use crate::document::Node;
use crate::report::Report;
use crate::rule::{Check, Rule};
use crate::rules::reading::{asked, leaves, values, written};
use crate::rules::services::policy::{self, Statement};
use crate::template::Resource;

macro_rules! policy {
    ($statement:literal) => {
        concat!(
            "Resources:\n  Policy:\n    Type: AWS::IAM::ManagedPolicy\n    Properties:\n      PolicyDocument:\n        Version: \
             '2012-10-17'\n        Statement:\n        - Effect: Allow\n",
            $statement
        )
    };
}

fn each_allow<'t>(context: &Context<'t>, mut look: impl FnMut(&Statement<'t>)) {
    for document in policy::of_identities(context) {
        policy::statements(context, document.node).iter().filter(|it| it.allows).for_each(&mut look);
    }
}

/// The rule.
pub static ACTIONS: Rule = Rule {
    id: "S3010",
    name: "policy-wildcard-action",
    reason: "`service:*` allows everything that the service can do today and will do tomorrow: `logs:*` lets a host delete every \
             log of the account.",
    fix: "Name the actions that are used, such as `logs:CreateLogStream` and `logs:PutLogEvents`.",
    good: policy!(
        "          Action: logs:PutLogEvents\n          Resource: !Sub arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:a:*\n"
    ),
    bad: policy!("          Action: logs:*\n          Resource: '*'\n"),
    check: Check::Template(actions),
};

fn actions(context: &Context<'_>, report: &mut Report<'_>) {
    each_allow(context, |statement| {
        for (node, action) in &statement.actions {
            let service = action.split_once(':').filter(|(_, name)| name.chars().all(|letter| letter == '*'));
            match service {
                _ if *action == "*" => report.at(*node, || "this allows every action of every service".to_owned()),
                Some((service, _)) => report
                    .at(*node, || format!("`{action}` allows everything that `{service}` can do, deleting included")),
                None => {}
            }
        }
    });
}

/// A group of actions that must not be allowed on everything.
struct Everywhere {
    actions: &'static [&'static str],
    /// Whether a condition makes it fine.
    condition: bool,
    harm: &'static str,
}

fn everywhere(context: &Context<'_>, report: &mut Report<'_>, group: &Everywhere) {
    each_allow(context, |statement| {
        let Some(place) = statement.everything() else { return };
        if group.condition && statement.conditional {
            return;
        }
        let meant = |action: &str| group.actions.iter().any(|wanted| covers(action, wanted));
        if let Some((_, action)) = statement.actions.iter().find(|(_, action)| action.contains(':') && meant(action)) {
            report.at(place, || format!("`{action}` on `*` {}", group.harm));
        }
    });
}

/// Whether a pattern of actions covers an action.
fn covers(pattern: &str, action: &str) -> bool {
    let (pattern, action) = (pattern.to_ascii_lowercase(), action.to_ascii_lowercase());
    match pattern.split_once('*') {
        Some((begin, end)) => {
            let rest = action.strip_prefix(begin);
            rest.is_some_and(|rest| end.split('*').all(|part| rest.contains(part)))
        }
        None => pattern == action,
    }
}

/// Source: *Restricting decryption of SecureString* in the Systems Manager User Guide (the key `aws/ssm` decrypts for every
/// identity of the account).
pub static SECRETS: Rule = Rule {
    id: "S3011",
    name: "policy-all-secrets",
    reason: "Who may read every parameter, secret or ciphertext of the account has every password in it.",
    fix: "Name the ARNs: `…:parameter/app/prod/*`, the secret's, the key's (with `kms:ViaService`).",
    good: policy!(
        "          Action: ssm:GetParameter\n          Resource: !Sub arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}:parameter/app/*\n"
    ),
    bad: policy!("          Action: [ssm:GetParameter, kms:Decrypt]\n          Resource: '*'\n"),
    check: Check::Template(secrets),
};

fn secrets(context: &Context<'_>, report: &mut Report<'_>) {
    const ACTIONS: &[&str] = &[
        "ssm:GetParameter",
        "ssm:GetParameters",
        "ssm:GetParametersByPath",
        "ssm:GetParameterHistory",
        "secretsmanager:GetSecretValue",
        "kms:Decrypt",
    ];
    let harm = "reads every secret of the account; name the ARNs that are needed";
    everywhere(context, report, &Everywhere { actions: ACTIONS, condition: true, harm });
}

/// Source: *Identity and access management in Amazon SES* in the SES Developer Guide.
pub static MAIL: Rule = Rule {
    id: "S3012",
    name: "policy-all-mail",
    reason: "`ses:SendEmail` on `*` sends as any identity of the account to anybody: phishing from your own domain.",
    fix: "Name the identity's ARN and add conditions on `ses:FromAddress` and `ses:Recipients`.",
    good: policy!(
        "          Action: ses:SendEmail\n          Resource: !Sub arn:${AWS::Partition}:ses:${AWS::Region}:${AWS::AccountId}:identity/example.com\n"
    ),
    bad: policy!("          Action: ses:SendEmail\n          Resource: '*'\n"),
    check: Check::Template(mail),
};

fn mail(context: &Context<'_>, report: &mut Report<'_>) {
    let harm = "sends mail as anybody of the account to anybody; name the identity and say who may be written to";
    let actions: &[&str] = &["ses:SendEmail", "ses:SendRawEmail", "ses:SendBulkEmail", "ses:SendTemplatedEmail"];
    everywhere(context, report, &Everywhere { actions, condition: true, harm });
}

/// Source: *Using condition keys to limit access to CloudWatch namespaces* in the CloudWatch User Guide.
pub static METRICS: Rule = Rule {
    id: "S3013",
    name: "policy-all-metrics",
    reason: "`cloudwatch:PutMetricData` takes no resource but `*`. Without a condition a host can write false figures into every \
             namespace, those of alarms included.",
    fix: "Add `Condition: {StringEquals: {cloudwatch:namespace: YourNamespace}}`, in a statement of its own.",
    good: policy!(
        "          Action: cloudwatch:PutMetricData\n          Resource: '*'\n          Condition:\n            StringEquals:\n              cloudwatch:namespace: App\n"
    ),
    bad: policy!("          Action: cloudwatch:PutMetricData\n          Resource: '*'\n"),
    check: Check::Template(metrics),
};

fn metrics(context: &Context<'_>, report: &mut Report<'_>) {
    let harm = "writes into every namespace; it needs a condition on `cloudwatch:namespace`";
    everywhere(context, report, &Everywhere { actions: &["cloudwatch:PutMetricData"], condition: true, harm });
}

/// Source: *Granting a user permissions to pass a role* in the IAM User Guide.
pub static PASS_ROLE: Rule = Rule {
    id: "S3016",
    name: "policy-pass-any-role",
    reason: "Who may pass every role to a service has the rights of every role, the administrator's included.",
    fix: "Name the roles, and the service with a condition on `iam:PassedToService`.",
    good: policy!(
        "          Action: iam:PassRole\n          Resource: !Sub arn:${AWS::Partition}:iam::${AWS::AccountId}:role/app\n"
    ),
    bad: policy!("          Action: iam:PassRole\n          Resource: '*'\n"),
    check: Check::Template(pass_role),
};

fn pass_role(context: &Context<'_>, report: &mut Report<'_>) {
    let harm = "hands any role of the account to a service, and its rights with it";
    everywhere(context, report, &Everywhere { actions: &["iam:PassRole"], condition: true, harm });
}

/// The rule.
pub static DATA: Rule = Rule {
    id: "S3017",
    name: "policy-all-data",
    reason: "An action on objects, items or messages that is allowed on `*` reaches those of every other application too.",
    fix: "Name the ARNs of the buckets, tables, queues, topics or functions.",
    good: policy!("          Action: s3:GetObject\n          Resource: !Sub arn:${AWS::Partition}:s3:::bucket/*\n"),
    bad: policy!("          Action: s3:GetObject\n          Resource: '*'\n"),
    check: Check::Template(data),
};

fn data(context: &Context<'_>, report: &mut Report<'_>) {
    const ACTIONS: &[&str] = &[
        "s3:GetObject",
        "s3:PutObject",
        "s3:DeleteObject",
        "dynamodb:GetItem",
        "dynamodb:Query",
        "dynamodb:Scan",
        "dynamodb:PutItem",
        "dynamodb:UpdateItem",
        "dynamodb:DeleteItem",
        "sqs:ReceiveMessage",
        "sqs:DeleteMessage",
        "sqs:SendMessage",
        "sns:Publish",
        "lambda:InvokeFunction",
        "ec2:TerminateInstances",
        "ec2:DeleteVolume",
        "sts:AssumeRole",
    ];
    let harm = "reaches everything of its kind in the account; name the ARNs";
    everywhere(context, report, &Everywhere { actions: ACTIONS, condition: true, harm });
}

/// Source: *Actions, resources, and condition keys for Amazon S3* in the Service Authorization Reference.
pub static BUCKETS: Rule = Rule {
    id: "S3014",
    name: "policy-bucket-action-on-objects",
    reason: "`s3:ListBucket` and its like act on the bucket. On `bucket/*` they allow nothing, and whoever lists gets `AccessDenied`.",
    fix: "Put them into a statement on `arn:aws:s3:::bucket`, and the actions on objects into one on `arn:aws:s3:::bucket/*`.",
    good: policy!("          Action: s3:ListBucket\n          Resource: !Sub arn:${AWS::Partition}:s3:::bucket\n"),
    bad: policy!(
        "          Action: [s3:GetObject, s3:ListBucket]\n          Resource: !Sub arn:${AWS::Partition}:s3:::bucket/*\n"
    ),
    check: Check::Template(buckets),
};

fn buckets(context: &Context<'_>, report: &mut Report<'_>) {
    const ACTIONS: [&str; 6] = [
        "s3:ListBucket",
        "s3:GetBucketLocation",
        "s3:ListBucketVersions",
        "s3:ListBucketMultipartUploads",
        "s3:GetBucketAcl",
        "s3:GetBucketPolicy",
    ];
    each_allow(context, |statement| {
        let texts: Option<Vec<String>> = statement.resources.iter().map(|node| written(*node)).collect();
        let objects = |text: &String| text.contains('/') && text.ends_with('*') && !text.ends_with(":*");
        let Some(texts) = texts.filter(|texts| !texts.is_empty() && texts.iter().all(objects)) else { return };
        let found =
            statement.actions.iter().find(|(_, action)| ACTIONS.iter().any(|it| it.eq_ignore_ascii_case(action)));
        if let Some((node, action)) = found {
            let bucket = texts[0].trim_end_matches('*').trim_end_matches('/').to_owned();
            report.at(*node, || {
                format!("`{action}` acts on a bucket, and `{}` are its objects, so this allows nothing; it needs `{bucket}`", texts[0])
            });
        }
    });
}

/// Source: the document of `AmazonSSMManagedInstanceCore` in the AWS Managed Policy Reference (`ssm:GetParameter` and
/// `ssm:GetParameters` on `*`).
pub static CANCELLED: Rule = Rule {
    id: "S3015",
    name: "policy-cancelled",
    reason: "`AmazonSSMManagedInstanceCore` lets the role read every parameter of the account, so a policy beside it that names a \
             few paths limits nothing.",
    fix: "Take the managed policy away and allow what Session Manager needs: `ssm:UpdateInstanceInformation` and \
          `ssmmessages:{Create,Open}{Control,Data}Channel`.",
    good: ROLE_WITHOUT,
    bad: ROLE_WITH,
    check: Check::Template(cancelled),
};

macro_rules! role {
    ($managed:literal) => {
        concat!(
            "Resources:\n  Role:\n    Type: AWS::IAM::Role\n    Properties:\n      AssumeRolePolicyDocument:\n        Version: \
             '2012-10-17'\n        Statement:\n        - Effect: Allow\n          Principal: {Service: ec2.amazonaws.com}\n          \
             Action: sts:AssumeRole\n",
            $managed,
            "      Policies:\n      - PolicyName: Parameters\n        PolicyDocument:\n          Version: '2012-10-17'\n          \
             Statement:\n          - Effect: Allow\n            Action: ssm:GetParameter\n            Resource: !Sub \
             arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}:parameter/app/*\n"
        )
    };
}
const ROLE_WITHOUT: &str = role!("");
const ROLE_WITH: &str =
    role!("      ManagedPolicyArns: [!Sub 'arn:${AWS::Partition}:iam::aws:policy/AmazonSSMManagedInstanceCore']\n");

fn cancelled(context: &Context<'_>, report: &mut Report<'_>) {
    for role in context.template.resources.iter().filter(|it| it.type_name == "AWS::IAM::Role") {
        let managed =
            |node: &Node<'_>| written(*node).is_some_and(|arn| arn.ends_with("/AmazonSSMManagedInstanceCore"));
        let Some(place) = values(context, role, "ManagedPolicyArns").into_iter().find(managed) else { continue };
        if limits_parameters(context, role) {
            report.at(place, || {
                format!(
                    "this lets `{}` read every parameter of the account, so its own policy, which names a few paths, limits nothing",
                    role.name
                )
            });
        }
    }
}

/// Whether a policy of the role allows to read parameters, but not all.
fn limits_parameters(context: &Context<'_>, role: &Resource<'_>) -> bool {
    let documents = policy::of_identities(context);
    let mine = documents.iter().filter(|document| {
        let roles = document.resource.property("Roles").map(|node| leaves(context, node)).unwrap_or_default();
        document.resource.name == role.name || roles.into_iter().any(|node| asked(node) == Some(role.name))
    });
    let mut statements = mine.flat_map(|document| policy::statements(context, document.node));
    statements.any(|it| {
        let reads = it.actions.iter().any(|(_, action)| action.to_ascii_lowercase().starts_with("ssm:getparameter"));
        it.allows && reads && it.everything().is_none()
    })
}
