//! What can happen to a boot script, and what must become of it.
use std::time::{Duration, Instant};

use stackgen_boot::{Disk, Host, Outcome, Start, StopAt, World};

use super::{Kind, Run, Trial, TrialError, Verdict, told};
use crate::names;

/// The scenario that tells what a script needs.
pub(super) const FIRST: &str = "first boot";

/// What a scenario found wrong, and what the script printed.
type Judged = Result<String, (String, String)>;
type Scenario<'a> = (String, Box<dyn Fn() -> Judged + 'a>);

/// What is wrong with a first boot; nothing if it is right.
pub(super) fn first_fault(trial: &Trial, run: &Run) -> String {
    judged_ready(trial, run, &[], &trial.new_volumes(), None).err().map(|(fault, _)| fault).unwrap_or_default()
}

pub(super) fn run(trial: &Trial, only: Option<&str>, mut tell: impl FnMut(Verdict)) -> Result<usize, TrialError> {
    let all = of(trial);
    let is_meant = |name: &str| only.is_none_or(|only| names::fits(name, only));
    let mut counts = (0, 1);
    for (name, scenario) in all.iter().filter(|(name, _)| is_meant(name)) {
        let began = Instant::now();
        let (fault, log) = match scenario() {
            Ok(log) => (None, log),
            Err((fault, log)) => (Some(fault), log),
        };
        counts = (counts.0 + usize::from(fault.is_some()), counts.1 + 1);
        tell(Verdict { name: name.clone(), took: began.elapsed(), fault, log });
    }
    match (counts, only) {
        ((_, 1), Some(pattern)) if pattern != FIRST && !all.is_empty() => {
            let known = all.into_iter().map(|(name, _)| name).collect();
            Err(TrialError::NoScenario { pattern: pattern.to_owned(), known })
        }
        ((0, tried), _) => Ok(tried),
        ((failed, tried), _) => Err(TrialError::Failed { failed, tried }),
    }
}

fn of(trial: &Trial) -> Vec<Scenario<'_>> {
    let mut all: Vec<Scenario<'_>> = vec![("the same script again".to_owned(), Box::new(|| again(trial)))];
    if !trial.volumes.is_empty() {
        all.push(("a new root, the same volume".to_owned(), Box::new(|| new_root(trial))));
        all.push(("the volume comes late".to_owned(), Box::new(|| late(trial))));
        all.push(("the volume never comes".to_owned(), Box::new(|| never(trial))));
        all.push(("the volume is blank and not new".to_owned(), Box::new(|| blank_in_service(trial))));
        all.push(("the volume has another file system".to_owned(), Box::new(|| other_file_system(trial))));
    }
    for asked in &trial.asked {
        let missing = move || refused(trial, &trial.new_volumes().without(&asked.name));
        all.push((format!("without {}", asked.name), Box::new(missing)));
    }
    for asked in trial.asked.iter().filter(|asked| asked.kind != Kind::Plain) {
        let empty = move || refused(trial, &asked.given(trial.new_volumes(), ""));
        all.push((format!("{} is empty", asked.name), Box::new(empty)));
    }
    for section in &trial.sections {
        all.push((format!("killed in {section}, then again"), Box::new(move || killed(trial, section))));
    }
    all
}

fn again(trial: &Trial) -> Judged {
    let disks = trial.disks().map_err(unseen)?;
    let run = trial.boot(&trial.new_volumes(), &disks, &Start::default()).map_err(unseen)?;
    let outcome = run.boot.run(&trial.parts, &Start::default()).map_err(|error| unseen(told(error)))?;
    judged_ready(trial, &Run { outcome, ..run }, &disks, &trial.new_volumes(), Some(run.outcome.log))
}

/// What was on the volume must be there, also if somebody else comes with it.
fn new_root(trial: &Trial) -> Judged {
    const KEEP: &str = "mount $disk $at; seq 1 20000 >$at/keep; md5sum <$at/keep";
    let disks = trial.disks().map_err(unseen)?;
    drop(trial.boot(&trial.new_volumes(), &disks, &Start::default()).map_err(unseen)?);
    let before = disks[0].prepare(KEEP).map_err(|error| unseen(told(error)))?;
    let run = trial.boot(&trial.with_record("in-service"), &disks, &Start::default()).map_err(unseen)?;
    let log = judged_ready(trial, &run, &disks, &trial.new_volumes(), None)?;
    drop(run);
    let after = disks[0].prepare("mount $disk $at; md5sum <$at/keep").map_err(|error| unseen(told(error)))?;
    if before == after { Ok(log) } else { Err(("a file on the volume is lost".to_owned(), log)) }
}

fn late(trial: &Trial) -> Judged {
    let disks = trial.disks().map_err(unseen)?;
    let host = Host::new(&trial.image.image()).map_err(|error| unseen(told(error)))?;
    let boot = host.boot(&trial.new_volumes(), &[]).map_err(|error| unseen(told(error)))?;
    let (attached, outcome) = std::thread::scope(|scope| {
        let attached = scope.spawn(|| {
            std::thread::sleep(Duration::from_millis(700));
            trial.attach(&boot, &disks)
        });
        let outcome = boot.run(&trial.parts, &Start::default()).map_err(told);
        (attached.join().expect("attaching does not panic"), outcome)
    });
    attached.map_err(unseen)?;
    let run = Run { outcome: outcome.map_err(unseen)?, boot, _host: host };
    judged_ready(trial, &run, &disks, &trial.new_volumes(), None)
}

fn never(trial: &Trial) -> Judged {
    let run = trial.boot(&trial.new_volumes(), &[], &impatient(trial)).map_err(unseen)?;
    judged_refused(trial, &run, &[], &trial.new_volumes())
}

