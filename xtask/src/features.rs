//! `cargo xtask features`: writes the list of service features into the manifests that need it.
//!
//! The services come from the facts, their grouping from `crates/cfn/build/groups.txt`. Only what stands between two
//! comments is written, so that a manifest's own features stay by hand.
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use anyhow::{Context, bail, ensure};
use stackgen_schema::Facts;

#[path = "../../crates/cfn/build/features.rs"]
mod grouping;

const BEGIN: &str = "# begin services";
const END: &str = "# end services";

/// crates.io refuses a crate with more than 300 features; the rest is for those written by hand.
const MAX_FEATURES: usize = 280;

/// Write the list of service features into the manifests
#[derive(clap::Args)]
pub struct Args {
    /// Fail if a manifest would change, and change nothing
    #[arg(long)]
    check: bool,
}

type Features = BTreeMap<String, BTreeSet<String>>;

/// What a feature turns on, as written in a manifest.
type Enables = fn(&str) -> String;

/// Runs the command.
pub fn exec(args: &Args) -> anyhow::Result<()> {
    let features = grouping::features(Facts::embedded().type_names());
    ensure!(
        features.len() <= MAX_FEATURES,
        "{} features, but {MAX_FEATURES} is the limit: put services together in crates/cfn/build/groups.txt",
        features.len()
    );
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("xtask lies in the workspace")?;
    let manifests: [(&str, Enables); 2] =
        [("crates/cfn/Cargo.toml", |_| String::new()), ("Cargo.toml", |feature| format!("\"stackgen-cfn/{feature}\""))];
    for (manifest, enables) in manifests {
        let path = root.join(manifest);
        let old = fs::read_to_string(&path).with_context(|| format!("reading {manifest}"))?;
        let new = replaced(&old, &list(&features, enables)).with_context(|| format!("in {manifest}"))?;
        match old == new {
            true => {}
            false if args.check => bail!("the features in {manifest} are out of date; run `cargo xtask features`"),
            false => fs::write(&path, new).with_context(|| format!("writing {manifest}"))?,
        }
    }
    println!("{} features", features.len());
    Ok(())
}

/// The lines of a manifest: one a feature, and `all`.
fn list(features: &Features, enables: Enables) -> String {
    let mut lines = String::new();
    for (feature, modules) in features {
        if modules.len() > 1 {
            let modules: Vec<&str> = modules.iter().map(String::as_str).collect();
            lines += &format!("# {feature}: {}\n", modules.join(", "));
        }
        lines += &format!("{feature} = [{}]\n", enables(feature));
    }
    lines += "all = [\n";
    for feature in features.keys() {
        lines += &format!("    \"{feature}\",\n");
    }
    lines + "]\n"
}

fn replaced(manifest: &str, lines: &str) -> anyhow::Result<String> {
    let begin = manifest.find(BEGIN).with_context(|| format!("no line `{BEGIN}`"))? + BEGIN.len();
    let end = begin + manifest[begin..].find(END).with_context(|| format!("no line `{END}`"))?;
    Ok(format!("{}\n{lines}{}", &manifest[..begin], &manifest[end..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_between_the_comments_changes() {
        let manifest = "[features]\nmine = []\n# begin services\nold = []\n# end services\n[lints]\n";
        let lines = list(&grouping::features(["AWS::EC2::VPC"].into_iter()), |_| String::new());
        let expected =
            "[features]\nmine = []\n# begin services\nec2 = []\nall = [\n    \"ec2\",\n]\n# end services\n[lints]\n";
        assert_eq!(replaced(manifest, &lines).unwrap(), expected);
        assert!(replaced("[features]\n", &lines).is_err());
    }
}
