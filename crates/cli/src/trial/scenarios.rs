//! What can happen to a boot script, and what must become of it.
use std::time::{Duration, Instant};

use stackgen_boot::{Disk, Host, Outcome, Start, StopAt, World};

use super::asked::Asked;
use super::{Run, Trial, TrialError, Verdict, ticking, told};
use crate::names;
use crate::shell::Shell;

/// The scenario that tells what a script needs.
pub(crate) const FIRST: &str = "first boot";

/// What a scenario found wrong, and what the script printed.
type Judged = Result<String, (String, String)>;
type Scenario<'a> = (String, Box<dyn Fn() -> Judged + 'a>);

/// What a log must say of a refusal, so that whoever reads it knows what to look at.
enum MustSay<'a> {
    Parameter(&'a Asked),
    Volume,
}

/// What is wrong with a first boot; nothing if it is right.
pub(super) fn first_fault(trial: &Trial, run: &Run) -> Option<String> {
    judged_ready(trial, run, &[], None).err().map(|(fault, _)| fault)
}

impl Trial {
    /// Every scenario that is known by now, by its name.
    pub(crate) fn names(&self) -> Vec<String> {
        std::iter::once(FIRST.to_owned()).chain(of(self).into_iter().map(|(name, _)| name)).collect()
    }

    /// Refuses a pattern that fits nothing. Before the first boot nobody knows what the script asks for.
    pub(crate) fn check(&self, only: &[String], is_booted: bool) -> Result<(), TrialError> {
        let known = self.names();
        let fits = |pattern: &String| known.iter().any(|name| names::fits(name, pattern));
        match only.iter().find(|pattern| !fits(pattern) && (is_booted || !may_fit_what_is_asked(pattern))) {
            Some(pattern) => Err(TrialError::NoScenario { pattern: names::echo(pattern), known, is_all: is_booted }),
            None => Ok(()),
        }
    }

    /// Boots it in every other way.
    pub(crate) fn others(
        &self,
        shell: &Shell,
        only: &[String],
        mut tell: impl FnMut(Verdict),
    ) -> Result<usize, TrialError> {
        let is_meant = |name: &str| only.is_empty() || only.iter().any(|only| names::fits(name, only));
        let (mut failed, mut tried) = (Vec::new(), 1);
        for (name, scenario) in of(self).into_iter().filter(|(name, _)| is_meant(name)) {
            let began = Instant::now();
            let (fault, log) = match ticking(shell, &name, self.limit, scenario) {
                Ok(log) => (None, log),
                Err((fault, log)) => (Some(fault), log),
            };
            tried += 1;
            failed.extend(fault.as_ref().map(|_| name.clone()));
            tell(self.verdict(&name, began, fault, log));
        }
        if failed.is_empty() { Ok(tried) } else { Err(TrialError::Failed { failed, tried }) }
    }
}

/// Whether a pattern may fit `without NAME` or `NAME is empty`, whatever the name is.
fn may_fit_what_is_asked(pattern: &str) -> bool {
    const WILD: [char; 2] = ['*', '?'];
    let before = pattern.split(WILD).next().unwrap_or_default();
    let after = pattern.rsplit(WILD).next().unwrap_or_default();
    let (start, end) = ("without ", " is empty");
    let is_open = pattern.contains(WILD);
    let starts = before.starts_with(start) || is_open && start.starts_with(before);
    starts || after.ends_with(end) || is_open && end.ends_with(after)
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
        let missing = move || refused(trial, asked, &trial.new_volumes().without(&asked.name));
        all.push((format!("without {}", asked.name), Box::new(missing)));
    }
    for asked in trial.asked.iter().filter(|asked| asked.is_secret()) {
        let empty = move || refused(trial, asked, &asked.given(trial.new_volumes(), ""));
        all.push((format!("{} is empty", asked.name), Box::new(empty)));
    }
    for section in &trial.sections {
        all.push((format!("killed in {section}, then again"), Box::new(move || killed(trial, section))));
    }
    all
}

