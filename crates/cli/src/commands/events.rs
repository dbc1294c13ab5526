//! `stackgen events`.
use stackgen_deploy::follow::{self, spans};
use stackgen_deploy::progress::ResourceEvent;

use crate::Context;
use crate::deploy::way::{Account, Way};
use crate::deploy::{chart, find, words};
use crate::error::CliError;
use crate::shell::{ERROR, FAINT};
use crate::{table, time};

/// What CloudFormation says a second time, once it knows the physical id.
const INITIATED: &str = "Resource creation Initiated";
/// Where reasons begin.
const INDENT: usize = 10;

/// Show what happened to a stack
///
/// The events of the last operation, with a rollback if it came to that; with --all, everything that CloudFormation still
/// has. Times are those of Greenwich.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The stack, or the ARN of one that is gone
    #[arg(value_name = "STACK")]
    stack: String,
    /// All operations
    #[arg(long)]
    all: bool,
    /// Show where the time went instead
    #[arg(long, conflicts_with = "json")]
    chart: bool,
    /// Print JSON for programs, one object a line
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    way: Way,
}

pub(crate) fn exec(context: &Context, args: &Args) -> Result<(), CliError> {
    let (account, loaded) = args.way.to_names(context, std::slice::from_ref(&args.stack))?;
    let now = find::stack(&account, loaded.as_ref(), &args.stack)?;
    let mut events = account.ask(follow::history(&account.connection, &now.id))?;
    // They were asked for by ARN, as are those of a stack that is gone.
    events.iter_mut().for_each(|event| event.stack.clone_from(&now.name));
    let events = if args.all { &events[..] } else { last(&events) };
    if args.json {
        let line = |event| serde_json::to_string(event).expect("events have text keys") + "\n";
        return context.shell.data(&events.iter().map(line).collect::<String>());
    }
    if args.chart {
        let own: Vec<ResourceEvent> = events.iter().filter(|event| !chart::is_stack(event)).cloned().collect();
        return context.shell.view(&chart::text(&spans(&own), context.shell.width()));
    }
    let told = events.iter().filter(|event| event.reason.as_deref() != Some(INITIATED));
    context.shell.view(&told.map(|event| line(&account, event)).collect::<String>())
}

/// The events of the last operation that somebody began.
fn last(events: &[ResourceEvent]) -> &[ResourceEvent] {
    let begins = ["CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS", "DELETE_IN_PROGRESS", "IMPORT_IN_PROGRESS"];
    let is_begin = |event: &ResourceEvent| chart::is_stack(event) && begins.contains(&event.status.as_str());
    &events[events.iter().rposition(is_begin).unwrap_or(0)..]
}

fn line(account: &Account<'_>, event: &ResourceEvent) -> String {
    let width = account.context.shell.width();
    let id = event.path.iter().chain([&event.id]).map(String::as_str).collect::<Vec<_>>().join("/");
    let is_bad = words::parts(&event.status).1 == "FAILED";
    let style = if is_bad { ERROR } else { anstyle::Style::new() };
    let mut text = format!("{FAINT}{}{FAINT:#}  {style}{}{style:#}  {id}", time::hour(event.at), event.status);
    let used = INDENT + event.status.len() + 2 + id.chars().count() + 2;
    if used + event.type_name.len() <= width {
        text += &format!("  {FAINT}{}{FAINT:#}", event.type_name);
    }
    text.push('\n');
    for line in event.reason.iter().flat_map(|reason| table::wrap(reason, width.saturating_sub(INDENT))) {
        text += &format!("{:INDENT$}{line}\n", "");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_operation_has_its_rollback() {
        let event = |id: &str, status: &str| ResourceEvent {
            stack: "prod".into(),
            path: Vec::new(),
            id: id.into(),
            type_name: if id == "prod" { "AWS::CloudFormation::Stack" } else { "AWS::EC2::VPC" }.into(),
            physical_id: None,
            status: status.into(),
            reason: None,
            at: jiff::Timestamp::UNIX_EPOCH,
        };
        let events = [
            event("prod", "CREATE_IN_PROGRESS"),
            event("prod", "CREATE_COMPLETE"),
            event("prod", "UPDATE_IN_PROGRESS"),
            event("Vpc", "UPDATE_FAILED"),
            event("prod", "UPDATE_ROLLBACK_IN_PROGRESS"),
        ];
        assert_eq!(last(&events).len(), 3);
        assert_eq!(last(&events[3..]).len(), 2);
    }
}
