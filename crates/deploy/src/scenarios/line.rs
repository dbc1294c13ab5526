//! A line to the local engine that can be cut at any call. Everything is as over the network, but in this process, so that a
//! stopped clock stands still for both ends and nobody waits.
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use jiff::SignedDuration;
use stackgen_local::cloudformation::Stack;
use stackgen_local::server::{Entry, Fault, Handle, Options, Pace, Script, Server, Then, When};
use stackgen_local::wire::{Call, Reply};
use tokio::sync::Notify;
use tokio::time::{Instant, sleep};

/// How fast time passes in the engine, as for people who try it.
pub(super) const SPEED: u32 = 30;
const REGION: &str = "eu-west-1";

/// When the client is killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kill {
    /// Before the call arrives.
    Before(usize),
    /// When it was taken, and before the answer.
    After(usize),
}

/// A line to an engine. Clones lead to the same one.
#[derive(Clone)]
pub(super) struct Line {
    server: Arc<Handle>,
    /// Until when the time of the engine has passed.
    passed: Arc<Mutex<Instant>>,
    kill: Option<Kill>,
    calls: Arc<Mutex<usize>>,
    pub(super) killed: Arc<Notify>,
}

impl std::fmt::Debug for Line {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Line").field("kill", &self.kill).finish_non_exhaustive()
    }
}

impl Line {
    pub(super) fn new() -> Line {
        let server = Server::start(Options { pace: Pace::Manual, ..Options::default() }).expect("a port is free");
        let passed = Arc::new(Mutex::new(Instant::now()));
        Line { server: Arc::new(server), passed, kill: None, calls: Arc::default(), killed: Arc::default() }
    }

    /// Another process's line to the same engine, which is killed at a call, counted from nought.
    pub(super) fn again(&self, kill: Option<Kill>) -> Line {
        Line { kill, calls: Arc::default(), killed: Arc::default(), ..self.clone() }
    }

    /// Plays faults: at which calls of an operation what happens.
    pub(super) fn play(&self, seed: u64, faults: Vec<(&str, When, Then)>) {
        let fault = |(operation, when, then): (&str, When, Then)| Fault { operation: operation.to_owned(), when, then };
        self.server.faults(Script { seed, faults: faults.into_iter().map(fault).collect() });
    }

    pub(super) fn journal(&self) -> Vec<Entry> {
        self.server.journal(0)
    }

    /// The names of all calls so far, of all clients.
    pub(super) fn calls(&self) -> Vec<String> {
        self.journal().into_iter().map(|entry| entry.operation).collect()
    }

    pub(super) fn world<T>(&self, with: impl FnOnce(&mut stackgen_local::World) -> T) -> T {
        self.server.world(with)
    }

    /// All stacks that ever had a name, oldest first.
    pub(super) fn stacks(&self, name: &str) -> Vec<Stack> {
        self.world(|world| world.region(REGION).stacks.values().filter(|stack| stack.name == name).cloned().collect())
    }

    /// The stack of a name that is not deleted.
    pub(super) fn stack(&self, name: &str) -> Option<Stack> {
        self.stacks(name).into_iter().rev().find(|stack| stack.status.word() != "DELETE_COMPLETE")
    }

    /// What was begun with the stacks of a name, in the words of their events: `CREATE_IN_PROGRESS` and so on.
    pub(super) fn begun(&self, name: &str) -> Vec<String> {
        const BEGINNINGS: [&str; 7] =
            ["CREATE", "UPDATE", "DELETE", "IMPORT", "ROLLBACK", "UPDATE_ROLLBACK", "IMPORT_ROLLBACK"];
        let stacks = self.stacks(name);
        let events = stacks.iter().flat_map(|stack| stack.events.iter().filter(|event| event.physical_id == stack.id));
        let verbs = events.filter_map(|event| event.status.strip_suffix("_IN_PROGRESS"));
        verbs.filter(|verb| BEGINNINGS.contains(verb)).map(str::to_owned).collect()
    }

    /// Lets the engine go to the next thing that happens there.
    pub(super) fn step(&self) {
        self.server.advance(None);
    }

    /// Whether an event says that a resource got a status.
    pub(super) fn has_said(&self, name: &str, logical_id: &str, status: &str) -> bool {
        let stack = self.stack(name);
        let events = stack.iter().flat_map(|stack| &stack.events);
        events.into_iter().any(|event| event.logical_id == logical_id && event.status == status)
    }

    /// Lets as much time pass in the engine as has passed here.
    fn pass_time(&self) {
        let mut passed = self.passed.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        let by = SignedDuration::try_from((now - *passed) * SPEED).expect("no test takes for ever");
        *passed = now;
        self.server.advance(Some(by));
    }

    fn number(&self) -> usize {
        let mut calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        *calls += 1;
        *calls - 1
    }
}

impl HttpClient for Line {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Line {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let number = self.number();
        if self.kill == Some(Kill::Before(number)) {
            self.killed.notify_one();
            return HttpConnectorFuture::new(std::future::pending());
        }
        self.pass_time();
        let (reply, stall) = self.server.answer(call(&request));
        if self.kill == Some(Kill::After(number)) {
            self.killed.notify_one();
            return HttpConnectorFuture::new(std::future::pending());
        }
        HttpConnectorFuture::new(answer(reply, stall))
    }
}

async fn answer(reply: Option<Reply>, stall: Duration) -> Result<HttpResponse, ConnectorError> {
    if !stall.is_zero() {
        sleep(stall).await;
    }
    let reply = reply.ok_or_else(|| ConnectorError::io("the line broke".into()))?;
    let status = reply.status.try_into().expect("it is a status");
    let mut response = HttpResponse::new(status, SdkBody::from(reply.body));
    for (name, value) in reply.headers {
        response.headers_mut().try_insert(name, value).expect("it is a header");
    }
    Ok(response)
}

fn call(request: &HttpRequest) -> Call {
    let headers = request.headers().iter().map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()));
    Call {
        method: request.method().to_owned(),
        path: "/".to_owned(),
        query: String::new(),
        headers: headers.collect(),
        body: request.body().bytes().unwrap_or_default().to_vec(),
    }
}
