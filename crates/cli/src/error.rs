//! What a failed command says: its kind, its cause, and what to type next.
//!
//! Modules have errors of their own that only carry facts. This file is the only place that knows how bad each one is and
//! what helps against it.
mod aws;
mod stacks;

use std::io;
use std::process::ExitCode;

use stackgen_assembly::ReadError;
use stackgen_assembly::lock::LockError;
use stackgen_local::server::{StartError, StateError};
use stackgen_schema::names;

use crate::app::AppError;
use crate::boot_script::NoScript;
use crate::commands::graph::UnknownEnding;
use crate::commands::volume::VolumeError;
use crate::continuity::ContinuityError;
use crate::explain::NotFound;
use crate::lint::explain::NoRule;
use crate::lint::input::NothingFound;
use crate::lint::policies::PolicyError;
use crate::lint::region::NoRegion;
use crate::lint::stacks::LintErrors;
use crate::local::LocalError;
use crate::output::OutputError;
use crate::pins::PinError;
use crate::problems::AppProblems;
use crate::project::{self, ProjectError};
use crate::select::NoStack;
use crate::template::TemplateError;
use crate::trial::{FIRST, ImageError, TrialError};

pub(crate) use aws::of_failure;

/// How many candidates for an unclear name are listed.
const CANDIDATES: usize = 20;

/// How bad it is; decides the exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// It did not work.
    Failed,
    /// It was asked for in a way that makes no sense.
    Usage,
    /// A safety rule forbids it.
    Refused,
    /// A bug in stackgen.
    Internal,
    /// Somebody pressed Ctrl-C.
    Interrupted,
    /// Whoever was reading has read enough. Nothing is said about it.
    ClosedPipe,
}

impl Kind {
    pub(crate) fn exit_code(self) -> ExitCode {
        ExitCode::from(match self {
            Kind::Failed => 1,
            Kind::Usage => 2,
            Kind::Refused => 3,
            Kind::Internal => 70,
            Kind::Interrupted => 130,
            // What a shell reports for `cat` and `git` when a pipe is closed: killed by SIGPIPE.
            Kind::ClosedPipe => 141,
        })
    }
}

/// Why a command failed.
#[derive(Debug)]
pub(crate) struct CliError {
    pub(crate) kind: Kind,
    pub(crate) source: anyhow::Error,
    pub(crate) hints: Vec<String>,
}

impl CliError {
    pub(crate) fn new(kind: Kind, source: impl Into<anyhow::Error>) -> Self {
        CliError { kind, source: source.into(), hints: Vec::new() }
    }

    pub(crate) fn failed(source: impl Into<anyhow::Error>) -> Self {
        CliError::new(Kind::Failed, source)
    }

    /// The same error with what to do about it: any number of hints.
    #[must_use]
    pub(crate) fn hints(mut self, hints: impl IntoIterator<Item: Into<String>>) -> Self {
        self.hints.extend(hints.into_iter().map(Into::into));
        self
    }
}

/// Standard output is the only stream that is written to without a name.
impl From<io::Error> for CliError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => CliError::new(Kind::ClosedPipe, error),
            _ => CliError::failed(anyhow::Error::new(error).context("cannot write to standard output")),
        }
    }
}

impl From<ReadError> for CliError {
    fn from(error: ReadError) -> Self {
        let folder = "`--assembly` takes the folder that an app wrote, with its manifest.json";
        let hint = match &error {
            ReadError::NoManifest(_) => Some(folder),
            ReadError::File { source, .. } if source.kind() == io::ErrorKind::NotADirectory => Some(folder),
            ReadError::Damaged { .. } | ReadError::File { .. } => Some("let the app write it again"),
            ReadError::Version { .. } => Some(
                "the app and this command must be of one version: check `stackgen` in Cargo.toml, and `stackgen --version`",
            ),
            ReadError::Outside { .. } => None,
        };
        CliError::failed(error).hints(hint)
    }
}

impl From<LockError> for CliError {
    fn from(error: LockError) -> Self {
        let hint = match &error {
            LockError::File { .. } => None,
            LockError::Damaged { .. } => {
                Some("after a merge, keep one side of each entry; `stackgen lock update` looks up what is missing")
            }
            LockError::Version { .. } => Some("use the stackgen that wrote it"),
            LockError::NoSnapshot { .. } => {
                Some("`stackgen volume restore` writes it; `git log stackgen.lock` has what stood there")
            }
            LockError::NoId { .. } => Some("take the entry away; `stackgen lock update` looks it up"),
        };
        CliError::failed(error).hints(hint)
    }
}

