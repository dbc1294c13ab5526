//! The comparison as a part of a page, between two marks that the page has: what stands around them is written by people.
use std::collections::BTreeMap;
use std::fmt::{self, Write as _};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;

use super::compare::{Comparison, Rule, percent};

const BEGIN: &str = "<!-- from here on written by `cargo xtask lint-agreement --markdown` -->";
const END: &str = "<!-- up to here -->";
/// The kinds of rules, by the letter that their ids begin with.
const KINDS: [(char, &str); 3] = [('E', "Errors"), ('W', "Warnings"), ('I', "Notes")];

/// Puts the comparison of these templates into a page, in the place of the one that is there.
pub(super) fn write(comparison: &Comparison, folder: &Path, names: &[PathBuf], page: &Path) -> anyhow::Result<()> {
    let text = fs::read_to_string(page).with_context(|| format!("reading {}", page.display()))?;
    let folder = std::path::absolute(folder)?;
    let text = replaced(&text, &part(comparison, &sources(&folder, names)))
        .with_context(|| format!("{} has not both lines `{BEGIN}` and `{END}`", page.display()))?;
    fs::write(page, text).with_context(|| format!("writing {}", page.display()))
}

fn replaced(page: &str, part: &str) -> Option<String> {
    let (before, rest) = page.split_once(BEGIN)?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{BEGIN}\n{part}\n{END}{after}"))
}

/// Where templates come from, by the folder they are in, and how many do; most first.
fn sources(folder: &Path, names: &[PathBuf]) -> Vec<(String, usize)> {
    let mut counts = BTreeMap::<String, usize>::new();
    for name in names {
        let source = name.strip_prefix(folder).ok().and_then(Path::parent).and_then(|inner| inner.iter().next());
        *counts.entry(source.map_or_else(|| "others".to_owned(), |name| name.display().to_string())).or_default() += 1;
    }
    let mut sources: Vec<_> = counts.into_iter().collect();
    sources.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    sources
}

fn part(comparison: &Comparison, sources: &[(String, usize)]) -> String {
    let Comparison { referee, compared, passed, falsely_faulted, theirs_failed, .. } = comparison;
    let from: Vec<String> = sources.iter().map(|(name, count)| format!("{name} ({count})")).collect();
    let faulted = falsely_faulted.len();
    let mut part = format!(
        "\n{compared} templates, compared with {referee}. It passes {passed} of them; `stackgen lint` finds an error in \
         {faulted} of these.\nIt gives no answer for {} more, which are left out.\nThey come from: {}.\n\n",
        theirs_failed.len(),
        from.join(", ")
    );
    part += "| | both | only ours | only theirs | of theirs found |\n|---|--:|--:|--:|--:|\n";
    for (kind, name) in KINDS {
        let (both, ours, theirs) = comparison.totals(kind);
        let share = percent(both, both + theirs);
        put(&mut part, format_args!("| {} | {both} | {ours} | {theirs} | {share:.1} % |\n", name.to_lowercase()));
    }
    for (kind, name) in KINDS {
        put(
            &mut part,
            format_args!("\n### {name} by rule\n\n| rule | both | only ours | only theirs |\n|---|--:|--:|--:|\n"),
        );
        for (id, Rule { both, only_ours, only_theirs }) in
            comparison.rules.iter().filter(|(id, _)| id.starts_with(kind))
        {
            let (both, ours, theirs) = (both.len(), only_ours.len(), only_theirs.len());
            put(&mut part, format_args!("| {id} | {both} | {ours} | {theirs} |\n"));
        }
    }
    part
}

fn put(text: &mut String, words: fmt::Arguments<'_>) {
    text.write_fmt(words).expect("writing to text never fails");
}

#[cfg(test)]
mod tests {
    use super::super::compare::Place;
    use super::*;

    #[test]
    fn only_what_is_between_the_marks_is_replaced() {
        let page = format!("# Title\n{BEGIN}\nold\n{END}\nmore\n");
        assert_eq!(replaced(&page, "new").unwrap(), format!("# Title\n{BEGIN}\nnew\n{END}\nmore\n"));
        assert_eq!(replaced("# Title\n", "new"), None);
    }

    #[test]
    fn sources_are_the_outermost_folders() {
        let names = ["/all/small/a.yaml", "/all/big/deep/a.yaml", "/all/big/b.yaml", "/all/c.yaml"].map(PathBuf::from);
        let counts = [("big", 2), ("others", 1), ("small", 1)].map(|(name, count)| (name.to_owned(), count));
        assert_eq!(sources(Path::new("/all"), &names), counts);
    }

    #[test]
    fn each_rule_has_a_row_below_its_kind() {
        let place = Place { file: PathBuf::from("a"), line: 1 };
        let rule = Rule { both: vec![place.clone(); 3], only_ours: Vec::new(), only_theirs: vec![place] };
        let rules = BTreeMap::from([("E3012".to_owned(), rule)]);
        let text = part(&Comparison { rules, compared: 4, ..Comparison::default() }, &[("big".to_owned(), 4)]);
        assert!(text.contains("| errors | 3 | 0 | 1 | 75.0 % |"), "{text}");
        assert!(text.contains("### Errors by rule\n\n| rule | both | only ours | only theirs |\n|---|--:|--:|--:|\n| E3012 | 3 | 0 | 1 |\n"), "{text}");
    }
}
