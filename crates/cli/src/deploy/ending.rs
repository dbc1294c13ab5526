//! How it went: outputs for programs, the first cause of what failed, what stays behind, and where the time went.
use std::process::ExitCode;

use serde_json::json;
use stackgen_deploy::run::{self, Outcome, StackOutcome};

use super::carry::Telling;
use super::way::Account;
use super::{DeployError, Next, Reason, chart, words};
use crate::error::{CliError, Kind};
use crate::shell::STRONG;
use crate::table::{self, Table};
use crate::time;

/// It went as it was wanted, but something old stays.
const LEFTOVERS: u8 = 4;

/// Tells the end.
pub(crate) struct Ending<'a> {
    pub(crate) account: &'a Account<'a>,
    pub(crate) telling: Telling,
}

impl Ending<'_> {
    /// There was nothing to do.
    pub(crate) fn nothing(&self) -> Result<(), CliError> {
        self.finish(&Outcome::default())
    }

    /// Tells how it went, and answers with the exit code.
    pub(crate) fn tell(&self, outcome: &Outcome) -> Result<ExitCode, CliError> {
        let shell = &self.account.context.shell;
        for stack in &outcome.stacks {
            self.handed(stack);
            self.stays(stack);
            if let run::Ending::Skipped(why) = &stack.ending {
                shell.warn(&format!("{} was left out: {why}", stack.stack));
            }
        }
        self.finish(outcome)?;
        let errors: Vec<CliError> =
            outcome.stacks.iter().filter_map(|stack| self.failure(stack)).map(CliError::from).collect();
        errors.iter().for_each(|error| shell.error(error));
        let is_refused = errors.iter().all(|error| error.kind == Kind::Refused);
        let has_leftovers = outcome.stacks.iter().any(|stack| stack.ending == run::Ending::DoneWithLeftovers);
        Ok(match (errors.is_empty(), has_leftovers) {
            (false, _) if is_refused => Kind::Refused.exit_code(),
            (false, _) => Kind::Failed.exit_code(),
            (true, true) => ExitCode::from(LEFTOVERS),
            (true, false) if !outcome.is_good() => Kind::Failed.exit_code(),
            (true, false) => ExitCode::SUCCESS,
        })
    }

    /// How a handover went.
    fn handed(&self, stack: &StackOutcome) {
        let Some(handed) = &stack.handed else { return };
        for snapshot in &handed.snapshots {
            self.status("Snapshot", &format!("{snapshot} stays: it costs until you delete it"));
        }
        let seconds = handed.seconds.map(|seconds| time::spoken(i64::try_from(seconds).unwrap_or(i64::MAX)));
        let (verb, without) = match (handed.is_back, seconds) {
            (true, None) => ("Untouched", String::new()),
            (true, Some(seconds)) => ("Went back", format!(": the old host runs again, after {seconds}")),
            (false, Some(seconds)) => ("Handed over", format!(", with {seconds} without service")),
            (false, None) => ("Handed over", String::new()),
        };
        self.status(verb, &format!("{}{without}", stack.stack));
        if let Some(why) = &handed.untold {
            self.account.context.shell.warn(&format!(
                "{0} still has its old template, while its machine has the new image: {why}; the next handover that makes a \
                 new host ends that, and `stackgen drift {0}` shows it until then",
                stack.stack
            ));
        }
    }

    /// What is there still and belongs to nobody.
    fn stays(&self, stack: &StackOutcome) {
        let shell = &self.account.context.shell;
        for kept in &stack.retained {
            let object = format!("{} ({}) {}: it costs until you delete it", kept.id, kept.type_name, kept.physical_id);
            self.status("Retained", &object);
        }
        // A stack whose deletion failed is there still, with what could not be deleted.
        let is_there = stack.status.as_deref() == Some("DELETE_FAILED");
        let whose = if is_there { "the stack still has it" } else { "it belongs to no stack now" };
        for id in &stack.leftovers {
            shell.warn(&format!("{}: `{id}` could not be deleted, and {whose}", stack.stack));
        }
    }

    fn finish(&self, outcome: &Outcome) -> Result<(), CliError> {
        let shell = &self.account.context.shell;
        let calls = self.account.connection.call_counts();
        let seconds = self.account.began.elapsed().as_secs_f64();
        if self.telling.json {
            let mut end = json!({"event": "end", "stacks": outcome.stacks, "seconds": (seconds * 10.0).round() / 10.0});
            if self.telling.timings {
                end["calls"] = json!(calls);
            }
            return shell.data(&format!("{end}\n"));
        }
        if self.telling.timings {
            self.timings(outcome);
        }
        let done =
            outcome.stacks.iter().filter(|stack| stack.is_good() && stack.ending != run::Ending::Nothing).count();
        let total: u32 = calls.values().map(|count| count.calls).sum();
        let total = usize::try_from(total).unwrap_or(usize::MAX);
        let time = if seconds < 10.0 {
            format!("{seconds:.1} s")
        } else {
            time::spoken(self.account.began.elapsed().as_secs().cast_signed())
        };
        let what = if done == 0 { String::new() } else { table::counted(done, "stack") + " " };
        self.status("Finished", &format!("{what}in {time}, with {}", table::counted(total, "call")));
        outputs(outcome).map_or(Ok(()), |text| shell.data(&text))
    }

    fn timings(&self, outcome: &Outcome) {
        let shell = &self.account.context.shell;
        for stack in outcome.stacks.iter().filter(|stack| !stack.spans.is_empty()) {
            shell.message(&format!(
                "\n{STRONG}{}{STRONG:#}\n{}",
                stack.stack,
                chart::text(&stack.spans, shell.width())
            ));
        }
        let mut table = Table::new(&["CALL", "TIMES", "REPEATED"]);
        for (operation, count) in self.account.connection.call_counts() {
            table.push(vec![operation.to_owned(), count.calls.to_string(), count.repeated.to_string()]);
        }
        shell.message(&format!("\n{}\n", table.render(STRONG, 0, shell.width())));
    }

    fn status(&self, verb: &str, object: &str) {
        if !self.telling.json {
            self.account.context.shell.status(verb, object);
        }
    }

    /// Why a stack is not what was wanted.
    fn failure(&self, outcome: &StackOutcome) -> Option<DeployError> {
        let stack = outcome.stack.clone();
        let what = outcome.status.as_ref().map_or("failed".to_owned(), |status| format!("failed and is in {status}"));
        let is_stuck = outcome.status.as_deref() == Some("UPDATE_ROLLBACK_FAILED");
        let stuck = is_stuck.then(|| outcome.stuck.clone());
        let next = Box::new(Next { stuck, words: self.account.words.clone() });
        match &outcome.ending {
            run::Ending::Refused(why) => Some(DeployError::Refused { stack, reason: Reason(why.clone()) }),
            run::Ending::Failed(why) if outcome.handed.is_some() => {
                let (told, hint) = (why.clone(), outcome.cause.as_ref().and_then(|cause| cause.hint.clone()));
                Some(DeployError::WentBack { stack, told, hint })
            }
            run::Ending::Failed(why) => Some(match &outcome.cause {
                Some(cause) => {
                    let reason = Reason(words::plain(&cause.reason).to_owned());
                    DeployError::Failed { stack, what, next, reason, cause: Box::new(cause.clone()) }
                }
                None => DeployError::FailedSomehow { stack, what, next, reason: Reason(why.clone()) },
            }),
            _ => None,
        }
    }
}

/// Outputs as lines that people and scripts read.
fn outputs(outcome: &Outcome) -> Option<String> {
    let all = outcome.stacks.iter().flat_map(|stack| stack.outputs.iter().map(|output| (stack.stack.as_str(), output)));
    let lines: Vec<String> = all.map(|(stack, (name, value))| format!("{stack}.{name} = {value}\n")).collect();
    if lines.is_empty() { None } else { Some(lines.concat()) }
}
