//! `stackgen local status`.
use serde_json::{Value as Json, json};

use crate::Context;
use crate::error::CliError;
use crate::local::{Place, Running};
use crate::shell::STRONG;
use crate::time::spoken;

/// Show where the server listens and how much it has
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Print JSON for programs
    #[arg(long)]
    json: bool,
}

pub(crate) fn exec(context: &Context, args: &Args) -> Result<(), CliError> {
    let place = Place::find(context)?;
    let running = place.required()?;
    let mut status = running.ask("GET", "status")?;
    let uptime = running.record.uptime(context.settings.now);
    if args.json {
        let members = status.as_object_mut().into_iter();
        let more =
            [("endpoint", json!(running.endpoint().url)), ("uptime", json!(uptime)), ("folder", json!(place.folder))];
        members
            .for_each(|members| members.extend(more.iter().map(|(name, value)| ((*name).to_owned(), value.clone()))));
        return context.shell.data(&format!("{status:#}\n"));
    }
    context.shell.view(&text(&running, &place, &status, uptime))
}

fn text(running: &Running, place: &Place, status: &Json, uptime: i64) -> String {
    let word = |name: &str| status[name].as_str().unwrap_or("?").to_owned();
    let pace = match word("pace").as_str() {
        "leap" => "leap: to the next event whenever somebody looks".to_owned(),
        "manual" => "manual: time passes only when told to".to_owned(),
        factor => format!("{factor} seconds in one"),
    };
    let mut rows =
        vec![("endpoint", running.endpoint().url), ("uptime", spoken(uptime)), ("pace", pace), ("time", word("now"))];
    let counts = status["counts"].as_object();
    rows.extend(counts.into_iter().flatten().map(|(name, count)| (name.as_str(), count.to_string())));
    rows.push(("calls", status["calls"].to_string()));
    rows.push(("state", place.state().display().to_string()));
    rows.into_iter().map(|(name, value)| format!("{STRONG}{name:<9}{STRONG:#}  {value}\n")).collect()
}
