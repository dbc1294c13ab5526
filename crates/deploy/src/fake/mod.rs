//! A CloudFormation small enough to fit into a test, with a place where the line breaks.
//!
//! It knows just what the client asks of it: stacks, change sets, events with tokens. Each look at a stack goes one step on.
//! What it says is not evidence of what AWS does; that is the work of the local engine.
mod engine;
mod wire;

use std::sync::{Arc, Mutex, PoisonError};

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use tokio::sync::Notify;

pub(crate) use engine::Engine;

/// What happens to one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It never arrives, and nobody is there to hear it.
    KilledBefore,
    /// It arrives, and nobody is there to hear the answer.
    KilledAfter,
    /// It arrives, and its answer is lost.
    AnswerLost,
    /// It is asked to slow down.
    Throttled,
}

/// A line to an engine.
#[derive(Clone, Debug, Default)]
pub(crate) struct Line {
    pub(crate) engine: Arc<Mutex<Engine>>,
    faults: Arc<Mutex<Vec<(usize, Fault)>>>,
    calls: Arc<Mutex<Vec<String>>>,
    pub(crate) killed: Arc<Notify>,
}

impl Line {
    /// A line to the same engine, with faults at some of its calls, counted from nought.
    pub(crate) fn again(&self, faults: &[(usize, Fault)]) -> Line {
        Line { engine: self.engine.clone(), faults: Arc::new(Mutex::new(faults.to_vec())), ..Line::default() }
    }

    pub(crate) fn calls(&self) -> Vec<String> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn with<T>(&self, look: impl FnOnce(&mut Engine) -> T) -> T {
        look(&mut self.engine.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn fault(&self, action: &str) -> Option<Fault> {
        let mut calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        let number = calls.len();
        calls.push(action.to_owned());
        let faults = self.faults.lock().unwrap_or_else(PoisonError::into_inner);
        faults.iter().find(|(at, _)| *at == number).map(|(_, fault)| *fault)
    }
}

impl HttpClient for Line {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Line {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let fields = wire::fields(request.body().bytes().unwrap_or_default());
        let action = fields.get("Action").cloned().unwrap_or_default();
        let fault = self.fault(&action);
        let answer = match fault {
            Some(Fault::KilledBefore | Fault::Throttled) => None,
            _ => Some(self.with(|engine| engine.answer(&action, &fields))),
        };
        match (fault, answer) {
            (Some(Fault::KilledBefore | Fault::KilledAfter), _) => {
                self.killed.notify_one();
                HttpConnectorFuture::new(std::future::pending())
            }
            (Some(Fault::AnswerLost), _) => {
                HttpConnectorFuture::ready(Err(ConnectorError::io("the line broke".into())))
            }
            (_, Some(Ok(body))) => respond(200, wire::envelope(&action, &body)),
            (_, Some(Err((code, message)))) => respond(400, wire::error(&code, &message)),
            (_, None) => respond(400, wire::error("Throttling", "Rate exceeded")),
        }
    }
}

fn respond(status: u16, body: String) -> HttpConnectorFuture {
    let status = status.try_into().expect("it is a status");
    HttpConnectorFuture::ready(Ok(HttpResponse::new(status, SdkBody::from(body))))
}
