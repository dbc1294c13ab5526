//! What is said of a host.
use jiff::Timestamp;
use stackgen_deploy::lease::Entry;
use stackgen_deploy::plan::{Action, Change};
use stackgen_deploy::vitals::{Boot, Disk, HostVitals, Image, Look, Machine, Ready};
use stackgen_deploy::volume::{Snapshot, Volume};

use super::{Hosts, Line, Published};
use crate::pins::told::difference;
use crate::table::counted;
use crate::time;

/// What is the same in all lines.
pub(super) struct About<'a> {
    pub(super) stack: &'a str,
    pub(super) now: Timestamp,
    /// What has to be typed for the same way.
    pub(super) words: &'a str,
}

pub(super) fn lines(hosts: &Hosts, about: &About<'_>) -> Vec<Line> {
    let mut lines = Vec::new();
    for host in &hosts.vitals.hosts {
        lines.extend(of_host(host, &hosts.images, about));
    }
    match &hosts.vitals.pending {
        Some(Look::Seen(changes)) => lines.push(pending(changes, about)),
        Some(Look::Unseen { unseen }) => lines.push(unknown("pending", unseen)),
        None => {}
    }
    lines.push(match &hosts.vitals.lease {
        Look::Seen(Some(entry)) => lease(entry, about),
        Look::Seen(None) => plain("lease", "nobody is at work on it"),
        Look::Unseen { unseen } => unknown("lease", unseen),
    });
    if let Some(phase) = &hosts.unfinished {
        let (stack, words) = (about.stack, about.words);
        lines.push(odd("unfinished", format!("{phase}, begun here; `stackgen resume {stack}{words}` goes on")));
    }
    lines
}

fn of_host(host: &HostVitals, images: &[Published], about: &About<'_>) -> Vec<Line> {
    let mut lines = vec![plain("host", &host.id)];
    lines.push(match &host.machine {
        Look::Seen(Some(machine)) => machine_words(machine, about),
        Look::Seen(None) => odd("machine", "it is gone".to_owned()),
        Look::Unseen { unseen } => unknown("machine", unseen),
    });
    match &host.image {
        Look::Seen(Some(image)) => lines.push(plain("image", &image_words(image, about))),
        Look::Seen(None) => lines.extend(gone_image(host)),
        Look::Unseen { unseen } => lines.push(unknown("image", unseen)),
    }
    let published = images.iter().find(|it| Some(&it.parameter) == host.image_parameter.as_ref());
    lines.extend(published.map(|published| newest(published, host, about)));
    for disk in &host.volumes {
        lines.extend(disk_words(disk, host, about));
    }
    lines.push(address(host));
    lines.push(match &host.agent {
        Look::Seen(Some(true)) => plain("agent", "Systems Manager reaches it"),
        Look::Seen(_) => plain("agent", "Systems Manager does not reach it: no commands, no sessions"),
        Look::Unseen { unseen } => unknown("agent", unseen),
    });
    lines.push(match &host.boot {
        Look::Seen(Some(boot)) => boot_words(boot),
        Look::Seen(None) => plain("boot", "the console tells nothing of it (any more)"),
        Look::Unseen { unseen } => unknown("boot", unseen),
    });
    lines.extend(host.ready.iter().map(|one| ready(one, about)));
    match &host.record {
        Look::Seen(Some(record)) => lines.push(record_words(record)),
        Look::Seen(None) => {}
        Look::Unseen { unseen } => lines.push(unknown("record", unseen)),
    }
    lines
}

fn machine_words(machine: &Machine, about: &About<'_>) -> Line {
    let Machine { id, kind, state, .. } = machine;
    let since = machine
        .launched
        .filter(|_| state == "running")
        .map_or_else(String::new, |at| format!(" for {}", time::age(about.now, at)));
    let bad: Vec<String> =
        machine.checks.iter().filter(|(_, it)| it != "ok").map(|(name, it)| format!("{name} {it}")).collect();
    let checks = match (machine.checks.is_empty(), bad.is_empty()) {
        (true, _) => String::new(),
        (false, true) => ", checks passed".to_owned(),
        (false, false) => format!(", checks: {}", bad.join(", ")),
    };
    let is_odd = state != "running" || !bad.is_empty();
    Line { name: "machine", text: format!("{id} ({kind}) {state}{since}{checks}"), is_odd, is_cut: false }
}

fn image_words(image: &Image, about: &About<'_>) -> String {
    let age = image.created.map_or_else(String::new, |at| format!(", {} old", time::age(about.now, at)));
    format!("{} ({}{age})", image.id, image.name)
}

/// Of an image that is gone the machine still tells the id.
fn gone_image(host: &HostVitals) -> Option<Line> {
    let Look::Seen(Some(machine)) = &host.machine else { return None };
    Some(odd("image", format!("{}, which is gone or not shared any more", machine.image)))
}

