//! The differences that are known: the tables of docs/local.md whose headings name an engine.
use std::collections::BTreeMap;
use std::fs;

use anyhow::{Context, bail};

use super::{Difference, scenario};

const DOCUMENT: &str = "docs/local.md";

/// What is known to differ from an engine.
pub(super) struct Known {
    /// Whose answers are compared with ours.
    engine: &'static str,
    /// By key, with what the document says of it.
    rows: BTreeMap<String, String>,
}

impl Known {
    /// Reads the table below the heading `### Differences from ENGINE`.
    pub(super) fn read(engine: &'static str) -> anyhow::Result<Known> {
        let text = fs::read_to_string(DOCUMENT).with_context(|| format!("reading {DOCUMENT}"))?;
        Ok(Known { engine, rows: rows(&text, engine) })
    }

    /// Prints what differs, and refuses what nobody knows of and what happens no more.
    pub(super) fn judge(&self, differences: &[Difference], asked: &[String]) -> anyhow::Result<()> {
        let is_new = |it: &&Difference| !self.rows.contains_key(&it.key);
        let new: Vec<&Difference> = differences.iter().filter(is_new).collect();
        println!("{:>14} {} differences from {}", "known", differences.len() - new.len(), self.engine);
        for Difference { key, ours, theirs } in &new {
            println!("{:>14} {key}\n{:>14} {ours}\n{:>14} {theirs}", "NEW", "stackgen", self.engine);
        }
        let is_gone = |key: &&String| {
            asked.iter().any(|it| it == scenario(key)) && !differences.iter().any(|difference| difference.key == **key)
        };
        let gone: Vec<&String> = self.rows.keys().filter(is_gone).collect();
        gone.iter().for_each(|key| println!("{:>14} {key} differs no more; take it out of {DOCUMENT}", "GONE"));
        if !new.is_empty() || !gone.is_empty() {
            bail!(
                "{} differences from {} are not in {DOCUMENT}, and {} there are none any more; mend the engine, or write down \
                 who is right and why",
                new.len(),
                self.engine,
                gone.len()
            );
        }
        Ok(())
    }
}

fn rows(text: &str, engine: &str) -> BTreeMap<String, String> {
    let heading = format!("### Differences from {engine}");
    let below = text.lines().skip_while(|line| !line.starts_with(&heading)).skip(1);
    let table = below.take_while(|line| !line.starts_with('#'));
    let row = |line: &str| {
        let (key, rest) = line.strip_prefix("| `")?.split_once("` | ")?;
        Some((key.to_owned(), rest.trim_end_matches(" |").to_owned()))
    };
    table.filter_map(row).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const TEXT: &str = "### Differences from AWS\n\n| answer | why |\n|---|---|\n| `s/x/1` | late |\n\n### Differences from moto 5\n\
                        | `s/x/2` | no |\n";

    fn judged(keys: &[&str]) -> anyhow::Result<()> {
        let known = Known { engine: "AWS", rows: rows(TEXT, "AWS") };
        let of = |key: &&str| Difference { key: (*key).to_owned(), ours: json!(1), theirs: json!(2) };
        known.judge(&keys.iter().map(of).collect::<Vec<_>>(), &["s/x".to_owned()])
    }

    #[test]
    fn each_engine_has_its_table() {
        assert_eq!(rows(TEXT, "AWS").into_iter().collect::<Vec<_>>(), [("s/x/1".to_owned(), "late".to_owned())]);
        assert_eq!(rows(TEXT, "moto").len(), 1);
    }

    #[test]
    fn what_is_new_and_what_is_gone_is_refused() {
        assert!(judged(&["s/x/1"]).is_ok());
        assert!(judged(&["s/x/1", "s/x/2"]).is_err() && judged(&[]).is_err());
    }
}
