//! The project's AWS on this machine: a server that runs beside the commands, and keeps what it has in `.stackgen/local`.
//!
//! [`Place`] is that folder. [`endpoint`] is what a command with `--local` needs: it starts the server or finds the one that
//! runs. [`serve`] is the server's own process.
pub(crate) mod images;
mod record;
pub(crate) mod serve;
mod start;

use std::io;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value as Json;
use stackgen_local::server::{self, Pace, StartError};
use thiserror::Error;

use crate::Context;
use crate::error::CliError;
use crate::project::{Project, ProjectError};
pub(crate) use record::Record;
use start::Started;

/// The region of the variables that are printed where there is no project. A world has all regions.
pub(crate) const REGION: &str = "us-east-1";
/// How long a server may take to start or to end.
const PATIENCE: Duration = Duration::from_secs(20);
const TICK: Duration = Duration::from_millis(20);

/// Why there is no server, or not the wanted one.
#[derive(Debug, Error)]
pub(crate) enum LocalError {
    #[error("no server runs for `{}`", folder.display())]
    NotRunning { folder: PathBuf },
    #[error("a server runs already, with {what} {has} and not {wanted}")]
    Differs { what: &'static str, has: String, wanted: String },
    #[error(transparent)]
    Start(#[from] StartError),
    #[error("cannot write into `{}`", folder.display())]
    Folder { folder: PathBuf, source: io::Error },
    #[error("cannot start the server's process")]
    Spawn(#[source] io::Error),
    #[error("the server ended before it answered; `{}` ends with:\n{last}", log.display())]
    Died { log: PathBuf, last: String },
    #[error("the server does not answer; its log is `{}`", log.display())]
    Slow { log: PathBuf },
    #[error("the server, process {pid}, does not end")]
    NotStopped { pid: u32 },
    #[error("the server, process {pid}, does not answer")]
    Ask { pid: u32, source: io::Error },
    #[error("cannot read an answer")]
    Answer(#[source] io::Error),
    #[error("the server answers with status {status}: {body}")]
    Refused { status: u16, body: String },
    #[error("{0}")]
    Declined(String),
    #[error("forgetting needs a yes, and there is no terminal to ask on")]
    Unconfirmed,
}

/// Where to send calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Endpoint {
    /// What `AWS_ENDPOINT_URL` must be.
    pub(crate) url: String,
    /// The region for whatever says none.
    pub(crate) region: &'static str,
    /// Both halves of the credentials. They are not checked, but no SDK sends anything without.
    pub(crate) credentials: &'static str,
}

impl Endpoint {
    fn of(port: u16) -> Self {
        Endpoint { url: format!("http://127.0.0.1:{port}"), region: REGION, credentials: "local" }
    }

    /// Variables for a shell, which lead AWS's tools and SDKs there. A project's stacks say their regions themselves, and another
    /// one would hide them from these tools.
    pub(crate) fn exports(&self, context: &Context) -> String {
        let is_project = Project::find(context.globals.project.as_deref().unwrap_or(Path::new("."))).is_ok();
        let Endpoint { url, region, credentials } = self;
        let mut variables = vec![
            ("AWS_ENDPOINT_URL", url.as_str()),
            ("AWS_ACCESS_KEY_ID", credentials),
            ("AWS_SECRET_ACCESS_KEY", credentials),
        ];
        if !is_project {
            variables.extend([("AWS_REGION", *region), ("AWS_DEFAULT_REGION", *region)]);
        }
        variables.iter().map(|(name, value)| format!("export {name}={value}\n")).collect()
    }
}

/// How a server is wanted; what is not said is as it is, or the default.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Wish {
    pub(crate) port: Option<u16>,
    pub(crate) pace: Option<Pace>,
}

/// The server of this project, started if it does not run. Only that is told.
pub(crate) fn endpoint(context: &Context, wish: Wish) -> Result<Endpoint, CliError> {
    let place = Place::find(context)?;
    match start::in_background(&place, wish)? {
        Started::Before(running) => Ok(running.endpoint()),
        Started::Now(running) => {
            let (url, folder) = (running.endpoint().url, place.folder.display());
            context.shell.status("Started", &format!("{url}, state in {folder}"));
            Ok(running.endpoint())
        }
    }
}

/// Where a server keeps what it has.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) folder: PathBuf,
}

impl Place {
    /// That of the project, or, where there is none, of the folder.
    pub(crate) fn find(context: &Context) -> Result<Place, CliError> {
        let folder = context.globals.project.as_deref().unwrap_or(Path::new("."));
        let root = match Project::find(folder) {
            Ok(project) => project.root,
            Err(ProjectError::Missing { folder }) => folder,
            Err(error) => return Err(error.into()),
        };
        Ok(Place { folder: root.join(".stackgen").join("local") })
    }

