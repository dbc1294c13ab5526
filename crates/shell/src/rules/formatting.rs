//! New file systems over old data.

use crate::guards::Guards;
use crate::script::Script;
use crate::syntax::Word;
use crate::syntax::{Command, Kind, Link, Part};
use crate::{Found, Rule};

pub static UNGUARDED: Rule = Rule {
    id: "S2005",
    name: "unguarded-mkfs",
    reason: "A boot script runs on every new instance, also when the volume comes from an old one. mkfs.ext4 without a \
             terminal formats over a file system without asking, and mkfs.xfs over everything it does not know.",
    fix: "Run mkfs only where blkid, wipefs, lsblk or `file -s` was asked first: in the condition around it, in its && \
          chain, or in an earlier statement that can leave. Prove that the disk is blank, not that it is not mounted.",
    good: "dd if=\"$disk\" of=/dev/null count=1\nif [ -z \"$(wipefs -n \"$disk\")\" ]; then\n  mkfs.xfs \"$disk\"\nfi\n",
    bad: "mountpoint -q /data || mkfs.xfs \"$disk\"\n",
    check: unguarded,
};

/// The commands that make a file system on a disk, not in a file.
fn formats<'s, 'a>(script: &'s Script<'a>) -> impl Iterator<Item = (usize, &'s Command<'a>)> {
    script.simple().filter(|(_, command)| {
        let name = command.name();
        let is_mkfs = name == "mkfs" || name.starts_with("mkfs.") || name == "mke2fs";
        is_mkfs && target(command).is_some_and(|word| word.text.starts_with("/dev/") || !word.is_literal())
    })
}

/// What is formatted.
fn target<'c, 'a>(command: &'c Command<'a>) -> Option<&'c Word<'a>> {
    command.arguments().iter().rev().find(|word| word.text.starts_with('/') || !word.is_literal())
}

fn unguarded(script: &Script<'_>) -> Vec<Found> {
    let mut formats = formats(script).peekable();
    if formats.peek().is_none() {
        return Vec::new();
    }
    let guards = Guards::new(script);
    let bare = formats.filter(|(id, command)| !guards.is_guarded(*id) || !guards.know(target(command)));
    bare.map(|(id, command)| {
        let target = target(command).map_or("the disk", |word| word.raw);
        let message = format!("{} formats {target} without having looked whether it holds data", command.name());
        script.found(id, command.line, message)
    })
    .collect()
}

pub static BLKID_FAILED: Rule = Rule {
    id: "S2006",
    name: "blkid-failure-formats",
    reason: "blkid returns 2 for a blank disk, and also for one that it cannot open, that cannot be read, or that is not \
             there yet: a failure of blkid does not prove that a disk is blank. (blkid(8), return codes)",
    fix: "Read the first block of the disk before (`dd if=\"$disk\" of=/dev/null count=1`), stop if that fails, keep blkid's \
          output in a variable, and format only where it is empty and `wipefs -n` shows nothing.",
    good: "dd if=\"$disk\" of=/dev/null count=1 || exit 1\nif [ -z \"$(blkid \"$disk\")\" ]; then mkfs.xfs \"$disk\"; fi\n",
    bad: "blkid \"$disk\" || mkfs.xfs \"$disk\"\n",
    check: blkid_failed,
};

fn blkid_failed(script: &Script<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for (id, command) in formats(script) {
        let is_read = proves_reading(script, id, false);
        let by_status = !is_read && decided_by_failure(script, id);
        let by_output = !proves_reading(script, id, true) && decided_by_emptiness(script, id);
        if by_status || by_output {
            let message = format!(
                "{} runs where blkid fails, and blkid also fails on a disk that cannot be read",
                command.name()
            );
            found.push(script.found(id, command.line, message));
        }
    }
    found
}

/// True if the disk was read before, or, where blkid's output counts, at least found.
fn proves_reading(script: &Script<'_>, id: usize, finding_suffices: bool) -> bool {
    script.commands[..id].iter().any(|command| {
        let name = command.name();
        let reads = (name == "dd" && command.arguments().iter().any(|word| word.text.starts_with("if=")))
            || matches!(name, "blockdev" | "wipefs");
        let finds = matches!(name, "[" | "[[" | "test")
            && command.arguments().iter().any(|word| matches!(&*word.text, "-b" | "-e" | "-r"));
        reads || (finding_suffices && finds)
    })
}