fn newest(published: &Published, host: &HostVitals, about: &About<'_>) -> Line {
    let (stack, words) = (about.stack, about.words);
    let runs = |id: &str| matches!(&host.machine, Look::Seen(Some(machine)) if machine.image == id);
    match &published.newer {
        Ok(Some(newer)) => {
            let (id, much) = (&newer.pin.id, difference(newer.seconds));
            odd("newest", format!("{id} ({much}) is published: `stackgen ami bump {stack}{words}`"))
        }
        Ok(None) if runs(&published.pinned) => plain("newest", "it runs the newest that is published"),
        Ok(None) => odd("newest", format!("{} is pinned and not deployed yet", published.pinned)),
        Err(unseen) => unknown("newest", unseen),
    }
}

fn disk_words(disk: &Disk, host: &HostVitals, about: &About<'_>) -> Vec<Line> {
    let mut lines = vec![match &disk.volume {
        Look::Seen(Some(volume)) => volume_words(volume, &disk.id, host),
        Look::Seen(None) => odd("volume", format!("`{}` is gone", disk.id)),
        Look::Unseen { unseen } => unknown("volume", unseen),
    }];
    lines.push(match &disk.snapshots {
        Look::Seen(all) => snapshots(all, about),
        Look::Unseen { unseen } => unknown("snapshot", unseen),
    });
    lines
}

fn volume_words(volume: &Volume, id: &str, host: &HostVitals) -> Line {
    let Volume { gib, kind, .. } = volume;
    let what = format!("{} ({id}, {gib} GiB {kind})", volume.id);
    let mut places = Vec::new();
    let mut is_odd = volume.on.len() != 1;
    for on in &volume.on {
        let own = matches!(&host.machine, Look::Seen(Some(machine)) if machine.id == on.instance);
        let device = &on.device;
        places.push(match (own, on.state.as_str()) {
            (true, "attached") => format!("attached as {device}"),
            (true, "busy") => {
                format!("wanted away from {device}, and the machine has it mounted: it lets go when it stops")
            }
            (true, state) => format!("{state} as {device}"),
            (false, state) => format!("{state} to {}", on.instance),
        });
        is_odd |= !own || on.state != "attached";
    }
    let state = if places.is_empty() { format!("{}, on no machine", volume.state) } else { places.join(" and ") };
    Line { name: "volume", text: format!("{what} {state}"), is_odd, is_cut: false }
}

fn snapshots(all: &[Snapshot], about: &About<'_>) -> Line {
    let Some(last) = all.first() else {
        let (stack, words) = (about.stack, about.words);
        return plain("snapshot", &format!("none: `stackgen volume snapshot {stack}{words}`"));
    };
    let age = last.taken.map_or_else(String::new, |at| format!(" {} old", time::age(about.now, at)));
    let state = if last.state == "completed" { String::new() } else { format!(", {} {}", last.state, last.progress) };
    let more = if all.len() > 1 { format!(", and {} before it", all.len() - 1) } else { String::new() };
    Line {
        name: "snapshot",
        text: format!("{}{age}{state}{more}", last.id),
        is_odd: last.state == "error",
        is_cut: false,
    }
}

fn address(host: &HostVitals) -> Line {
    let has = match &host.machine {
        Look::Seen(Some(machine)) => machine.address.as_deref(),
        _ => None,
    };
    match (host.addresses.as_slice(), has) {
        ([own], Some(has)) if own == has => plain("address", &format!("{own}, which stays with the stack")),
        ([], Some(has)) => plain("address", &format!("{has}, until the machine stops")),
        ([], None) => plain("address", "none"),
        (own, Some(has)) if own.iter().any(|one| one == has) => plain("address", &own.join(" ")),
        (own, has) => {
            let has = has.map_or_else(|| "has none".to_owned(), |has| format!("has {has}"));
            odd("address", format!("{}, and the machine {has}", own.join(" ")))
        }
    }
}

fn boot_words(boot: &Boot) -> Line {
    let section = |it: &stackgen_deploy::vitals::Section| match it.seconds {
        Some(seconds) => format!("{} {}", it.name, time::spoken(i64::try_from(seconds).unwrap_or(i64::MAX))),
        None if boot.error.is_some() => format!("{} failed", it.name),
        None => format!("{} goes on", it.name),
    };
    let sections: Vec<String> = boot.sections.iter().map(section).collect();
    let sections = sections.join(", ");
    match (&boot.error, boot.is_good) {
        (Some(error), _) => odd("boot", format!("{sections}; {error}")),
        (None, true) => plain("boot", &format!("{sections}; everything runs")),
        (None, false) => plain("boot", &sections),
    }
}

