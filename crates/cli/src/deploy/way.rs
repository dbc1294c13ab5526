//! The way to an account: where it leads is said on the command line, in the app, or where every AWS tool looks for it.
use std::future::Future;
use std::path::{Path, PathBuf};
use std::time::Instant;

use jiff::Timestamp;
use stackgen_assembly::Assembly;
use stackgen_deploy::aws::{self, Connection, Settings};
use stackgen_deploy::failure::{Failure, Kind};
use stackgen_deploy::observe::Reader;
use stackgen_deploy::record::{Phase, Records};
use tokio::runtime::{Builder, Runtime};

use super::DeployError;
use super::signals::Signals;
use crate::error::CliError;
use crate::load::{self, Loaded};
use crate::local::{self, Place, Wish};
use crate::output;
use crate::project::{Project, ProjectError};
use crate::{Context, error, rehearse, select};

/// Where the command works.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Account options")]
pub(crate) struct Way {
    /// Work in the AWS on this machine, which is started if it does not run
    #[arg(long, conflicts_with_all = ["profile", "endpoint_url"])]
    local: bool,
    /// Take credentials and region from this profile of the AWS tools
    #[arg(long, value_name = "NAME")]
    profile: Option<String>,
    /// Work in this region; without it, in that of the app's stacks
    #[arg(long, value_name = "REGION")]
    region: Option<String>,
    /// Send calls here instead of to AWS
    #[arg(long, value_name = "URL")]
    endpoint_url: Option<String>,
}

/// An open way, with what commands need beside it.
pub(crate) struct Account<'a> {
    pub(crate) context: &'a Context,
    pub(crate) connection: Connection,
    pub(crate) records: Records,
    /// When the command began to work there.
    pub(crate) began: Instant,
    /// What time it is there.
    pub(crate) now: Timestamp,
    /// How many seconds pass there in one of ours.
    pub(crate) speed: f64,
    /// What has to be typed for the same way, such as ` --local`.
    pub(crate) words: String,
    profile: Option<String>,
    runtime: Runtime,
}

impl Way {
    /// The way to the AWS on this machine, whatever else is said.
    pub(crate) fn to_this_machine() -> Way {
        Way { local: true, ..Way::default() }
    }

    /// The assembly, if there is a project or one was named.
    pub(crate) fn app(&self, context: &Context) -> Result<Option<Loaded>, CliError> {
        let folder = context.globals.project.as_deref().unwrap_or(Path::new("."));
        match Project::find(folder) {
            Err(ProjectError::Missing { .. }) if context.globals.assembly.is_none() => Ok(None),
            _ => load::assembly_for(context, self.local).map(Some),
        }
    }

