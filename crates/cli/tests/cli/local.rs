//! `stackgen local`: servers are real, on ports that the machine chooses, and stopped by their tests.
use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};

use insta::assert_snapshot;

use crate::env::{Run, TestEnv};

/// A project whose server is stopped, whatever happens.
struct Local(TestEnv);

impl Local {
    fn new() -> Self {
        let env = TestEnv::new();
        env.write("stackgen.toml", "app = 'none'\n");
        Local(env)
    }

    /// A run with the port and the time taken out.
    fn run(&self, arguments: &[&str]) -> String {
        let run = self.0.run(&[&["local"], arguments].concat());
        let shown = run.to_string();
        match self.port() {
            Some(port) => shown.replace(&port.to_string(), "[PORT]"),
            None => shown,
        }
    }

    fn start(&self, more: &[&str]) -> Run {
        self.0.run(&[&["local", "start", "--port", "0"], more].concat())
    }

    fn record(&self) -> serde_json::Value {
        serde_json::from_str(&fs::read_to_string(self.0.path(".stackgen/local/server.json")).unwrap()).unwrap()
    }

    fn port(&self) -> Option<u16> {
        let record = fs::read_to_string(self.0.path(".stackgen/local/server.json")).ok()?;
        serde_json::from_str::<serde_json::Value>(&record).ok()?["port"].as_u64()?.try_into().ok()
    }

    fn caller(&self) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port().unwrap())).unwrap();
        let body = "Action=GetCallerIdentity&Version=2011-06-15";
        let length = body.len();
        write!(stream, "POST / HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: {length}\r\n\r\n{body}").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }
}

impl Drop for Local {
    fn drop(&mut self) {
        self.0.run(&["local", "stop"]);
    }
}