fn is_blkid(command: &Command<'_>) -> bool {
    command.name() == "blkid"
}

/// `blkid X || mkfs X`, `if ! blkid X; then mkfs X`, `if blkid X; then …; else mkfs X`.
fn decided_by_failure(script: &Script<'_>, id: usize) -> bool {
    let commands = &script.commands;
    std::iter::once(id).chain(script.around(id)).any(|at| {
        let command = &commands[at];
        let before = command.previous.map(|previous| &commands[previous]);
        let by_link = before.is_some_and(|before| match command.link {
            Link::Or => is_blkid(before) && !before.is_negated || last_of_pipe(commands, at, false),
            Link::And => is_blkid(before) && before.is_negated || last_of_pipe(commands, at, true),
            _ => false,
        });
        let by_branch = command.parent.is_some_and(|parent| {
            let wanted = match (commands[parent].kind, command.part) {
                (Kind::If, Part::Body) => true,
                (Kind::If, Part::Else) => false,
                _ => return false,
            };
            let mut conditions = (parent + 1..at)
                .filter(|at| commands[*at].parent == Some(parent) && commands[*at].part == Part::Condition);
            conditions.next_back().is_some_and(|at| starts_with_blkid(commands, at) == Some(wanted))
        });
        by_link || by_branch
    })
}

/// True if the pipeline before a command begins with blkid and is negated or not.
fn last_of_pipe(commands: &[Command<'_>], id: usize, is_negated: bool) -> bool {
    commands[id].previous.is_some_and(|previous| starts_with_blkid(commands, previous) == Some(is_negated))
}

/// Whether a pipeline that begins with blkid is negated.
fn starts_with_blkid(commands: &[Command<'_>], mut at: usize) -> Option<bool> {
    while let (Some(previous), Link::Pipe) = (commands[at].previous, commands[at].link) {
        at = previous;
    }
    is_blkid(&commands[at]).then_some(commands[at].is_negated)
}

/// `[ -z "$(blkid X)" ]`, also through a variable.
fn decided_by_emptiness(script: &Script<'_>, id: usize) -> bool {
    let touched = script.touched_by(&is_blkid);
    let conditions = crate::guards::Guards::new(script).conditions(id);
    conditions.into_iter().any(|at| {
        let command = &script.commands[at];
        let asks = matches!(command.name(), "[" | "[[" | "test")
            && command.words.iter().any(|word| matches!(&*word.text, "-z" | "" | "\"\""));
        asks && script.touches(at, &is_blkid, &touched)
    })
}

pub static FORCED: Rule = Rule {
    id: "S2007",
    name: "forced-mkfs",
    reason: "With -f (xfs, btrfs) or -F (ext) mkfs formats over a file system that it sees: the last check is gone.",
    fix: "Leave the option out. A disk that is blank needs no force.",
    good: "wipefs -n \"$disk\" | grep -q . || mkfs.ext4 -q \"$disk\"\n",
    bad: "wipefs -n \"$disk\" | grep -q . || mkfs.xfs -f \"$disk\"\n",
    check: forced,
};

fn forced(script: &Script<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for (id, command) in formats(script) {
        let (name, arguments) = (command.name(), command.arguments());
        let of_type = |kinds: &[&str]| {
            let is_kind = |text: &str| kinds.contains(&text);
            name.split_once('.').is_some_and(|(_, kind)| is_kind(kind))
                || (name == "mkfs" && arguments.iter().any(|word| is_kind(&word.text)))
        };
        let letter = if of_type(&["xfs", "btrfs"]) {
            'f'
        } else if name == "mke2fs" || of_type(&["ext2", "ext3", "ext4"]) {
            'F'
        } else {
            continue;
        };
        let is_force = |text: &str| {
            text == "--force"
                || text
                    .strip_prefix('-')
                    .is_some_and(|letters| letters.contains(letter) && letters.chars().all(|l| "qvKNfFcD".contains(l)))
        };
        if let Some(word) = arguments.iter().find(|word| is_force(&word.text)) {
            found.push(script.found(
                id,
                word.line,
                format!("`{name} {}` formats over a file system that it sees", word.raw),
            ));
        }
    }
    found
}