impl From<VolumeError> for CliError {
    fn from(error: VolumeError) -> Self {
        let known = |known: &[String]| match known {
            [] => "it has none".to_owned(),
            known => format!("it has: {}", known.join(", ")),
        };
        let (kind, hint) = match &error {
            VolumeError::NoVolumes => (
                Kind::Failed,
                "a host is an instance with attached volumes; `stackgen status STACK` shows what is there".to_owned(),
            ),
            VolumeError::NoVolume { known: all, .. } => (Kind::Failed, known(all)),
            VolumeError::WhichVolume { known: all } => (Kind::Usage, known(all)),
            VolumeError::LockIgnored { .. } => (
                Kind::Refused,
                "give the volume another logical id and the SnapshotId in the app itself, and deploy that".to_owned(),
            ),
            VolumeError::OfProject { folder, .. } => (Kind::Refused, format!("take it out of {folder}/stackgen.lock")),
            VolumeError::NoApp => (Kind::Usage, "leave --assembly out, so that the app is run".to_owned()),
        };
        CliError::new(kind, error).hints([hint])
    }
}

impl From<PinError> for CliError {
    fn from(error: PinError) -> Self {
        let kind = match &error {
            PinError::Unconfirmed { .. } | PinError::Declined | PinError::Misfits(_) => Kind::Refused,
            PinError::WhichImage { .. } | PinError::NothingToPublish => Kind::Usage,
            _ => Kind::Failed,
        };
        let hint = match error {
            PinError::Stack(error) => return error.into(),
            PinError::Unconfirmed { ref stacks, ref words } => {
                let stacks: String = stacks.iter().map(|stack| format!(" --stack {stack}")).collect();
                Some(format!("pin and review it: `stackgen lock update{stacks}{words}`; or say --yes"))
            }
            PinError::Faults { ref words, .. } => {
                Some(format!("look up again what does not fit: `stackgen lock update{words}`"))
            }
            PinError::WhichImage { ref images, .. } | PinError::NoImage { ref images, .. } => {
                Some(format!("there are: --image {}", images.join(", --image ")))
            }
            PinError::SmallRoot { own, .. } => {
                Some(format!("make images with roots of {own} GiB; without --in-place, a new host boots this one"))
            }
            PinError::NoHost(ref stack) => Some(format!(
                "deploy it first; without --in-place, `stackgen ami bump {stack}` pins the image for a new host"
            )),
            PinError::NothingToPublish => {
                Some("name a stack of the app that wants an image, or say --name and --architecture".to_owned())
            }
            _ => None,
        };
        CliError::new(kind, error).hints(hint)
    }
}

impl From<ProjectError> for CliError {
    fn from(error: ProjectError) -> Self {
        let hint = match &error {
            ProjectError::Missing { .. } => Some(format!(
                "{} says how to run the app that describes your stacks. At the root of your project, write:\n{}",
                project::FILE,
                project::EXAMPLE
            )),
            ProjectError::UnknownKey { near: Some(near), .. } => Some(format!("did you mean `{near}`?")),
            ProjectError::UnknownKey { .. } => Some(format!("known keys: {}", project::KEYS.join(", "))),
            ProjectError::NoApp { .. } | ProjectError::BadApp { .. } => {
                Some(format!("for instance: {}", project::EXAMPLE))
            }
            ProjectError::ShellLine { .. } => Some(format!("`app` is run without a shell: {}", project::SHELL_EXAMPLE)),
            ProjectError::Read { .. } | ProjectError::Syntax { .. } | ProjectError::Folder { .. } => None,
        };
        CliError::failed(error).hints(hint)
    }
}

impl From<AppError> for CliError {
    fn from(error: AppError) -> Self {
        let hint = match &error {
            AppError::NotFound { .. } => Some(format!("`app` in {} names the command", project::FILE)),
            AppError::Failed { said_something: true, .. } => Some("what it said is above".to_owned()),
            AppError::Failed { .. } => None,
            AppError::Panicked { .. } => {
                Some("its message is above; RUST_BACKTRACE=1 shows how it came there".to_owned())
            }
            AppError::NoAssembly { .. } => Some("its main has to call `stackgen::run`".to_owned()),
            AppError::Start { .. } | AppError::Folder(_) | AppError::Wait(_) => None,
            AppError::Interrupted => return CliError::new(Kind::Interrupted, error),
        };
        CliError::failed(error).hints(hint)
    }
}