fn ready(one: &Ready, about: &About<'_>) -> Line {
    let age = one.since.map_or_else(String::new, |at| format!(" {} ago", time::age(about.now, at)));
    match one.status.as_str() {
        "CREATE_COMPLETE" => plain("ready", &format!("it said so{age}")),
        "CREATE_IN_PROGRESS" => plain("ready", "it has not said so yet"),
        status => odd("ready", format!("{} is {status}", one.id)),
    }
}

fn record_words(record: &str) -> Line {
    match record.split_once(':') {
        Some(("in-service", volume)) => plain("record", &format!("{volume} is in service: nothing formats it")),
        Some(("new", volume)) => plain("record", &format!("{volume} is new: a boot may format it while it is blank")),
        Some(("restored", volume)) => plain("record", &format!("{volume} is restored: a boot may take it over")),
        _ => odd("record", format!("`{record}`, which no boot script understands")),
    }
}

/// Two templates tell what differs; what CloudFormation makes of it tells a plan.
fn pending(changes: &[Change], about: &About<'_>) -> Line {
    if changes.is_empty() {
        return plain("pending", "nothing: the app says what the template in force says");
    }
    let sign = |action| match action {
        Action::Add | Action::Import => "+",
        Action::Modify => "~",
        Action::Replace | Action::MayReplace => "±",
        Action::Remove => "-",
    };
    let told: Vec<String> = changes.iter().map(|one| format!("{}{}", sign(one.action), one.id)).collect();
    let (stack, words) = (about.stack, about.words);
    let count = counted(changes.len(), "change");
    plain("pending", &format!("{count} by the templates, {}: `stackgen diff {stack}{words}`", told.join(" ")))
}

fn lease(entry: &Entry, about: &About<'_>) -> Line {
    let Entry { owner, command, phase, since, until, .. } = entry;
    let (stack, words) = (about.stack, about.words);
    let since = time::age(about.now, *since);
    let way = if *until <= about.now {
        format!("it ran out: `stackgen resume {stack} --take-over{words}`, or `rollback` instead of `resume`")
    } else {
        format!("good until {} UTC; `stackgen resume {stack}{words}` there goes on", time::hour(*until))
    };
    odd("lease", format!("{owner} is at work for {since} with `{command}` ({phase}); {way}"))
}

fn plain(name: &'static str, text: &str) -> Line {
    Line { name, text: text.to_owned(), is_odd: false, is_cut: false }
}

fn odd(name: &'static str, text: String) -> Line {
    Line { name, text, is_odd: true, is_cut: false }
}

fn unknown(name: &'static str, why: &str) -> Line {
    Line { name, text: format!("not known: {why}"), is_odd: true, is_cut: true }
}

#[cfg(test)]
mod tests {
    use stackgen_deploy::vitals::{Section, Vitals};
    use stackgen_deploy::volume::Attached;

