//! `stackgen local volume`: something to lose, for who tries an upgrade.
use serde_json::json;

use crate::Context;
use crate::error::CliError;
use crate::local::Place;

/// Write to volumes on this machine, and read them
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Write(Write),
    Read(Read),
}

/// Write a file, as the running machine does that has the volume
#[derive(Debug, clap::Args)]
struct Write {
    /// The id of the volume
    #[arg(value_name = "VOLUME")]
    volume: String,
    /// The name of the file
    #[arg(value_name = "FILE")]
    file: String,
    /// What is in it from now on
    #[arg(value_name = "TEXT")]
    text: String,
}

/// Print the files of a volume
#[derive(Debug, clap::Args)]
struct Read {
    /// The id of the volume
    #[arg(value_name = "VOLUME")]
    volume: String,
}

pub(crate) fn exec(context: &Context, args: &Args) -> Result<(), CliError> {
    let server = Place::find(context)?.required()?;
    match &args.command {
        Command::Write(Write { volume, file, text }) => {
            server.send("PUT", "volumes", &json!({"volume": volume, "file": file, "text": text}))?;
            context.shell.status("Wrote", &format!("{file} on {volume}"));
            Ok(())
        }
        Command::Read(Read { volume }) => {
            let files = server.ask("GET", &format!("volumes?volume={volume}"))?;
            let line =
                |(name, text): (&String, &serde_json::Value)| format!("{name}: {}\n", text.as_str().unwrap_or(""));
            let files: String = files.as_object().into_iter().flatten().map(line).collect();
            context.shell.data(&files)
        }
    }
}
