//! Two services that a host talks to and that nothing else here imitates well: the metadata service, and the call of
//! CloudFormation that takes a signal. Both keep to what their callers see of them.
//!
//! Metadata is given only for a token (EC2 user guide, "Use the Instance Metadata Service"). A signal is a call of the query
//! protocol (CloudFormation API reference, `SignalResource`).
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard};
use std::{collections::BTreeMap, thread};

use anyhow::Context;

use super::enclosure::METADATA;
use super::host::REGION;
use super::metadata::{KEY, Metadata};

/// Where CloudFormation is. The image's AWS CLI is told so by its configuration.
pub(super) const CLOUDFORMATION_PORT: u16 = 4566;
const TOKEN: &str = "AQAEAtokenOfTheBootTest==";

/// A signal, as the stack hears it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Signal {
    pub stack: String,
    pub resource: String,
    pub unique_id: String,
    pub status: String,
}

#[derive(Default)]
struct Heard {
    /// Signals to refuse, since a stack listens later than its host speaks.
    deaf: u32,
    signals: Vec<Signal>,
}

/// The running services.
#[derive(Clone)]
pub(super) struct Endpoints {
    metadata: Arc<Metadata>,
    heard: Arc<Mutex<Heard>>,
}

impl Endpoints {
    pub(super) fn start(metadata: Metadata) -> anyhow::Result<Self> {
        let endpoints = Self { metadata: Arc::new(metadata), heard: Arc::default() };
        for address in [format!("{METADATA}:80"), format!("127.0.0.1:{CLOUDFORMATION_PORT}")] {
            let listener = TcpListener::bind(&address).with_context(|| format!("listening at {address}"))?;
            let endpoints = endpoints.clone();
            thread::spawn(move || {
                for stream in listener.incoming().flatten() {
                    // A caller that hangs up is the script's business.
                    let _ = endpoints.serve(stream);
                }
            });
        }
        Ok(endpoints)
    }

    /// Forgets what was heard, and refuses the next few signals.
    pub(super) fn reset(&self, deaf: u32) {
        *self.heard() = Heard { deaf, signals: Vec::new() };
    }

    pub(super) fn signals(&self) -> Vec<Signal> {
        self.heard().signals.clone()
    }

    fn heard(&self) -> MutexGuard<'_, Heard> {
        self.heard.lock().expect("no thread panics while it holds this")
    }

    fn serve(&self, stream: TcpStream) -> anyhow::Result<()> {
        let request = Request::read(&stream)?;
        let answer = match (request.method.as_str(), request.path.as_str()) {
            ("POST", "/") => self.signal(&request),
            _ => metadata(&self.metadata, &request),
        };
        say(&stream, answer)
    }

    fn signal(&self, request: &Request) -> (u16, String) {
        let scope = format!("/{REGION}/cloudformation/aws4_request");
        let signed = request.headers.get("authorization").is_some_and(|by| by.contains(KEY) && by.contains(&scope));
        let field = |name: &str| request.field(name).unwrap_or_default();
        if !signed || field("Action") != "SignalResource" {
            return refusal("AccessDenied", "not a signed SignalResource");
        }
        let mut heard = self.heard();
        if heard.deaf > 0 {
            heard.deaf -= 1;
            return refusal("ValidationError", "the resource does not listen yet");
        }
        heard.signals.push(Signal {
            stack: field("StackName"),
            resource: field("LogicalResourceId"),
            unique_id: field("UniqueId"),
            status: field("Status"),
        });
        let namespace = "http://cloudformation.amazonaws.com/doc/2010-05-15/";
        (200, format!("<SignalResourceResponse xmlns=\"{namespace}\"><ResponseMetadata/></SignalResourceResponse>"))
    }
}

/// What the metadata service answers.
pub(super) fn metadata(metadata: &Metadata, request: &Request) -> (u16, String) {
    match (request.method.as_str(), request.path.as_str()) {
        ("PUT", "/latest/api/token") if request.has("x-aws-ec2-metadata-token-ttl-seconds") => (200, TOKEN.to_owned()),
        ("GET", path) if request.headers.get("x-aws-ec2-metadata-token").is_some_and(|given| given == TOKEN) => {
            metadata.get(path).map_or((404, String::new()), |text| (200, text))
        }
        ("GET", _) => (401, String::new()),
        _ => (400, String::new()),
    }
}

/// Answers with a status and a text, and nothing more.
pub(super) fn say(mut stream: &TcpStream, (status, body): (u16, String)) -> anyhow::Result<()> {
    let head = format!("HTTP/1.1 {status} -\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    Ok(stream.write_all((head + &body).as_bytes())?)
}

fn refusal(code: &str, message: &str) -> (u16, String) {
    let error = format!("<Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>");
    (400, format!("<ErrorResponse>{error}</ErrorResponse>"))
}

/// As much of an HTTP request as is needed here.
pub(super) struct Request {
    method: String,
    path: String,
    headers: BTreeMap<String, String>,
    body: String,
}

impl Request {
    pub(super) fn read(stream: &TcpStream) -> anyhow::Result<Self> {
        let mut reader = BufReader::new(stream);
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let mut words = line.split_whitespace().map(str::to_owned);
        let (method, path) = words.next().zip(words.next()).context("a request has a method and a path")?;
        let mut headers = BTreeMap::new();
        loop {
            let mut line = String::new();
            reader.read_line(&mut line)?;
            let Some((name, value)) = line.split_once(':') else { break };
            headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
        }
        let length: usize = headers.get("content-length").map_or(Ok(0), |length| length.parse())?;
        let mut body = vec![0; length];
        reader.read_exact(&mut body)?;
        Ok(Self { method, path, headers, body: String::from_utf8(body)? })
    }

    fn has(&self, header: &str) -> bool {
        self.headers.contains_key(header)
    }

    /// A field of a form. What the script sends has no escapes in it.
    fn field(&self, name: &str) -> Option<String> {
        let fields = self.body.split('&').filter_map(|field| field.split_once('='));
        fields.filter(|(of, _)| *of == name).map(|(_, value)| value.to_owned()).next()
    }
}
