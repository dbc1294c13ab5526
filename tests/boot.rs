//! The boot script of the production stack, run for real on disks in every state that it may meet.
//!
//! It wants root, loop devices and some tools. Where they are missing a case is shown as ignored, with the reason; with
//! `STACKGEN_SKIP_NOTHING=1`, as `cargo xtask check` sets it, that is a failure.
use std::process::ExitCode;
use std::sync::Arc;

use libtest_mimic::{Arguments, Failed, Trial};

#[path = "../stacks/main.rs"]
#[expect(dead_code, reason = "the app's own main is not run here")]
mod app;
#[path = "boot/disks.rs"]
mod disks;
#[path = "boot/matrix.rs"]
mod matrix;
#[path = "boot/mutants.rs"]
mod mutants;
#[path = "boot/repeats.rs"]
mod repeats;
#[path = "boot/secrets.rs"]
mod secrets;
#[path = "boot/subject.rs"]
mod subject;

use matrix::CASES;
use subject::{Subject, Verdict};

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let missing = stackgen_boot::missing();
    #[expect(clippy::disallowed_methods, reason = "the environment of a test is read where tests start")]
    let must_run = std::env::var_os("STACKGEN_SKIP_NOTHING").is_some_and(|value| value == "1");
    libtest_mimic::run(&arguments, trials(&missing.join("; "), must_run)).exit_code()
}

/// Every case by name, for one script; nothing is run yet.
fn trials(missing: &str, must_run: bool) -> Vec<Trial> {
    let subject = match Subject::production() {
        Ok(subject) => Arc::new(subject),
        Err(said) => return vec![Trial::test("the_script_is_there", move || Err(said.into()))],
    };
    let trial = |name: String, check: Box<dyn FnOnce(&Subject) -> Verdict + Send>| {
        let (subject, said) = (subject.clone(), missing.to_owned());
        if missing.is_empty() {
            return Trial::test(name, move || check(&subject).map_err(Failed::from));
        }
        if must_run {
            return Trial::test(name, move || Err(said.into()));
        }
        Trial::test(format!("{name} ({missing})"), || Ok(())).with_ignored_flag(true)
    };
    let mut trials = Vec::new();
    for (name, check) in CASES {
        trials.push(trial((*name).to_owned(), Box::new(check)));
    }
    trials.push(trial("sent_packed".to_owned(), Box::new(|_| repeats::sent_packed())));
    let sections = subject.sections();
    let known = |_: &Subject| Err("the script names no sections; say in `Subject::sections` how it does".to_owned());
    if sections.is_empty() {
        trials.push(trial("again::sections_are_known".to_owned(), Box::new(known)));
    }
    for section in sections {
        let again = section.clone();
        let name = format!("again::killed_in_{section}");
        trials.push(trial(name, Box::new(move |subject| repeats::killed_and_run_again(subject, &again))));
        let name = format!("again::lost_in_{section}");
        trials.push(trial(name, Box::new(move |subject| repeats::lost_and_booted_again(subject, &section))));
    }
    for mutant in mutants::MUTANTS {
        trials.push(trial(format!("mutant::{}", mutant.name), Box::new(|subject| mutant.is_caught(subject))));
    }
    for (name, check) in CASES {
        let verdict = if mutants::FIRST_SCRIPT_PASSES.contains(name) { "passes" } else { "fails" };
        let judged = Box::new(|_: &Subject| mutants::first_script_is_judged(name, *check));
        trials.push(trial(format!("first_script::{verdict}::{name}"), judged));
    }
    trials
}
