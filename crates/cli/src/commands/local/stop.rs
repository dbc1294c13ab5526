//! `stackgen local stop`.
use crate::Context;
use crate::error::CliError;
use crate::local::Place;

/// Stop the server; what it has is kept
///
/// Its time stands still until it is started again.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {}

pub(crate) fn exec(context: &Context, _: &Args) -> Result<(), CliError> {
    let place = Place::find(context)?;
    match place.running()? {
        Some(running) => {
            running.stop(&place)?;
            context
                .shell
                .status("Stopped", &format!("{}, state in {}", running.endpoint().url, place.folder.display()));
        }
        None => context.shell.status("Stopped", "already: no server runs"),
    }
    Ok(())
}