impl From<TemplateError> for CliError {
    fn from(error: TemplateError) -> Self {
        CliError::failed(error).hints(["let the app write it again"])
    }
}

impl From<UnknownEnding> for CliError {
    fn from(error: UnknownEnding) -> Self {
        let hint = "end it with .svg, .html, .dot or .mmd, or say --format svg";
        CliError::new(Kind::Usage, error).hints([hint])
    }
}

impl From<NoRule> for CliError {
    fn from(error: NoRule) -> Self {
        let hint = match error.near {
            Some(near) => format!("did you mean {near}? docs/rules.md lists all"),
            None => "ids look like E3012; docs/rules.md lists all".to_owned(),
        };
        CliError::new(Kind::Usage, error).hints([hint])
    }
}

impl From<NoRegion> for CliError {
    fn from(error: NoRegion) -> Self {
        let hint = match error.near {
            Some(near) => format!("did you mean {near}?"),
            None => "regions look like eu-west-1; several have commas between them".to_owned(),
        };
        CliError::new(Kind::Usage, error).hints([hint])
    }
}

impl From<LintErrors> for CliError {
    fn from(error: LintErrors) -> Self {
        let hint =
            "`stackgen lint --explain ID` says why; what is wanted is allowed in stackgen.toml under [[lint.ignore]]";
        CliError::failed(error).hints([hint])
    }
}

impl From<NothingFound> for CliError {
    fn from(error: NothingFound) -> Self {
        CliError::failed(error).hints(["templates end in .yaml, .yml, .json or .template"])
    }
}

impl From<PolicyError> for CliError {
    fn from(error: PolicyError) -> Self {
        let hint = match &error {
            PolicyError::Read { .. } => None,
            PolicyError::Nothing(_) => Some("rule files end in .guard or .ruleset"),
            PolicyError::Syntax { .. } => {
                Some("the language of rules: https://docs.aws.amazon.com/cfn-guard/latest/ug/writing-rules.html")
            }
            PolicyError::NotBuilt(_) => Some(
                "released binaries have it; from source it takes a feature: cargo install stackgen-cli --features guard",
            ),
        };
        CliError::failed(error).hints(hint)
    }
}

impl From<NoStack> for CliError {
    fn from(error: NoStack) -> Self {
        let known = error.known.join(", ");
        let hint = match &error.near {
            _ if error.known.is_empty() => "this project has no stacks".to_owned(),
            Some(near) => format!("did you mean `{near}`? this project has: {known}"),
            None => format!("this project has: {known}"),
        };
        CliError::failed(error).hints([hint])
    }
}

impl From<NoScript> for CliError {
    fn from(error: NoScript) -> Self {
        let hint = match error {
            NoScript::Stack(error) => return error.into(),
            NoScript::None { ref with, .. } if with.is_empty() => "no stack of this project has one".to_owned(),
            NoScript::None { ref with, .. } => format!("these stacks have one: {}", with.join(", ")),
            NoScript::Several { ref hosts, .. } | NoScript::Host { ref hosts, .. } => {
                format!("say which: --host {}", hosts.join(", or --host "))
            }
            NoScript::Section { ref near, ref known, .. } => {
                let near = near.as_ref().map(|near| format!("did you mean `{near}`? ")).unwrap_or_default();
                format!("{near}it has: {}", known.join(", "))
            }
        };
        CliError::failed(error).hints([hint])
    }
}

impl From<ImageError> for CliError {
    fn from(error: ImageError) -> Self {
        let hint = match &error {
            ImageError::Read { .. } | ImageError::Fault { .. } => None,
            ImageError::Syntax { .. } => {
                Some("it has: users (name: number), files and programs (path: text), services (names)")
            }
        };
        CliError::failed(error).hints(hint)
    }
}

