//! A thousand scripts: random edits of stacks while the network plays random tricks and the client may be killed at any call.
//! Whatever happens, a verdict is right or open, nothing is begun twice, no stack is lost, and a deploy in good weather makes
//! what was wanted.
use std::ops::Range;

use stackgen_assembly::Assembly;
use stackgen_local::resources::Doing;
use stackgen_local::server::{Then, When};

use super::desk::{Desk, assembly, note, stack, user_of};
use super::line::Kill;
use crate::failure::Failure;
use crate::plan::Wishes;
use crate::run::{Ending, Outcome};

/// Chance from a seed: SplitMix64.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    fn is_one_of(&mut self, many: u64) -> bool {
        self.below(many) == 0
    }

    fn one_of<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        let count = u64::try_from(items.len()).expect("it is a short list");
        &items[usize::try_from(self.below(count)).expect("it is below the length")]
    }
}

/// What one stack is to be: its note, and whether there is something beside it.
fn template(dice: &mut Dice) -> (String, bool) {
    (dice.one_of(&["a", "b", "c"]).to_string(), dice.is_one_of(2))
}

fn target(dice: &mut Dice, stacks: u64) -> Assembly {
    let mut made = Vec::new();
    for index in 0..stacks {
        let (value, has_more) = template(dice);
        let (entry, mut text) = match index {
            0 => stack("base", &note(&value)),
            1 => user_of("left", "base", &value),
            _ => user_of("right", "left", &value),
        };
        if has_more {
            let mut json: serde_json::Value = serde_json::from_str(&text).expect("it is JSON");
            json["Resources"]["More"] =
                serde_json::json!({"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": value}});
            text = json.to_string();
        }
        made.push((entry, text));
    }
    assembly(made)
}

const OPERATIONS: [&str; 10] = [
    "*",
    "*",
    "Describe*",
    "DescribeStacks",
    "DescribeStackEvents",
    "DescribeChangeSet",
    "CreateChangeSet",
    "ExecuteChangeSet",
    "GetTemplate",
    "DeleteChangeSet",
];

fn faults(dice: &mut Dice) -> Vec<(&'static str, When, Then)> {
    let fault = |dice: &mut Dice| {
        let operation = *dice.one_of(&OPERATIONS);
        // Sometimes the network is gone for longer than anybody tries.
        let count = if dice.is_one_of(8) { 40 } else { dice.below(5) + 1 };
        let from = dice.below(6) + 1;
        let when = match dice.below(4) {
            0 => When::Nth(from),
            1 => When::Burst { from, count },
            2 => When::Every(count + 1),
            _ => When::Chance(0.2),
        };
        let expired = || Then::Error {
            code: "ExpiredToken".to_owned(),
            message: "The security token included in the request is expired".to_owned(),
            status: 403,
        };
        let then = match dice.below(8) {
            0 | 1 => Then::Throttle,
            2 => Then::DropBefore,
            3 => Then::DropAfter,
            4 => Then::FailAfter { status: 503 },
            5 => Then::Stall { seconds: 15.0 },
            6 => Then::Stale,
            _ => expired(),
        };
        (operation, when, then)
    };
    (0..=dice.below(3)).map(|_| fault(dice)).collect()
}

/// One script.
struct Script {
    seed: u64,
    desk: Desk,
    dice: Dice,
    round: u64,
}

impl Script {
    /// Runs something under new faults, with a client that may be killed.
    async fn in_bad_weather(
        mut self,
        work: impl AsyncFnOnce(&Desk) -> Result<Outcome, Failure>,
    ) -> (Self, Option<Outcome>) {
        let at = usize::try_from(self.dice.below(12)).expect("it is small");
        let kill = match self.dice.below(4) {
            0 => Some(Kill::Before(at)),
            1 => Some(Kill::After(at)),
            _ => None,
        };
        let faults = faults(&mut self.dice);
        self.desk = self.desk.again(kill);
        self.desk.line.play(self.dice.next(), faults);
        let killed = self.desk.line.killed.clone();
        let ended = tokio::select! {
            ended = work(&self.desk) => ended.ok(),
            () = killed.notified() => None,
        };
        self.desk.line.play(0, Vec::new());
        self.desk = self.desk.again(None);
        (self, ended)
    }

    fn what(&self) -> String {
        format!("seed {}, round {}", self.seed, self.round)
    }

