//! What a rehearsal predicts is what happens: an account is deployed to, looked at and rehearsed, and then the same deploy is
//! done to it. Accounts are engines here, which are spoken to as AWS is.
mod destroy;
mod edits;
mod kills;
mod prod;
mod statuses;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Value as Json, json};
use stackgen_assembly::{Assembly, FORMAT_VERSION, Manifest, ResourceEntry, StackEntry};
use stackgen_deploy::aws::{Asked, Connection, Heard, Stage as _};
use stackgen_deploy::failure::Failure;
use stackgen_deploy::observe::{self, Observed, Reader, Wanted};
use stackgen_deploy::plan::{self, Selection, Wishes};
use stackgen_deploy::progress::Progress;
use stackgen_deploy::record::Records;
use stackgen_deploy::run::{self, Outcome};
use stackgen_local::World;
use stackgen_local::adopt::scene;
use stackgen_local::ec2::{Place, image};
use tokio::runtime::{Builder, Runtime};

use super::perform::approved;
use super::stage::Stage;
use super::story::{Moment, Story, What};
use super::{Deed, Fail, Script, perform, seen};

pub(super) const REGION: &str = "eu-west-1";
pub(super) const IMAGE: &str = "ami-0123456789abcdef0";
pub(super) const NEWER: &str = "ami-0fedcba9876543210";

/// An account, and the clock of whoever works on it.
pub(super) struct Account {
    runtime: Runtime,
    stage: Arc<Stage>,
    folder: tempfile::TempDir,
}

impl Account {
    pub(super) fn new() -> Account {
        let runtime = Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        let start: Timestamp = "2026-11-01T10:00:00Z".parse().unwrap();
        let stage = runtime.block_on(async { Arc::new(Stage::new(World::new("123456789012", start), REGION, None)) });
        stage.world(|world| {
            image::promise(&mut Place::new(world, REGION), [IMAGE, NEWER].map(str::to_owned));
        });
        Account { runtime, stage, folder: tempfile::tempdir().unwrap() }
    }

    fn connection(&self) -> Connection {
        Connection::inside(REGION, Arc::clone(&self.stage) as Arc<_>)
    }

    pub(super) fn world<T>(&self, with: impl FnOnce(&mut World) -> T) -> T {
        self.stage.world(with)
    }

    /// Deploys an assembly, whatever is dangerous about it.
    pub(super) fn deploy(&self, assembly: &Assembly, wishes: &Wishes) -> Result<Outcome, Failure> {
        self.runtime.block_on(async {
            let (connection, records) = (self.connection(), Records::new(self.folder.path()));
            let plan = plan::make(&connection, &records, assembly, &Selection::default(), wishes).await?;
            run::deploy(&connection, &records, &plan, &approved(&plan), &|_| {}).await
        })
    }

    /// Deletes stacks, whatever is dangerous about it.
    pub(super) fn destroy(
        &self,
        assembly: &Assembly,
        stacks: &[String],
        retain: &[String],
    ) -> (Result<Outcome, Failure>, Vec<String>) {
        let steps = RefCell::new(Vec::new());
        let say = |progress| {
            if let Progress::Step { what, .. } = progress {
                steps.borrow_mut().push(what);
            }
        };
        let done = self.runtime.block_on(async {
            let (connection, records) = (self.connection(), Records::new(self.folder.path()));
            let plan = plan::make_destroy(&connection, Some(assembly), stacks, retain).await?;
            run::destroy(&connection, &records, &plan, &approved(&plan), &say).await
        });
        (done, steps.into_inner())
    }

    /// Puts a parameter of SSM, as somebody else would.
    pub(super) fn put_parameter(&self, name: &str, value: &str) {
        let body = json!({"Name": name, "Value": value, "Type": "String"}).to_string().into_bytes();
        let headers = [("x-amz-target", "AmazonSSM.PutParameter"), ("content-type", "application/x-amz-json-1.1")];
        let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        let asked = Asked { method: "POST".to_owned(), path: "/".to_owned(), headers, body, ..Asked::default() };
        let heard = self.runtime.block_on(async { self.stage.take(asked) });
        assert!(matches!(heard, Heard::Answer(200, ..)), "{heard:?}");
    }

