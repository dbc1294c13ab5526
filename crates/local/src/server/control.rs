//! What a server can be told besides AWS's calls: everything below `/_stackgen/`.
//!
//! | call | what it does |
//! |---|---|
//! | `GET status` | version, pace, time, and how much there is |
//! | `POST advance?seconds=N` | lets time pass; without `seconds`, until the next thing is due |
//! | `GET journal?since=N` | the calls after a number, and counts by operation |
//! | `GET faults`, `PUT faults` | the script of faults |
//! | `GET mishaps`, `PUT mishaps` | resources of stacks that will fail |
//! | `PUT drift` | what a drift-aware change set does with properties that replace |
//! | `GET custom` | what custom resources were asked and answered |
//! | `PUT custom` | answers to what they will be asked |
//! | `PUT images` | images that there will be as soon as somebody asks for them |
//! | `GET volumes?volume=V`, `PUT volumes` | what is on a volume, and writing a file as the machine that has it would |
//! | `GET settings?region=R`, `PUT settings` | how fast things are in a region, and what goes wrong there |
//! | `PUT machines` | who runs the instances of a region |
//! | `GET machines?region=R` | what is wanted of the driver of a region |
//! | `POST machines` | what a driver's machine has done |
//! | `GET state`, `PUT state` | the whole world, as it is saved |
//! | `POST reset` | forgets everything |
//! | `POST stop` | saves and ends |
use std::path::Path;

use jiff::SignedDuration;
use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::engine::Engine;
use super::store;
use crate::ec2::{Place, disks, image, machines};
use crate::resources::cloudformation::exchange::{self, Sent};
use crate::wire::{Call, Reply, pairs};
use crate::world::World;

/// Where it begins.
const PREFIX: &str = "/_stackgen/";

/// What a call tells.
pub(super) enum Told {
    /// It is one for AWS.
    Nothing(Call),
    /// It is answered.
    Reply(Reply),
    /// It is answered, and the server ends.
    Stop(Reply),
}

