//! The performance: the client that always deploys, on an engine that is a copy of what is deployed.
use std::future::Future;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use stackgen_assembly::Assembly;
use stackgen_deploy::aws::Connection;
use stackgen_deploy::failure::Failure;
use stackgen_deploy::handover::{Chosen, Strategy};
use stackgen_deploy::lease::Claim;
use stackgen_deploy::observe::Observed;
use stackgen_deploy::plan::{self, Approvals, Plan, Selection, Verb, Wishes};
use stackgen_deploy::progress::Progress;
use stackgen_deploy::record::Records;
use stackgen_deploy::run::{self, Ending, Outcome};
use stackgen_local::adopt::{self, Account, Adopted, scene};
use tokio::runtime::Builder;

use super::stage::Stage;
use super::story::{Death, Moment, Story, What};
use super::things::{self, Inventory};
use super::{Fail, RehearseError, downtime, fail, seen};
use crate::deploy::DeployError;
use crate::error::{self, CliError};

/// How long the world is watched after the client has ended: hosts that are still booting get there.
const AFTERWARDS: Duration = Duration::from_secs(30 * 60);
/// The account where none was there to tell.
const ACCOUNT: &str = "000000000000";

/// What is played.
pub(crate) struct Script<'a> {
    /// What is deployed.
    pub(crate) seen: &'a Observed,
    /// What the app says.
    pub(crate) assembly: &'a Assembly,
    pub(crate) deed: Deed<'a>,
    /// What fails.
    pub(crate) fails: &'a [Fail],
    /// At which of its calls that change something the client dies.
    pub(crate) kill_at: Option<usize>,
    /// A folder for the client's records.
    pub(crate) folder: &'a Path,
    /// What has to be typed for the same way to the account.
    pub(crate) words: &'a str,
}

/// What is done.
#[derive(Clone, Copy)]
pub(crate) enum Deed<'a> {
    /// What `stackgen deploy` does.
    Deploy {
        selection: &'a Selection,
        wishes: &'a Wishes,
        /// Whether hosts are handed over where one update cannot replace them.
        hands_over: Option<Strategy>,
    },
    /// What `stackgen destroy` does with these stacks.
    Destroy {
        stacks: &'a [String],
        /// The resources that stay, of stacks whose deletion failed.
        retain: &'a [String],
    },
}

impl Deed<'_> {
    /// The stacks that are meant.
    pub(super) fn stacks(&self) -> &[String] {
        match self {
            Deed::Deploy { selection, .. } => &selection.stacks,
            Deed::Destroy { stacks, .. } => stacks,
        }
    }

    /// The texts that are going to be sent.
    pub(super) fn pending(&self, assembly: &Assembly) -> Vec<String> {
        match self {
            Deed::Deploy { .. } => assembly.files.values().cloned().collect(),
            Deed::Destroy { .. } => Vec::new(),
        }
    }
}

/// Plays it.
pub(crate) fn perform(script: &Script<'_>) -> Result<Story, CliError> {
    // On this clock every wait of the client is over as soon as nothing else happens, and the world follows it.
    let runtime = Builder::new_current_thread().enable_time().start_paused(true).build();
    runtime.map_err(DeployError::Runtime)?.block_on(play(script))
}

async fn play(script: &Script<'_>) -> Result<Story, CliError> {
    let Adopted { world, notes } = copied(script);
    let region = script.seen.region.as_str();
    let stage = Arc::new(Stage::new(world, region, script.kill_at));
    let before = stage.world(|world| Inventory::take(world, region));
    let mut play =
        Play { script, stage, steps: Mutex::default(), plan: None, refused: None, hints: Vec::new(), death: None };
    let outcome = play.go().await?;
    let (outcome, left) = match play.death {
        Some(_) => play.go_on().await?,
        None => (outcome, Vec::new()),
    };
    Ok(play.story(outcome, left, &before, notes))
}

fn choose_handovers(plan: &mut Plan, strategy: Strategy) -> Result<(), Failure> {
    let owner = "this rehearsal".to_owned();
    let claim = Claim { owner, command: "stackgen rehearse --handover".to_owned(), takes_over: false };
    for stack in &mut plan.stacks {
        stack.choose_handover(Chosen { claim: claim.clone(), strategy, ..Chosen::default() })?;
    }
    Ok(())
}