    /// Deploys something that works, and waits until everything has settled.
    pub(super) fn settle(&self, assembly: &Assembly) {
        let outcome = self.deploy(assembly, &Wishes::default()).unwrap();
        assert!(outcome.is_good(), "{outcome:#?}");
        self.wait();
    }

    /// Lets an hour pass, and forgets what happened.
    pub(super) fn wait(&self) {
        self.runtime.block_on(async { tokio::time::sleep(std::time::Duration::from_secs(3600)).await });
        // Time passes at the next call only, of which this is one.
        self.look(&["nobody".to_owned()], &[]);
        self.world(|world| world.region(REGION).stacks.values_mut().for_each(|stack| stack.events.clear()));
    }

    pub(super) fn look(&self, stacks: &[String], pending: &[String]) -> Observed {
        let wanted = Wanted { stacks: stacks.to_vec(), pending: pending.to_vec() };
        self.runtime.block_on(async {
            let reader = Reader::through(self.connection());
            observe::observe(&reader, &wanted, self.stage.now()).await.unwrap()
        })
    }

    /// Looks at what an assembly's deploy needs.
    pub(super) fn seen(&self, assembly: &Assembly) -> Observed {
        let (selection, wishes) = (Selection::default(), Wishes::default());
        self.seen_for(assembly, Deed::Deploy { selection: &selection, wishes: &wishes, hands_over: None })
    }

    /// Looks at what something needs.
    pub(super) fn seen_for(&self, assembly: &Assembly, deed: Deed<'_>) -> Observed {
        let Wanted { stacks, pending } = seen::wanted(assembly, &deed);
        self.look(&stacks, &pending)
    }

    pub(super) fn history(&self) -> History {
        let events = self.world(|world| scene::events(world, REGION));
        let mut history = History::new();
        for event in events {
            let resource = (event.logical_id, event.status, event.reason.map(|reason| plain(&reason)));
            history.entry(event.stack).or_default().push((event.at, resource));
        }
        history
    }
}

/// What happened to each stack: when, to what, which status and why.
pub(super) type History = BTreeMap<String, Vec<(Timestamp, Event)>>;
type Event = (String, String, Option<String>);

pub(super) fn rehearse(
    observed: &Observed,
    assembly: &Assembly,
    fails: &[&str],
    kill_at: Option<usize>,
) -> Result<Story, String> {
    rehearse_with(observed, assembly, &Wishes::default(), fails, kill_at)
}

fn rehearse_with(
    observed: &Observed,
    assembly: &Assembly,
    wishes: &Wishes,
    fails: &[&str],
    kill_at: Option<usize>,
) -> Result<Story, String> {
    let selection = Selection::default();
    play(observed, assembly, Deed::Deploy { selection: &selection, wishes, hands_over: None }, fails, kill_at)
}

pub(super) fn play(
    observed: &Observed,
    assembly: &Assembly,
    deed: Deed<'_>,
    fails: &[&str],
    kill_at: Option<usize>,
) -> Result<Story, String> {
    let fails: Vec<Fail> = fails.iter().map(|fail| fail.parse().unwrap()).collect();
    let folder = tempfile::tempdir().unwrap();
    let script = Script { seen: observed, assembly, deed, fails: &fails, kill_at, folder: folder.path(), words: "" };
    let story = perform(&script).map_err(|error| error.source.to_string())?;
    script.check(&story).map_err(|error| error.to_string())?;
    Ok(story)
}

pub(super) fn told(story: &Story) -> History {
    let mut history = History::new();
    for moment in &story.moments {
        if let What::Status { id, status, reason, .. } = &moment.what {
            let resource = (id.clone(), status.clone(), reason.as_deref().map(plain));
            history.entry(moment.stack.clone()).or_default().push((moment.at, resource));
        }
    }
    history
}

