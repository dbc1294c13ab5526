//! What an instance does once it runs: it boots, and tells its stack, if its user data says so.
//!
//! A boot ends after a while by the [`Script`] of its image or instance. If the user data names volumes (`vol-…`), as the
//! script of a host does that waits for its disk, the boot ends only once they are attached. What is attached at the end of a
//! boot is mounted. cloud-init runs user data at the first boot only (*Run commands when you launch an EC2 instance with user
//! data input*), so only then it waits and signals. It remembers that on the root volume, for the id of the instance (*First boot
//! determination* in its documentation): with another root the user data runs again.
use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;
use stackgen_boot::user_data::{Part, parts};

use super::attachment::Phase;
use super::error::missing;
use super::instance::State;
use super::settings::Script;
use super::{Answer, Input, Place, root, time};
use crate::cloudformation::stack::{Signal, Status};
use crate::cloudformation::{self, Stack};
use crate::ssm::command;

/// After how many seconds a signal that was not taken is sent again.
const AGAIN: i64 = 5;

/// How long a signal is tried.
const PATIENCE: SignedDuration = SignedDuration::from_mins(30);

/// How far an instance is in its boot.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Boot {
    /// How it stands.
    pub phase: BootPhase,
    /// When it ends, at the earliest.
    pub until: Option<Timestamp>,
    /// Whether cloud-init has run the user data: by what it finds on the root volume.
    pub ran_user_data: bool,
    /// Signals that no stack took yet.
    pub unsent: Vec<Asked>,
    /// Until when they are tried.
    pub patient_until: Option<Timestamp>,
    /// What the console shows.
    pub console: String,
    /// How many there were before it.
    #[serde(default)]
    pub number: u64,
}

/// How a boot stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum BootPhase {
    /// The machine is off.
    #[default]
    Off,
    /// It boots.
    Booting,
    /// It is up.
    Up,
    /// It is up, and its user data failed.
    Failed,
}

impl Boot {
    /// The machine goes off.
    pub(crate) fn off(&mut self) {
        (self.phase, self.until) = (BootPhase::Off, None);
    }

    fn print(&mut self, line: &str) {
        self.console.push_str(line);
        self.console.push('\n');
    }
}

/// A signal that user data sends.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Asked {
    /// The stack; nothing if the text does not say.
    pub stack: String,
    /// The resource that waits.
    pub logical_id: String,
}

/// The machine begins to boot.
pub(super) fn begin(at: &mut Place<'_>, id: &str) {
    let ec2 = at.things();
    let Some(one) = ec2.instances.get(id) else { return };
    let (kind, image) = (one.kind.clone(), root::image_of(ec2, one));
    let remembers = root::of(ec2, one).is_some_and(|root| root.booted.contains(id));
    let seconds = match at.ec2().settings.script(id, &image) {
        Script::Succeeds(seconds) | Script::Fails(seconds) | Script::FailsMounted(seconds) => Some(seconds),
        Script::NeverEnds => None,
    };
    // The boot of a driver's machine is the machine's own.
    let is_driven = at.ec2().driver.is_some();
    let until = seconds.filter(|_| !is_driven).map(|seconds| at.wake(seconds, id));
    let now = time(at.now());
    let Some(one) = at.ec2().instances.get_mut(id) else { return };
    (one.boot.phase, one.boot.until) = (BootPhase::Booting, until);
    one.boot.number += 1;
    one.boot.ran_user_data = remembers;
    one.boot.console.clear();
    one.boot.print(&format!("[    0.000000] Linux version on {kind}, image {image}, {now}"));
    command::stir(at.world, at.region, id);
}

/// Whether the boot can end, and what then.
pub(super) fn look(at: &mut Place<'_>, id: &str) {
    let now = at.now();
    let Some(one) = at.things().instances.get(id) else { return };
    let is_over = one.state == State::Running
        && one.boot.phase == BootPhase::Booting
        && one.boot.until.is_some_and(|until| until <= now);
    if !is_over {
        if !one.boot.unsent.is_empty() {
            send(at, id);
        }
        return;
    }
    let script = at.things().settings.script(id, &root::image_of(at.things(), one));
    let (fails, mounts) = (!matches!(script, Script::Succeeds(_)), !matches!(script, Script::Fails(_)));
    let texts = if one.boot.ran_user_data { Vec::new() } else { texts(one.user_data.as_deref().unwrap_or_default()) };
    let (names, asked) = (volumes(&texts), signals(&texts));
    let is_attached =
        |volume: &String| at.things().devices(id).any(|(it, on)| it.id == *volume && on.phase == Phase::Attached);
    if mounts && !names.iter().all(is_attached) {
        return;
    }
    finish(at, id, fails, mounts);
    let patient_until = at.now().checked_add(PATIENCE).expect("no patience reaches the end of time");
    if let Some(one) = at.ec2().instances.get_mut(id) {
        one.boot.unsent = asked.into_iter().collect();
        one.boot.patient_until = Some(patient_until);
    }
    send(at, id);
}

