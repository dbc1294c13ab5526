//! One call after the other: the time passes, faults strike, a service answers, the journal is written.
use std::panic::{self, AssertUnwindSafe};
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value as Json, json};

use super::clock::{Clock, Pace};
use super::dispatch::is_look;
use super::faults::{Faults, Script, Then};
use super::journal::{Entry, Journal, masked};
use crate::resources::cloudformation::{exchange, receive};
use crate::wire::{Answer, ApiError, Call, Decoded, Reply, Undecoded};
use crate::world::World;

/// Below which wait conditions are signalled.
const SIGNALS: &str = "/cloudformation-waitcondition/";

/// What answers calls.
pub(super) type Services = fn(&mut World, &Decoded) -> Result<Answer, ApiError>;

/// A world with everything around it.
pub(super) struct Engine {
    pub(super) world: World,
    pub(super) clock: Clock,
    pub(super) faults: Faults,
    pub(super) journal: Journal,
    /// Whether there is something to save.
    pub(super) is_changed: bool,
    /// The world before the last change, if a fault may ask for it.
    before: Option<Box<World>>,
    /// The region of calls that say none.
    region: String,
    services: Services,
    answered: u64,
}

/// What becomes of a call.
#[derive(Debug)]
pub(super) struct Outcome {
    /// Nothing: the connection ends.
    pub(super) reply: Option<Reply>,
    /// How late.
    pub(super) stall: Duration,
}

impl Engine {
    pub(super) fn new(world: World, pace: Pace, region: &str, services: Services) -> Engine {
        Engine {
            clock: Clock::new(pace, world.now()),
            world,
            faults: Faults::default(),
            journal: Journal::default(),
            is_changed: true,
            before: None,
            region: region.to_owned(),
            services,
            answered: 0,
        }
    }

    /// Takes a call.
    pub(super) fn take(&mut self, call: Call) -> Outcome {
        self.answered += 1;
        let id = request_id(self.answered);
        if call.method == "PUT" && (call.path.starts_with(SIGNALS) || call.path.starts_with(exchange::ANSWERS)) {
            return Outcome { reply: Some(self.hear(&call)), stall: Duration::ZERO };
        }
        match call.decode(&self.region) {
            Ok(call) => self.answer(&call, &id),
            Err(refused) => self.refuse(*refused, &id),
        }
    }

    /// A signal to the handle of a wait condition, or the answer of a custom resource. Their URLs have the stack's ARN in them.
    fn hear(&mut self, call: &Call) -> Reply {
        self.is_changed = true;
        self.clock.tick(&mut self.world, false);
        let region = call.path.split("%3A").nth(3).unwrap_or(&self.region).to_owned();
        let (body, is_signal) = (String::from_utf8_lossy(&call.body), call.path.starts_with(SIGNALS));
        let done = if is_signal {
            receive(&mut self.world, &region, &call.path, &body)
        } else {
            exchange::answer(&mut self.world, &call.path, &body)
        };
        let service = call.path.trim_start_matches('/').split('/').next().unwrap_or_default();
        let (status, error) = done.map_or_else(|error| (error.status, Some(error)), |()| (200, None));
        self.journal.write(Entry {
            number: 0,
            at: self.world.now(),
            service: service.to_owned(),
            operation: if is_signal { "PutSignal" } else { "PutResponse" }.to_owned(),
            region,
            input: Json::Null,
            status,
            error: error.as_ref().map(|error| error.code.clone()),
            fault: None,
        });
        Reply::new(status).body("text/plain", error.map_or_else(String::new, |error| error.message))
    }

    fn refuse(&mut self, refused: Undecoded, id: &str) -> Outcome {
        let Undecoded { protocol, what, error } = refused;
        let (service, operation) = what.split_once(' ').unwrap_or((&what, ""));
        self.journal.write(Entry {
            number: 0,
            at: self.world.now(),
            service: service.to_ascii_lowercase(),
            operation: operation.to_owned(),
            region: self.region.clone(),
            input: Json::Null,
            status: error.status,
            error: Some(error.code.clone()),
            fault: None,
        });
        Outcome { reply: Some(protocol.refused(None, &error, id)), stall: Duration::ZERO }
    }