/// A reason without what is new each time: ids of what is made, and of requests.
fn plain(reason: &str) -> String {
    let is_mark =
        |word: &str| word.len() >= 12 && word.bytes().all(|it| it.is_ascii_hexdigit() || it.is_ascii_uppercase());
    let words = reason.split_inclusive(|it: char| !it.is_ascii_alphanumeric());
    let masked = words.map(|word| {
        let (text, end) = match word.char_indices().last() {
            Some((at, last)) if !last.is_ascii_alphanumeric() => word.split_at(at),
            _ => (word, ""),
        };
        let is_part =
            matches!(text.len(), 4 | 8) && text.bytes().all(|it| it.is_ascii_hexdigit() && !it.is_ascii_uppercase());
        let text = if is_mark(text) || is_part { "*" } else { text };
        format!("{text}{end}")
    });
    masked.collect()
}

/// Statuses and offsets from the first event of each stack: when a deploy begins is not the same.
fn shape(history: &History) -> BTreeMap<String, Vec<String>> {
    let line = |first: Timestamp, (at, (id, status, reason)): &(Timestamp, Event)| {
        let seconds = at.duration_since(first).as_secs();
        format!("{seconds:>5} {id} {status} {}", reason.as_deref().unwrap_or_default())
    };
    let of_stack = |(stack, events): (&String, &Vec<(Timestamp, Event)>)| {
        let first = events.first().map(|(at, _)| *at).unwrap_or_default();
        (stack.clone(), events.iter().map(|event| line(first, event)).collect())
    };
    history.iter().map(of_stack).collect()
}

/// Rehearses a deploy, does it, and compares. Answers whether it worked.
#[track_caller]
pub(super) fn agree(account: &Account, assembly: &Assembly) -> Story {
    agree_with(account, assembly, &Wishes::default())
}

/// The same with wishes.
#[track_caller]
pub(super) fn agree_with(account: &Account, assembly: &Assembly, wishes: &Wishes) -> Story {
    let story = rehearse_with(&account.seen(assembly), assembly, wishes, &[], None).unwrap();
    let done = account.deploy(assembly, wishes);
    same(account, &story, &done);
    story
}

/// What was told is what was done.
#[track_caller]
fn same(account: &Account, story: &Story, done: &Result<Outcome, Failure>) {
    let works = done.as_ref().is_ok_and(Outcome::is_good);
    let happened = shape(&account.history());
    assert_eq!(shape(&told(story)), happened, "notes: {:?}, refused: {:?}, done: {done:?}", story.notes, story.refused);
    assert_eq!(story.works, works, "{:?}, {done:?}", story.refused);
    if let (Some(refused), Err(failure)) = (&story.refused, done) {
        assert_eq!(*refused, failure.message);
    }
    let status = |name: &str| {
        account.world(|world| {
            let all = world.region(REGION).stacks.values().rev();
            all.filter(|stack| stack.name == name).map(|stack| stack.status.word()).next()
        })
    };
    for stack in story.outcome.stacks.iter().filter(|stack| stack.status.is_some()) {
        assert_eq!(stack.status.as_deref(), status(&stack.stack), "{}", stack.stack);
    }
}

/// A stack of an assembly, with the names of those that it needs.
pub(super) fn stack(name: &str, template: &Json, needs: &[&str]) -> (StackEntry, Json) {
    let entry =
        json!({"name": name, "template": format!("{name}.template.json"), "resources": [], "dependencies": needs});
    let mut entry: StackEntry = serde_json::from_value(entry).unwrap();
    let resources = template["Resources"].as_object().into_iter().flatten().map(|(id, resource)| ResourceEntry {
        id: id.clone(),
        type_name: resource["Type"].as_str().unwrap().to_owned(),
        source: format!("stacks/{name}.rs:1"),
        stateful: resource["Type"] == "AWS::EC2::Volume",
    });
    entry.resources = resources.collect();
    (entry, template.clone())
}

pub(super) fn assembly(stacks: Vec<(StackEntry, Json)>) -> Assembly {
    let files = stacks.iter().map(|(entry, json)| (entry.template.clone(), json.to_string())).collect();
    let stacks: Vec<StackEntry> = stacks.into_iter().map(|(entry, _)| entry).collect();
    let manifest = json!({"version": FORMAT_VERSION, "generator": "test", "stacks": stacks, "problems": []});
    let manifest: Manifest = serde_json::from_value(manifest).unwrap();
    Assembly { manifest, files }
}