    use super::super::drawn;
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("it is a time")
    }

    fn host() -> HostVitals {
        let machine = Machine {
            id: "i-0123456789abcdef0".to_owned(),
            kind: "m7g.medium".to_owned(),
            state: "running".to_owned(),
            launched: Some(at("2027-01-01T02:00:00Z")),
            zone: "eu-west-1a".to_owned(),
            image: "ami-1".to_owned(),
            address: Some("203.0.113.10".to_owned()),
            checks: vec![("system".to_owned(), "ok".to_owned())],
        };
        let on = Attached {
            instance: machine.id.clone(),
            device: "/dev/sdf".to_owned(),
            state: "attached".to_owned(),
            since: None,
        };
        let volume =
            Volume { id: "vol-1".to_owned(), gib: 20, kind: "gp3".to_owned(), on: vec![on], ..Volume::default() };
        let snapshot = Snapshot {
            id: "snap-1".to_owned(),
            state: "completed".to_owned(),
            taken: Some(at("2027-01-01T10:00:00Z")),
            ..Snapshot::default()
        };
        let image =
            Image { id: "ami-1".to_owned(), name: "zmanim-7".to_owned(), created: Some(at("2026-12-13T12:00:00Z")) };
        let section = |name: &str, seconds| Section { name: name.to_owned(), seconds: Some(seconds) };
        let boot = Boot { sections: vec![section("network", 1), section("mount", 64)], is_good: true, error: None };
        HostVitals {
            id: "HostA".to_owned(),
            image_parameter: Some("Image".to_owned()),
            machine: Look::Seen(Some(machine)),
            image: Look::Seen(Some(image)),
            volumes: vec![Disk {
                id: "Data".to_owned(),
                volume: Look::Seen(Some(volume)),
                snapshots: Look::Seen(vec![snapshot.clone(), snapshot]),
            }],
            addresses: vec!["203.0.113.10".to_owned()],
            agent: Look::Seen(Some(true)),
            boot: Look::Seen(Some(boot)),
            ready: vec![Ready {
                id: "ReadyA".to_owned(),
                status: "CREATE_COMPLETE".to_owned(),
                since: Some(at("2027-01-01T02:03:00Z")),
            }],
            record: Look::Seen(Some("in-service:vol-1".to_owned())),
        }
    }

    fn told(host: HostVitals, lease: Look<Option<Entry>>) -> Vec<Line> {
        let published = Published { parameter: "Image".to_owned(), pinned: "ami-1".to_owned(), newer: Ok(None) };
        let vitals = Vitals { hosts: vec![host], lease, pending: Some(Look::Seen(Vec::new())) };
        let hosts = Hosts { vitals, images: vec![published], unfinished: None };
        lines(&hosts, &About { stack: "prod", now: at("2027-01-01T12:00:00Z"), words: " --local" })
    }

    #[test]
    fn a_host_that_is_well_is_told_in_quiet_lines() {
        let lines = told(host(), Look::Seen(None));
        assert!(lines.iter().all(|line| !line.is_odd), "{lines:?}");
        insta::assert_snapshot!(anstream::adapter::strip_str(&drawn(&lines, 80)).to_string(), @r"
        host       HostA
        machine    i-0123456789abcdef0 (m7g.medium) running for 10 h, checks passed
        image      ami-1 (zmanim-7, 19 d old)
        newest     it runs the newest that is published
        volume     vol-1 (Data, 20 GiB gp3) attached as /dev/sdf
        snapshot   snap-1 2 h old, and 1 before it
        address    203.0.113.10, which stays with the stack
        agent      Systems Manager reaches it
        boot       network 1 s, mount 1 min 4 s; everything runs
        ready      it said so 9 h ago
        record     vol-1 is in service: nothing formats it
        pending    nothing: the app says what the template in force says
        lease      nobody is at work on it
        ");
    }

    #[test]
    fn what_is_odd_stands_out() {
        let mut ill = host();
        ill.record = Look::Unseen { unseen: format!("reading the parameter {}: it is not allowed", "/x".repeat(40)) };
        (ill.boot, ill.agent) = (Look::Seen(None), Look::Seen(Some(false)));
        if let Look::Seen(Some(machine)) = &mut ill.machine {
            machine.address = None;
            machine.checks.push(("instance".to_owned(), "impaired".to_owned()));
        }
        if let Look::Seen(Some(volume)) = &mut ill.volumes[0].volume {
            volume.on[0].state = "busy".to_owned();
        }
        ill.volumes[0].snapshots = Look::Seen(Vec::new());
        let entry = Entry {
            write: "1".to_owned(),
            over: String::new(),
            holder: "x".to_owned(),
            owner: "anna@desk".to_owned(),
            command: "stackgen deploy prod --handover".to_owned(),
            phase: "stopping".to_owned(),
            since: at("2027-01-01T11:50:00Z"),
            until: at("2027-01-01T11:59:00Z"),
            is_free: false,
            work: serde_json::Value::Null,
        };
        let lines = told(ill, Look::Seen(Some(entry)));
        let odd: Vec<&str> = lines.iter().filter(|line| line.is_odd).map(|line| line.name).collect();
        assert_eq!(odd, ["machine", "volume", "address", "record", "lease"]);
        let text = drawn(&lines, 80);
        let plain = anstream::adapter::strip_str(&text).to_string();
        assert!(plain.lines().all(|line| line.chars().count() <= 80), "{plain}");
        assert!(text.len() > plain.len(), "it is coloured");
        insta::assert_snapshot!(plain, @r"
        host       HostA
        machine    i-0123456789abcdef0 (m7g.medium) running for 10 h, checks: instance
                   impaired
        image      ami-1 (zmanim-7, 19 d old)
        newest     it runs the newest that is published
        volume     vol-1 (Data, 20 GiB gp3) wanted away from /dev/sdf, and the machine
                   has it mounted: it lets go when it stops
        snapshot   none: `stackgen volume snapshot prod --local`
        address    203.0.113.10, and the machine has none
        agent      Systems Manager does not reach it: no commands, no sessions
        boot       the console tells nothing of it (any more)
        ready      it said so 9 h ago
        record     not known: reading the parameter /x/x/x/x/x/x/x/x/x/x/x/x/x/x/x/x/x/…
        pending    nothing: the app says what the template in force says
        lease      anna@desk is at work for 10 min with `stackgen deploy prod
                   --handover` (stopping); it ran out: `stackgen resume prod --take-over
                   --local`, or `rollback` instead of `resume`
        ");
    }
}