    pub(crate) fn log(&self) -> PathBuf {
        self.folder.join("server.log")
    }

    pub(crate) fn state(&self) -> PathBuf {
        self.folder.join(server::FILE)
    }

    /// The server that runs. A record of one that ended badly is none: its folder is locked no more.
    pub(crate) fn running(&self) -> Result<Option<Running>, LocalError> {
        let Some(record) = Record::read(&self.folder).filter(|_| server::is_in_use(&self.folder)) else {
            return Ok(None);
        };
        let running = Running { record };
        let status = running.ask("GET", "status")?;
        // Of another number is one that is starting, with the record of the one before it still there.
        Ok(Some(running).filter(|running| status["pid"] == running.record.pid))
    }

    pub(crate) fn required(&self) -> Result<Running, LocalError> {
        self.running()?.ok_or_else(|| LocalError::NotRunning { folder: self.folder.clone() })
    }
}

/// A server that runs.
#[derive(Debug)]
pub(crate) struct Running {
    pub(crate) record: Record,
}

impl Running {
    pub(crate) fn endpoint(&self) -> Endpoint {
        Endpoint::of(self.record.port)
    }

    pub(crate) fn ask(&self, method: &str, what: &str) -> Result<Json, LocalError> {
        self.told(method, what, "")
    }

    pub(crate) fn send(&self, method: &str, what: &str, body: &Json) -> Result<Json, LocalError> {
        self.told(method, what, &body.to_string())
    }

    fn told(&self, method: &str, what: &str, body: &str) -> Result<Json, LocalError> {
        let path = format!("/_stackgen/{what}");
        let (status, body) = server::ask(self.record.port, method, &path, body)
            .map_err(|source| LocalError::Ask { pid: self.record.pid, source })?;
        match serde_json::from_str(&body) {
            Ok(answer) if status == 200 => Ok(answer),
            Ok(Json::Object(said)) if said.contains_key("error") => {
                Err(LocalError::Declined(said["error"].as_str().unwrap_or_default().to_owned()))
            }
            _ => Err(LocalError::Refused { status, body: body.trim_end().to_owned() }),
        }
    }

    fn check(&self, wish: Wish) -> Result<(), LocalError> {
        let Record { port, pace, .. } = &self.record;
        let differs = |what, has: String, wanted: String| Err(LocalError::Differs { what, has, wanted });
        match (wish.port, wish.pace.map(|pace| pace.to_string())) {
            (Some(wanted), _) if wanted != 0 && wanted != *port => {
                differs("port", port.to_string(), wanted.to_string())
            }
            (_, Some(wanted)) if wanted != *pace => differs("pace", pace.clone(), wanted),
            _ => Ok(()),
        }
    }

    /// Ends it, and waits until it has saved and is gone.
    pub(crate) fn stop(&self, place: &Place) -> Result<(), LocalError> {
        self.ask("POST", "stop")?;
        let since = Instant::now();
        while Record::read(&place.folder).is_some_and(|record| record == self.record) {
            if since.elapsed() > PATIENCE {
                return Err(LocalError::NotStopped { pid: self.record.pid });
            }
            thread::sleep(TICK);
        }
        Ok(())
    }
}
