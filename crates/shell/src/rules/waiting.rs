//! Waiting for what may never come.

use crate::guards::exits;
use crate::script::Script;
use crate::syntax::{Command, Kind};
use crate::{Found, Rule};

pub static ENDLESS_WAIT: Rule = Rule {
    id: "S2026",
    name: "endless-wait",
    reason: "A loop that sleeps until something comes waits for ever when it does not come, and nobody hears of the boot. A \
             comparison of numbers, $SECONDS, date, `timeout`, an exit or a return within the loop count as a deadline; a \
             break on success does not. Loops in the background and loops that read input are not reported.",
    fix: "Compare `$SECONDS` with a deadline in the loop, and fail when it has passed.",
    good: "until [ -e /data/ready ]; do\n  [ \"$SECONDS\" -lt 300 ] || exit 1\n  sleep 2\ndone\n",
    bad: "until [ -e /data/ready ]; do\n  sleep 2\ndone\n",
    check: endless_wait,
};

const COMPARISONS: [&str; 4] = ["-lt", "-le", "-gt", "-ge"];

fn has_deadline(script: &Script<'_>, command: &Command<'_>) -> bool {
    let name = command.name();
    let leaves = matches!(name, "exit" | "return" | "read" | "mapfile" | "date" | "let" | "expr" | "kill")
        || exits(script, name);
    let is_bounded = command.prefix().iter().any(|word| word.text == "timeout") || name == "timeout";
    let counts = command.words.iter().any(|word| {
        word.raw.contains("((")
            || COMPARISONS.contains(&&*word.text)
            || word.expansions.iter().any(|expansion| expansion.name == "SECONDS")
    });
    leaves || is_bounded || counts
}

fn endless_wait(script: &Script<'_>) -> Vec<Found> {
    let loops =
        script.commands.iter().enumerate().filter(|(_, command)| matches!(command.kind, Kind::While | Kind::Until));
    let mut found = Vec::new();
    for (id, command) in loops {
        let inner = &script.with_inner(id)[1..];
        let is_background =
            command.is_background || script.around(id).any(|outer| script.commands[outer].is_background);
        // A program that another script writes may well run for ever.
        let is_service =
            script.is_written && inner.first().is_some_and(|first| matches!(first.name(), "true" | ":" | "sleep"));
        let sleeps = inner.iter().any(|command| command.name() == "sleep");
        if sleeps && !is_background && !is_service && !inner.iter().any(|command| has_deadline(script, command)) {
            found.push(script.found(
                id,
                command.line,
                "the loop sleeps until something comes and has no deadline".to_owned(),
            ));
        }
    }
    found
}

pub static APT_ASKS: Rule = Rule {
    id: "S2027",
    name: "apt-asks",
    reason: "Without -y apt asks whether to go on. Nobody answers at boot, and it stops with \"Abort.\"",
    fix: "Write `apt-get install -y`, with DEBIAN_FRONTEND=noninteractive.",
    good: "DEBIAN_FRONTEND=noninteractive apt-get install -y nginx\n",
    bad: "apt-get install nginx\n",
    check: apt_asks,
};

fn apt_asks(script: &Script<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for (id, command) in script.named(&["apt-get", "apt"]) {
        let arguments = command.arguments();
        let acts = arguments.iter().find(|word| {
            matches!(
                &*word.text,
                "install" | "upgrade" | "dist-upgrade" | "full-upgrade" | "remove" | "purge" | "autoremove"
            )
        });
        let is_yes = |text: &str| {
            let letters = text
                .strip_prefix('-')
                .filter(|letters| letters.bytes().all(|b| b.is_ascii_lowercase()))
                .unwrap_or_default();
            matches!(text, "--yes" | "--assume-yes" | "--help" | "--dry-run" | "--simulate" | "--download-only")
                || letters.contains(['y', 's', 'd'])
                || letters.contains("qq")
                || text.contains("Assume-Yes")
        };
        let is_known = arguments.iter().all(|word| word.is_literal())
            && !command.arguments().iter().any(|word| is_yes(&word.text));
        let is_answered = command.previous.is_some() && command.link == crate::syntax::Link::Pipe;
        if let Some(verb) = acts.filter(|_| is_known && !is_answered && !script.text.contains("Assume-Yes")) {
            found.push(script.found(
                id,
                command.line,
                format!("`{} {}` asks whether to go on, and stops since nobody answers", command.name(), verb.text),
            ));
        }
    }
    found
}