impl From<TrialError> for CliError {
    fn from(error: TrialError) -> Self {
        let list = |names: &[String]| if names.is_empty() { "none".to_owned() } else { names.join(", ") };
        let mut hints = Vec::new();
        let mut kind = Kind::Usage;
        match &error {
            TrialError::Machine(_) => kind = Kind::Failed,
            TrialError::UserData { .. } => {
                kind = Kind::Failed;
                hints.push("give what it misses: --value NAME=VALUE".to_owned());
            }
            TrialError::Failed { failed, .. } => {
                kind = Kind::Failed;
                if failed.first().is_some_and(|name| name == FIRST) {
                    hints.push("the other scenarios were not run: they begin with a first boot that works".to_owned());
                }
                let again = failed.first().map(|name| shlex::try_quote(name).unwrap_or_default().into_owned());
                hints.extend(again.map(|name| format!("run it again and see all that it prints: --only {name} --log")));
            }
            TrialError::NoScenario { known, is_all, .. } => {
                let more = if *is_all { "" } else { "\nand what the first boot tells of; --list prints it" };
                hints.push(format!("there are:\n{}{more}", known.join("\n")));
            }
            TrialError::NoValue { known, .. } => hints.push(format!("it has: {}", list(known))),
            TrialError::NotAsked { asked, .. } => hints.push(format!("it asks for: {}", list(asked))),
        }
        CliError::new(kind, error).hints(hints)
    }
}

impl From<LocalError> for CliError {
    fn from(error: LocalError) -> Self {
        let kind = if matches!(error, LocalError::Unconfirmed) { Kind::Refused } else { Kind::Failed };
        let hint = match &error {
            LocalError::Start(StartError::Port { .. }) => {
                Some("leave --port out, or take any free one: --port 0".to_owned())
            }
            LocalError::Start(StartError::State(error)) => state_hint(error).map(str::to_owned),
            LocalError::NotRunning { .. } => Some("start one: `stackgen local start`".to_owned()),
            LocalError::Differs { .. } => Some("stop it first: `stackgen local stop`; what it has is kept".to_owned()),
            LocalError::Died { .. } | LocalError::Slow { .. } => {
                Some("`stackgen local start --foreground` shows what happens".to_owned())
            }
            LocalError::NotStopped { pid } | LocalError::Ask { pid, .. } => {
                Some(format!("end it by force: kill -9 {pid}; at most its last second is lost"))
            }
            LocalError::Unconfirmed => Some("say --yes to forget without a question".to_owned()),
            LocalError::Start(StartError::Thread(_))
            | LocalError::Folder { .. }
            | LocalError::Spawn(_)
            | LocalError::Answer(_)
            | LocalError::Refused { .. }
            | LocalError::Declined(_) => None,
        };
        CliError::new(kind, error).hints(hint)
    }
}

fn state_hint(error: &StateError) -> Option<&'static str> {
    Some(match error {
        StateError::Version { .. } => "use the stackgen that wrote it, or forget what is in it: `stackgen local reset`",
        StateError::Damaged { .. } => "put a copy in its place, or forget what is in it: `stackgen local reset`",
        StateError::InUse { .. } => "it has just started or is about to end: try again in a second",
        StateError::Read { .. } | StateError::Write { .. } => return None,
    })
}

impl From<AppProblems> for CliError {
    fn from(error: AppProblems) -> Self {
        CliError::failed(error)
    }
}

impl From<OutputError> for CliError {
    fn from(error: OutputError) -> Self {
        CliError::failed(error)
    }
}

impl From<ContinuityError> for CliError {
    fn from(error: ContinuityError) -> Self {
        match &error {
            ContinuityError::Lost { .. } => CliError::new(Kind::Refused, error),
            ContinuityError::NoFolder { .. } => {
                CliError::failed(error).hints(["correct the name, or run the tests that fill the folder"])
            }
            ContinuityError::Snapshot { .. } => CliError::failed(error),
        }
    }
}

impl From<NotFound> for CliError {
    fn from(error: NotFound) -> Self {
        let hint = match &error {
            NotFound::Type { near: Some(near), .. } => Some(format!("did you mean `{near}`?")),
            NotFound::Type { near: None, .. } => {
                Some("a name has the form AWS::EC2::Volume; its last parts will do".to_owned())
            }
            NotFound::Ambiguous { candidates, .. } => {
                let shown = &candidates[..candidates.len().min(CANDIDATES)];
                let more = match candidates.len() - shown.len() {
                    0 => String::new(),
                    more => format!("\nand {more} more"),
                };
                Some(format!("say which one:\n{}{more}", shown.join("\n")))
            }
            NotFound::Property { near, known, .. } => {
                let near = near.as_ref().map(|near| format!("did you mean `{near}`? ")).unwrap_or_default();
                Some(format!("{near}it has: {}", known.join(", ")))
            }
            NotFound::Attribute { name, .. } => {
                Some(format!("`.{}()` of the resource's handle stands for its value", names::snake(name)))
            }
            NotFound::Plain { .. } => None,
        };
        CliError::failed(error).hints(hint)
    }
}