    /// What is said of a stack is so.
    fn check(&self, outcome: &Outcome, target: &Assembly, said_by: &str) {
        for told in &outcome.stacks {
            let what = format!("{}: {said_by} says {told:?}", self.what());
            let stack = self.desk.line.stack(&told.stack);
            let status = stack.as_ref().map(|stack| stack.status.word());
            let body = &target.files[&format!("{}.template.json", told.stack)];
            let is_wanted = stack.as_ref().is_some_and(|stack| {
                stack.source.body == *body && matches!(stack.status.word(), "CREATE_COMPLETE" | "UPDATE_COMPLETE")
            });
            match &told.ending {
                Ending::Done | Ending::DoneWithLeftovers => assert!(is_wanted, "{what}, and it is {status:?}"),
                Ending::Nothing if said_by == "deploy" => assert!(is_wanted, "{what}, and it is {status:?}"),
                Ending::Failed(_) if told.status.is_some() => assert!(!is_wanted, "{what}, and it is wanted"),
                _ => {}
            }
        }
    }

    /// One edit: deployed in bad weather, perhaps resumed, and deployed again in good weather.
    async fn play(mut self, target: &Assembly) -> Script {
        let names: Vec<String> = target.manifest.stacks.iter().map(|stack| stack.name.clone()).collect();
        let before: Vec<_> = names.iter().map(|name| (self.desk.line.begun(name).len(), self.body(name))).collect();
        let fails = self.dice.is_one_of(8);
        if fails {
            let doing = if self.round == 0 { Doing::Create } else { Doing::Update };
            self.desk.fails("base", "Note", doing, 1);
        }
        let (script, ended) =
            self.in_bad_weather(async |desk: &Desk| desk.deploy(target, &Wishes::default()).await).await;
        self = script;
        if let Some(outcome) = &ended {
            self.check(outcome, target, "deploy");
        }
        if self.dice.is_one_of(2) {
            let (script, ended) = self.in_bad_weather(async |desk: &Desk| desk.resume().await).await;
            self = script;
            if let Some(outcome) = &ended {
                self.check(outcome, target, "resume");
            }
        }
        self.desk.line.world(|world| world.mishaps.clear());
        self.in_good_weather(target, &names).await;
        for (name, (begun, body)) in names.iter().zip(before) {
            let what = format!("{}, {name}", self.what());
            let now = self.desk.line.begun(name).split_off(begun);
            let is_changed = body != self.body(name);
            let executed = now.iter().filter(|verb| *verb == "CREATE" || *verb == "UPDATE").count();
            if fails {
                assert!(executed <= 2, "{what}: {now:?}");
            } else {
                assert!(executed <= 1 && (executed == 1 || !is_changed), "{what}: {now:?}");
                // A stack that was nothing but a change set may go again; one that was made may not.
                assert!(
                    !now.join(" ").contains("CREATE DELETE") && !now.join(" ").contains("UPDATE DELETE"),
                    "{what}: {now:?}"
                );
            }
        }
        self.round += 1;
        self
    }

    async fn in_good_weather(&self, target: &Assembly, names: &[String]) {
        let (desk, what) = (&self.desk, self.what());
        for name in names {
            desk.settled(name).await.unwrap_or_else(|failure| panic!("{what}: {failure}"));
        }
        let again = desk.deploy(target, &Wishes::default()).await.unwrap_or_else(|failure| panic!("{what}: {failure}"));
        assert!(again.is_good(), "{what}: {again:?}");
        self.check(&again, target, "deploy");
        assert!(desk.is_clear(), "{what}: {:?}", desk.records().stacks());
        let live = |name: &String| {
            let stacks = desk.line.stacks(name);
            stacks.iter().filter(|stack| stack.status.word() != "DELETE_COMPLETE").count()
        };
        assert!(names.iter().all(|name| live(name) == 1), "{what}");
    }

    fn body(&self, name: &str) -> Option<String> {
        self.desk
            .line
            .stack(name)
            .filter(|stack| stack.status.word() != "REVIEW_IN_PROGRESS")
            .map(|stack| stack.source.body)
    }
}

async fn script(seed: u64) {
    let mut dice = Dice(seed);
    let stacks = *dice.one_of(&[1, 1, 1, 1, 2, 3]);
    let mut script = Script { seed, desk: Desk::new(), dice, round: 0 };
    for _ in 0..=script.dice.below(2) {
        let target = target(&mut script.dice, stacks);
        script = script.play(&target).await;
    }
}

/// Plays scripts, and tells all that fail.
fn play(seeds: Range<u64>) {
    let fails = |seed: &u64| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
        let runtime = runtime.expect("there is a runtime");
        std::panic::catch_unwind(|| runtime.block_on(script(*seed))).is_err()
    };
    let failed: Vec<u64> = seeds.filter(fails).collect();
    assert!(failed.is_empty(), "seeds {failed:?}");
}

#[test]
fn whatever_happens_verdicts_are_right_and_nothing_is_begun_twice() {
    play(0..500);
}

#[test]
fn the_same_for_five_hundred_more() {
    play(500..1000);
}
