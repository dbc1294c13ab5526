//! `stackgen userdata size`.
use serde_json::json;
use stackgen_assembly::USER_DATA_BYTES;

use crate::boot_script::{BootScript, Which};
use crate::error::CliError;
use crate::shell::STRONG;
use crate::table::Table;
use crate::{Context, load};

/// How wide the bar of a whole script is.
const BAR: usize = 40;

/// Print the size of a boot script, section by section
///
/// EC2 takes 16,384 bytes. A script with more is sent packed: its text is compressed, and only what puts the values of the
/// deploy into it is sent as it is. Values that only the deploy knows count as 32 bytes each.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    which: Which,
    /// Print JSON for programs
    #[arg(long)]
    json: bool,
}

pub(crate) fn exec(context: &Context, args: &Args) -> Result<(), CliError> {
    let loaded = load::assembly(context)?;
    let script = args.which.of(&loaded.assembly)?;
    if args.json {
        context.shell.data(&json(&script))
    } else {
        context.shell.view(&text(&script, context.shell.width()))
    }
}

fn json(script: &BootScript<'_>) -> String {
    let entry = script.entry;
    let sections = entry.sections.iter().map(|section| json!({"name": section.name, "bytes": section.bytes}));
    let json = json!({
        "stack": script.stack.name,
        "host": entry.id,
        "sections": sections.collect::<Vec<_>>(),
        "sent_bytes": entry.sent_bytes,
        "limit": USER_DATA_BYTES,
        "packed": entry.packed,
    });
    format!("{json:#}\n")
}

fn text(script: &BootScript<'_>, width: usize) -> String {
    let entry = script.entry;
    let whole: usize = entry.sections.iter().map(|section| section.bytes).sum();
    let mut table = Table::new(&["SECTION", "BYTES", "SHARE", ""]);
    for section in &entry.sections {
        let share = section.bytes * 100 / whole.max(1);
        let bar = "█".repeat((section.bytes * BAR).div_ceil(whole.max(1)));
        table.push(vec![section.name.clone(), format!("{:>5}", section.bytes), format!("{share:>3} %"), bar]);
    }
    let sections = if entry.sections.is_empty() { String::new() } else { table.render(STRONG, 0, width) + "\n" };
    let how = if entry.packed { format!("packed from {whole} bytes") } else { "as it is".to_owned() };
    let share = entry.sent_bytes * 100 / USER_DATA_BYTES;
    format!("{sections}{} is sent {} of {USER_DATA_BYTES} bytes ({share} %), {how}\n", entry.id, entry.sent_bytes)
}
