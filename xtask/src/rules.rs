//! `cargo xtask rules`: writes `docs/rules.md`, the list of everything that `stackgen lint` finds.
//!
//! Everything in it comes from the rules themselves; their tests run the examples.
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::{Context, bail};
use stackgen_lint::Severity;
use stackgen_lint::rules::{Explanation, explanations};

const FILE: &str = "docs/rules.md";

const HEAD: &str = "\
# What `stackgen lint` finds

Written by `cargo xtask rules`; edits belong into the rules. `stackgen lint --explain ID` prints the entry of one rule.

Rules that mean the same as one of [cfn-lint](https://github.com/aws-cloudformation/cfn-lint) have its id. Our own begin with
`S`: `S2` for errors in boot scripts, `S3` for warnings, `S4` for notes. `E` is for errors, `W` for warnings, and `I` for notes,
which are told only with `--notes`.
";

/// Write the list of the linter's rules, docs/rules.md
#[derive(clap::Args)]
pub struct Args {
    /// Fail if it would change, and change nothing
    #[arg(long)]
    check: bool,
}

/// Runs the command.
pub fn exec(args: &Args) -> anyhow::Result<()> {
    let mut rules: Vec<Explanation> = explanations().collect();
    rules.sort_by_key(|rule| rule.id);
    let text = page(&rules);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("xtask lies in the workspace")?.join(FILE);
    let is_same = fs::read_to_string(&path).is_ok_and(|old| old == text);
    match is_same {
        true => {}
        false if args.check => bail!("{FILE} is out of date; run `cargo xtask rules`"),
        false => fs::write(&path, text).with_context(|| format!("writing {FILE}"))?,
    }
    println!("{} rules", rules.len());
    Ok(())
}

fn page(rules: &[Explanation]) -> String {
    let mut text = format!("{HEAD}\n| id | name | |\n|---|---|---|\n");
    for rule in rules {
        let (id, name) = (rule.id, rule.name);
        put(&mut text, format_args!("| [{id}](#{anchor}) | {name} | {} |\n", severity(rule), anchor = anchor(rule)));
    }
    for rule in rules {
        put(&mut text, format_args!("\n## {} {}\n\n{}\n{}\n", rule.id, rule.name, rule.reason, rule.fix));
        for (title, example) in [("Wrong", rule.bad), ("Right", rule.good)] {
            let example = example.trim_end();
            put(&mut text, format_args!("\n{title}:\n\n```{}\n{example}\n```\n", language(rule, example)));
        }
    }
    text
}

/// As GitHub makes it of a heading.
fn anchor(rule: &Explanation) -> String {
    format!("{}-{}", rule.id, rule.name).to_lowercase()
}

fn severity(rule: &Explanation) -> &'static str {
    match Severity::of(rule.id) {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}

fn language(rule: &Explanation, example: &str) -> &'static str {
    let is_template = example.lines().any(|line| line.starts_with("Resources:"));
    match rule.id {
        "S0001" => "toml",
        id if id.starts_with("S2") && !is_template => "sh",
        _ => "yaml",
    }
}

fn put(text: &mut String, words: std::fmt::Arguments<'_>) {
    text.write_fmt(words).expect("writing to text never fails");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_has_an_entry() {
        let rules: Vec<Explanation> = explanations().collect();
        let page = page(&rules);
        assert!(rules.iter().all(|rule| page.contains(&format!("\n## {} {}\n", rule.id, rule.name))));
        assert_eq!(page.matches("\n```\n").count(), 2 * rules.len());
    }
}
