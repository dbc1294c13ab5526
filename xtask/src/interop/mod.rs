//! `cargo xtask interop`: whether clients that others wrote find in `stackgen local` what they expect of AWS.
//!
//! Scenarios are Python programs beside this file, one a subject: they drive a server with boto3, with the AWS CLI or with the CDK,
//! and print each answer with what AWS answers. What differs must stand in docs/local.md, which is read here: something new
//! fails, and so does something that stands there and happens no more. With `--with`, the same scenarios run against other
//! engines that imitate AWS, and their answers are compared with ours too.
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, bail, ensure};
use serde::Deserialize;
use serde_json::Value as Json;

mod clients;
mod known;
mod server;

use known::Known;
use server::{Other, Running};

/// Drive `stackgen local` with clients that others wrote
///
/// boto3, the AWS CLI and the CDK, in pinned releases, are installed beside the build. Differences from what AWS answers must
/// stand in docs/local.md.
#[derive(clap::Args)]
pub struct Args {
    /// Only subjects or scenarios whose name has one of these words in it, such as `stacks` or `stacks/drift`
    only: Vec<String>,
    /// Compare with this engine too, where it answers the subject; may be given again
    #[arg(long, value_name = "ENGINE")]
    with: Vec<Other>,
    /// Only what takes seconds: neither the AWS CLI nor the CDK, which start anew for each command
    #[arg(long)]
    quick: bool,
}

/// What the scenarios of a program are about, and which engines besides ours can answer them.
struct Subject {
    name: &'static str,
    /// A file beside this one.
    program: &'static str,
    others: &'static [Other],
    is_quick: bool,
}

const SUBJECTS: &[Subject] = &[
    Subject { name: "stacks", program: "stacks.py", others: &[Other::Ministack], is_quick: true },
    Subject { name: "machines", program: "machines.py", others: &[Other::Moto], is_quick: true },
    Subject { name: "services", program: "services.py", others: &[Other::Ministack, Other::Moto], is_quick: true },
    Subject { name: "messages", program: "messages.py", others: &[], is_quick: true },
    Subject { name: "cli", program: "cli.py", others: &[], is_quick: false },
    Subject { name: "cdk", program: "cdk.py", others: &[], is_quick: false },
];

/// One answer of a server, and what AWS answers.
#[derive(Debug, Deserialize)]
struct Answer {
    key: String,
    got: Json,
    wanted: Json,
}

impl Answer {
    fn differs_from(&self, theirs: Json) -> Difference {
        Difference { key: self.key.clone(), ours: self.got.clone(), theirs }
    }
}

/// Something that differs.
struct Difference {
    key: String,
    /// What stackgen answers.
    ours: Json,
    /// What AWS, or another engine, answers.
    theirs: Json,
}

/// What was found of one engine.
struct Comparison {
    /// Nothing for AWS, whose answers the scenarios know.
    other: Option<Running>,
    known: Known,
    differences: Vec<Difference>,
    /// The scenarios that were asked.
    asked: Vec<String>,
}

/// Runs the scenarios and judges what differs.
pub fn exec(args: &Args) -> anyhow::Result<()> {
    let chosen: Vec<&Subject> = SUBJECTS.iter().filter(|subject| args.wants(subject)).collect();
    let names: Vec<&str> = SUBJECTS.iter().map(|subject| subject.name).collect();
    ensure!(!chosen.is_empty(), "no such subject; there are {}", names.join(", "));
    let ours = Running::stackgen()?;
    let mut comparisons = vec![Comparison::with(None)?];
    for other in &args.with {
        comparisons.push(Comparison::with(Some(*other))?);
    }
    for subject in chosen {
        let answers = run(subject, &ours, args)?;
        println!("{:>14} {} answers of stackgen", subject.name, answers.len());
        for comparison in &mut comparisons {
            comparison.look(subject, &answers, args)?;
        }
    }
    // All are judged, so that one run tells everything.
    let judged: Vec<anyhow::Result<()>> = comparisons.iter().map(Comparison::judge).collect();
    judged.into_iter().collect()
}

impl Comparison {
    fn with(other: Option<Other>) -> anyhow::Result<Comparison> {
        let known = Known::read(other.map_or("AWS", Other::name))?;
        let other = other.map(Running::other).transpose()?;
        Ok(Comparison { other, known, differences: Vec::new(), asked: Vec::new() })
    }

