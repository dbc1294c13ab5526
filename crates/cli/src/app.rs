//! Running the app: the project's own program, which describes the stacks and writes them as an assembly.
//!
//! What it says passes through as it comes, the compiler's messages among it, all of it on standard error: standard output
//! is for data. What counts in the end is the assembly: an app with problems writes one too, and says in it what they are.
mod child;

use std::fs;
use std::io;
use std::process::{Command, ExitStatus, Stdio};

use stackgen_assembly::lock::{LOCK_FILE, Lock};
use stackgen_assembly::{Assembly, ReadError};
use thiserror::Error;

use crate::Context;
use crate::error::CliError;
use crate::project::Project;

/// The variable that tells an app where to write its assembly.
const OUT_VARIABLE: &str = "STACKGEN_OUT";
/// The variable that tells an app of another lock than the project's.
const LOCK_VARIABLE: &str = "STACKGEN_LOCK";

/// Why there is no assembly.
#[derive(Debug, Error)]
pub(crate) enum AppError {
    #[error("there is no command `{program}` to run the app with")]
    NotFound { program: String },
    #[error("cannot start the app: `{command}`")]
    Start { command: String, source: io::Error },
    #[error("cannot make a folder for the app's assembly")]
    Folder(#[source] io::Error),
    #[error("lost track of the app")]
    Wait(#[source] io::Error),
    #[error("the app failed")]
    Failed { source: Ending, said_something: bool },
    #[error("the app panicked")]
    Panicked { source: Ending },
    #[error("the app wrote no assembly")]
    NoAssembly { source: Ending },
    #[error("interrupted")]
    Interrupted,
}

/// How a command ended.
#[derive(Debug, Error)]
#[error("`{command}` ended with {status}")]
pub(crate) struct Ending {
    command: String,
    status: ExitStatus,
}

/// Runs the project's app and reads what it wrote. It goes by the project's lock, or by the one that is given.
pub(crate) fn run(context: &Context, project: &Project, lock: Option<&Lock>) -> Result<Assembly, CliError> {
    let shell = &context.shell;
    let command_line = shlex::try_join(project.app.iter().map(String::as_str)).unwrap_or_default();
    let home = tempfile::Builder::new().prefix("stackgen-").tempdir().map_err(AppError::Folder)?;
    let folder = home.path().join("assembly");
    let mut command = command(project, shell.has_color() && !context.settings.sets_cargo_color);
    command.env(OUT_VARIABLE, &folder);
    if let Some(lock) = lock {
        let file = home.path().join(LOCK_FILE);
        fs::write(&file, lock.text()).map_err(AppError::Folder)?;
        command.env(LOCK_VARIABLE, &file);
    }
    let running = child::Running::start(&mut command).map_err(|source| not_started(project, &command_line, source))?;
    let mut progress = shell.progress("Describing", &command_line);
    let outcome = child::attend(running, shell, &mut progress)?;
    drop(progress);

    let ending = Ending { command: command_line, status: outcome.status };
    let is_success = ending.status.success();
    match Assembly::read(&folder) {
        Ok(assembly) if is_success || !assembly.manifest.problems.is_empty() => Ok(assembly),
        Err(error) if !matches!(error, ReadError::NoManifest(_)) => Err(error.into()),
        _ if outcome.panicked => Err(AppError::Panicked { source: ending }.into()),
        // An app that wrote its stacks and failed after that is not to be trusted either.
        _ if is_success => Err(AppError::NoAssembly { source: ending }.into()),
        _ => Err(AppError::Failed { source: ending, said_something: outcome.said_something }.into()),
    }
}

fn command(project: &Project, wants_color: bool) -> Command {
    let (program, arguments) = project.app.split_first().expect("a project's command has a first word");
    // A path is relative to the project, wherever the command was typed.
    let mut command =
        if program.contains('/') { Command::new(project.root.join(program)) } else { Command::new(program) };
    command.args(arguments).current_dir(&project.root);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    // Cargo cannot see the terminal through the pipe.
    if wants_color {
        command.env("CARGO_TERM_COLOR", "always");
    }
    command
}

fn not_started(project: &Project, command: &str, source: io::Error) -> AppError {
    let program = &project.app[0];
    // A script whose interpreter is missing is "not found" too.
    let is_there = program.contains('/') && project.root.join(program).exists();
    match source.kind() {
        io::ErrorKind::NotFound if !is_there => AppError::NotFound { program: program.clone() },
        _ => AppError::Start { command: command.to_owned(), source },
    }
}
