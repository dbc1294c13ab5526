//! Secrets where others can see them: argument lists, logs, environments.

use crate::script::Script;
use crate::secret::{fetched, fetches, secret_in};
use crate::syntax::{Command, Kind, Link};
use crate::{Found, Rule};

pub static ARGUMENT: Rule = Rule {
    id: "S2013",
    name: "secret-argument",
    reason: "Everybody on the machine can read the arguments of a running program (`ps`, /proc/<pid>/cmdline).",
    fix: "Give the secret on standard input, in a file that only its reader may read, or in the environment of that one \
          command (`PGPASSWORD=$password psql …`).",
    good: "printf '%s' \"$DB_PASSWORD\" | docker login --username app --password-stdin registry.example.com\n",
    bad: "docker login --username app --password \"$DB_PASSWORD\" registry.example.com\n",
    check: argument,
};

const BUILTINS: [&str; 26] = [
    "", "printf", "echo", "[", "[[", "test", "export", "read", "local", "declare", "readonly", "typeset", "unset",
    "return", ":", "eval", "set", "trap", "cd", "exit", "let", "((", "shift", "mapfile", "logger", "source",
];

fn argument(script: &Script<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for (id, command) in script.simple() {
        let name = command.name();
        let wrapped = command.prefix().iter().skip_while(|word| word.assignment().is_some());
        for word in wrapped.chain(command.arguments()) {
            let Some(secret) = secret_in(word) else { continue };
            if BUILTINS.contains(&name) || script.functions.contains_key(name) || is_metadata_token(command) {
                continue;
            }
            found.push(script.found(
                id,
                word.line,
                format!("${secret} is in the arguments of {name}, which everybody on the machine can read"),
            ));
            break;
        }
    }
    found
}

/// The token of the metadata service is worth nothing elsewhere.
fn is_metadata_token(command: &Command<'_>) -> bool {
    command.arguments().iter().any(|word| {
        word.text.to_ascii_lowercase().starts_with("x-aws-ec2-metadata-token:") || word.text.contains("169.254.169.254")
    })
}

pub static PRINTED: Rule = Rule {
    id: "S2014",
    name: "secret-in-log",
    reason: "What a boot script prints is kept in /var/log/cloud-init-output.log and on the serial console, which roles that \
             may only read can fetch (GetConsoleOutput).",
    fix: "Print that the secret is there, not what it is.",
    good: "echo \"token: ${#API_TOKEN} characters\"\n",
    bad: "echo \"token: $API_TOKEN\"\n",
    check: printed,
};

fn printed(script: &Script<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for (id, command) in script.named(&["echo", "printf", "logger"]) {
        let Some(secret) = command.arguments().iter().find_map(secret_in) else { continue };
        if command.name() == "logger" || reaches_log(script, id) {
            found.push(script.found(
                id,
                command.line,
                format!("{} shows the value of ${secret} in the log of the boot", command.name()),
            ));
        }
    }
    found
}

/// True if what a command prints goes to the log. In functions and `$(…)` the caller decides.
fn reaches_log(script: &Script<'_>, id: usize) -> bool {
    let is_log = |command: &Command<'_>| {
        command.redirects.iter().any(|redirect| redirect.operator.ends_with(">&") && redirect.target.text == "2")
    };
    let to_log = is_log(&script.commands[id]);
    std::iter::once(id).chain(script.around(id)).all(|at| {
        let command = &script.commands[at];
        let next = command.next.map(|next| &script.commands[next]).filter(|next| next.link == Link::Pipe);
        let is_piped = next.is_some_and(|next| next.name() != "tee" || next.output().is_some());
        let is_caught = command.kind == Kind::Substitution || (command.function.is_some() && !to_log);
        command
            .output()
            .is_none_or(|(target, _)| matches!(&*target.text, "/dev/console" | "/dev/stderr" | "/dev/stdout"))
            && !is_piped
            && !is_caught
    })
}

pub static EXPORTED: Rule = Rule {
    id: "S2015",
    name: "secret-exported",
    reason: "An exported secret is in the environment of every program that the script starts from then on, also of those \
             that dump their environment when they fail.",
    fix: "Keep it in a plain variable, or write it to a file under /run with umask 077 that only its service reads.",
    good: "password=$(aws ssm get-parameter --name /app/db --with-decryption --query Parameter.Value --output text)\n",
    bad: "password=$(aws ssm get-parameter --name /app/db --with-decryption --query Parameter.Value --output text)\nexport password\n",
    check: exported,
};

fn exported(script: &Script<'_>) -> Vec<Found> {
    if !script.commands.iter().any(fetches) {
        return Vec::new();
    }
    let secrets = fetched(script);
    let mut found = Vec::new();
    for (id, command) in script.named(&["export", "declare", "typeset"]) {
        if command.name() != "export"
            && !command.arguments().iter().any(|word| word.text.starts_with('-') && word.text.contains('x'))
        {
            continue;
        }
        for word in command.arguments() {
            let name = word.assignment().map_or(&*word.text, |(name, _)| name);
            let is_fetch = word.substitutions.iter().any(|inner| script.touches(*inner, &fetches, &secrets));
            if is_fetch || secrets.variables.contains(&name) {
                found.push(script.found(
                    id,
                    word.line,
                    format!("${name} holds a fetched secret, and export gives it to every program from here on"),
                ));
            }
        }
    }
    found
}
