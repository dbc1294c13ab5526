//! Disks by the names that the kernel gave them.

use crate::rules::fstab;
use crate::script::Script;
use crate::syntax::{Command, Kind};
use crate::{Found, Rule};

pub static DEVICE_NAME: Rule = Rule {
    id: "S2004",
    name: "device-name",
    reason: "Names such as /dev/nvme1n1 follow the order in which disks are discovered, and that changes from boot to boot; \
             /dev/sdf and /dev/xvdf do not exist where disks are NVMe. With the order swapped the script works on another \
             disk. (EC2 user guide, Amazon EBS and NVMe on Linux instances)",
    fix: "Find the disk by its serial number, which is the volume's id without the dash, under /sys/block/nvme*/device; \
          mount by UUID.",
    good: "for candidate in /dev/nvme*n1; do echo \"$candidate\"; done\n",
    bad: "umount /dev/nvme1n1\n",
    check: device_name,
};

/// The first name of a disk in a text that stands alone or after `=`, `:` or `,`.
pub fn disk_in(text: &str) -> Option<&str> {
    text.match_indices("/dev/").find_map(|(at, _)| {
        let starts = text[..at].chars().next_back().is_none_or(|before| "=:,\"' \t\n".contains(before));
        let rest = &text[at + 5..];
        let length = rest.bytes().take_while(|b| b.is_ascii_alphanumeric()).count();
        let ends = rest[length..].chars().next().is_none_or(|after| !"*?[$-_/{".contains(after));
        (starts && ends && is_disk(&rest[..length])).then(|| &text[at..at + 5 + length])
    })
}

/// `nvme1n1`, `sdf`, `xvdba`, `vdb`, each also with a partition.
fn is_disk(name: &str) -> bool {
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if let Some(rest) = name.strip_prefix("nvme") {
        let Some((controller, rest)) = rest.split_once('n') else { return false };
        let (namespace, partition) = rest.split_once('p').unwrap_or((rest, "1"));
        return [controller, namespace, partition].into_iter().all(|part| !part.is_empty() && digits(part));
    }
    let Some(rest) = ["xvd", "sd", "vd", "hd"].into_iter().find_map(|prefix| name.strip_prefix(prefix)) else {
        return false;
    };
    let letters = rest.bytes().take_while(u8::is_ascii_lowercase).count();
    (1..=2).contains(&letters) && digits(&rest[letters..]) && rest.len() <= letters + 3
}

/// Commands that take the name of the attachment and not of a disk, or that only show text.
const NO_USE: [&str; 6] = ["aws", "echo", "printf", "logger", "wall", "die"];

fn device_name(script: &Script<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for (id, command) in script.commands.iter().enumerate() {
        let is_mention = NO_USE.contains(&command.name()) || command.name().contains("log");
        for word in command.words.iter().chain(command.redirects.iter().map(|redirect| &redirect.target)) {
            if !word.raw.contains("/dev/") {
                continue;
            }
            // A text with blanks is a message, unless it is a line of fstab.
            let is_message = word.text.contains(' ') && fstab::entry(&word.text).is_none();
            if is_message || (is_mention && fstab::entry(&word.text).is_none()) {
                continue;
            }
            if let Some(disk) = disk_in(&word.text) {
                found.push(script.found(id, word.line, named(disk)));
            }
        }
        for (line, text) in fstab::heredoc_lines(script, id) {
            found.extend(disk_in(text).map(|disk| script.found(id, line, named(disk))));
        }
    }
    found.dedup_by(|one, other| one.line == other.line && one.message == other.message);
    found
}

fn named(disk: &str) -> String {
    format!("{disk} may be another disk at the next boot, or may not exist on this instance type")
}

pub static NOT_AWAITED: Rule = Rule {
    id: "S2008",
    name: "disk-not-awaited",
    reason: "CloudFormation attaches a volume after the instance exists, so the script may run before the disk is there.",
    fix: "Wait in a loop with a deadline until the disk appears, for example until its serial number is found.",
    good: "until [ -b \"$disk\" ]; do\n  [ \"$SECONDS\" -lt 300 ] || exit 1\n  sleep 2\ndone\nmount \"$disk\" /data\n",
    bad: "# stackgen allow=device-name: an example of waiting\ndisk=/dev/sdf\nmount \"$disk\" /data\n",
    check: not_awaited,
};

fn not_awaited(script: &Script<'_>) -> Vec<Found> {
    let waits = |command: &Command<'_>| {
        let tests = matches!(command.name(), "[" | "test" | "[[")
            && command.arguments().iter().any(|word| matches!(&*word.text, "-b" | "-e" | "-r"));
        tests
            || matches!(command.kind, Kind::Until | Kind::While | Kind::For)
            || matches!(command.name(), "udevadm" | "findfs" | "nvme")
    };
    if script.commands.iter().any(waits) {
        return Vec::new();
    }
    let late = |text: &str| disk_in(text).filter(|disk| !is_root(disk)).map(str::to_owned);
    let uses = |command: &Command<'_>| command.name() == "mount" || command.name().starts_with("mkfs");
    let first = script.simple().filter(|(_, command)| uses(command)).find_map(|(id, command)| {
        let named = command.arguments().iter().find_map(|word| {
            late(&word.text).or_else(|| {
                word.expansions.iter().find_map(|expansion| {
                    let is_it = script.assignments.iter().find(|assignment| assignment.name == expansion.name)?;
                    late(script.commands[is_it.command].words[is_it.word].assignment()?.1)
                })
            })
        });
        named.map(|disk| (id, command, disk))
    });
    first
        .map(|(id, command, disk)| {
            let message = format!(
                "{} takes {disk} as given, but a volume is attached after the instance has started",
                command.name()
            );
            script.found(id, command.line, message)
        })
        .into_iter()
        .collect()
}

fn is_root(disk: &str) -> bool {
    ["/dev/nvme0n1", "/dev/xvda", "/dev/sda", "/dev/vda", "/dev/hda"].iter().any(|root| disk.starts_with(root))
}
