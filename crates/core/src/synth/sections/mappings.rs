//! Mappings: two levels of keys and literals below them. The number of first-level keys is among the limits.
use super::{Report, literals};
use crate::node::{Node, Object};

/// CloudFormation's limit for the second-level keys of one row.
const KEYS: usize = 200;

pub(super) fn check(table: &Object, report: &mut Report<'_>) {
    if table.is_empty() {
        report.add("", "a mapping needs at least one row", None);
    }
    for (key, row) in table.iter() {
        let path = format!("/{key}");
        spelled(key, "letters, digits, dots and hyphens", ".-", &path, report);
        match row {
            Node::Object(cells) => cells_of(cells, &path, report),
            Node::Fault(_) => drop(literals::scalar(row, &path, report)),
            _ => report.add(&path, "a row of a mapping is an object with keys of its own", None),
        }
    }
}

fn cells_of(cells: &Object, path: &str, report: &mut Report<'_>) {
    if cells.is_empty() {
        report.add(path, "a row of a mapping needs at least one key", None);
    }
    if cells.len() > KEYS {
        report.add(path, format!("{} keys; CloudFormation takes {KEYS} in a row", cells.len()), None);
    }
    for (key, cell) in cells.iter() {
        let path = format!("{path}/{key}");
        spelled(key, "letters and digits", "", &path, report);
        literals::check(cell, &path, report);
    }
}

fn spelled(key: &str, what: &str, others: &str, path: &str, report: &mut Report<'_>) {
    let fits = |letter: char| letter.is_ascii_alphanumeric() || others.contains(letter);
    if key.is_empty() || key.len() > 255 || !key.chars().all(fits) {
        report.add(path, format!("`{key}` cannot be a key here"), Some(format!("use {what}, 255 at most")));
    }
}
