//! Chores of this repository, run as `cargo xtask`.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "chores report to whoever runs them")]

use std::process::ExitCode;

use clap::Parser;

mod bench;
mod boot_test;
mod builders;
mod check;
mod features;
mod fuzz;
mod interop;
mod lint_agreement;
mod rules;
mod schema;
mod tools;

/// Chores of this repository
#[derive(Parser)]
#[command(name = "cargo xtask")]
enum Chore {
    Bench(bench::Args),
    BootTest(boot_test::Args),
    Check(check::Args),
    Builders(builders::Args),
    Features(features::Args),
    Fuzz(fuzz::Args),
    Interop(interop::Args),
    LintAgreement(lint_agreement::Args),
    Rules(rules::Args),
    /// Make or check the facts about resource types
    #[command(subcommand)]
    Schema(schema::Command),
}

fn main() -> ExitCode {
    let done = match Chore::parse() {
        Chore::Bench(args) => bench::exec(&args),
        Chore::BootTest(args) => boot_test::exec(&args),
        Chore::Builders(args) => builders::exec(&args),
        Chore::Check(args) => check::exec(&args),
        Chore::Features(args) => features::exec(&args),
        Chore::Fuzz(args) => fuzz::exec(&args),
        Chore::Interop(args) => interop::exec(&args),
        Chore::LintAgreement(args) => lint_agreement::exec(&args),
        Chore::Rules(args) => rules::exec(&args),
        Chore::Schema(command) => schema::exec(command),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