#[test]
fn a_server_runs_until_it_is_stopped() {
    let local = Local::new();
    let started = local.start(&["--pace", "leap"]);
    let port = local.port().unwrap().to_string();
    assert_snapshot!(started.to_string().replace(&port, "[PORT]"), @"
    exit code: 0
    --- stdout
    export AWS_ENDPOINT_URL=http://127.0.0.1:[PORT]
    export AWS_ACCESS_KEY_ID=local
    export AWS_SECRET_ACCESS_KEY=local
    --- stderr
         Started http://127.0.0.1:[PORT], state in [TEMP]/project/.stackgen/local
    ");
    assert!(local.caller().contains("<Account>123456789012</Account>"));
    assert_snapshot!(local.run(&["start"]), @"
    exit code: 0
    --- stdout
    export AWS_ENDPOINT_URL=http://127.0.0.1:[PORT]
    export AWS_ACCESS_KEY_ID=local
    export AWS_SECRET_ACCESS_KEY=local
    --- stderr
         Running at http://127.0.0.1:[PORT] already
    ");
    let status = local.run(&["status"]);
    let (before, rest) = status.split_once("uptime").unwrap();
    let rest = rest.split_once("stacks").unwrap().1;
    assert_snapshot!(format!("{before}…stacks{rest}"), @"
    exit code: 0
    --- stdout
    endpoint   http://127.0.0.1:[PORT]
    …stacks     0
    calls      1
    state      [TEMP]/project/.stackgen/local/state.json
    --- stderr
    ");
    let status = local.0.run(&["local", "status", "--json"]).stdout;
    let status: serde_json::Value = serde_json::from_str(&status).unwrap();
    assert_eq!((status["calls"].as_u64(), status["pace"].as_str()), (Some(1), Some("leap")));
    let stopped = local.0.run(&["local", "stop"]);
    assert_snapshot!(stopped.to_string().replace(&port, "[PORT]"), @"
    exit code: 0
    --- stdout
    --- stderr
         Stopped http://127.0.0.1:[PORT], state in [TEMP]/project/.stackgen/local
    ");
    assert!(TcpStream::connect(("127.0.0.1", port.parse().unwrap())).is_err());
    let mut left: Vec<_> = local.0.files(".stackgen/local").into_keys().collect();
    left.sort();
    assert_eq!(left, [".gitignore", "server.log", "start.lock", "state.json", "state.lock"]);
}

#[test]
fn without_a_server() {
    let local = Local::new();
    assert_snapshot!(local.run(&["status"]), @"
    exit code: 1
    --- stdout
    --- stderr
    error: no server runs for `[TEMP]/project/.stackgen/local`
    hint: start one: `stackgen local start`
    ");
    assert_snapshot!(local.run(&["stop"]), @"
    exit code: 0
    --- stdout
    --- stderr
         Stopped already: no server runs
    ");
    assert_snapshot!(local.run(&["reset"]), @"
    exit code: 0
    --- stdout
    --- stderr
       Forgotten already: there is nothing
    ");
}

#[test]
fn another_pace_or_port_than_the_one_that_runs() {
    let local = Local::new();
    assert_eq!(local.start(&[]).code, Some(0));
    assert_snapshot!(local.run(&["start", "--pace", "manual"]), @"
    exit code: 1
    --- stdout
    --- stderr
    error: a server runs already, with pace 30 and not manual
    hint: stop it first: `stackgen local stop`; what it has is kept
    ");
    assert_snapshot!(local.run(&["start", "--port", "1"]), @"
    exit code: 1
    --- stdout
    --- stderr
    error: a server runs already, with port [PORT] and not 1
    hint: stop it first: `stackgen local stop`; what it has is kept
    ");
    assert_eq!(local.0.run(&["local", "start", "--foreground"]).code, Some(1));
    assert_snapshot!(local.run(&["start", "--pace", "fast"]), @"
    exit code: 2
    --- stdout
    --- stderr
    error: invalid value 'fast' for '--pace <PACE>': a pace is `leap`, `manual`, or how many seconds pass in one: 0.001 to 1000000

    For more information, try '--help'.
    ");
}

#[test]
fn commands_that_start_one_at_once_find_the_same() {
    let local = Local::new();
    let start = || local.0.command(&["local", "start", "--port", "0"]).stdout(Stdio::piped()).spawn().unwrap();
    let children: Vec<_> = (0..4).map(|_| start()).collect();
    let outputs: Vec<_> = children.into_iter().map(|child| child.wait_with_output().unwrap()).collect();
    assert!(outputs.iter().all(|output| output.status.success() && output.stdout == outputs[0].stdout), "{outputs:?}");
}

#[test]
fn a_server_that_is_asked_to_end_saves_first() {
    let local = Local::new();
    assert_eq!(local.start(&[]).code, Some(0));
    let pid = local.record()["pid"].to_string();
    assert!(Command::new("kill").arg(&pid).status().unwrap().success());
    while local.0.path(".stackgen/local/server.json").exists() {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    assert!(local.0.path(".stackgen/local/state.json").exists());
}

#[test]
fn in_the_foreground_it_shows_where_it_is() {
    let local = Local::new();
    let mut child =
        local.0.command(&["local", "start", "--foreground", "--port", "0"]).stdout(Stdio::piped()).spawn().unwrap();
    let mut line = [0; 40];
    child.stdout.as_mut().unwrap().read_exact(&mut line).unwrap();
    assert!(line.starts_with(b"export AWS_ENDPOINT_URL=http://127.0.0.1"), "{line:?}");
    assert_eq!(local.record()["pid"], child.id());
    assert_eq!(local.0.run(&["local", "stop"]).code, Some(0));
    assert!(child.wait().unwrap().success());
}

#[test]
fn a_port_that_is_taken() {
    let local = Local::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    assert_snapshot!(local.run(&["start", "--port", &port]).replace(&port, "[PORT]"), @"
    exit code: 1
    --- stdout
    --- stderr
    error: cannot listen on 127.0.0.1:[PORT]
    Caused by:
      Address already in use (os error 98)
    hint: leave --port out, or take any free one: --port 0
    ");
}

#[test]
fn a_server_that_died_leaves_a_record_that_fools_nobody() {
    let local = Local::new();
    assert_eq!(local.start(&[]).code, Some(0));
    let record = local.record();
    assert!(Command::new("kill").args(["-9", &record["pid"].to_string()]).status().unwrap().success());
    while local.caller_is_there() {}
    assert_eq!(local.0.run(&["local", "status"]).code, Some(1));
    assert_eq!(local.start(&[]).code, Some(0));
    assert_ne!(local.record()["pid"], record["pid"]);
}

impl Local {
    fn caller_is_there(&self) -> bool {
        TcpStream::connect(("127.0.0.1", self.port().unwrap())).is_ok()
    }
}

#[test]
fn a_state_that_cannot_be_read() {
    let local = Local::new();
    local.0.write(".stackgen/local/state.json", r#"{"format": 99, "stackgen": "9.0.0", "world": {}}"#);
    assert_snapshot!(local.run(&["start"]), @"
    exit code: 1
    --- stdout
    --- stderr
    error: `[TEMP]/project/.stackgen/local/state.json` has format 99, and this stackgen knows 1 only
    hint: use the stackgen that wrote it, or forget what is in it: `stackgen local
          reset`
    ");
    local.0.write(".stackgen/local/state.json", "{");
    assert_snapshot!(local.run(&["start", "--foreground"]), @"
    exit code: 1
    --- stdout
    --- stderr
    error: `[TEMP]/project/.stackgen/local/state.json` is damaged
    Caused by:
      EOF while parsing an object at line 1 column 1
    hint: put a copy in its place, or forget what is in it: `stackgen local reset`
    ");
    assert_snapshot!(local.run(&["reset"]), @"
    exit code: 3
    --- stdout
    --- stderr
    error: forgetting needs a yes, and there is no terminal to ask on
    hint: say --yes to forget without a question
    ");
    assert_eq!(local.0.run(&["local", "reset", "--yes"]).code, Some(0));
    assert_eq!(local.start(&[]).code, Some(0));
}