fn finish(at: &mut Place<'_>, id: &str, fails: bool, mounts: bool) {
    let ec2 = at.ec2();
    // Without user data nobody tells it to mount anything.
    let mounts = mounts && ec2.instances.get(id).is_some_and(|one| one.user_data.is_some());
    let attachments = ec2.volumes.values_mut().flat_map(|it| &mut it.attachments);
    for on in attachments.filter(|on| on.instance == id && on.phase == Phase::Attached && mounts) {
        on.mounted = true;
    }
    let root = ec2.instances.get(id).and_then(|one| root::of(ec2, one)).map(|root| root.id.clone());
    if let Some(root) = root.and_then(|root| ec2.volumes.get_mut(&root)) {
        root.booted.insert(id.to_owned());
    }
    let Some(one) = ec2.instances.get_mut(id) else { return };
    one.boot.phase = if fails { BootPhase::Failed } else { BootPhase::Up };
    let is_first = !std::mem::replace(&mut one.boot.ran_user_data, true);
    if is_first {
        one.boot.print("-----BEGIN SSH HOST KEY FINGERPRINTS-----");
        one.boot.print(&format!("256 SHA256:{} root@host (ED25519)", STANDARD.encode(id)));
        one.boot.print("-----END SSH HOST KEY FINGERPRINTS-----");
    }
    one.boot.print(if fails { "cloud-init: a script of the user data failed" } else { "cloud-init: finished" });
    command::stir(at.world, at.region, id);
}

/// The texts that cloud-init runs or writes. Values that a packed script puts into its first part are put in.
fn texts(user_data: &str) -> Vec<String> {
    let compact: String = user_data.chars().filter(|it| !it.is_whitespace()).collect();
    let Ok(bytes) = STANDARD.decode(compact) else { return Vec::new() };
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    // What is not understood as parts is read as it is.
    let Ok(parts) = parts(&bytes) else { return vec![text(bytes)] };
    let mut texts: Vec<String> = parts
        .into_iter()
        .map(|part| match part {
            Part::File(file) => text(file.content),
            Part::Script(script) => text(script),
        })
        .collect();
    let values: Vec<(String, String)> = texts.iter().flat_map(|text| replacements(text)).collect();
    for (mark, value) in &values {
        for text in &mut texts {
            *text = text.replace(mark, value);
        }
    }
    texts
}

/// Lines such as `script=${script//'<|0>'/'value'}`.
fn replacements(text: &str) -> Vec<(String, String)> {
    let lines = text.lines().filter_map(|line| {
        let (_, rest) = line.trim().split_once("//'")?;
        let (mark, value) = rest.split_once("'/'")?;
        Some((mark.to_owned(), value.strip_suffix("'}")?.to_owned()))
    });
    lines.collect()
}

/// The volumes that texts name: as EC2 does, or without the dash, as the serial numbers of disks do (*Map Amazon EBS volumes to NVMe
/// device names*).
pub(crate) fn volumes(texts: &[String]) -> BTreeSet<String> {
    let ids = texts.iter().flat_map(|text| text.split("vol").skip(1)).map(|rest| {
        let rest = rest.strip_prefix('-').unwrap_or(rest);
        let end = rest.find(|it: char| !it.is_ascii_hexdigit()).unwrap_or(rest.len());
        rest[..end].to_owned()
    });
    ids.filter(|digits| digits.len() >= 8).map(|digits| format!("vol-{digits}")).collect()
}

/// The signals that texts send: `aws cloudformation signal-resource` and `cfn-signal`.
fn signals(texts: &[String]) -> BTreeSet<Asked> {
    texts.iter().flat_map(|text| text.replace("\\\n", " ").lines().filter_map(signal).collect::<Vec<_>>()).collect()
}

fn signal(line: &str) -> Option<Asked> {
    let words: Vec<&str> = line.split_whitespace().map(|word| word.trim_matches(['\'', '"', ';', ')'])).collect();
    let is_helper = words.iter().any(|word| word.ends_with("cfn-signal"));
    if !is_helper && !words.contains(&"signal-resource") {
        return None;
    }
    let option = |names: &[&str]| {
        words.iter().enumerate().find_map(|(index, word)| {
            names.iter().find_map(|name| match word.strip_prefix(name)? {
                "" => words.get(index + 1).map(|next| (*next).to_owned()),
                rest => rest.strip_prefix('=').map(|value| value.trim_matches(['\'', '"']).to_owned()),
            })
        })
    };
    let logical_id = option(&["--logical-resource-id", "--resource"])?;
    Some(Asked { stack: option(&["--stack-name", "--stack"]).unwrap_or_default(), logical_id })
}

