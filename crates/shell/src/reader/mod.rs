//! Reads a script into commands. It takes any text: what it does not understand it passes over, it never goes back, and
//! commands within commands end at a fixed depth, so its time grows with the text and nothing else.

use crate::syntax::{Command, Comment};
use heredoc::Waiting;

mod compound;
mod cursor;
mod expansion;
mod heredoc;
mod list;
mod simple;
mod word;

/// Commands within commands deeper than this are taken for text.
const DEEPEST: usize = 24;

/// What was read.
pub struct Read<'a> {
    pub commands: Vec<Command<'a>>,
    pub comments: Vec<Comment<'a>>,
}

/// Reads a script whose first line has the number `first_line`.
pub fn read(text: &str, first_line: usize) -> Read<'_> {
    let line_starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
    let mut reader = Reader {
        text,
        at: 0,
        end: text.len(),
        line_starts,
        first_line,
        depth: 0,
        waiting: Vec::new(),
        function: None,
        commands: Vec::new(),
        comments: Vec::new(),
    };
    reader.list(None, false);
    Read { commands: reader.commands, comments: reader.comments }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    end: usize,
    line_starts: Vec<usize>,
    first_line: usize,
    depth: usize,
    waiting: Vec<Waiting>,
    function: Option<&'a str>,
    commands: Vec<Command<'a>>,
    comments: Vec<Comment<'a>>,
}
