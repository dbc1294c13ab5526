//! `cargo xtask lint-agreement`: whether `stackgen lint` says of templates what other linters say.
//!
//! Any folder of templates will do; none is kept in this repository. Every template is linted by `stackgen` and by a
//! referee, and what both say is compared as rule and line: [`compare`] has the meaning of that, [`report`] the table.
//! The referees are the real cfn-lint and AWS's cloudformation-validate ([`referee`]), and files with the results that
//! cfn-lint's own tests expect ([`expected`]).
//!
//! `stackgen lint --notes --format json FILES…` prints a list of findings, `[]` if there are none:
//!
//! ```json
//! [{"rule": "E3012", "severity": "error", "message": "…", "file": "a.yaml", "line": 4, "column": 7,
//!   "end_line": 4, "end_column": 11, "path": ["Resources", "Bucket", "Properties", "BucketName"]}]
//! ```
//!
//! `file` is the name as it was given, lines and columns begin at 1, `path` has the keys and the indices as text. It exits
//! with 0 or bits for errors (2), warnings (4) and notes (8); any other status, and output that is not such a list, counts as a crash.
use std::path::PathBuf;

use anyhow::{bail, ensure};

mod cfn_validate;
mod compare;
mod expected;
mod finding;
mod ours;
mod referee;
mod report;
mod templates;

use compare::Comparison;
use finding::Answers;
use referee::{CFN_LINT, CFN_VALIDATE};

/// Compare what `stackgen lint` finds with what other linters find
#[derive(clap::Args)]
pub struct Args {
    /// The folder with the templates (yaml, yml, json, template), searched with all folders in it
    #[arg(long, value_name = "DIR")]
    templates: PathBuf,
    #[command(flatten)]
    referee: Choice,
    /// What lints, with its options; the names of files come behind it. Without it, the workspace's own command is built
    #[arg(long, value_name = "CMD")]
    stackgen: Option<String>,
    /// Only these rules, or those that begin like this, such as `E30`
    #[arg(long, value_delimiter = ',', value_name = "IDS")]
    ids: Vec<String>,
    /// Only the rules of which the referee found something that stackgen did not
    #[arg(long)]
    only_missing: bool,
    /// How many examples of each rule are shown
    #[arg(long, default_value_t = 3)]
    examples: usize,
    /// Write everything that was found and compared into this file
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Fail below this share of the referee's errors found, in percent, and at any false error or crash
    #[arg(long, value_name = "PERCENT")]
    least: Option<f64>,
}

#[derive(clap::Args)]
#[group(required = true, multiple = false)]
struct Choice {
    /// Compare with results in cfn-lint's JSON form, of a file or of all files in a folder; other templates must be clean
    #[arg(long, value_name = "FILE")]
    expected: Option<PathBuf>,
    /// Compare with the real cfn-lint, installed beside the build if it is not there; what it says is kept there too
    #[arg(long)]
    cfn_lint: bool,
    /// Compare with cloudformation-validate of AWS, installed and kept likewise, with its rules in the ids of cfn-lint
    #[arg(long)]
    cfn_validate: bool,
}

/// A Python that has cloudformation-validate, installed if it is not there.
pub(crate) fn cfn_validate() -> anyhow::Result<PathBuf> {
    CFN_VALIDATE.installed()
}

/// The command of the real cfn-lint, installed if it is not there.
pub(crate) fn cfn_lint() -> anyhow::Result<PathBuf> {
    Ok(CFN_LINT.installed()?.with_file_name("cfn-lint"))
}

/// Lints with both, prints the comparison, and judges it.
pub fn exec(args: &Args) -> anyhow::Result<()> {
    let names = templates::below(&args.templates)?;
    ensure!(
        !names.is_empty(),
        "no template in {}; a template ends in yaml, yml, json or template",
        args.templates.display()
    );
    let theirs = args.referee.answers(&names)?;
    let ours = ours::answers(args.stackgen.as_deref(), &names)?;
    let comparison = Comparison::new(&names, &ours, &theirs, &args.ids);
    report::print(&comparison, &args.templates, args.only_missing, args.examples);
    if let Some(file) = &args.json {
        report::write(&comparison, &names, &ours, &theirs, file)?;
    }
    args.least.map_or(Ok(()), |least| judge(&comparison, least))
}

impl Choice {
    fn answers(&self, names: &[PathBuf]) -> anyhow::Result<Answers> {
        match &self.expected {
            Some(expected) => expected::answers(expected, names),
            None if self.cfn_validate => {
                let mut answers = CFN_VALIDATE.answers(names)?;
                cfn_validate::translate(&mut answers);
                Ok(answers)
            }
            None => CFN_LINT.answers(names),
        }
    }
}

fn judge(comparison: &Comparison, least: f64) -> anyhow::Result<()> {
    let share = comparison.errors_found_percent();
    let faulted = comparison.falsely_faulted.len();
    let crashed = comparison.ours_failed.len();
    if share < least || faulted > 0 || crashed > 0 {
        bail!(
            "{share:.1} % of the referee's errors are found where {least} % are wanted, {faulted} templates are faulted that \
             it passes, and stackgen crashed on {crashed}; none is allowed"
        );
    }
    Ok(())
}