    fn answer(&mut self, call: &Decoded, id: &str) -> Outcome {
        let request = &call.request;
        let fate = self.faults.fate(request.service, &request.operation);
        let input = masked(&self.world, request);
        let done = match &fate.then {
            Some(then) if then.is_before() => then.error().map(Err),
            then => Some(self.serve(call, then.as_ref())),
        };
        let reply = done.map(|done| match done {
            Ok(answer) => (call.protocol.done(request.service, &request.operation, answer, id), None),
            Err(error) => (call.protocol.refused(Some(request.service), &error, id), Some(error.code)),
        });
        let reply = reply.filter(|_| fate.then != Some(Then::DropAfter));
        let (reply, error) = reply.map_or((None, None), |(reply, error)| (Some(reply), error));
        self.journal.write(Entry {
            number: 0,
            at: self.world.now(),
            service: request.service.word().to_owned(),
            operation: request.operation.clone(),
            region: request.region.clone(),
            input,
            status: reply.as_ref().map_or(0, |reply| reply.status),
            error,
            fault: fate.then.map(|then| json!(then)),
        });
        Outcome { reply, stall: fate.stall }
    }

    /// Lets a service answer, whatever is said about it afterwards.
    fn serve(&mut self, call: &Decoded, then: Option<&Then>) -> Result<Answer, ApiError> {
        let is_look = is_look(call.request.service, &call.request.operation);
        self.is_changed |= self.clock.tick(&mut self.world, is_look) || !is_look;
        if !is_look && self.faults.has_stale() {
            self.before = Some(Box::new(self.world.clone()));
        }
        let mut stale = self.before.clone().filter(|_| is_look && then == Some(&Then::Stale));
        let (world, services) = (stale.as_deref_mut().unwrap_or(&mut self.world), self.services);
        let answer = panic::catch_unwind(AssertUnwindSafe(|| services(world, call)));
        let answer = answer.unwrap_or_else(|_| Err(bug(&call.request.operation)));
        match then.and_then(Then::error) {
            Some(error) => Err(error),
            None => answer,
        }
    }

    /// Plays a script from its beginning.
    pub(super) fn play(&mut self, script: Script) {
        self.faults = Faults::new(script);
        self.before = None;
    }

    /// Goes on with another world.
    pub(super) fn become_world(&mut self, world: World) {
        self.clock = Clock::new(self.clock.pace(), world.now());
        let endpoint = self.world.endpoint.take();
        self.world = world;
        self.world.endpoint = endpoint;
        self.before = None;
        self.is_changed = true;
    }

    /// Forgets everything but the pace.
    pub(super) fn reset(&mut self, now: Timestamp) {
        self.become_world(World::new(&self.world.account, now));
        self.play(Script::default());
        self.journal = Journal::default();
    }
}

fn bug(operation: &str) -> ApiError {
    ApiError {
        code: "InternalFailure".to_owned(),
        message: format!("a bug in stackgen's local engine: {operation} panicked; its log says where"),
        status: 500,
    }
}