    /// The way to stacks of an assembly.
    pub(crate) fn to_stacks<'a>(
        &self,
        context: &'a Context,
        assembly: &Assembly,
        names: &[String],
    ) -> Result<Account<'a>, CliError> {
        let account = self.open(context, region_of(assembly, names))?;
        if self.local {
            local::images::promise(context, assembly, &account.connection.region)?;
        }
        Ok(account)
    }

    /// The way to stacks that are named, whoever made them. The app is asked if there is one, since it knows the region.
    pub(crate) fn to_names<'a>(
        &self,
        context: &'a Context,
        names: &[String],
    ) -> Result<(Account<'a>, Option<Loaded>), CliError> {
        let loaded = if self.region.is_some() { None } else { self.app(context)? };
        let region = loaded.as_ref().and_then(|loaded| region_of(&loaded.assembly, names));
        Ok((self.open(context, region)?, loaded))
    }

    /// The way to stacks of an assembly for somebody who only looks: it has no calls that change anything.
    pub(crate) fn to_look(&self, context: &Context, assembly: &Assembly, names: &[String]) -> Result<Sight, CliError> {
        let (settings, now, _) = self.settings(context, region_of(assembly, names))?;
        let runtime = Builder::new_current_thread().enable_all().build().map_err(DeployError::Runtime)?;
        let profile = self.profile.clone().or_else(|| context.settings.profile.clone());
        let reader = runtime.block_on(Reader::open(&settings));
        let reader = reader.map_err(|failure| error::of_failure(failure, profile.as_deref(), &self.words()))?;
        Ok(Sight { reader, now, profile, runtime })
    }

    /// Whether it leads to the AWS on this machine.
    pub(crate) fn is_local(&self) -> bool {
        self.local
    }

    /// The region to which it leads, without going there.
    pub(crate) fn region_of(&self, assembly: &Assembly, names: &[String]) -> Result<String, CliError> {
        let region = self.region.clone().or_else(|| region_of(assembly, names));
        let region = region.or_else(|| self.local.then(|| local::REGION.to_owned()));
        region.ok_or_else(|| error::of_failure(Failure::new(Kind::Credentials, "no region is set"), None, ""))
    }

    /// Where it leads, what time it is there, and how fast time passes if not as here.
    fn settings(
        &self,
        context: &Context,
        region: Option<String>,
    ) -> Result<(Settings, Timestamp, Option<f64>), CliError> {
        let region = self.region.clone().or(region);
        let profile = self.profile.clone();
        let mut settings = Settings { profile, region, endpoint: self.endpoint_url.clone(), is_local: self.local };
        let (mut now, mut pace) = (context.settings.now, None);
        if self.local {
            let endpoint = local::endpoint(context, Wish::default())?;
            let status = Place::find(context)?.required()?.ask("GET", "status")?;
            now = status["now"].as_str().and_then(|now| now.parse().ok()).unwrap_or(now);
            pace = match status["pace"].as_str() {
                Some("leap") => Some(f64::INFINITY),
                pace => pace.and_then(|pace| pace.parse().ok()),
            };
            settings.region.get_or_insert_with(|| endpoint.region.to_owned());
            settings.endpoint = Some(endpoint.url);
        }
        Ok((settings, now, pace))
    }

    /// The way to a region that something else knows, such as a plan.
    pub(crate) fn open<'a>(&self, context: &'a Context, region: Option<String>) -> Result<Account<'a>, CliError> {
        let (settings, now, pace) = self.settings(context, region)?;
        let runtime = Builder::new_current_thread().enable_all().build().map_err(DeployError::Runtime)?;
        let connection = runtime.block_on(aws::connect(&settings));
        let profile = self.profile.clone().or_else(|| context.settings.profile.clone());
        let mut connection =
            connection.map_err(|failure| error::of_failure(failure, profile.as_deref(), &self.words()))?;
        connection.speed = pace.unwrap_or(connection.speed);
        let speed = pace.filter(|pace| pace.is_finite()).unwrap_or(1.0);
        let records = Records::new(self.records(context)?).outdating(rehearse::kept(context, self.local)?);
        Ok(Account {
            context,
            connection,
            records,
            began: Instant::now(),
            now,
            speed,
            words: self.words(),
            profile,
            runtime,
        })
    }

    /// The folder of records. Those of this machine's AWS are of no use elsewhere.
    fn records(&self, context: &Context) -> Result<PathBuf, CliError> {
        if self.local {
            return Ok(Place::find(context)?.folder.join("operations"));
        }
        let folder = context.globals.project.as_deref().unwrap_or(Path::new("."));
        let root = match Project::find(folder) {
            Ok(project) => project.root,
            Err(ProjectError::Missing { folder }) => folder,
            Err(error) => return Err(error.into()),
        };
        Ok(root.join(".stackgen").join("operations"))
    }

    /// What has to be typed for the same way.
    pub(crate) fn words(&self) -> String {
        let mut words = if self.local { " --local".to_owned() } else { String::new() };
        let named = [("profile", &self.profile), ("region", &self.region), ("endpoint-url", &self.endpoint_url)];
        for (name, value) in named {
            if let Some(value) = value {
                words += &format!(" --{name} {value}");
            }
        }
        words
    }
}

/// A way for somebody who only looks.
pub(crate) struct Sight {
    pub(crate) reader: Reader,
    /// What time it is there.
    pub(crate) now: Timestamp,
    profile: Option<String>,
    runtime: Runtime,
}

