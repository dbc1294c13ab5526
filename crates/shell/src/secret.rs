//! Which names and commands stand for secrets.

use crate::script::{Script, Touched};
use crate::syntax::{Command, Expansion, Kind, Word};

const SECRETS: [&str; 8] = ["PASSWORD", "PASSWD", "PASSPHRASE", "SECRET", "TOKEN", "APIKEY", "PASSWORDS", "SECRETS"];
const KEYS: [&str; 10] =
    ["API", "SECRET", "ACCESS", "PRIVATE", "ENCRYPTION", "SIGNING", "LICENSE", "AUTH", "MASTER", "DEPLOY"];
/// Last words of names that only say where a secret is, or something about it.
const REFERENCES: [&str; 26] = [
    "NAME",
    "NAMES",
    "FILE",
    "FILES",
    "PATH",
    "ARN",
    "ID",
    "IDS",
    "DIR",
    "URL",
    "URI",
    "PARAM",
    "PARAMETER",
    "PREFIX",
    "LENGTH",
    "TTL",
    "VERSION",
    "STORE",
    "REGION",
    "HEADER",
    "TYPE",
    "REF",
    "KEYRING",
    "ENDPOINT",
    "HASH",
    "USER",
];

/// True if a variable of this name holds a secret.
pub fn is_secret_name(name: &str) -> bool {
    let upper = name.to_ascii_uppercase().replace('-', "_");
    let words: Vec<&str> = upper.split('_').filter(|word| !word.is_empty()).collect();
    let Some(last) = words.last() else { return false };
    if REFERENCES.contains(last) || words.contains(&"PUBLIC") {
        return false;
    }
    let is_key = words.windows(2).any(|pair| KEYS.contains(&pair[0]) && matches!(pair[1], "KEY" | "KEYS"));
    let is_short = words.len() > 1 && matches!(*last, "PASS" | "PWD" | "PW" | "PAT");
    is_key || is_short || words.iter().any(|word| SECRETS.contains(word) || word.ends_with("PASSWORD"))
}

/// True if the value of a secret variable comes out, and not only whether it is set or how long it is.
pub fn shows_secret(expansion: &Expansion<'_>) -> bool {
    let hides =
        expansion.operator == "#" || expansion.operator.starts_with('+') || expansion.operator.starts_with(":+");
    !hides && is_secret_name(expansion.name)
}

/// The secret variable whose value is in a word.
pub fn secret_in<'a>(word: &Word<'a>) -> Option<&'a str> {
    word.expansions.iter().find(|expansion| shows_secret(expansion)).map(|expansion| expansion.name)
}

/// True if a command reads a secret from AWS and prints it.
pub fn fetches(command: &Command<'_>) -> bool {
    command.kind == Kind::Simple
        && (command.has_argument("--with-decryption") || command.has_argument("get-secret-value"))
}

/// The functions that print fetched secrets, and the variables that hold them.
pub fn fetched<'a>(script: &Script<'a>) -> Touched<'a> {
    script.touched_by(&fetches)
}