fn request_id(number: u64) -> String {
    format!("00000000-0000-4000-8000-{number:012x}")
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;
    use crate::world::Due;

    /// A service with three operations: `Change` makes a region, `GetNames` lists them, and `Panic` does.
    fn services(world: &mut World, call: &Decoded) -> Result<Answer, ApiError> {
        match call.request.operation.as_str() {
            "Change" => world.region(call.request.required("Name")?).others.clear(),
            "Panic" => panic!("on purpose"),
            _ => {}
        }
        Ok(Answer::Members(json!({"Names": world.regions.keys().collect::<Vec<_>>()})))
    }

    fn engine(script: &str) -> Engine {
        let mut engine = Engine::new(World::new("1", Timestamp::UNIX_EPOCH), Pace::Leap, "r", services);
        engine.play(serde_json::from_str(script).unwrap());
        engine
    }

    fn ask(engine: &mut Engine, operation: &str, input: &str) -> Option<(u16, String)> {
        let target = ("x-amz-target".to_owned(), format!("AmazonSSM.{operation}"));
        let call = Call {
            method: "POST".into(),
            path: "/".into(),
            headers: vec![target],
            body: input.into(),
            ..Call::default()
        };
        engine.take(call).reply.map(|reply| (reply.status, String::from_utf8(reply.body).unwrap()))
    }

    #[test]
    fn a_dropped_call_was_taken_or_not() {
        let drop = |when: &str| {
            let mut engine = engine(&format!(r#"{{"faults": [{{"operation": "Change", "then": "{when}"}}]}}"#));
            assert_eq!(ask(&mut engine, "Change", r#"{"Name": "a"}"#), None);
            ask(&mut engine, "GetNames", "").unwrap().1
        };
        assert_eq!(drop("drop_before"), r#"{"Names":[]}"#);
        assert_eq!(drop("drop_after"), r#"{"Names":["a"]}"#);
    }

    #[test]
    fn a_failure_after_taking_is_a_change_all_the_same() {
        let mut engine = engine(r#"{"faults": [{"operation": "Change", "then": {"fail_after": {}}}]}"#);
        let (status, body) = ask(&mut engine, "Change", r#"{"Name": "a"}"#).unwrap();
        assert_eq!((status, body.contains("InternalFailure")), (500, true));
        assert_eq!(ask(&mut engine, "GetNames", "").unwrap().1, r#"{"Names":["a"]}"#);
    }

    #[test]
    fn a_stale_look_sees_what_was() {
        let script =
            r#"{"faults": [{"operation": "Get*", "when": {"burst": {"from": 1, "count": 2}}, "then": "stale"}]}"#;
        let mut engine = engine(script);
        ask(&mut engine, "Change", r#"{"Name": "a"}"#);
        ask(&mut engine, "Change", r#"{"Name": "b"}"#);
        let mut look = || ask(&mut engine, "GetNames", "").unwrap().1;
        assert_eq!([look(), look(), look()], [r#"{"Names":["a"]}"#, r#"{"Names":["a"]}"#, r#"{"Names":["a","b"]}"#]);
    }

    #[test]
    fn the_journal_tells_what_was_asked_and_how_it_went() {
        let mut engine = engine(r#"{"faults": [{"when": {"nth": 2}, "then": "throttle"}]}"#);
        ask(&mut engine, "Change", r#"{"Name": "a"}"#);
        assert_eq!(ask(&mut engine, "GetNames", "").unwrap().0, 400);
        ask(&mut engine, "Change", "{}");
        let told: Vec<_> =
            engine.journal.since(0).into_iter().map(|entry| (entry.operation, entry.status, entry.error)).collect();
        let wanted =
            [("Change", 200, None), ("GetNames", 400, Some("Throttling")), ("Change", 400, Some("ValidationError"))];
        assert_eq!(told, wanted.map(|(name, status, error)| (name.to_owned(), status, error.map(str::to_owned))));
    }

    #[test]
    fn a_look_leaps_and_a_refused_one_does_not() {
        let mut engine = engine(r#"{"faults": [{"operation": "GetNames", "when": {"nth": 1}, "then": "throttle"}]}"#);
        engine.world.after(SignedDuration::from_secs(60), "r", Due::Stack("none".into()));
        engine.is_changed = false;
        ask(&mut engine, "GetNames", "");
        assert_eq!((engine.world.now().as_second(), engine.is_changed), (0, false));
        ask(&mut engine, "GetNames", "");
        assert_eq!((engine.world.now().as_second(), engine.is_changed), (60, true));
    }

    #[test]
    fn a_panic_is_told_as_a_bug() {
        let mut engine = engine("{}");
        assert_eq!(ask(&mut engine, "Panic", "").unwrap().0, 500);
        assert_eq!(ask(&mut engine, "GetNames", "").unwrap().0, 200);
    }
}