/// The stack is told. As a host's script does, it is told again until it listens, or has its answer.
fn send(at: &mut Place<'_>, instance: &str) {
    let Some(one) = at.ec2().instances.get_mut(instance) else { return };
    let success = one.boot.phase == BootPhase::Up;
    let mut rest = std::mem::take(&mut one.boot.unsent);
    rest.retain(|asked| !is_taken(at, instance, asked, success));
    let now = at.now();
    let Some(one) = at.ec2().instances.get_mut(instance) else { return };
    if rest.is_empty() || one.boot.phase == BootPhase::Off || one.boot.patient_until.is_some_and(|until| until <= now) {
        return;
    }
    one.boot.unsent = rest;
    at.wake(AGAIN, instance);
}

/// Whether a signal needs no other try.
fn is_taken(at: &mut Place<'_>, instance: &str, asked: &Asked, success: bool) -> bool {
    let stacks = &at.world.region(at.region).stacks;
    let is_it = |(id, stack): &(&String, &Stack)| {
        stack.status != Status::DeleteComplete && (stack.name == asked.stack || **id == asked.stack)
    };
    let Some(id) = stacks.iter().rev().find(is_it).map(|(id, _)| id.clone()) else { return false };
    let signal = Signal { unique_id: instance.to_owned(), success, data: None, reason: None };
    match cloudformation::operation::signal(at.world, at.region, &id, &asked.logical_id, signal) {
        Ok(()) => true,
        Err(error) => error.message.contains("_COMPLETE"),
    }
}

/// `GetConsoleOutput`: nothing until the machine has run for a while, then all there is, at most 64 KiB.
pub(super) fn console(at: &mut Place<'_>, input: Input<'_>) -> Answer {
    let (id, now) = (input.required("InstanceId")?, time(at.now()));
    let one = at.ec2().instances.get(&id).ok_or_else(|| missing(&id))?;
    let start = one.boot.console.len().saturating_sub(64 * 1024);
    let output = (!one.boot.console.is_empty()).then(|| STANDARD.encode(&one.boot.console.as_bytes()[start..]));
    Ok(json!({"instanceId": id, "timestamp": now, "output": output}))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(text: &str) -> Vec<(String, String)> {
        let found = signals(&texts(&STANDARD.encode(text)));
        found.into_iter().map(|it| (it.stack, it.logical_id)).collect()
    }

    #[test]
    fn signals_are_found_in_both_forms() {
        let cli = "#!/bin/bash\naws cloudformation signal-resource --stack-name 'prod' --logical-resource-id Ready \\\n  --unique-id x --status SUCCESS\n";
        assert_eq!(asked(cli), [("prod".to_owned(), "Ready".to_owned())]);
        let helper = "#!/bin/bash\n/opt/aws/bin/cfn-signal -e $? --stack=prod --resource Host --region x\n";
        assert_eq!(asked(helper), [("prod".to_owned(), "Host".to_owned())]);
        assert_eq!(
            asked("#cloud-config\npackages: [x]\nruncmd:\n- cfn-signal --stack a --resource B\n"),
            [("a".to_owned(), "B".to_owned())]
        );
        assert_eq!(asked("#!/bin/sh\necho done\n"), []);
    }

    #[test]
    fn volumes_are_found_and_marks_are_not() {
        let texts = ["v=vol-0123456789abcdef0; [ x = \"vol${1#vol-}\" ]".to_owned()];
        assert_eq!(volumes(&texts).into_iter().collect::<Vec<_>>(), ["vol-0123456789abcdef0"]);
    }

    #[test]
    fn a_packed_script_gets_its_values() {
        let config = format!(
            "#cloud-config\nwrite_files:\n- path: /boot.in\n  encoding: b64\n  content: {}\n",
            STANDARD.encode("aws cloudformation signal-resource --stack-name '<|1>' --logical-resource-id R")
        );
        let message = format!(
            "Content-Type: multipart/mixed; boundary=\"b\"\nMIME-Version: 1.0\n\n--b\nContent-Type: text/cloud-config\n\n{config}\n--b\n\
             Content-Type: text/x-shellscript\n\n#!/bin/bash\nscript=${{script//'<|1>'/'prod'}}\nexec x\n--b--\n"
        );
        assert_eq!(asked(&message), [("prod".to_owned(), "R".to_owned())]);
    }
}