fn blank_in_service(trial: &Trial) -> Judged {
    let disks = trial.disks().map_err(unseen)?;
    untouched(trial, &disks, &trial.with_record("in-service"))
}

fn other_file_system(trial: &Trial) -> Judged {
    let disks = trial.disks().map_err(unseen)?;
    disks[0].prepare("mkfs.ext4 -q $disk").map_err(|error| unseen(told(error)))?;
    untouched(trial, &disks, &trial.new_volumes())
}

/// Refused, and not a byte of the disk is another one.
fn untouched(trial: &Trial, disks: &[Disk], world: &World) -> Judged {
    let before = disks[0].content().map_err(|error| unseen(told(error)))?;
    let run = trial.boot(world, disks, &impatient(trial)).map_err(unseen)?;
    let log = judged_refused(trial, &run, disks, world)?;
    drop(run);
    let after = disks[0].content().map_err(|error| unseen(told(error)))?;
    if before == after { Ok(log) } else { Err(("the disk was written to".to_owned(), log)) }
}

fn refused(trial: &Trial, world: &World) -> Judged {
    let disks = trial.disks().map_err(unseen)?;
    // Units have a patience of their own, which begins near its end.
    let start = Start { unit_seconds: 58, ..Start::default() };
    let run = trial.boot(world, &disks, &start).map_err(unseen)?;
    judged_refused(trial, &run, &disks, &trial.new_volumes())
}

fn killed(trial: &Trial, section: &str) -> Judged {
    let disks = trial.disks().map_err(unseen)?;
    let stop_at = Some((format!("stackgen {section}: begins"), StopAt::Processes));
    let run = trial.boot(&trial.new_volumes(), &disks, &Start { stop_at, ..Start::default() }).map_err(unseen)?;
    if run.outcome.status.is_some() {
        return Err((format!("its log does not say `stackgen {section}: begins`"), run.outcome.log));
    }
    let outcome = run.boot.run(&trial.parts, &Start::default()).map_err(|error| unseen(told(error)))?;
    judged_ready(trial, &Run { outcome, ..run }, &disks, &trial.new_volumes(), Some(run.outcome.log))
}

/// Two seconds before its patience ends. The script is as it is; only its clock has run before.
fn impatient(trial: &Trial) -> Start {
    let deadline = trial.text.lines().find_map(|line| line.trim().strip_prefix("deadline="));
    let seconds: u32 = deadline.and_then(|text| text.trim_matches(['"', '\'']).parse().ok()).unwrap_or_default();
    Start { seconds: seconds.saturating_sub(2), ..Start::default() }
}

fn judged_ready(trial: &Trial, run: &Run, disks: &[Disk], world: &World, before: Option<String>) -> Judged {
    let log = before.unwrap_or_default() + &run.outcome.log;
    let fault = leaked(run, disks, world).or_else(|| not_ready(trial, &run.outcome));
    fault.map_or_else(|| Ok(log.clone()), |fault| Err((fault, log.clone())))
}

fn not_ready(trial: &Trial, outcome: &Outcome) -> Option<String> {
    if outcome.status != Some(0) {
        return Some(format!("{}; it must become ready", ended(outcome)));
    }
    if let [unit, ..] = outcome.blocked().as_slice() {
        return Some(format!("starting {unit} would wait for cloud-init; start it with --no-block"));
    }
    let signals = outcome.signals();
    let is_told = signals.iter().all(|signal| signal.status == "SUCCESS") && signals.len() <= 1;
    let must_tell = trial.reports && signals.is_empty();
    (!is_told || must_tell).then(|| format!("its stack was told {}", told_stack(outcome)))
}

fn judged_refused(trial: &Trial, run: &Run, disks: &[Disk], world: &World) -> Judged {
    let (log, outcome) = (run.outcome.log.clone(), &run.outcome);
    let is_service = |unit: &str| trial.image.services.iter().any(|service| service == unit);
    let fault = leaked(run, disks, world).or_else(|| {
        if outcome.status.is_none_or(|status| status == 0) {
            return Some(format!("{}; it must stop with an error", ended(outcome)));
        }
        if let Some((unit, _)) = outcome.started().into_iter().find(|(unit, _)| is_service(unit)) {
            return Some(format!("{unit} was started all the same"));
        }
        let failures = outcome.signals().iter().filter(|signal| signal.status == "FAILURE").count();
        (trial.reports && failures != 1).then(|| format!("its stack was told {}", told_stack(outcome)))
    });
    fault.map_or_else(|| Ok(log.clone()), |fault| Err((fault, log.clone())))
}

/// Where a secret can be read by somebody who should not.
fn leaked(run: &Run, disks: &[Disk], world: &World) -> Option<String> {
    let disks: Vec<&Disk> = disks.iter().collect();
    match run.boot.leaks(&run.outcome, &disks, &world.confidential()) {
        Ok(leaks) => leaks.first().map(|leak| format!("a secret can be read in {}", leak.place)),
        Err(error) => Some(told(error)),
    }
}

fn ended(outcome: &Outcome) -> String {
    match outcome.status {
        Some(status) => format!("it ended with status {status}"),
        None => "it did not end by itself".to_owned(),
    }
}

fn told_stack(outcome: &Outcome) -> String {
    let signals: Vec<String> = outcome.signals().into_iter().map(|signal| signal.status).collect();
    if signals.is_empty() { "nothing".to_owned() } else { signals.join(", ") }
}

/// A fault on this side, without a log.
fn unseen(fault: String) -> (String, String) {
    (fault, String::new())
}
