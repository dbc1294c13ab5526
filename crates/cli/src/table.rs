//! Columns of text that fit the terminal.
use anstyle::Style;
use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

/// Between two columns.
const GAP: usize = 2;
/// No column is made narrower than the first to make room, and if that is not enough, than the second.
const NARROW: [usize; 2] = [12, 6];

/// Rows of cells under headings. The first column has names and stays whole; of the others the widest gives way.
pub(crate) struct Table {
    headings: Vec<&'static str>,
    rows: Vec<Vec<String>>,
}

impl Table {
    pub(crate) fn new(headings: &[&'static str]) -> Self {
        Table { headings: headings.to_vec(), rows: Vec::new() }
    }

    pub(crate) fn push(&mut self, row: Vec<String>) {
        self.rows.push(row);
    }

    /// The lines, with headings in `style`, each behind `indent` blanks.
    pub(crate) fn render(&self, style: Style, indent: usize, width: usize) -> String {
        let widths = self.widths(width.saturating_sub(indent));
        let line = |cells: &mut dyn Iterator<Item = &str>| {
            let cells = cells.zip(&widths).map(|(cell, &width)| {
                let cell = shorten(cell, width);
                let blanks = " ".repeat(width.saturating_sub(cell.width()));
                cell + &blanks
            });
            let cells: Vec<String> = cells.collect();
            format!("{:indent$}{}", "", cells.join(&" ".repeat(GAP))).trim_end().to_owned()
        };
        let mut text = format!("{style}{}{style:#}\n", line(&mut self.headings.iter().copied()));
        for row in &self.rows {
            text += &line(&mut row.iter().map(String::as_str));
            text.push('\n');
        }
        text
    }

    fn widths(&self, total: usize) -> Vec<usize> {
        let columns = self.headings.iter().enumerate();
        let longest = |at: usize| self.rows.iter().map(|row| row[at].width()).max().unwrap_or(0);
        let mut widths: Vec<usize> = columns.map(|(at, heading)| heading.width().max(longest(at))).collect();
        let room = total.saturating_sub(GAP * widths.len().saturating_sub(1));
        for least in NARROW {
            while widths.iter().sum::<usize>() > room {
                let excess = widths.iter().sum::<usize>() - room;
                let others = widths.iter_mut().skip(1).filter(|width| **width > least);
                let Some(widest) = others.max_by_key(|width| **width) else { break };
                *widest = widest.saturating_sub(excess.min(*widest / 4).max(1)).max(least);
            }
        }
        widths
    }
}

/// The text, cut with an ellipsis if it is wider than that.
pub(crate) fn shorten(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut short = String::new();
    for letter in text.chars() {
        short.push(letter);
        if short.width() >= width {
            short.pop();
            break;
        }
    }
    short.push('…');
    short
}

/// A long line in lines of that width, none of it left out. They end where a reader expects it if they can: behind a blank, or a
/// colon, slash or comma of names and lists.
pub(crate) fn fold(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut rest = text;
    while rest.width() > width {
        let mut used = 0;
        let fits = rest.char_indices().find(|(_, letter)| {
            used += letter.width().unwrap_or(0);
            used > width
        });
        // A letter that is wider than the line has to go somewhere.
        let end = fits.map_or(rest.len(), |(at, letter)| if at == 0 { letter.len_utf8() } else { at });
        let end = rest[..end].rfind([' ', ':', '/', ',']).filter(|at| *at >= end / 2).map_or(end, |at| at + 1);
        lines.push(rest[..end].trim_end().to_owned());
        rest = &rest[end..];
    }
    lines.push(rest.to_owned());
    lines
}

/// A number of things: `1 change`, `2 changes`.
pub(crate) fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

/// Words in lines of that width. Existing line ends stay; a word that is wider gets a line of its own.
pub(crate) fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for paragraph in text.split('\n') {
        let mut line = String::new();
        for word in paragraph.split(' ') {
            if !line.is_empty() && line.width() + 1 + word.width() > width {
                lines.push(std::mem::take(&mut line));
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        lines.push(line);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_line_keeps_to_the_width_and_loses_nothing() {
        for text in
            ["arn:aws:ssm:eu-west-1:111122223333:parameter/zmanim/prod/*", &"ä".repeat(50), "日本語日本語日本語", ""]
        {
            for width in [1, 7, 20, 80] {
                let lines = fold(text, width);
                assert_eq!(lines.concat(), text);
                assert!(lines.iter().all(|line| line.width() <= width.max(2)), "{lines:?}");
            }
        }
        assert_eq!(fold("arn:aws:ssm:eu-west-1:1:parameter/a", 30), ["arn:aws:ssm:eu-west-1:1:", "parameter/a"]);
    }
}
