//! Units that are started.

use crate::script::Script;
use crate::syntax::{Command, Word};
use crate::{Found, Rule};

pub static BLOCKING_START: Rule = Rule {
    id: "S2024",
    name: "blocking-start",
    reason: "A boot script runs inside cloud-init. A start that waits for a unit ordered after cloud-init waits for itself, \
             and the boot hangs. Units whose file the script itself writes, without an order after cloud-init or \
             multi-user.target, are not reported; nor are timers, sockets, and starts under `timeout`.",
    fix: "Write `systemctl enable --now --no-block`, and wait for the service with a deadline.",
    good: "systemctl enable --now --no-block redis\n",
    bad: "systemctl enable redis\nsystemctl restart redis\n",
    check: blocking_start,
};

/// A command that starts units, and the units.
struct Start<'s, 'a> {
    id: usize,
    verb: &'s str,
    units: Vec<&'s Word<'a>>,
    command: &'s Command<'a>,
}

fn starts<'s, 'a>(script: &'s Script<'a>) -> Vec<Start<'s, 'a>> {
    let mut starts = Vec::new();
    for (id, command) in script.named(&["systemctl"]) {
        let mut words = command.arguments().iter().filter(|word| !word.text.starts_with('-'));
        let is_user = command.has_argument("--user");
        let Some(verb) = words.next().map(|word| &*word.text).filter(|_| !is_user) else { continue };
        let now = verb == "enable" && command.has_argument("--now");
        if now || matches!(verb, "start" | "restart" | "reload-or-restart" | "try-restart") {
            starts.push(Start { id, verb, units: words.collect(), command });
        }
    }
    starts
}

fn stem(unit: &str) -> &str {
    unit.strip_suffix(".service").unwrap_or(unit)
}

fn blocking_start(script: &Script<'_>) -> Vec<Found> {
    if script.is_written {
        return Vec::new();
    }
    let mut found = Vec::new();
    for start in starts(script) {
        let is_bounded = start.command.has_argument("--no-block")
            || start.command.prefix().iter().any(|word| word.text == "timeout");
        let is_quick = |word: &&&Word<'_>| {
            [".timer", ".socket", ".path"].iter().any(|kind| word.text.ends_with(kind))
                || is_own(script, stem(&word.text))
        };
        let slow: Vec<&str> = start.units.iter().filter(|word| !is_quick(word)).map(|word| word.raw).collect();
        if !is_bounded && !start.command.is_background && !slow.is_empty() {
            let verb = if start.verb == "enable" { "enable --now" } else { start.verb };
            found.push(script.found(
                start.id,
                start.command.line,
                format!("`systemctl {verb}` waits for {}, which may wait for cloud-init", slow.join(" ")),
            ));
        }
    }
    found
}

/// True if the script writes the unit's file and the unit waits for nothing that waits for cloud-init.
fn is_own(script: &Script<'_>, unit: &str) -> bool {
    script.commands.iter().any(|command| {
        let Some(heredoc) = command.heredoc() else { return false };
        let is_file =
            |word: &Word<'_>| word.text.rsplit('/').next().is_some_and(|file| file == format!("{unit}.service"));
        let is_written = command.output().is_some_and(|(target, _)| is_file(target))
            || (command.name() == "tee" && command.arguments().iter().any(is_file));
        let waits = |line: &str| {
            line.contains("cloud-") || line.contains("multi-user.target") || line.contains("graphical.target")
        };
        is_written
            && !heredoc
                .body
                .lines()
                .filter(|line| line.starts_with("After=") || line.starts_with("Requires="))
                .any(waits)
    })
}

pub static NEVER_ENABLED: Rule = Rule {
    id: "S2025",
    name: "start-without-enable",
    reason: "A boot script runs once. A unit that is only started is not there after the next stop and start of the \
             instance. Units that a package of that name brings (apt enables them), and units that others require, are not \
             reported.",
    fix: "Write `systemctl enable --now --no-block`.",
    good: "systemctl enable redis\nsystemctl start --no-block redis\n",
    bad: "systemctl start --no-block redis\n",
    check: never_enabled,
};

fn never_enabled(script: &Script<'_>) -> Vec<Found> {
    if script.is_written {
        return Vec::new();
    }
    let mut found = Vec::new();
    for start in starts(script).into_iter().filter(|start| start.verb == "start") {
        let units = start.units.iter().filter(|word| word.is_literal() && !is_enabled(script, stem(&word.text)));
        let bare: Vec<&str> = units.map(|word| &*word.text).filter(|unit| !unit.ends_with(".target")).collect();
        if !bare.is_empty() {
            let is = if bare.len() == 1 { "is" } else { "are" };
            found.push(script.found(
                start.id,
                start.command.line,
                format!(
                    "{} {is} started but never enabled, and will not run after the next start of the instance",
                    bare.join(" ")
                ),
            ));
        }
    }
    found
}

fn is_enabled(script: &Script<'_>, unit: &str) -> bool {
    let by_command =
        script.named(&["systemctl", "chkconfig", "update-rc.d", "deb-systemd-helper"]).any(|(_, command)| {
            let enables = matches!(command.name(), "chkconfig" | "update-rc.d")
                || ["enable", "reenable", "preset"].iter().any(|verb| command.has_argument(verb));
            enables && command.arguments().iter().any(|word| stem(&word.text) == unit || !word.is_literal())
        });
    // Debian's packages enable what they bring; the package may be called a little otherwise, docker.io or docker-ce.
    let by_package = script.named(&["apt-get", "apt"]).any(|(_, command)| {
        command.has_argument("install")
            && command.arguments().iter().any(|word| word.text.starts_with(unit.split('@').next().unwrap_or(unit)))
    });
    let requires =
        |line: &str| ["Requires=", "Wants=", "BindsTo="].iter().any(|key| line.contains(key)) && line.contains(unit);
    by_command
        || by_package
        || script.text.lines().any(|line| requires(line) || (line.contains(".wants/") && line.contains(unit)))
}
