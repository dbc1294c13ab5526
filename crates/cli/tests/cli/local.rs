//! `stackgen local`: servers are real, on ports that the machine chooses, and stopped by their tests.
use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};

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
    assert_snapshot!(started.to_string().replace(&port, "[PORT]"), @"");
    assert!(local.caller().contains("<Account>123456789012</Account>"));
    assert_snapshot!(local.run(&["start"]), @"");
    let status = local.run(&["status"]);
    let (before, rest) = status.split_once("uptime").unwrap();
    let rest = rest.split_once("stacks").unwrap().1;
    assert_snapshot!(format!("{before}…stacks{rest}"), @"");
    let status = local.0.run(&["local", "status", "--json"]).stdout;
    let status: serde_json::Value = serde_json::from_str(&status).unwrap();
    assert_eq!((status["calls"].as_u64(), status["pace"].as_str()), (Some(1), Some("leap")));
    let stopped = local.0.run(&["local", "stop"]);
    assert_snapshot!(stopped.to_string().replace(&port, "[PORT]"), @"");
    assert!(TcpStream::connect(("127.0.0.1", port.parse().unwrap())).is_err());
    let mut left: Vec<_> = local.0.files(".stackgen/local").into_keys().collect();
    left.sort();
    assert_eq!(left, [".gitignore", "server.log", "state.json", "state.lock"]);
}

#[test]
fn without_a_server() {
    let local = Local::new();
    assert_snapshot!(local.run(&["status"]), @"");
    assert_snapshot!(local.run(&["stop"]), @"");
    assert_snapshot!(local.run(&["reset"]), @"");
}

#[test]
fn another_pace_or_port_than_the_one_that_runs() {
    let local = Local::new();
    assert_eq!(local.start(&[]).code, Some(0));
    assert_snapshot!(local.run(&["start", "--pace", "manual"]), @"");
    assert_snapshot!(local.run(&["start", "--port", "1"]), @"");
    assert_eq!(local.0.run(&["local", "start", "--foreground"]).code, Some(1));
    assert_snapshot!(local.run(&["start", "--pace", "fast"]), @"");
}

#[test]
fn a_port_that_is_taken() {
    let local = Local::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    assert_snapshot!(local.run(&["start", "--port", &port]).replace(&port, "[PORT]"), @"");
}

#[test]
fn a_server_that_died_leaves_a_record_that_fools_nobody() {
    let local = Local::new();
    assert_eq!(local.start(&[]).code, Some(0));
    let record = local.0.path(".stackgen/local/server.json");
    let text = fs::read_to_string(&record).unwrap();
    let pid = serde_json::from_str::<serde_json::Value>(&text).unwrap()["pid"].to_string();
    assert!(std::process::Command::new("kill").args(["-9", &pid]).status().unwrap().success());
    while local.caller_is_there() {}
    assert_eq!(local.0.run(&["local", "status"]).code, Some(1));
    assert_eq!(local.start(&[]).code, Some(0));
    assert_ne!(fs::read_to_string(&record).unwrap(), text);
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
    assert_snapshot!(local.run(&["start"]), @"");
    local.0.write(".stackgen/local/state.json", "{");
    assert_snapshot!(local.run(&["start", "--foreground"]), @"");
    assert_snapshot!(local.run(&["reset"]), @"");
    assert_eq!(local.0.run(&["local", "reset", "--yes"]).code, Some(0));
    assert_eq!(local.start(&[]).code, Some(0));
}
