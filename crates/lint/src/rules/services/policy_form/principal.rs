//! Whom a statement names.
use crate::context::Context;
use crate::document::Node;
use crate::report::Report;
use crate::template::Scenario;

pub(super) fn principal<'t>(context: &Context<'t>, node: Node<'t>, report: &mut Report<'_>) {
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