pub(super) fn told(engine: &mut Engine, call: Call) -> Told {
    // A page in a browser can reach this port too, and says so. It is for none, be it to reset the world or to delete a stack.
    if call.header("origin").is_some() {
        return Told::Reply(refusal(403, "this is not for web pages"));
    }
    let Some(what) = call.path.strip_prefix(PREFIX) else { return Told::Nothing(call) };
    let reply = match (call.method.as_str(), what) {
        ("GET", "status") => said(&status(engine)),
        ("POST", "advance") => advance(engine, &call),
        ("GET", "journal") => said(&engine.journal.show(number(&call, "since").unwrap_or_default())),
        ("GET", "faults") => said(&json!(engine.faults.script())),
        ("PUT", "faults") => match serde_json::from_slice(&call.body) {
            Ok(script) => {
                engine.play(script);
                said(&json!(engine.faults.script()))
            }
            Err(error) => refusal(400, &format!("this is no script of faults: {error}")),
        },
        ("GET", "mishaps") => said(&json!(engine.world.mishaps)),
        ("PUT", "mishaps") => match serde_json::from_slice(&call.body) {
            Ok(mishaps) => {
                (engine.world.mishaps, engine.is_changed) = (mishaps, true);
                said(&json!(engine.world.mishaps))
            }
            Err(error) => refusal(400, &format!("these are no mishaps: {error}")),
        },
        ("PUT", "drift") => match serde_json::from_slice(&call.body) {
            Ok(Drift { sync_replaces }) => {
                (engine.world.sync_replaces, engine.is_changed) = (sync_replaces, true);
                said(&json!({"sync_replaces": sync_replaces}))
            }
            Err(_) => refusal(400, r#"say {"sync_replaces": true}"#),
        },
        ("GET", "custom") => said(&custom(engine)),
        ("PUT", "custom") => promise_custom(engine, &call),
        ("PUT", "images") => promise(engine, &call),
        ("GET", "volumes") => read(engine, &call),
        ("PUT", "volumes") => write(engine, &call),
        ("GET", "settings") => settings(engine, &call),
        ("PUT", "settings") => set(engine, &call),
        ("PUT", "machines") => drive(engine, &call),
        ("GET", "machines") => wanted(engine, &call),
        ("POST", "machines") => so(engine, &call),
        ("GET", "state") => match store::to_json(&engine.world) {
            Ok(text) => Reply::new(200).body("application/json", text),
            Err(error) => refusal(500, &error.to_string()),
        },
        ("PUT", "state") => put_state(engine, &call),
        ("POST", "reset") => {
            engine.reset(engine.world.now());
            said(&status(engine))
        }
        ("POST", "stop") => return Told::Stop(said(&json!({"stopping": true}))),
        (method, _) => refusal(404, &format!("there is no {method} {}; docs/local.md lists what there is", call.path)),
    };
    Told::Reply(reply)
}

fn said(body: &Json) -> Reply {
    Reply::new(200).body("application/json", format!("{body}\n"))
}

fn refusal(status: u16, message: &str) -> Reply {
    Reply::new(status).body("application/json", format!("{}\n", json!({"error": message})))
}

fn number<T: std::str::FromStr>(call: &Call, name: &str) -> Option<T> {
    pairs(&call.query).into_iter().find(|(other, _)| other == name)?.1.parse().ok()
}

fn advance(engine: &mut Engine, call: &Call) -> Reply {
    let by = match number::<f64>(call, "seconds").map(SignedDuration::try_from_secs_f64) {
        None if !call.query.is_empty() => {
            return refusal(400, "say ?seconds=N, or nothing for the next thing that is due");
        }
        None => None,
        Some(Ok(by)) if !by.is_negative() => Some(by),
        Some(_) => return refusal(400, "time only goes forward, and not to its end"),
    };
    engine.clock.jump(&mut engine.world, by);
    engine.is_changed = true;
    said(&status(engine))
}

fn custom(engine: &Engine) -> Json {
    let custom = &engine.world.custom;
    let shown =
        |sent: &Sent| json!({"at": sent.at, "region": sent.region, "request": sent.document, "answer": sent.answer});
    json!({"requests": custom.requests.iter().map(shown).collect::<Vec<Json>>(), "promises": custom.promises})
}

/// Answers that custom resources will get, instead of those that were promised before.
fn promise_custom(engine: &mut Engine, call: &Call) -> Reply {
    let promises: Vec<exchange::Promise> = match serde_json::from_slice(&call.body) {
        Ok(promises) => promises,
        Err(error) => return refusal(400, &format!("this is no list of answers of custom resources: {error}")),
    };
    if let Some(promise) = promises.iter().find(|it| !matches!(it.status.as_str(), "SUCCESS" | "FAILED")) {
        return refusal(400, &format!("`{}` is no status of an answer: say SUCCESS or FAILED", promise.status));
    }
    (engine.world.custom.promises, engine.is_changed) = (promises, true);
    said(&custom(engine))
}

/// What a template names is in an account that this one is not: it appears when it is asked for.
fn promise(engine: &mut Engine, call: &Call) -> Reply {
    let Ok(Promise { region, ids }) = serde_json::from_slice(&call.body) else {
        return refusal(400, r#"say {"region": "eu-west-1", "ids": ["ami-…"]}"#);
    };
    let place = &mut Place::new(&mut engine.world, &region);
    if let Some(id) = ids.iter().find(|id| !image::is_id(id)) {
        return refusal(400, &format!("`{id}` is no id of an image"));
    }
    image::promise(place, ids);
    engine.is_changed = true;
    said(&status(engine))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Drift {
    sync_replaces: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Promise {
    region: String,
    ids: Vec<String>,
}

fn read(engine: &mut Engine, call: &Call) -> Reply {
    match number::<String>(call, "volume").and_then(|id| disks::content(&engine.world, &id)) {
        Some(content) => said(&json!(content)),
        None => refusal(404, "say ?volume=vol-… with the id of a volume that is there"),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Write {
    volume: String,
    file: String,
    text: String,
}

fn write(engine: &mut Engine, call: &Call) -> Reply {
    let Ok(Write { volume, file, text }) = serde_json::from_slice(&call.body) else {
        return refusal(400, r#"say {"volume": "vol-…", "file": "notes", "text": "one"}"#);
    };
    // A machine that was to stop by now has stopped.
    engine.clock.tick(&mut engine.world, false);
    match disks::write(&mut engine.world, &volume, file, text) {
        Ok(()) => {
            engine.is_changed = true;
            said(&json!(disks::content(&engine.world, &volume)))
        }
        Err(reason) => refusal(409, &reason),
    }
}

fn settings(engine: &mut Engine, call: &Call) -> Reply {
    match number::<String>(call, "region") {
        Some(region) => said(&json!(Place::new(&mut engine.world, &region).things().settings)),
        None => refusal(400, "say ?region=eu-west-1"),
    }
}

/// Some settings of a region; the others stay.
fn set(engine: &mut Engine, call: &Call) -> Reply {
    let Ok(Set { region, settings }) = serde_json::from_slice(&call.body) else {
        return refusal(400, r#"say {"region": "eu-west-1", "settings": {"boot": {"Fails": 5}}}"#);
    };
    engine.clock.tick(&mut engine.world, false);
    let place = &mut Place::new(&mut engine.world, &region);
    let mut all = json!(place.things().settings);
    for (name, value) in settings {
        match all.get_mut(&name) {
            Some(member) => *member = value,
            None => return refusal(400, &format!("there is no setting `{name}`; GET settings shows all")),
        }
    }
    match serde_json::from_value(all) {
        Ok(settings) => place.ec2().settings = settings,
        Err(error) => return refusal(400, &format!("this is no value of a setting: {error}")),
    }
    engine.is_changed = true;
    said(&json!(Place::new(&mut engine.world, &region).things().settings))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Set {
    region: String,
    settings: serde_json::Map<String, Json>,
}

/// A driver runs the instances of a region, or the engine does again.
fn drive(engine: &mut Engine, call: &Call) -> Reply {
    let Ok(Drive { region, is_driven, patience }) = serde_json::from_slice(&call.body) else {
        return refusal(400, r#"say {"region": "eu-west-1", "is_driven": true, "patience": 600}"#);
    };
    let done = machines::drive(&mut Place::new(&mut engine.world, &region), is_driven, patience);
    machines_said(engine, &region, done)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Drive {
    region: String,
    is_driven: bool,
    patience: Option<i64>,
}

fn wanted(engine: &mut Engine, call: &Call) -> Reply {
    match number::<String>(call, "region") {
        Some(region) => machines_said(engine, &region, Ok(())),
        None => refusal(400, "say ?region=eu-west-1"),
    }
}

fn so(engine: &mut Engine, call: &Call) -> Reply {
    let form = r#"say {"region": "eu-west-1", "is": "running", "instance": "i-…"}; docs/local.md lists what can be so"#;
    let Ok(mut body) = serde_json::from_slice::<Json>(&call.body) else { return refusal(400, form) };
    let region = body.as_object_mut().and_then(|body| body.shift_remove("region"));
    let (Some(Json::String(region)), Ok(told)) = (region, serde_json::from_value(body)) else {
        return refusal(400, form);
    };
    // What was due before is so before.
    engine.clock.tick(&mut engine.world, false);
    let done = machines::told(&mut Place::new(&mut engine.world, &region), &told);
    machines_said(engine, &region, done)
}

/// The time passes before it is said what is wanted, for a driver may be the only one who asks.
fn machines_said(engine: &mut Engine, region: &str, done: Result<(), String>) -> Reply {
    engine.is_changed |= engine.clock.tick(&mut engine.world, false);
    if let Err(reason) = done {
        return refusal(409, &reason);
    }
    engine.is_changed = true;
    let place = Place::new(&mut engine.world, region);
    said(&json!({"is_driven": place.things().driver.is_some(), "wanted": machines::wanted(place.things())}))
}

fn put_state(engine: &mut Engine, call: &Call) -> Reply {
    match store::from_json(Path::new("what was sent"), &String::from_utf8_lossy(&call.body)) {
        Ok(world) => {
            engine.become_world(world);
            said(&status(engine))
        }
        Err(error) => {
            let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}")).unwrap_or_default();
            refusal(400, &format!("{error}{cause}"))
        }
    }
}

fn status(engine: &Engine) -> Json {
    let world = &engine.world;
    json!({
        "stackgen": env!("CARGO_PKG_VERSION"),
        "pid": std::process::id(),
        "account": world.account,
        "pace": engine.clock.pace().to_string(),
        "now": world.now(),
        "next": world.next(),
        "calls": engine.journal.total(),
        "counts": {"stacks": stacks(world)},
    })
}

/// Those that are not deleted.
fn stacks(world: &World) -> usize {
    let stacks = world.regions.values().flat_map(|region| region.stacks.values());
    stacks.filter(|stack| stack.status.word() != "DELETE_COMPLETE").count()
}