fn again(trial: &Trial) -> Judged {
    let disks = trial.disks().map_err(unseen)?;
    let run = trial.boot(&trial.new_volumes(), &disks, &trial.start()).map_err(unseen)?;
    let outcome = run.boot.run(&trial.parts, &trial.start()).map_err(|error| unseen(told(error)))?;
    judged_ready(trial, &Run { outcome, ..run }, &disks, Some(run.outcome.log))
}

/// What was on the volume must be there, also if somebody else comes with it.
fn new_root(trial: &Trial) -> Judged {
    const KEEP: &str = "mount $disk $at; seq 1 20000 >$at/keep; md5sum <$at/keep";
    let disks = trial.disks().map_err(unseen)?;
    drop(trial.boot(&trial.new_volumes(), &disks, &trial.start()).map_err(unseen)?);
    let before = disks[0].prepare(KEEP).map_err(|error| unseen(told(error)))?;
    let run = trial.boot(&trial.with_record("in-service"), &disks, &trial.start()).map_err(unseen)?;
    let log = judged_ready(trial, &run, &disks, None)?;
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
        let outcome = boot.run(&trial.parts, &trial.start()).map_err(told);
        (attached.join().expect("attaching does not panic"), outcome)
    });
    attached.map_err(unseen)?;
    let run = Run { outcome: outcome.map_err(unseen)?, boot, _host: host };
    judged_ready(trial, &run, &disks, None)
}

fn never(trial: &Trial) -> Judged {
    let run = trial.boot(&trial.new_volumes(), &[], &trial.start().near_the_end_of(&trial.text)).map_err(unseen)?;
    judged_refused(trial, &run, &[], &MustSay::Volume)
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
    let run = trial.boot(world, disks, &trial.start().near_the_end_of(&trial.text)).map_err(unseen)?;
    let log = judged_refused(trial, &run, disks, &MustSay::Volume)?;
    drop(run);
    let after = disks[0].content().map_err(|error| unseen(told(error)))?;
    if before == after { Ok(log) } else { Err(("the disk was written to".to_owned(), log)) }
}

fn refused(trial: &Trial, asked: &Asked, world: &World) -> Judged {
    let disks = trial.disks().map_err(unseen)?;
    // Units have a patience of their own, which begins near its end.
    let start = Start { unit_seconds: 58, ..trial.start() };
    let run = trial.boot(world, &disks, &start).map_err(unseen)?;
    judged_refused(trial, &run, &disks, &MustSay::Parameter(asked))
}

fn killed(trial: &Trial, section: &str) -> Judged {
    let disks = trial.disks().map_err(unseen)?;
    let begins = format!("stackgen {section}: begins");
    let stop_at = Some((begins.clone(), StopAt::Processes));
    let run = trial.boot(&trial.new_volumes(), &disks, &Start { stop_at, ..trial.start() }).map_err(unseen)?;
    if run.outcome.is_late {
        return Err((ended(trial, &run.outcome), run.outcome.log));
    }
    // A last section that takes an instant can be over before it is killed; that the script runs again is then still to be seen.
    if run.outcome.status.is_some() && !run.outcome.log.contains(&begins) {
        return Err((format!("its log does not say `{begins}`"), run.outcome.log));
    }
    let outcome = run.boot.run(&trial.parts, &trial.start()).map_err(|error| unseen(told(error)))?;
    judged_ready(trial, &Run { outcome, ..run }, &disks, Some(run.outcome.log))
}

fn judged_ready(trial: &Trial, run: &Run, disks: &[Disk], before: Option<String>) -> Judged {
    let log = before.unwrap_or_default() + &run.outcome.log;
    let fault = leaked(trial, run, disks).or_else(|| not_ready(trial, &run.outcome));
    fault.map_or_else(|| Ok(log.clone()), |fault| Err((fault, log.clone())))
}

