//! `cargo xtask bench`: what synth costs, alone and beside other tools, and what compiling costs.
//!
//! Every figure is a median of several runs on whatever machine this is; what lasts are the ratios and the growth, so
//! whatever is compared runs in turns. `docs/benchmarks.md` has figures and says how to read them. Start at [`exec`];
//! [`measure`] has the stopwatch.
mod compile;
mod count;
mod deploy;
mod edit;
mod equal;
mod growth;
mod lint;
mod measure;
mod peers;
mod production;
mod programs;
mod project;
mod versus;

/// Where everything goes that a benchmark makes; nothing outside of it is changed.
const FOLDER: &str = "target/bench";

/// Measure synth: growth, whole processes, and the way from an edit to a template
#[derive(clap::Args)]
pub struct Args {
    /// Only this, which is not measured otherwise
    #[arg(value_enum)]
    only: Option<Only>,
    /// Runs of each measurement; the median counts
    #[arg(long, default_value_t = 5, value_parser = clap::builder::RangedU64ValueParser::<usize>::new().range(1..))]
    runs: usize,
    /// Also install troposphere and the AWS CDK under `target/`, and measure the same app with them
    #[arg(long)]
    peers: bool,
    /// Also measure what it costs to compile the builders and the library
    #[arg(long)]
    compile: bool,
}

/// What is measured by itself.
#[derive(Clone, Copy, clap::ValueEnum)]
enum Only {
    /// `stackgen lint` beside cfn-lint, which is installed beside the build
    Lint,
    /// `stackgen deploy` beside the AWS CLI's and the CDK's, on servers of this machine
    Deploy,
}

/// Measures and prints.
pub fn exec(args: &Args) -> anyhow::Result<()> {
    match args.only {
        Some(Only::Lint) => return lint::exec(args.runs),
        Some(Only::Deploy) => return deploy::exec(),
        None => {}
    }
    let peers = args.peers.then(peers::Peers::install).transpose()?;
    growth::exec(args.runs)?;
    production::exec(args.runs)?;
    if let Some(peers) = &peers {
        versus::exec(args.runs, peers)?;
    }
    edit::exec(args.runs, peers.as_ref())?;
    if args.compile {
        compile::exec(args.runs)?;
    }
    Ok(())
}
