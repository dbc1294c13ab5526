//! `stackgen userdata test`.
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use crate::boot_script::Which;
use crate::error::CliError;
use crate::shell::{ERROR, HINT, STATUS};
use crate::trial::{ImageFile, Trial, TrialError, Verdict, Wishes};
use crate::{Context, load, table, template};

/// How wide the name of a scenario is, where there is room.
const NAME: usize = 52;

/// Run a boot script for real, in throw-away roots of this machine
///
/// The script runs as root with real disks and real tools; only AWS, systemd and the metadata service are played. After its
/// first boot it meets everything that the stack and the script suggest: it runs again, on a new root with the same volume,
/// with the volume late, absent, blank or of somebody else, without each parameter that it asks for, and killed in each section.
/// It must become ready, or stop with an error that names what is wrong and tell its stack so, and no secret may be readable
/// anywhere.
///
/// What the machine image brings is in userdata/image.yaml: users, files, programs and services. There is no network, so apt,
/// pip and downloads fail: let `programs` of the image stand for them. Permissions (IAM) are not checked, and systemd is played:
/// units start, and what they do in the end is not tried. Needs root.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    which: Which,
    /// What the image brings, instead of userdata/image.yaml
    #[arg(long, value_name = "FILE")]
    image: Option<PathBuf>,
    /// A value that only a deploy knows, instead of one that is made up; NAME is what `userdata show` prints between `${` and
    /// `}`, such as AWS::Region or DataVolume
    #[arg(long = "value", value_name = "NAME=VALUE", value_parser = pair)]
    values: Vec<(String, String)>,
    /// The value of a parameter or secret that the script asks for, instead of one that is made up; NAME is what the script
    /// asks for, such as /shop/password
    #[arg(long = "parameter", value_name = "NAME=VALUE", value_parser = pair)]
    parameters: Vec<(String, String)>,
    /// Only scenarios of this name, after the first boot; `*` stands for any letters; may be given several times
    #[arg(long, value_name = "NAME")]
    only: Vec<String>,
    /// Print the names of all scenarios, after the first boot has told them
    #[arg(long)]
    list: bool,
    /// How long one boot may take
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..))]
    timeout: u64,
    /// Print all that the script prints
    #[arg(long)]
    log: bool,
}

/// How much of a log is shown where something is wrong. The end says most.
const LINES: usize = 15;

fn pair(text: &str) -> Result<(String, String), String> {
    let pair = text.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned()));
    pair.ok_or_else(|| "write it as NAME=VALUE".to_owned())
}

pub(crate) fn exec(context: &Context, args: &Args) -> Result<(), CliError> {
    let loaded = load::assembly(context)?;
    let script = args.which.of(&loaded.assembly)?;
    let template = template::read(&loaded.assembly, script.stack)?;
    let root = loaded.project.as_ref().map(|project| project.root.as_path());
    let image = ImageFile::read(args.image.as_deref(), root)?;
    let map = |pairs: &[(String, String)]| pairs.iter().cloned().collect::<BTreeMap<_, _>>();
    let (values, parameters) = (map(&args.values), map(&args.parameters));
    let wishes = Wishes { values: &values, parameters: &parameters, limit: Duration::from_secs(args.timeout) };
    let mut trial = Trial::new(&script, &template, image, &wishes)?;
    trial.check(&args.only, false)?;
    context.shell.status("Booting", &format!("{} of {} in throw-away roots", script.entry.id, script.stack.name));
    let first = trial.first(&context.shell)?;
    if first.fault.is_some() || !args.list {
        context.shell.view(&text(context, args.log, &first))?;
    }
    if first.fault.is_some() {
        return Err(TrialError::Failed { failed: vec![first.name], tried: 1 }.into());
    }
    if args.list {
        return context.shell.data(&(trial.names().join("\n") + "\n"));
    }
    trial.check(&args.only, true)?;
    others(context, args, &trial)
}

fn others(context: &Context, args: &Args, trial: &Trial) -> Result<(), CliError> {
    let mut written = Ok(());
    let tried = trial.others(&context.shell, &args.only, |verdict| {
        let text = text(context, args.log, &verdict);
        written = std::mem::replace(&mut written, Ok(())).and_then(|()| context.shell.view(&text));
    });
    written?;
    let tried = tried?;
    context.shell.view(&format!("{tried} of {tried} scenarios passed\n"))
}

fn text(context: &Context, shows_log: bool, verdict: &Verdict) -> String {
    let time = format!("{:.1} s", verdict.took.as_secs_f64());
    let width = NAME.min(context.shell.width().saturating_sub(20));
    let name = table::shorten(&verdict.name, width);
    let (style, word) = if verdict.fault.is_none() { (STATUS, "passed") } else { (ERROR, "FAILED") };
    let mut text = format!("{style}{word:>8}{style:#}  {name:<width$} {time:>7}\n");
    for line in verdict.fault.iter().flat_map(|fault| table::wrap(fault, context.shell.width().saturating_sub(10))) {
        text += &format!("{:10}{line}\n", "");
    }
    let lines: Vec<&str> = verdict.log.lines().collect();
    let shown = match verdict.fault {
        _ if shows_log => lines.len(),
        Some(_) => LINES,
        None => 0,
    };
    if shown > 0 && lines.len() > shown {
        text += &format!("{:10}…\n", "");
    }
    for line in &lines[lines.len().saturating_sub(shown)..] {
        text += &format!("{:8}| {line}\n", "");
    }
    for hint in &verdict.hints {
        let lines = table::wrap(hint, context.shell.width().saturating_sub(16));
        text += &format!("{:10}{HINT}hint:{HINT:#} {}\n", "", lines.join(&format!("\n{:16}", "")));
    }
    text
}
