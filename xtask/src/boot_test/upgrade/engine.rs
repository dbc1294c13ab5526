//! The local engine, as the `stackgen` command starts it, and what it is told besides.
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::project::Project;
use crate::boot_test::host::REGION;

const PORT: u16 = 4599;
const PATIENCE: Duration = Duration::from_secs(30);
/// Making the root disk of a machine is in it.
const START: u64 = 300;

/// Where the engine is.
#[derive(Clone, Copy)]
pub(super) struct Engine;

/// Something that the engine wants of its driver.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "want", rename_all = "lowercase")]
pub(super) enum Want {
    Start(Start),
    Stop {
        instance: String,
    },
    Terminate {
        instance: String,
    },
    Reboot {
        instance: String,
    },
    Attach(Move),
    Detach(Move),
    /// To go off, and to start again with another root.
    #[serde(rename = "replace-root")]
    ReplaceRoot(Start),
    Run(Run),
}

/// A script that a machine is to run as root.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Run {
    pub(super) instance: String,
    pub(super) command: String,
    pub(super) script: String,
}

/// What makes a machine of an instance.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Start {
    pub(super) instance: String,
    pub(super) image: String,
    pub(super) zone: String,
    pub(super) vpc: String,
    pub(super) architecture: String,
    pub(super) user_data: Option<String>,
    pub(super) volumes: Vec<Volume>,
}

impl Start {
    pub(super) fn root(&self) -> anyhow::Result<&Volume> {
        self.volumes.iter().find(|it| it.is_root).context("an instance has a root volume")
    }
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Volume {
    pub(super) volume: String,
    pub(super) gib: u64,
    pub(super) is_root: bool,
}

/// A volume that is to come or to go.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Move {
    pub(super) instance: String,
    pub(super) volume: String,
    pub(super) gib: u64,
    pub(super) is_forced: bool,
}

#[derive(Deserialize)]
struct Machines {
    wanted: Vec<Want>,
}

impl Engine {
    /// Starts it: a second there is a second here, as the machines' clocks cannot be told otherwise.
    pub(super) fn start(project: &Project) -> anyhow::Result<Self> {
        project.run(&["local", "start", "--port", &PORT.to_string(), "--pace", "1"])?;
        let drive = json!({"region": REGION, "is_driven": true, "patience": START});
        Engine.told("PUT", "machines", &drive)?;
        Ok(Engine)
    }

    pub(super) fn port(self) -> u16 {
        PORT
    }

    pub(super) fn wanted(self) -> anyhow::Result<Vec<Want>> {
        let machines = self.told("GET", &format!("machines?region={REGION}"), &Json::Null)?;
        Ok(serde_json::from_value::<Machines>(machines)?.wanted)
    }

    /// Tells what is so. What the engine has given up meanwhile is nobody's fault.
    pub(super) fn tell(self, is: &str, instance: &str, volume: Option<&str>) -> anyhow::Result<()> {
        let mut so = json!({"region": REGION, "is": is, "instance": instance});
        if let Some(volume) = volume {
            so["volume"] = json!(volume);
        }
        self.so(&so)
    }

    /// Tells how a script ended.
    pub(super) fn ran(self, run: &Run, code: i64, output: &str) -> anyhow::Result<()> {
        self.so(&json!({
            "region": REGION, "is": "ran", "instance": run.instance, "command": run.command, "code": code, "output": output,
        }))
    }

    fn so(self, so: &Json) -> anyhow::Result<()> {
        let (status, body) = http("POST", "/_stackgen/machines", "", &so.to_string())?;
        ensure!(matches!(status, 200 | 409), "the engine does not take {so}: {body}");
        Ok(())
    }

    /// Has an image of this id appear when it is first asked for, with a root of so many GiB.
    pub(super) fn promise(self, image: &str, gib: u64) -> anyhow::Result<()> {
        self.told("PUT", "settings", &json!({"region": REGION, "settings": {"promised_root": gib}}))?;
        self.told("PUT", "images", &json!({"region": REGION, "ids": [image]})).map(drop)
    }

    /// What EC2 has: instances or volumes, by id.
    pub(super) fn ec2(self, kind: &str) -> anyhow::Result<serde_json::Map<String, Json>> {
        let state = self.told("GET", "state", &Json::Null)?;
        let things = state.pointer(&format!("/world/regions/{REGION}/ec2/{kind}")).and_then(Json::as_object);
        Ok(things.cloned().unwrap_or_default())
    }

    /// Calls the parameter store, as any client would.
    pub(super) fn ssm(self, operation: &str, input: &Json) -> anyhow::Result<Json> {
        let headers = format!(
            "content-type: application/x-amz-json-1.1\r\nx-amz-target: AmazonSSM.{operation}\r\nauthorization: AWS4-HMAC-SHA256 \
             Credential=boot-test/20260101/{REGION}/ssm/aws4_request, SignedHeaders=host, Signature=0\r\n"
        );
        let (status, body) = http("POST", "/", &headers, &input.to_string())?;
        ensure!(status == 200, "{operation}: {body}");
        Ok(serde_json::from_str(&body)?)
    }

    fn told(self, method: &str, what: &str, body: &Json) -> anyhow::Result<Json> {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let (status, answer) = http(method, &format!("/_stackgen/{what}"), "", &body)?;
        ensure!(status == 200, "the engine refuses {method} {what}: {answer}");
        Ok(serde_json::from_str(&answer)?)
    }
}

/// One call, and its status and body.
fn http(method: &str, path: &str, headers: &str, body: &str) -> anyhow::Result<(u16, String)> {
    let mut stream = TcpStream::connect(("127.0.0.1", PORT)).context("the engine does not answer")?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let length = body.len();
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nhost: engine\r\nconnection: close\r\n{headers}content-length: {length}\r\n\r\n{body}"
    )?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let Some((head, body)) = answer.split_once("\r\n\r\n") else { bail!("the engine says {answer}") };
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).context("an answer has a status")?;
    Ok((status, body.to_owned()))
}
