//! Secrets written into the script.

use crate::script::Script;
use crate::secret::is_secret_name;
use crate::syntax::Word;
use crate::{Found, Rule};

pub static LITERAL: Rule = Rule {
    id: "S2018",
    name: "secret-literal",
    reason: "Everybody who may describe the instance or the template reads its boot script \
             (DescribeInstanceAttribute), and so does every process on the machine.",
    fix: "Put the secret into a parameter or a secret store, and let the script fetch it with the instance's role.",
    good: "DB_PASSWORD=$(cat /run/secrets/db)\n",
    bad: "DB_PASSWORD='correct-horse-7'\n",
    check: literal,
};

/// How keys begin, how many characters come after, and whose they are.
const KEYS: [(&str, usize, &str); 14] = [
    ("AKIA", 16, "an AWS access key"),
    ("ASIA", 16, "an AWS access key"),
    ("ghp_", 30, "a GitHub token"),
    ("gho_", 30, "a GitHub token"),
    ("ghs_", 30, "a GitHub token"),
    ("github_pat_", 30, "a GitHub token"),
    ("glpat-", 18, "a GitLab token"),
    ("glrt-", 18, "a GitLab token"),
    ("sk_live_", 16, "a Stripe key"),
    ("rk_live_", 16, "a Stripe key"),
    ("xoxb-", 16, "a Slack token"),
    ("xoxp-", 16, "a Slack token"),
    ("SG.", 60, "a SendGrid key"),
    ("AIza", 35, "a Google key"),
];

/// Lines with something that is a key by its looks, also in comments and heredocs.
fn keys(script: &Script<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    let may_have_key =
        script.text.contains("PRIVATE KEY") || KEYS.iter().any(|(prefix, ..)| script.text.contains(prefix));
    for (at, line) in script.text.lines().enumerate().filter(|_| may_have_key) {
        if let Some(what) = key_in(line) {
            let line = script.first_line + at;
            found.push(Found {
                line,
                statement: line,
                message: format!("this is {what}; whoever reads the script has it"),
            });
        }
    }
    found
}

fn literal(script: &Script<'_>) -> Vec<Found> {
    let mut found = keys(script);
    for (id, command) in script.commands.iter().enumerate() {
        for (at, word) in command.words.iter().enumerate() {
            if word.text.len() < 6 {
                continue;
            }
            let value = assigned(word).or_else(|| option_value(command.words.get(at.checked_sub(1)?)?, word));
            let Some((name, value)) = value else { continue };
            if word.is_literal() && is_secret_name(name) && is_secret_value(value) && key_in(&word.text).is_none() {
                let message = format!(
                    "the value of {name} is written here ({}…); whoever reads the script has it",
                    beginning(value)
                );
                found.push(script.found(id, word.line, message));
            }
        }
        if let Some(user) = sets_password(script, id) {
            found.push(script.found(
                id,
                command.line,
                format!("the password of {user} is written here; whoever reads the script has it"),
            ));
        }
    }
    found
}

/// At most four characters, and never more than a third.
fn beginning(value: &str) -> String {
    value.chars().take(4.min(value.chars().count() / 3)).collect()
}

/// What kind of key is in a line.
fn key_in(line: &str) -> Option<String> {
    if line.contains("-----BEGIN ") && line.contains("PRIVATE KEY-----") {
        return Some("a private key".to_owned());
    }
    KEYS.iter().find_map(|(prefix, length, what)| {
        line.match_indices(prefix).find_map(|(at, _)| {
            let is_start = !line[..at].ends_with(|before: char| before.is_ascii_alphanumeric() || before == '_');
            let rest = &line[at + prefix.len()..];
            let key = &rest[..rest.bytes().take_while(|b| b.is_ascii_alphanumeric() || b"_-.".contains(b)).count()];
            let is_aws = what.contains("AWS");
            let fits = if is_aws {
                key.len() == *length && key.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
            } else {
                key.len() >= *length
            };
            // AWS writes its documentation with keys that end so.
            (is_start && fits && !key.ends_with("EXAMPLE"))
                .then(|| format!("{what} ({}…)", prefix.get(..4).unwrap_or(prefix)))
        })
    })
}

/// `NAME=value` and `--name=value`.
fn assigned<'w>(word: &'w Word<'_>) -> Option<(&'w str, &'w str)> {
    let (name, value) = word.text.split_once('=')?;
    let name = name.trim_start_matches('-');
    let is_name = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    is_name.then_some((name, value))
}

/// `--name value`.
fn option_value<'w>(option: &'w Word<'_>, value: &'w Word<'_>) -> Option<(&'w str, &'w str)> {
    Some((option.text.strip_prefix("--")?, &*value.text)).filter(|(_, value)| !value.starts_with('-'))
}

/// True unless it is a place holder, a path, a reference, or a word of a setting.
fn is_secret_value(value: &str) -> bool {
    let is_plain = value.len() >= 6 && !value.contains([' ', '$', '{', '<', '*', '%', '(', '\n']);
    let is_reference = value.contains('/')
        && !(value.len() >= 30
            && value.bytes().any(|b| b.is_ascii_digit())
            && value.bytes().any(|b| b.is_ascii_uppercase()));
    let lower = value.to_ascii_lowercase();
    let is_word = [
        "false",
        "required",
        "optional",
        "disabled",
        "enabled",
        "prompt",
        "example",
        "placeholder",
        "replace",
        "redacted",
        "your",
        "xxxx",
        "arn:",
        "ssm:",
        "secretsmanager",
        "vault:",
        "file:",
        "env:",
    ]
    .iter()
    .any(|word| lower.contains(word));
    is_plain && !is_reference && !is_word && !value.bytes().all(|b| b.is_ascii_digit())
}

/// `echo user:password | chpasswd`.
fn sets_password<'s>(script: &'s Script<'_>, id: usize) -> Option<&'s str> {
    let command = &script.commands[id];
    if command.name() != "chpasswd" || command.has_argument("-e") || command.has_argument("--encrypted") {
        return None;
    }
    let before = command
        .previous
        .map(|previous| &script.commands[previous])
        .filter(|before| matches!(before.name(), "echo" | "printf"));
    let piped = before.into_iter().flat_map(|before| before.arguments());
    let here = command.redirects.iter().filter(|redirect| redirect.operator == "<<<").map(|redirect| &redirect.target);
    let user = piped.chain(here).filter(|word| word.is_literal()).find_map(|word| word.text.split_once(':'));
    user.filter(|(user, password)| !user.is_empty() && !password.is_empty() && !password.starts_with('%'))
        .map(|(user, _)| user)
}
