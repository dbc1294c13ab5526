//! `stackgen userdata show`.
use crate::boot_script::Which;
use crate::error::CliError;
use crate::{Context, load};

/// Print the boot script that a stack's host runs
///
/// As it runs there: decoded and, if it is sent packed, unpacked. `${…}` stands where CloudFormation puts a value in. The lines
/// are those that messages of the script name.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    which: Which,
    /// Only this section
    #[arg(long, value_name = "NAME")]
    section: Option<String>,
    /// Begin each line with its number, as messages of the script and of its checks name it
    #[arg(short, long)]
    number: bool,
}

pub(crate) fn exec(context: &Context, args: &Args) -> Result<(), CliError> {
    let loaded = load::assembly(context)?;
    let script = args.which.of(&loaded.assembly)?;
    let (text, first) = match &args.section {
        Some(name) => (script.section(name)?, script.first_line(name)),
        None => (script.text.to_owned(), 1),
    };
    context.shell.data(&if args.number { numbered(&text, first) } else { text })
}

fn numbered(text: &str, first: usize) -> String {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let width = (first + lines.len()).to_string().len();
    lines.iter().enumerate().map(|(at, line)| format!("{:>width$}  {line}", first + at)).collect()
}