impl Sight {
    /// Asks something. Ctrl-C ends it.
    pub(crate) fn ask<T>(&self, question: impl Future<Output = Result<T, Failure>>) -> Result<T, CliError> {
        self.runtime.block_on(async {
            let mut signals = Signals::watch()?;
            tokio::select! {
                answer = question => answer.map_err(|failure| error::of_failure(failure, self.profile.as_deref(), "")),
                () = signals.next() => Err(DeployError::Interrupted.into()),
            }
        })
    }
}

impl Account<'_> {
    /// Does something that only asks. Ctrl-C ends it.
    pub(crate) fn ask<T>(&self, question: impl Future<Output = Result<T, Failure>>) -> Result<T, CliError> {
        self.asked(question, || DeployError::Interrupted)
    }

    fn asked<T>(
        &self,
        question: impl Future<Output = Result<T, Failure>>,
        interrupted: impl FnOnce() -> DeployError,
    ) -> Result<T, CliError> {
        self.block_on(async {
            let mut signals = Signals::watch()?;
            tokio::select! {
                answer = question => answer.map_err(|failure| self.explain(failure)),
                () = signals.next() => Err(interrupted().into()),
            }
        })
    }

    /// Asks for a plan, and says where.
    pub(crate) fn plan<T>(&self, question: impl Future<Output = Result<T, Failure>>) -> Result<T, CliError> {
        let endpoint = self.connection.config.endpoint_url().map(|url| format!(", at {url}")).unwrap_or_default();
        self.context.shell.status("Planning", &format!("in {}{endpoint}", self.connection.region));
        self.asked(question, || self.interrupted_plan())
    }

    /// A change set that is being made is noted first, and whoever leaves leaves it.
    fn interrupted_plan(&self) -> DeployError {
        let stacks = self.records.stacks().unwrap_or_default();
        let is_proposed = |stack: &String| {
            let record = self.records.read(stack).ok().flatten();
            record.is_some_and(|record| record.phase == Phase::Proposed && record.region == self.connection.region)
        };
        let stacks: Vec<String> = stacks.into_iter().filter(is_proposed).collect();
        let words = self.words.clone();
        if stacks.is_empty() { DeployError::Interrupted } else { DeployError::InterruptedPlan { stacks, words } }
    }

    /// Runs the one task of this command.
    pub(crate) fn block_on<T>(&self, task: impl Future<Output = T>) -> T {
        self.runtime.block_on(task)
    }

    /// A failure with its hints.
    pub(crate) fn explain(&self, failure: Failure) -> CliError {
        error::of_failure(failure, self.profile.as_deref(), &self.words)
    }

    /// Makes the folder of records, which no repository is to have.
    pub(crate) fn prepare_records(&self, way: &Way) -> Result<(), CliError> {
        let folder = way.records(self.context)?;
        Ok(output::write(&folder, &[(".gitignore".to_owned(), "*\n".to_owned())])?)
    }
}

/// The names of the stacks that are meant; a name that the app does not have may be that of a stack of others.
pub(crate) fn names(loaded: Option<&Loaded>, given: &[String]) -> Result<Vec<String>, CliError> {
    let Some(loaded) = loaded.filter(|_| given.is_empty() || given.iter().any(|name| name.contains(['*', '?']))) else {
        return Ok(given.to_vec());
    };
    let stacks = select::stacks(&loaded.assembly, given)?;
    Ok(stacks.into_iter().map(|stack| stack.name.clone()).collect())
}

/// The region that stacks are bound to, if it is one. Without names, all are meant.
fn region_of(assembly: &Assembly, names: &[String]) -> Option<String> {
    let stacks = assembly.manifest.stacks.iter();
    let is_meant = |name: &String| names.is_empty() || names.contains(name);
    let mut regions: Vec<&str> =
        stacks.filter(|stack| is_meant(&stack.name)).filter_map(|it| it.region.as_deref()).collect();
    if regions.is_empty() {
        regions = assembly.manifest.stacks.iter().filter_map(|stack| stack.region.as_deref()).collect();
    }
    regions.sort_unstable();
    regions.dedup();
    if regions.len() == 1 { regions.pop().map(str::to_owned) } else { None }
}
