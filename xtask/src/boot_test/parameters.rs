//! The parameter store: moto behind TLS, under the name that the real one has.
//!
//! Moto is somebody else's idea of SSM: it gives a secret in the clear only to a caller that asks for decryption, and
//! refuses names that it does not know.
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use std::{fs, thread};

use anyhow::{Context, ensure};
use serde_json::{Value as Json, json};

use super::host::{REGION, SUFFIX};
use super::programs::run;

/// The running store.
pub(super) struct Parameters {
    server: Child,
    /// Whoever trusts this trusts the server.
    pub certificate: PathBuf,
    log: PathBuf,
}

/// The name of the store.
pub(super) fn name() -> String {
    format!("ssm.{REGION}.{SUFFIX}")
}

/// A certificate for a server that has these names, and its key.
pub(super) fn certify(scratch: &Path, names: &[String]) -> anyhow::Result<(PathBuf, PathBuf)> {
    let (certificate, key) = (scratch.join("server.crt"), scratch.join("server.key"));
    let names: Vec<String> = names.iter().map(|name| format!("DNS:{name}")).collect();
    let mut make = Command::new("openssl");
    make.args(["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=boot test"]);
    make.args(["-addext", &format!("subjectAltName={}", names.join(","))]);
    run(make.arg("-keyout").arg(&key).arg("-out").arg(&certificate).stderr(Stdio::null()))?;
    Ok((certificate, key))
}

impl Parameters {
    pub(super) fn start(moto: &Path, scratch: &Path) -> anyhow::Result<Self> {
        let (certificate, key) = certify(scratch, &[name()])?;
        let log = scratch.join("moto.log");
        let mut serve = Command::new(moto);
        serve.args(["--host", "127.0.0.1", "--port", "443", "--ssl-cert"]).arg(&certificate).arg("--ssl-key").arg(&key);
        let output = fs::File::create(&log)?;
        serve.stdout(output.try_clone()?).stderr(output).stdin(Stdio::null());
        let server = serve.spawn().context("moto does not run")?;
        let store = Self { server, certificate, log };
        store.wait_until_it_answers()?;
        Ok(store)
    }

    fn wait_until_it_answers(&self) -> anyhow::Result<()> {
        let started = Instant::now();
        while let Err(error) = self.call("DescribeParameters", &json!({})) {
            let said = fs::read_to_string(&self.log).unwrap_or_default();
            ensure!(started.elapsed() < Duration::from_secs(30), "moto does not answer: {error:#}\n{said}");
            thread::sleep(Duration::from_millis(200));
        }
        Ok(())
    }

    pub(super) fn put(&self, name: &str, value: &str, kind: &str) -> anyhow::Result<()> {
        self.call("PutParameter", &json!({"Name": name, "Value": value, "Type": kind, "Overwrite": true}))
    }

    pub(super) fn delete(&self, name: &str) -> anyhow::Result<()> {
        self.call("DeleteParameter", &json!({ "Name": name }))
    }

    fn call(&self, operation: &str, input: &Json) -> anyhow::Result<()> {
        let scope = format!("Credential=boot-test/20260101/{REGION}/ssm/aws4_request");
        let mut curl = Command::new("curl");
        curl.args(["--silent", "--show-error", "--fail-with-body", "--max-time", "5", "--data", "@-", "--cacert"]);
        curl.arg(&self.certificate).args(["--resolve", &format!("{}:443:127.0.0.1", name())]);
        curl.args(["--header", "Content-Type: application/x-amz-json-1.1"]);
        curl.args(["--header", &format!("X-Amz-Target: AmazonSSM.{operation}")]);
        curl.args(["--header", &format!("Authorization: AWS4-HMAC-SHA256 {scope}, SignedHeaders=host, Signature=0")]);
        curl.arg(format!("https://{}/", name())).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = curl.spawn().context("`curl` does not run")?;
        child.stdin.take().context("it was piped")?.write_all(input.to_string().as_bytes())?;
        let output = child.wait_with_output()?;
        let said = [output.stdout, output.stderr].concat();
        ensure!(output.status.success(), "{operation}: {}", String::from_utf8_lossy(&said));
        Ok(())
    }
}

impl Drop for Parameters {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}
