//! How a comparison is shown: a table with a line per rule, and what matters of the whole.
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;
use serde::Serialize;

use super::compare::{Comparison, Place, Rule, percent};
use super::finding::Answers;

/// Prints the table and the totals; names are shown from this folder on.
pub(super) fn print(comparison: &Comparison, folder: &Path, only_missing: bool, examples: usize) {
    let folder = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    println!("{:<7} {:>6} {:>9} {:>11}  examples", "rule", "both", "only ours", "only theirs");
    for (id, rule) in &comparison.rules {
        if !only_missing || !rule.only_theirs.is_empty() {
            print_rule(id, rule, &folder, examples);
        }
    }
    println!();
    for (kind, name) in [('E', "errors"), ('W', "warnings"), ('I', "informational")] {
        let (both, ours, theirs) = comparison.totals(kind);
        if both + ours + theirs == 0 {
            continue;
        }
        let share = percent(both, both + theirs);
        println!(
            "{name:>14}: {both} by both, {ours} only ours, {theirs} only theirs; {share:.1} % of theirs are found"
        );
    }
    print_templates(comparison, &folder, examples);
    println!("{:>14}: {}", "stackgen", comparison.our_clock);
    println!("{:>14}: {}", "referee", comparison.their_clock);
}

fn print_rule(id: &str, rule: &Rule, folder: &Path, examples: usize) {
    println!("{id:<7} {:>6} {:>9} {:>11}", rule.both.len(), rule.only_ours.len(), rule.only_theirs.len());
    for (whose, places) in [("ours", &rule.only_ours), ("theirs", &rule.only_theirs)] {
        for place in places.iter().take(examples) {
            println!("{:>37} {}", whose, shown(place, folder));
        }
    }
}

fn print_templates(comparison: &Comparison, folder: &Path, examples: usize) {
    let faulted = &comparison.falsely_faulted;
    let (compared, passed) = (comparison.compared, comparison.passed);
    println!(
        "{:>14}: {compared} compared; the referee passes {passed}, of which we fault {}",
        "templates",
        faulted.len()
    );
    for (file, rules) in faulted.iter().take(examples.saturating_mul(5)) {
        let rules: Vec<&str> = rules.iter().map(String::as_str).collect();
        println!("{:>16}{} {}", "", below(file, folder).display(), rules.join(" "));
    }
    for (who, failed) in [("stackgen", &comparison.ours_failed), ("the referee", &comparison.theirs_failed)] {
        if !failed.is_empty() {
            println!("{:>14}  {who} gives no answer for {}:", "", failed.len());
        }
        for (file, why) in failed.iter().take(examples.saturating_mul(5)) {
            println!("{:>16}{} ({why})", "", below(file, folder).display());
        }
    }
}

fn shown(place: &Place, folder: &Path) -> String {
    format!("{}:{}", below(&place.file, folder).display(), place.line)
}

fn below<'a>(file: &'a Path, folder: &Path) -> &'a Path {
    file.strip_prefix(folder).unwrap_or(file)
}

/// All that is known, for whoever wants to look closer.
#[derive(Serialize)]
struct Everything<'a> {
    errors_found_percent: f64,
    comparison: &'a Comparison,
    templates: &'a [PathBuf],
    ours: &'a Answers,
    theirs: &'a Answers,
}

/// Writes everything into a file, as JSON.
pub(super) fn write(
    comparison: &Comparison,
    templates: &[PathBuf],
    ours: &Answers,
    theirs: &Answers,
    file: &Path,
) -> anyhow::Result<()> {
    let errors_found_percent = comparison.errors_found_percent();
    let everything = Everything { errors_found_percent, comparison, templates, ours, theirs };
    fs::write(file, serde_json::to_vec_pretty(&everything)?).with_context(|| format!("writing {}", file.display()))
}
