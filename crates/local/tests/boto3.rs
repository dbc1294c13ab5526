//! The server as boto3 sees it: `python3` must have it (PyPI).
use std::process::Command;

use stackgen_local::server::{Options, Server};

#[test]
#[ignore = "python3 needs boto3"]
fn boto3_reads_answers_and_refusals() {
    let server = Server::start(Options::default()).expect("a port is free");
    let run = Command::new("python3")
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/look_with_boto3.py"))
        .envs([
            ("AWS_ENDPOINT_URL", server.endpoint().as_str()),
            ("AWS_REGION", "us-east-1"),
            ("AWS_DEFAULT_REGION", "us-east-1"),
        ])
        .envs([("AWS_ACCESS_KEY_ID", "local"), ("AWS_SECRET_ACCESS_KEY", "local")])
        .output()
        .expect("python3 is there");
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
}
