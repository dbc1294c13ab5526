//! AWS as the machines find it: under its own names, behind TLS. Behind that is the local engine.
use std::fs;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};

use crate::boot_test::host::{REGION, SUFFIX};
use crate::boot_test::parameters::certify;

/// Services that a host calls.
const SERVICES: [&str; 2] = ["ssm", "cloudformation"];
const PROGRAM: &str = include_str!("front.py");
const PATIENCE: Duration = Duration::from_secs(30);

/// The server that stands in front of the engine.
pub(super) struct Front {
    server: Child,
    /// Whoever trusts this trusts the server.
    pub(super) certificate: PathBuf,
    pub(super) names: Vec<String>,
}

impl Front {
    pub(super) fn start(scratch: &Path, port: u16) -> anyhow::Result<Self> {
        let names: Vec<String> = SERVICES.iter().map(|service| format!("{service}.{REGION}.{SUFFIX}")).collect();
        let (certificate, key) = certify(scratch, &names)?;
        let log = fs::File::create(scratch.join("front.log"))?;
        let mut serve = Command::new("python3");
        serve.args(["-c", PROGRAM]).arg(&certificate).arg(&key).arg(port.to_string());
        serve.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        let server = serve.spawn().context("`python3` serves AWS's names and is not here")?;
        let began = Instant::now();
        while TcpStream::connect(("127.0.0.1", 443)).is_err() {
            let said = fs::read_to_string(scratch.join("front.log")).unwrap_or_default();
            ensure!(began.elapsed() < PATIENCE, "nobody serves AWS's names: {said}");
            thread::sleep(Duration::from_millis(100));
        }
        Ok(Self { server, certificate, names })
    }
}

impl Drop for Front {
    fn drop(&mut self) {
        // It may be gone already, and then there is nothing to end.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}