fn not_ready(trial: &Trial, outcome: &Outcome) -> Option<String> {
    if outcome.status != Some(0) {
        return Some(format!("{}; it must become ready", ended(trial, outcome)));
    }
    if let [unit, ..] = outcome.blocked().as_slice() {
        return Some(format!("starting {unit} would wait for cloud-init; start it with --no-block"));
    }
    let signals = outcome.signals();
    let is_told = signals.iter().all(|signal| signal.status == "SUCCESS") && signals.len() <= 1;
    let must_tell = trial.reports && signals.is_empty();
    (!is_told || must_tell).then(|| format!("its stack was told {}", told_stack(outcome)))
}

fn judged_refused(trial: &Trial, run: &Run, disks: &[Disk], must_say: &MustSay<'_>) -> Judged {
    let log = run.outcome.log.clone();
    match leaked(trial, run, disks).or_else(|| not_refused(trial, &run.outcome, must_say)) {
        None => Ok(log),
        Some(fault) => Err((fault, log)),
    }
}

fn not_refused(trial: &Trial, outcome: &Outcome, must_say: &MustSay<'_>) -> Option<String> {
    let is_service = |unit: &str| trial.image.services.iter().any(|service| service == unit);
    if outcome.status.is_none_or(|status| status == 0) {
        return Some(format!("{}; it must stop with an error", ended(trial, outcome)));
    }
    if let Some((unit, _)) = outcome.started().into_iter().find(|(unit, _)| is_service(unit)) {
        return Some(format!("{unit} was started all the same"));
    }
    let failures = outcome.signals().iter().filter(|signal| signal.status == "FAILURE").count();
    if trial.reports && failures != 1 {
        return Some(format!("its stack was told {}", told_stack(outcome)));
    }
    must_say.unsaid(trial, &outcome.log)
}

impl MustSay<'_> {
    /// What a log does not say.
    fn unsaid(&self, trial: &Trial, log: &str) -> Option<String> {
        match self {
            MustSay::Parameter(asked) if asked.is_named_in(log) => None,
            MustSay::Parameter(asked) => {
                Some(format!("it stopped, and the log does not say which it lacks: `{}` is not in it", asked.name))
            }
            MustSay::Volume => {
                let volume = trial.volumes.first()?;
                let names = [volume.clone(), volume.replace('-', ""), trial.disk_name(0)];
                let is_said = names.iter().any(|name| log.contains(name));
                let [volume, _, disk] = &names;
                (!is_said).then(|| {
                    format!("it stopped, and the log does not say on account of which: it has neither `{volume}` nor `{disk}`")
                })
            }
        }
    }
}

/// Where a secret can be read by somebody who should not.
fn leaked(trial: &Trial, run: &Run, disks: &[Disk]) -> Option<String> {
    let disks: Vec<&Disk> = disks.iter().collect();
    let wanted: Vec<&Asked> = trial.asked.iter().filter(|asked| asked.is_secret() && asked.can_be_found()).collect();
    let values: Vec<&str> = wanted.iter().map(|asked| asked.value.as_str()).collect();
    match run.boot.leaks(&run.outcome, &disks, &values) {
        Ok(leaks) => leaks.first().map(|leak| {
            let line = leak.line.map(|line| format!("line {line} of ")).unwrap_or_default();
            format!("the value of `{}` can be read in {line}{}", wanted[leak.value].name, leak.place)
        }),
        Err(error) => Some(told(error)),
    }
}

fn ended(trial: &Trial, outcome: &Outcome) -> String {
    match outcome.status {
        _ if outcome.is_late => {
            let last = outcome.log.lines().rev().find(|line| !line.trim().is_empty());
            let last = last.map_or_else(|| "it printed nothing".to_owned(), |line| format!("its last line: {line}"));
            format!("it was killed after {} s, see --timeout; {last}", trial.limit.as_secs())
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_that_can_fit_nothing_is_known_before_the_first_boot() {
        for pattern in ["without /a", "w*", "*", "/a is empty", "/a*", "?ithout*", "*empty"] {
            assert!(may_fit_what_is_asked(pattern), "{pattern}");
        }
        for pattern in ["wihtout /a", "/a is emtpy", "killed*again", "first"] {
            assert!(!may_fit_what_is_asked(pattern), "{pattern}");
        }
    }
}