    fn look(&mut self, subject: &Subject, answers: &[Answer], args: &Args) -> anyhow::Result<()> {
        let differences = match &self.other {
            None => answers.iter().filter_map(from_aws).collect(),
            Some(other) if subject.others.iter().any(|it| it.name() == other.name) => {
                compare(answers, run(subject, other, args)?)
            }
            Some(_) => return Ok(()),
        };
        self.differences.extend(differences);
        self.asked.extend(answers.iter().map(|answer| scenario(&answer.key).to_owned()));
        Ok(())
    }

    fn judge(&self) -> anyhow::Result<()> {
        self.known.judge(&self.differences, &self.asked)
    }
}

impl Args {
    fn wants(&self, subject: &Subject) -> bool {
        let is_named = |word: &String| word.split('/').next().is_some_and(|name| subject.name.contains(name));
        (self.only.is_empty() || self.only.iter().any(is_named)) && (subject.is_quick || !self.quick)
    }
}

/// What a key says of its scenario: `stacks/drift` of `stacks/drift/in sync`.
fn scenario(key: &str) -> &str {
    key.match_indices('/').nth(1).map_or(key, |(end, _)| &key[..end])
}

fn from_aws(answer: &Answer) -> Option<Difference> {
    (answer.got != answer.wanted).then(|| answer.differs_from(answer.wanted.clone()))
}

/// An answer that one of them does not come to says nothing: why it does not is another answer.
fn compare(ours: &[Answer], theirs: Vec<Answer>) -> Vec<Difference> {
    let mut theirs: BTreeMap<String, Json> = theirs.into_iter().map(|answer| (answer.key, answer.got)).collect();
    let both = ours.iter().filter_map(|answer| {
        let theirs = theirs.remove(&answer.key)?;
        (answer.got != theirs).then(|| answer.differs_from(theirs))
    });
    both.collect()
}

/// Runs a program against a server.
fn run(subject: &Subject, server: &Running, args: &Args) -> anyhow::Result<Vec<Answer>> {
    let started = Instant::now();
    let python = clients::python()?;
    let mut command = Command::new(&python);
    command.args(["-B", subject.program]).args(args.only.iter().filter(|word| word.contains('/')));
    command.current_dir(folder()?).envs(server.environment()).env("INTEROP_PYTHON", &python);
    if subject.name == "cdk" {
        command.env("INTEROP_CDK", clients::cdk()?);
    }
    let output = command.stdin(Stdio::null()).stderr(Stdio::inherit()).output();
    let output = output.with_context(|| format!("`{}` does not run", python.display()))?;
    if !output.status.success() {
        bail!("{} ended with {}", subject.program, output.status);
    }
    let lines = String::from_utf8(output.stdout)?;
    let answers = lines.lines().map(serde_json::from_str).collect::<Result<Vec<Answer>, _>>();
    println!("{:>14} {:.1} s against {}", subject.name, started.elapsed().as_secs_f64(), server.name);
    answers.with_context(|| format!("{} printed something else than answers", subject.program))
}

/// Where the programs are.
fn folder() -> anyhow::Result<PathBuf> {
    let folder = Path::new("xtask").join("src").join("interop");
    ensure!(folder.is_dir(), "run this in the root of the repository");
    Ok(folder)
}

#[cfg(test)]
mod tests {
    use clap::ValueEnum as _;
    use serde_json::json;

    use super::*;

    fn answer(key: &str, got: &str) -> Answer {
        Answer { key: key.to_owned(), got: json!(got), wanted: json!("a") }
    }

    #[test]
    fn only_what_both_answer_is_compared() {
        let ours = vec![answer("s/x/1", "a"), answer("s/x/2", "a"), answer("s/x/3", "a")];
        let theirs = vec![answer("s/x/1", "a"), answer("s/x/2", "b")];
        let found: Vec<String> = compare(&ours, theirs).into_iter().map(|it| it.key).collect();
        assert_eq!(found, ["s/x/2"]);
        assert!(from_aws(&answer("s/x/1", "a")).is_none() && from_aws(&answer("s/x/1", "b")).is_some());
        assert_eq!(scenario("stacks/drift/in sync/says"), "stacks/drift");
    }

    #[test]
    fn engines_have_names() {
        assert!(Other::value_variants().iter().all(|other| !other.name().is_empty()));
    }
}
