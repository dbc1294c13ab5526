//! Lines for /etc/fstab.

use crate::script::Script;
use crate::syntax::Command;
use crate::{Found, Rule};

pub static APPENDED: Rule = Rule {
    id: "S2009",
    name: "fstab-append",
    reason: "Every run of the script appends the line again, and an old line stays beside a new one.",
    fix: "Write the table without the old line and with the new one to another file, and rename it to /etc/fstab; or ask \
          with grep first whether the line is there.",
    good: "grep -q ' /data ' /etc/fstab || echo \"UUID=$uuid /data xfs defaults 0 0\" >>/etc/fstab\n",
    bad: "echo \"UUID=$uuid /data xfs defaults 0 0\" >>/etc/fstab\n",
    check: appended,
};

/// The device, the mount point, the type, the options, and the rest of a line of fstab.
pub fn entry(text: &str) -> Option<Vec<&str>> {
    if !text.contains(['/', '$']) {
        return None;
    }
    let line = text.lines().find(|line| !line.trim_start().starts_with('#'))?;
    let fields: Vec<&str> = line.split(['\t', ' ']).filter(|field| !field.is_empty()).collect();
    let names_device =
        |field: &str| ["/dev/", "UUID=", "LABEL=", "PARTUUID=", "fs-"].iter().any(|prefix| field.starts_with(prefix));
    let is_device =
        fields.first().is_some_and(|field| names_device(field) || field.starts_with('$') || field.contains(":/"));
    (fields.len() >= 4 && is_device && fields[1].starts_with(['/', '$'])).then_some(fields)
}

fn is_table(path: &str) -> bool {
    path == "/etc/fstab"
}

/// Whether a command writes to fstab, and by appending.
fn appends(command: &Command<'_>) -> bool {
    let by_redirect = command.output().is_some_and(|(target, appends)| appends && is_table(&target.text));
    let by_tee =
        command.name() == "tee" && command.arguments().iter().any(|word| matches!(&*word.text, "-a" | "--append"));
    by_redirect || (by_tee && command.arguments().iter().any(|word| is_table(&word.text)))
}

fn appended(script: &Script<'_>) -> Vec<Found> {
    let appending: Vec<usize> = (0..script.commands.len()).filter(|id| appends(&script.commands[*id])).collect();
    if appending.is_empty() {
        return Vec::new();
    }
    let guards = crate::guards::Guards::new(script);
    let asks = |id: usize| {
        script.with_inner(id).iter().any(|command| {
            command.words.iter().any(|word| is_table(&word.text))
                || command.redirects.iter().any(|r| r.operator == "<" && is_table(&r.target.text))
        })
    };
    let removed_before = |id: usize| {
        script.commands[..id]
            .iter()
            .any(|command| command.name() == "sed" && command.words.iter().any(|word| is_table(&word.text)))
    };
    let bare = appending.into_iter().filter(|id| !guards.conditions(*id).into_iter().any(asks) && !removed_before(*id));
    bare.map(|id| {
        let line = script.commands[id].line;
        script.found(id, line, "the line is appended to /etc/fstab again at every run".to_owned())
    })
    .collect()
}

/// The lines of a heredoc that becomes fstab or a mount unit, each with its number.
pub fn heredoc_lines<'s>(script: &'s Script<'_>, id: usize) -> Vec<(usize, &'s str)> {
    let command = &script.commands[id];
    let Some(heredoc) = command.heredoc() else { return Vec::new() };
    let is_mount = |path: &str| is_table(path) || path.ends_with(".mount") || path.ends_with(".swap");
    let by_tee = command.name() == "tee" && command.arguments().iter().any(|word| is_mount(&word.text));
    if !by_tee && !command.output().is_some_and(|(target, _)| is_mount(&target.text)) {
        return Vec::new();
    }
    heredoc
        .body
        .lines()
        .enumerate()
        .map(|(at, line)| (heredoc.line + at, line))
        .filter(|(_, line)| !line.trim_start().starts_with('#'))
        .collect()
}

/// Every line for fstab that the script writes, whole in one word or in a heredoc.
fn entries<'s>(script: &'s Script<'_>) -> Vec<(usize, usize, Vec<&'s str>)> {
    let mut entries = Vec::new();
    for (id, command) in script.simple() {
        for word in &command.words {
            let text = word.assignment().map_or(&*word.text, |(_, value)| value);
            if text.len() > 12 && (text.contains(' ') || text.contains('\t')) {
                entries.extend(entry(text.trim_start_matches("\\n")).map(|fields| (id, word.line, fields)));
            }
        }
        entries.extend(heredoc_lines(script, id).into_iter().filter_map(|(line, text)| Some((id, line, entry(text)?))));
    }
    entries
}

pub static NOFAIL: Rule = Rule {
    id: "S2010",
    name: "nofail-without-dependency",
    reason: "With nofail the boot goes on when the disk is late or absent, and services write to the empty folder on the \
             root disk. The next good boot hides those writes under the mount.",
    fix: "Give every unit that uses the mount a drop-in with `RequiresMountsFor=`.",
    good: "line=\"UUID=$uuid /data xfs defaults,nofail 0 0\"\n\
           printf '[Unit]\\nRequiresMountsFor=/data\\n' >/etc/systemd/system/redis.service.d/data.conf\n",
    bad: "line=\"UUID=$uuid /data xfs defaults,nofail 0 0\"\n",
    check: nofail,
};

fn nofail(script: &Script<'_>) -> Vec<Found> {
    if !script.text.contains("nofail") {
        return Vec::new();
    }
    let depends = |line: &str| {
        line.contains("RequiresMountsFor=")
            || line.contains("x-systemd.required-by=")
            || ((line.contains("Requires=") || line.contains("BindsTo=")) && line.contains(".mount"))
    };
    let entries: Vec<_> =
        entries(script).into_iter().filter(|(_, _, fields)| fields[3].split(',').any(|o| o == "nofail")).collect();
    if entries.is_empty() || script.text.lines().any(depends) {
        return Vec::new();
    }
    entries
        .into_iter()
        .map(|(id, line, fields)| {
            let message = format!(
                "{} is mounted with nofail, and no unit has RequiresMountsFor: services start without it",
                fields[1]
            );
            script.found(id, line, message)
        })
        .collect()
}

pub static CHECK_PASS: Rule = Rule {
    id: "S2011",
    name: "fstab-check-of-xfs",
    reason: "The last field asks for a check at boot, and fsck.xfs does nothing: the check is not there. (fsck.xfs(8))",
    fix: "Write 0 in the last field of an xfs line.",
    good: "line=\"UUID=$uuid /data xfs defaults 0 0\"\n",
    bad: "line=\"UUID=$uuid /data xfs defaults 0 2\"\n",
    check: check_pass,
};

fn check_pass(script: &Script<'_>) -> Vec<Found> {
    if !script.text.contains("xfs") {
        return Vec::new();
    }
    let asks = |fields: &[&str]| fields[2] == "xfs" && fields.get(5).is_some_and(|pass| pass.starts_with(['1', '2']));
    let entries = entries(script).into_iter().filter(|(_, _, fields)| asks(fields));
    entries
        .map(|(id, line, fields)| {
            script.found(
                id,
                line,
                format!("pass {} asks for a check of {}, and xfs has none at boot", &fields[5][..1], fields[1]),
            )
        })
        .collect()
}