/// The world as it was seen.
fn copied(script: &Script<'_>) -> Adopted {
    // Neither crate knows the other; what is between them is a document.
    let document = serde_json::to_value(script.seen).expect("it has text for keys");
    let mut account: Account = serde_json::from_value(document).expect("both know its form, which a test holds");
    if account.account.is_empty() {
        let bound = script.assembly.manifest.stacks.iter().find_map(|stack| stack.account.clone());
        account.account = bound.unwrap_or_else(|| ACCOUNT.to_owned());
    }
    let mut adopted = adopt::adopt(&account, &script.deed.pending(script.assembly));
    for (bucket, _) in script.seen.buckets.iter().filter(|(_, is_filled)| **is_filled) {
        let url = format!("https://s3.{}.amazonaws.com/{bucket}/something", account.region);
        stackgen_local::s3::stand_in(&mut adopted.world, &account.region, &url, "");
    }
    adopted
}

struct Play<'a> {
    script: &'a Script<'a>,
    stage: Arc<Stage>,
    steps: Mutex<Vec<Moment>>,
    plan: Option<Plan>,
    refused: Option<String>,
    hints: Vec<String>,
    death: Option<Death>,
}

impl Play<'_> {
    fn connection(&self) -> Connection {
        Connection::inside(&self.script.seen.region, Arc::clone(&self.stage) as Arc<_>)
    }

    fn records(&self) -> Records {
        Records::new(self.script.folder)
    }

    /// Plans, and does it.
    async fn go(&mut self) -> Result<Outcome, CliError> {
        let (connection, records) = (self.connection(), self.records());
        let plan = match alive(&self.stage, self.planned(&connection, &records)).await {
            Some(Ok(plan)) => plan,
            Some(Err(failure)) => return Ok(self.refuse(&failure)),
            None => return Ok(self.die()),
        };
        self.plan = Some(plan.clone());
        let mishaps = fail::mishaps(self.script.fails, &plan)?;
        self.stage.world(|world| world.mishaps = mishaps);
        match alive(&self.stage, self.carry_out(&connection, &records, &plan)).await {
            Some(Ok(outcome)) => Ok(outcome),
            Some(Err(failure)) => Ok(self.refuse(&failure)),
            None => Ok(self.die()),
        }
    }

    async fn planned(&self, connection: &Connection, records: &Records) -> Result<Plan, Failure> {
        let assembly = self.script.assembly;
        match self.script.deed {
            Deed::Deploy { selection, wishes, hands_over } => {
                let mut plan = plan::make(connection, records, assembly, selection, wishes).await?;
                if let Some(strategy) = hands_over {
                    choose_handovers(&mut plan, strategy)?;
                }
                Ok(plan)
            }
            Deed::Destroy { stacks, retain } => plan::make_destroy(connection, Some(assembly), stacks, retain).await,
        }
    }

    /// Carries the plan out, everything approved.
    async fn carry_out(&self, connection: &Connection, records: &Records, plan: &Plan) -> Result<Outcome, Failure> {
        let (approvals, say) = (approved(plan), |progress| self.say(progress));
        match self.script.deed {
            Deed::Deploy { .. } => run::deploy(connection, records, plan, &approvals, &say).await,
            Deed::Destroy { .. } => run::destroy(connection, records, plan, &approvals, &say).await,
        }
    }

    /// Another client finds what the first one left, as `stackgen resume` does. Answers too with the stacks that it leaves alone.
    async fn go_on(&mut self) -> Result<(Outcome, Vec<String>), CliError> {
        let (connection, records) = (self.connection(), self.records());
        self.step(String::new(), What::Resume { resumes: true });
        let open = records.stacks().unwrap_or_default();
        let outcome = if open.is_empty() {
            Outcome::default()
        } else {
            match run::resume(&connection, &records, &[], &|progress| self.say(progress)).await {
                Ok(outcome) => outcome,
                Err(failure) => self.refuse(&failure),
            }
        };
        let stacks = self.meant();
        let is_done = |name: &str| {
            outcome.stacks.iter().any(|stack| stack.stack == name && stack.ending != Ending::Nothing)
                || self.is_done(name)
        };
        let left = stacks.into_iter().filter(|name| !is_done(name)).collect();
        Ok((outcome, left))
    }

    /// The stacks that were to be changed; all that were meant, if the client died before it knew.
    fn meant(&self) -> Vec<String> {
        let Some(plan) = &self.plan else {
            let stacks = self.script.deed.stacks();
            return match self.script.deed {
                Deed::Deploy { selection, .. } if !selection.only => seen::with_needs(self.script.assembly, stacks),
                _ => stacks.to_vec(),
            };
        };
        let busy = plan.stacks.iter().filter(|stack| stack.verb != Verb::Nothing);
        busy.map(|stack| stack.stack.clone()).collect()
    }

    /// Whether a stack had ended well before the client died.
    fn is_done(&self, name: &str) -> bool {
        let events = self.stage.world(|world| scene::events(world, &self.script.seen.region));
        let last = events.iter().rev().find(|event| event.stack == name && event.logical_id == name);
        let good: &[&str] = match self.script.deed {
            Deed::Deploy { .. } => &["CREATE_COMPLETE", "UPDATE_COMPLETE", "IMPORT_COMPLETE"],
            Deed::Destroy { .. } => &["DELETE_COMPLETE"],
        };
        last.is_some_and(|event| good.contains(&event.status.as_str()))
    }

    fn refuse(&mut self, failure: &Failure) -> Outcome {
        self.refused = Some(failure.message.clone());
        self.hints = error::of_failure(failure.clone(), None, self.script.words).hints;
        Outcome::default()
    }

    fn die(&mut self) -> Outcome {
        let call = self.stage.changes().pop().expect("it dies of a call");
        let region = self.script.seen.region.as_str();
        let names: Vec<String> = match self.script.deed {
            Deed::Deploy { .. } => self.script.assembly.manifest.stacks.iter().map(|it| it.name.clone()).collect(),
            Deed::Destroy { stacks, .. } => stacks.to_vec(),
        };
        let (statuses, hosts) = self.stage.world(|world| {
            let here = world.region(region);
            let status =
                |name: &String| here.stacks.values().rev().find(|stack| stack.name == *name).map(|it| it.status.word());
            let statuses: Vec<(String, String)> =
                names.into_iter().filter_map(|name| Some((name.clone(), status(&name)?.to_owned()))).collect();
            let hosts = scene::hosts(world, region);
            let told =
                |host: &scene::Host| format!("{}/{} {} {}", host.stack, host.logical_id, host.instance, host.state);
            (statuses, hosts.iter().map(told).collect())
        });
        let about = call.about.map(|about| format!(" {about}")).unwrap_or_default();
        self.step(String::new(), What::Death { killed_at: call.number });
        let call_told = format!("{}{about}", call.operation);
        self.death = Some(Death { number: call.number, at: self.stage.now(), call: call_told, statuses, hosts });
        Outcome::default()
    }

    fn say(&self, progress: Progress) {
        if let Progress::Step { stack, what } = progress {
            self.step(stack, What::Step { step: what });
        }
    }

    fn step(&self, stack: String, what: What) {
        let at: Timestamp = self.stage.now();
        self.steps.lock().unwrap_or_else(PoisonError::into_inner).push(Moment { at, stack, what });
    }

    fn story(self, outcome: Outcome, left: Vec<String>, before: &Inventory, notes: Vec<String>) -> Story {
        self.stage.linger(AFTERWARDS);
        let region = self.script.seen.region.as_str();
        let (after, events) = self.stage.world(|world| (Inventory::take(world, region), scene::events(world, region)));
        let mut moments: Vec<Moment> = events.into_iter().map(moment).collect();
        moments.extend(self.steps.into_inner().unwrap_or_else(PoisonError::into_inner));
        moments.sort_by_key(|moment| moment.at);
        let is_good = self.refused.is_none() && outcome.is_good();
        let is_gone =
            |name: &str| outcome.stacks.iter().any(|it| it.stack == name && it.verb == Verb::Destroy && it.is_good());
        // Nobody waits for a host that goes with its stack.
        let mut downtimes = downtime::of(&self.stage.hosts(), &after.ids());
        downtimes.retain(|one| !is_gone(&one.stack));
        Story {
            destroys: matches!(self.script.deed, Deed::Destroy { .. }),
            start: self.stage.start(),
            notes,
            refused: self.refused,
            hints: self.hints,
            moments,
            calls: self.stage.changes(),
            works: is_good,
            downtimes,
            remains: things::between(before, &after, self.plan.as_ref()),
            plan: self.plan,
            death: self.death,
            outcome,
            left,
        }
    }
}

fn moment(event: scene::Happened) -> Moment {
    let scene::Happened { at, stack, logical_id, type_name, physical_id, status, reason } = event;
    Moment { at, stack, what: What::Status { id: logical_id, type_name, physical_id, status, reason } }
}

/// Everything that the plan calls dangerous, approved.
pub(super) fn approved(plan: &Plan) -> Approvals {
    let all = plan.stacks.iter().flat_map(|stack| stack.dangers.iter().map(move |it| format!("{}/{it}", stack.stack)));
    Approvals::new(all.collect::<Vec<_>>())
}

/// Work of a client, as long as it lives.
async fn alive<T>(stage: &Stage, work: impl Future<Output = T>) -> Option<T> {
    tokio::select! {
        biased;
        done = work => Some(done),
        () = stage.killed.notified() => None,
    }
}

impl Script<'_> {
    /// Refuses a death that did not come.
    pub(crate) fn check(&self, story: &Story) -> Result<(), RehearseError> {
        match self.kill_at {
            Some(at) if story.death.is_none() && story.refused.is_none() => {
                Err(RehearseError::NotThatMany { at, made: story.calls.len() })
            }
            _ => Ok(()),
        }
    }
}
