//! The line of a file that something is about, with a mark under what is meant.
//!
//! ```text
//!   --> stacks/compute.rs:41
//!    |
//! 41 |     let data = stack.add("DataVolume", ec2::Volume::new().size(200)
//!    |                          ^^^^^^^^^^^^
//! ```
use std::fs;
use std::path::Path;

use unicode_width::UnicodeWidthStr as _;

use crate::shell::{ERROR, FAINT};
use crate::table;

/// How many lines below the named one what is meant may be, when a call goes over several lines.
const REACH: usize = 3;
/// How many columns of what is meant must be seen of a long line, and how many letters before it are.
const MARK: usize = 12;
const BEFORE: usize = 12;
/// How many letters before and behind a place are looked at; a line may be a template of megabytes.
const NEAR: usize = 1000;

/// The lines of an excerpt, and how far its bar is indented. Without the file there is only the place.
pub(crate) fn of(root: Option<&Path>, place: &str, meant: Option<&str>, width: usize) -> (String, usize) {
    let lines = located(root, place).unwrap_or_default();
    let (shown, mark) = marked(&lines, meant);
    let gutter = shown.last().map_or(1, |(number, _)| number.to_string().len());
    let mut text = format!("{:gutter$}{FAINT}-->{FAINT:#} {place}\n", "");
    if lines.is_empty() {
        return (text, gutter);
    }
    let bar = format!("{:gutter$} {FAINT}|{FAINT:#}", "");
    text += &format!("{bar}\n");
    for (number, line) in shown {
        let line = table::shorten(&line.replace('\t', "    "), width.saturating_sub(gutter + 3));
        text += &format!("{FAINT}{number:>gutter$} |{FAINT:#} {line}\n");
    }
    if let Some((blanks, carets)) = mark.filter(|(blanks, carets)| gutter + 3 + blanks + carets <= width) {
        text += &format!("{bar} {:blanks$}{ERROR}{}{ERROR:#}\n", "", "^".repeat(carets));
    }
    (text, gutter)
}

/// The same for a line that is known: what is meant goes from one line and column to another, both counted from one.
pub(crate) fn at(line: &str, place: &str, start: (u32, u32), end: (u32, u32), width: usize) -> (String, usize) {
    let gutter = start.0.to_string().len();
    let mut shown = format!("{:gutter$}{FAINT}-->{FAINT:#} {place}\n", "");
    if line.trim().is_empty() {
        return (shown, gutter);
    }
    let column = |column: u32| column.saturating_sub(1) as usize;
    let skipped = column(start.1).saturating_sub(NEAR);
    let letters: Vec<char> = from_letter(line, skipped).chars().take(2 * NEAR).collect();
    let from = (column(start.1) - skipped).min(letters.len());
    let to = if start.0 == end.0 { (column(end.1) - skipped).min(letters.len()) } else { letters.len() };
    let drawn = |letters: &[char]| letters.iter().collect::<String>().replace('\t', "    ");
    let (blanks, carets) = (drawn(&letters[..from]).width(), drawn(&letters[from..to.max(from)]).trim_end().width());
    let room = width.saturating_sub(gutter + 3);
    // A long line, such as a whole template in JSON, is shown from near what is meant.
    let (line, blanks) = match skipped > 0 || blanks + carets.min(MARK) >= room {
        true => (format!("…{}", drawn(&letters[from.saturating_sub(BEFORE)..])), from.min(BEFORE) + 1),
        false => (drawn(&letters).trim_end().to_owned(), blanks),
    };
    let bar = format!("{:gutter$} {FAINT}|{FAINT:#}", "");
    let carets = "^".repeat(carets.clamp(1, room.saturating_sub(blanks).max(1)));
    shown += &format!("{bar}\n{FAINT}{} |{FAINT:#} {}\n", start.0, table::shorten(&line, room));
    shown += &format!("{bar} {:blanks$}{ERROR}{carets}{ERROR:#}\n", "");
    (shown, gutter)
}

/// A line without so many letters. Where letters are bytes nothing has to be counted.
fn from_letter(line: &str, skipped: usize) -> &str {
    let byte = match line.is_ascii() {
        true => skipped,
        false => line.char_indices().nth(skipped).map_or(line.len(), |(byte, _)| byte),
    };
    line.get(byte..).unwrap_or_default()
}

type Lines = [(usize, String)];

/// The lines up to the one that has what is meant, and where in it that is; else only the first.
fn marked<'a>(lines: &'a Lines, meant: Option<&str>) -> (&'a Lines, Option<(usize, usize)>) {
    let found = meant.and_then(|meant| {
        let meant = format!("\"{meant}\"");
        let at = lines.iter().position(|(_, line)| line.contains(&meant))?;
        let before = lines[at].1.split(&meant).next()?.replace('\t', "    ");
        Some((at, (before.width(), meant.width())))
    });
    match found {
        Some((at, mark)) => (&lines[..=at], Some(mark)),
        None => (&lines[..lines.len().min(1)], None),
    }
}

/// The lines of `file:line` and the next ones. Rust names its files from the workspace, which may be above the project.
fn located(root: Option<&Path>, place: &str) -> Option<Vec<(usize, String)>> {
    let (file, line) = place.split_once(':')?;
    let line: usize = line.split(':').next()?.parse().ok()?;
    let text = root?.ancestors().find_map(|folder| fs::read_to_string(folder.join(file)).ok())?;
    let lines: Vec<_> = text.lines().enumerate().skip(line.checked_sub(1)?).take(1 + REACH).collect();
    let lines: Vec<_> = lines.into_iter().map(|(at, line)| (at + 1, line.trim_end().to_owned())).collect();
    (!lines.is_empty()).then_some(lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_megabytes_is_shown_near_the_place() {
        for before in ["a", "ü"] {
            let line = format!("{}here{}", before.repeat(5000), "b".repeat(5000));
            let (text, _) = at(&line, "x.json:1:5001", (1, 5001), (1, 5005), 40);
            let shown: Vec<String> = text.lines().map(|line| anstream::adapter::strip_str(line).to_string()).collect();
            assert_eq!(shown[2], format!("1 | …{}here{}…", before.repeat(12), "b".repeat(18)));
            assert_eq!(shown[3], format!("  | {}^^^^", " ".repeat(13)));
        }
    }

    /// The gutter is as wide as the lines that are shown, not those that were looked at.
    #[test]
    fn the_gutter_fits_what_is_shown() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("main.rs"), "stack.add(\n\"Data\",\n".repeat(10)).unwrap();
        let excerpt = |place, meant| of(Some(folder.path()), place, meant, 80);
        assert_eq!(excerpt("main.rs:9", None).1, 1);
        assert_eq!(excerpt("main.rs:7", Some("Data")).1, 1);
        assert_eq!(excerpt("main.rs:9", Some("Data")).1, 2);
        assert_eq!(excerpt("nowhere.rs:9", None).1, 1);
    }
}
