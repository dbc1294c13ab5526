//! Failures that nobody hears of.

use crate::script::{Script, shown};
use crate::syntax::{Command, Kind, Link};
use crate::{Found, Rule};

pub static STRICT_MODE: Rule = Rule {
    id: "S2001",
    name: "strict-mode",
    reason: "Without strict mode a script goes on after a command that failed, takes an unset variable for an empty one, \
             and hears only of the last command of a pipeline.",
    fix: "Write `set -euo pipefail` below the first line; `set -eu` in a script of sh, which has no pipefail everywhere.",
    good: "#!/bin/bash\nset -euo pipefail\nmkdir -p /data\nmount /data\n",
    bad: "#!/bin/bash\nmkdir -p /data\nmount /data\n",
    check: strict_mode,
};

fn strict_mode(script: &Script<'_>) -> Vec<Found> {
    let work = |command: &&Command<'_>| command.kind == Kind::Simple && !matches!(command.name(), "" | "set");
    if script.commands.iter().filter(work).count() < 2 {
        return Vec::new();
    }
    let Options { letters, names, line } = options(script);
    let has = |letter: char, name: &str| letters.contains(letter) || names.contains(&name);
    let mut missing = Vec::new();
    missing.extend((!has('e', "errexit")).then_some("errexit (a failure ends the script)"));
    missing.extend((!has('u', "nounset")).then_some("nounset (an unset variable is an error)"));
    missing.extend(
        (script.is_bash && !names.contains(&"pipefail"))
            .then_some("pipefail (a pipeline fails with any of its commands)"),
    );
    if missing.is_empty() {
        return Vec::new();
    }
    vec![Found { line, statement: line, message: format!("the script runs without {}", missing.join(", ")) }]
}

/// The options that a script sets for itself, and the line of the first that counts.
struct Options<'s> {
    letters: String,
    names: Vec<&'s str>,
    line: usize,
}

fn options<'s>(script: &'s Script<'_>) -> Options<'s> {
    let shebang = script.text.lines().next().unwrap_or_default();
    let mut letters: String = shebang.split_whitespace().skip(1).filter_map(|word| word.strip_prefix('-')).collect();
    let mut names: Vec<&str> =
        shebang.split_whitespace().skip_while(|word| !word.ends_with('o')).skip(1).take(1).collect();
    let mut line = script.first_line;
    for (_, command) in script.named(&["set"]).filter(|(_, command)| command.parent.is_none()) {
        let arguments = command.arguments();
        for (at, word) in arguments.iter().enumerate().take_while(|(_, word)| word.text != "--") {
            let Some(short) = word.text.strip_prefix('-').filter(|short| !short.starts_with('-')) else {
                continue;
            };
            letters.push_str(short);
            if short.ends_with('o') {
                names.extend(arguments.get(at + 1).map(|word| &*word.text));
            }
            if short.contains(['e', 'u', 'o']) && line == script.first_line {
                line = command.line;
            }
        }
    }
    Options { letters, names, line }
}

pub static MASKED_STATUS: Rule = Rule {
    id: "S2002",
    name: "masked-exit-status",
    reason: "In `export NAME=$(command)` the status is that of `export`, which succeeds: even a strict script goes on with \
             an empty value. The same holds for local, declare, readonly and typeset.",
    fix: "Assign first and export after: `NAME=$(command)` on one line, `export NAME` on the next.",
    good: "uuid=$(blkid -s UUID -o value \"$disk\")\nexport uuid\n",
    bad: "export uuid=$(blkid -s UUID -o value \"$disk\")\n",
    check: masked_status,
};

/// Commands that answer on every machine. Their status says nothing, so `local now=$(date)` may stand; what is exported is for
/// other programs, and no convenience of one line.
const ALWAYS_ANSWER: [&str; 13] = [
    "date", "dirname", "basename", "uname", "nproc", "pwd", "hostname", "whoami", "echo", "printf", "arch", "tr", "cd",
];

fn masked_status(script: &Script<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for assignment in script.assignments.iter().filter(|assignment| !assignment.builtin.is_empty()) {
        let word = &script.commands[assignment.command].words[assignment.word];
        let can_fail = |id: &&usize| {
            let mut inner = script.with_inner(**id).iter().filter(|command| command.kind == Kind::Simple);
            let is_exported = assignment.builtin == "export";
            inner.any(|command| is_exported || !ALWAYS_ANSWER.contains(&command.name()))
        };
        let Some(id) = word.substitutions.iter().find(can_fail) else { continue };
        let program =
            script.with_inner(*id).iter().find(|command| command.kind == Kind::Simple).map_or("", |c| c.name());
        let message = format!(
            "`{} {}=$(…)` hides the failure of {program}: the script goes on with whatever it printed",
            assignment.builtin, assignment.name
        );
        found.push(script.found(assignment.command, word.line, message));
    }
    found
}

pub static IGNORED_FAILURE: Rule = Rule {
    id: "S2003",
    name: "ignored-failure",
    reason: "`|| true` hides every failure, also those nobody thought of. The script goes on as if the work were done.",
    fix: "Test for the one failure that is harmless, or say in a comment of at least three words why every failure is. For \
          commands that format, mount or fetch secrets a comment is not enough. Lookups such as `command -v` and grep are \
          not reported: their failure is an answer.",
    good: "# The user may not exist on older images.\nuserdel games || true\n",
    bad: "userdel games || true\n",
    check: ignored_failure,
};

const LOOKUPS: [&str; 9] = ["command", "type", "which", "hash", "grep", "egrep", "fgrep", "pgrep", "pidof"];

/// Work that a boot cannot do without: no comment makes its failure harmless.
fn is_vital(command: &Command<'_>) -> bool {
    let name = command.name();
    name.starts_with("mkfs")
        || name == "mount"
        || command.has_argument("--with-decryption")
        || command.has_argument("get-secret-value")
}

fn ignored_failure(script: &Script<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for (id, command) in script.simple() {
        if command.name() == "set" && drops_errexit(command) && !script.has_reason(id, command.line) {
            found.push(script.found(id, command.line, "`set +e` hides every failure from here on".to_owned()));
        }
        let is_nothing =
            matches!(command.name(), "true" | ":") && command.words.len() == 1 && command.redirects.is_empty();
        let Some(previous) = command.previous.filter(|_| is_nothing) else { continue };
        let before = &script.commands[previous];
        let ends = command.link == Link::Semicolon
            && command.next.is_none()
            && before.kind == Kind::Simple
            && before.line == command.line;
        if command.link != Link::Or && !ends {
            continue;
        }
        let name = before.name();
        let is_excused = LOOKUPS.contains(&name) || (!is_vital(before) && script.has_reason(id, command.line));
        if is_excused || before.words.is_empty() && before.kind == Kind::Simple {
            continue;
        }
        let what = before
            .words
            .get(before.program)
            .filter(|_| before.kind == Kind::Simple)
            .map_or("the command".into(), shown);
        let sign = if command.link == Link::Or { "||" } else { ";" };
        found.push(script.found(
            id,
            command.line,
            format!("`{sign} {}` hides every failure of {what}", command.words[0].raw),
        ));
    }
    found
}

fn drops_errexit(command: &Command<'_>) -> bool {
    let arguments = command.arguments();
    arguments.iter().enumerate().any(|(at, word)| {
        let letters = word.text.strip_prefix('+').unwrap_or_default();
        letters.contains('e')
            || (letters.ends_with('o') && arguments.get(at + 1).is_some_and(|next| next.text == "errexit"))
    })
}
