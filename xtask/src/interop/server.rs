//! The servers that are asked: ours, and other engines that imitate AWS.
use std::ffi::OsString;
use std::fs;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};

use super::clients::Packages;
use crate::tools;

/// The number of the account in all of them.
const ACCOUNT: &str = "123456789012";
const REGION: &str = "eu-west-1";
const PATIENCE: Duration = Duration::from_secs(30);

/// Another engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Other {
    /// What knows stacks well, and no instances in them.
    Ministack,
    /// What knows the calls of EC2 and other services.
    Moto,
}

impl Other {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Other::Ministack => "ministack",
            Other::Moto => "moto",
        }
    }

    fn package(self) -> Packages {
        let packages: &'static [&'static str] = match self {
            Other::Ministack => &["ministack==1.5.33"],
            Other::Moto => &["moto[server]==5.2.5"],
        };
        Packages { name: self.name(), packages }
    }

    fn command(self, port: u16, folder: &Path) -> anyhow::Result<Command> {
        let programs = self.package().programs()?;
        let port = port.to_string();
        let mut command;
        match self {
            Other::Ministack => {
                command = Command::new(programs.join("ministack"));
                command.env("BIND_HOST", "127.0.0.1").env("GATEWAY_PORT", port);
                command.env("MINISTACK_ACCOUNT_ID", ACCOUNT).env("STATE_DIR", folder);
            }
            Other::Moto => {
                command = Command::new(programs.join("moto_server"));
                command.args(["-H", "127.0.0.1", "-p", &port]);
                // As strict as it can be.
                for check in ["ENABLE_AMI", "ENABLE_KEYPAIR", "EC2_ENABLE_INSTANCE_TYPE"] {
                    command.env(format!("MOTO_{check}_VALIDATION"), "true");
                }
            }
        }
        Ok(command)
    }
}

/// A server that runs; it ends with this value.
pub(crate) struct Running {
    pub(crate) name: &'static str,
    process: Child,
    pub(crate) port: u16,
    folder: PathBuf,
}

impl Running {
    /// `stackgen local`, built from this workspace. Whoever looks leaps through time.
    pub(crate) fn stackgen() -> anyhow::Result<Running> {
        let built = Command::new("cargo").args(["build", "--quiet", "--package", "stackgen-cli"]).status()?;
        ensure!(built.success(), "stackgen does not build");
        let program = std::env::current_exe()?.with_file_name("stackgen");
        start("stackgen", |port, folder| {
            let mut command = Command::new(program);
            command.args(["local", "serve", "--pace", "leap", "--port", &port.to_string(), "--folder"]).arg(folder);
            Ok(command)
        })
    }

    pub(crate) fn other(other: Other) -> anyhow::Result<Running> {
        start(other.name(), |port, folder| other.command(port, folder))
    }

    /// What leads clients to it, and nowhere else.
    pub(crate) fn environment(&self) -> Vec<(&'static str, OsString)> {
        let mut environment = environment(self.port);
        environment.push(("INTEROP_FOLDER", self.folder.clone().into()));
        environment
    }
}

/// What leads every client to a server on this machine, and nowhere else.
pub(crate) fn environment(port: u16) -> Vec<(&'static str, OsString)> {
    let nothing = || OsString::from("/dev/null");
    vec![
        ("AWS_ENDPOINT_URL", format!("http://127.0.0.1:{port}").into()),
        ("AWS_ACCESS_KEY_ID", ACCOUNT.into()),
        ("AWS_SECRET_ACCESS_KEY", "local".into()),
        ("AWS_REGION", REGION.into()),
        ("AWS_DEFAULT_REGION", REGION.into()),
        ("AWS_CONFIG_FILE", nothing()),
        ("AWS_SHARED_CREDENTIALS_FILE", nothing()),
        ("AWS_EC2_METADATA_DISABLED", "true".into()),
        ("AWS_PAGER", OsString::new()),
    ]
}

fn start(name: &'static str, command: impl FnOnce(u16, &Path) -> anyhow::Result<Command>) -> anyhow::Result<Running> {
    let folder = tools::beside_the_build("interop")?.join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder)?;
    let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
    let log = fs::File::create(folder.join("log"))?;
    let mut command = command(port, &folder)?;
    command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
    let process = command.spawn().with_context(|| format!("{name} does not run"))?;
    let mut running = Running { name, process, port, folder };
    let since = Instant::now();
    while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
        if running.process.try_wait()?.is_some() || since.elapsed() > PATIENCE {
            bail!("{name} does not answer; {} says why", running.folder.join("log").display());
        }
        thread::sleep(Duration::from_millis(50));
    }
    Ok(running)
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may be gone already, and then there is nothing to end.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
