//! W2501: passwords that stand in the template.
use crate::context::Context;
use crate::report::Report;
use crate::rule::{Check, Rule};
use crate::template::{Section, call};

const NAMES: [&str; 9] = [
    "ADDomainJoinPassword",
    "AccountPassword",
    "AdminPassword",
    "CrossRealmTrustPrincipalPassword",
    "DbPassword",
    "KdcAdminPassword",
    "MasterUserPassword",
    "Password",
    "PasswordParam",
];

/// Source: *Do not embed credentials in your templates* in the CloudFormation User Guide's best practices.
pub static RULE: Rule = Rule {
    id: "W2501",
    name: "password-in-template",
    reason: "Everybody who may read the template, or describe the stack, reads the password.",
    fix: "Write a reference such as `{{resolve:secretsmanager:name:SecretString:password}}`.",
    good: "Resources:\n  User:\n    Type: AWS::IAM::User\n    Properties:\n      LoginProfile:\n        Password: \
           '{{resolve:secretsmanager:it:SecretString:password}}'\n",
    bad: "Resources:\n  User:\n    Type: AWS::IAM::User\n    Properties:\n      LoginProfile:\n        Password: hunter2\n",
    check: Check::Template(check),
};

fn check(context: &Context<'_>, report: &mut Report<'_>) {
    for node in context.template.document.nodes() {
        let Some(name) = node.key().map(|key| key.text.as_str()).filter(|name| NAMES.contains(name)) else { continue };
        if Section::of(node) != Section::Resources || node.steps().get(2).and_then(|it| it.name()) != Some("Properties")
        {
            continue;
        }
        if let Some(text) = node.text() {
            let reference = text.strip_prefix("{{resolve:");
            match reference {
                None => report.at(node, || format!("`{name}` stands here for everybody to read")),
                Some(rest) if rest.starts_with("ssm:") => {
                    report.at(node, || {
                        format!("`{name}` comes from a parameter that is not encrypted; use `ssm-secure`")
                    });
                }
                Some(_) => {}
            }
        } else if node.is_map() && node.entries().len() != 1 && call(node).is_none() {
            report.at(node, || format!("`{name}` is a map; it must be one text"));
        } else if let Some(parameter) = call(node).and_then(|it| context.template.parameter(it.argument.text()?)) {
            let given = parameter.node.get("NoEcho").is_some_and(|it| it.any_text().is_none() || parameter.hidden);
            if call(node).is_some_and(|it| it.function == crate::template::Function::Ref) && !given {
                report
                    .at(parameter.node, || format!("`{}` is used as a password; `NoEcho` is missing", parameter.name));
            }
        }
    }
}
