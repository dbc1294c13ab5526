//! The `stackgen` command: reads the arguments, runs one command, and turns its outcome into an exit code.
//!
//! Start at [`commands`]. Commands get an assembly from [`load`], which runs the project's app ([`app`]), and say everything
//! through [`shell`]. What a failure is called and what to do about it is in [`error`].
mod app;
mod boot_script;
mod bug;
mod commands;
mod continuity;
mod deploy;
mod error;
mod excerpt;
mod explain;
mod graph;
mod interrupt;
mod lint;
mod load;
mod local;
mod names;
mod output;
mod pins;
mod plan_view;
mod problems;
mod project;
mod rehearse;
mod select;
mod settings;
mod shell;
mod shellcheck;
mod table;
mod template;
mod time;
mod trial;

use std::ffi::OsString;
use std::panic::{self, AssertUnwindSafe};
use std::process::ExitCode;

use clap::Parser as _;

use commands::Cli;
use error::{CliError, Kind};
use settings::Settings;
use shell::Shell;

fn main() -> ExitCode {
    let settings = Settings::from_environment();
    bug::install_hook(settings.wants_backtrace);
    let arguments: Vec<OsString> = std::env::args_os().collect();
    panic::catch_unwind(AssertUnwindSafe(|| run(arguments, settings))).unwrap_or(Kind::Internal.exit_code())
}

fn run(arguments: Vec<OsString>, settings: Settings) -> ExitCode {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(answer) => return explain_usage(&answer),
    };
    let context = Context { shell: Shell::new(&cli.globals, settings.columns), settings, globals: cli.globals };
    match commands::exec(&context, cli.command) {
        Ok(code) => code,
        Err(error) => {
            context.shell.error(&error);
            error.kind.exit_code()
        }
    }
}

/// `--help` and `--version` come this way too. A closed pipe ends them like any other output.
fn explain_usage(answer: &clap::Error) -> ExitCode {
    match (answer.print(), answer.exit_code()) {
        (Err(error), _) => CliError::from(error).kind.exit_code(),
        (Ok(()), 0) => ExitCode::SUCCESS,
        (Ok(()), _) => Kind::Usage.exit_code(),
    }
}

/// What every command gets.
struct Context {
    shell: Shell,
    settings: Settings,
    globals: commands::Globals,
}
