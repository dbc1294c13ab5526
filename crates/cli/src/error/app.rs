//! What is wrong with a project, with its app, and with what that wrote.
use std::io;

use stackgen_assembly::ReadError;

use super::{CliError, Kind};
use crate::app::AppError;
use crate::continuity::ContinuityError;
use crate::output::OutputError;
use crate::problems::AppProblems;
use crate::project::{self, ProjectError};
use crate::template::TemplateError;

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

impl From<AppProblems> for CliError {
    fn from(error: AppProblems) -> Self {
        CliError::failed(error)
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

impl From<TemplateError> for CliError {
    fn from(error: TemplateError) -> Self {
        CliError::failed(error).hints(["let the app write it again"])
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

impl From<OutputError> for CliError {
    fn from(error: OutputError) -> Self {
        CliError::failed(error)
    }
}
