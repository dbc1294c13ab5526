//! `stackgen local start`.
use stackgen_local::server::Pace;

use crate::Context;
use crate::error::CliError;
use crate::local::serve::Serving;
use crate::local::{self, LocalError, Place, Wish};

/// Start the server, or find the one that runs
///
/// It runs in the background until it is stopped. Standard output is for a shell: `eval "$(stackgen local start)"` leads the
/// AWS tools of that shell to it.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    how: How,
    /// Stay here until Ctrl-C, and show what goes wrong
    #[arg(long)]
    foreground: bool,
}

/// How a server is wanted.
#[derive(Debug, clap::Args)]
pub(super) struct How {
    /// Listen on this port, or on any free one if it is 0; without it, on 4599 if that is free
    #[arg(long, value_name = "PORT")]
    port: Option<u16>,
    /// How time passes: how many seconds in one (30 without it), `leap`: to the next event whenever somebody looks, `manual`:
    /// only when told to
    #[arg(long, value_name = "PACE", allow_negative_numbers = true)]
    pace: Option<Pace>,
}

impl How {
    pub(super) fn wish(&self) -> Wish {
        Wish { port: self.port, pace: self.pace }
    }
}

pub(crate) fn exec(context: &Context, args: &Args) -> Result<(), CliError> {
    let place = Place::find(context)?;
    if !args.foreground {
        let was_running = place.running()?.is_some();
        let endpoint = local::endpoint(context, args.how.wish())?;
        if was_running {
            context.shell.status("Running", &format!("at {} already", endpoint.url));
        }
        return context.shell.data(&endpoint.exports(context));
    }
    if let Some(running) = place.running()? {
        let (has, wanted) = (running.record.pid.to_string(), "this one".to_owned());
        return Err(LocalError::Differs { what: "process", has, wanted }.into());
    }
    let serving = Serving::start(context, &place.folder, args.how.wish())?;
    context.shell.status("Serving", &format!("{}, state in {}", serving.endpoint().url, place.folder.display()));
    context.shell.data(&serving.endpoint().exports(context))?;
    serving.wait()
}
