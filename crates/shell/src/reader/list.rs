//! Lists of commands: what separates them, and how each hangs on the one before it.
use super::Reader;
use crate::syntax::{Command, Comment, Kind, Link, Part};

/// One open compound command and the list that is being read in it.
pub(super) struct Level {
    pub(super) owner: Option<usize>,
    pub(super) part: Part,
    pub(super) previous: Option<usize>,
    pub(super) link: Link,
    pub(super) is_negated: bool,
    pub(super) wants_pattern: bool,
}

impl Level {
    pub(super) fn new(owner: Option<usize>, part: Part) -> Level {
        Level { owner, part, previous: None, link: Link::Start, is_negated: false, wants_pattern: false }
    }
}

impl Reader<'_> {
    /// Reads commands until the text ends or, in `$(…)`, its parenthesis closes.
    pub(super) fn list(&mut self, parent: Option<usize>, until_parenthesis: bool) {
        let mut levels = vec![Level::new(parent, Part::Body)];
        loop {
            self.skip_blanks();
            if self.is_done() {
                return;
            }
            if levels.last().is_some_and(|level| level.wants_pattern) && self.pattern(&mut levels) {
                continue;
            }
            match self.peek(0) {
                b'\n' => {
                    self.at += 1;
                    self.heredocs();
                    end_of_line(&mut levels);
                }
                b'#' => self.comment(),
                b';' | b'&' | b'|' => self.operator(&mut levels),
                b'(' if self.peek(1) == b'(' => self.arithmetic_command(&mut levels),
                b'(' => {
                    self.at += 1;
                    self.open(&mut levels, Kind::Subshell, Part::Body);
                }
                b')' => {
                    self.at += 1;
                    if !self.close(&mut levels, &[Kind::Subshell]) && until_parenthesis {
                        return;
                    }
                }
                _ => self.word_or_keyword(&mut levels),
            }
        }
    }

    fn comment(&mut self) {
        let start = self.at;
        let rest = self.slice(start, self.end);
        self.at += rest.find('\n').unwrap_or(rest.len());
        let line = self.line_at(start);
        let line_start = self.line_starts[line - self.first_line];
        let text = self.slice(start + 1, self.at).trim();
        let is_alone = self.slice(line_start, start).trim().is_empty();
        self.comments.push(Comment { line, text, is_alone });
    }

    fn operator(&mut self, levels: &mut [Level]) {
        let level = levels.last_mut().expect("the outermost level stays");
        let (length, link) = match (self.peek(0), self.peek(1)) {
            (b';', b';' | b'&') => {
                level.wants_pattern = level.owner.is_some_and(|id| self.commands[id].kind == Kind::Case);
                level.previous = None;
                (if self.starts_with(";;&") { 3 } else { 2 }, Link::Start)
            }
            (b';', _) => (1, Link::Semicolon),
            (b'&', b'&') => (2, Link::And),
            (b'|', b'|') => (2, Link::Or),
            (b'|', b'&') => (2, Link::Pipe),
            (b'|', _) => (1, Link::Pipe),
            _ => {
                if let Some(previous) = level.previous {
                    self.commands[previous].is_background = true;
                }
                (1, Link::Semicolon)
            }
        };
        self.at += length;
        level.link = link;
    }

    pub(super) fn add(&mut self, levels: &mut [Level], kind: Kind) -> usize {
        let line = self.line();
        let level = levels.last_mut().expect("the outermost level stays");
        let id = self.commands.len();
        let previous = level.previous.replace(id);
        if let Some(previous) = previous {
            self.commands[previous].next = Some(id);
        }
        let mut command = Command::new(kind, line, level.owner, level.part);
        command.previous = previous;
        command.link = if previous.is_some() { level.link } else { Link::Start };
        command.is_negated = std::mem::take(&mut level.is_negated);
        if kind != Kind::Simple {
            command.function = self.function.take();
        }
        level.link = Link::Semicolon;
        self.commands.push(command);
        id
    }

    fn word_or_keyword(&mut self, levels: &mut Vec<Level>) {
        let rest = self.slice(self.at, self.end);
        let length = rest.bytes().take_while(|b| b.is_ascii_lowercase() || matches!(b, b'{' | b'}' | b'!')).count();
        let is_whole = rest
            .as_bytes()
            .get(length)
            .is_none_or(|b| b" \t\r\n;&|()<>".contains(b) || rest[length..].starts_with("\\\n"));
        if length > 0 && is_whole && self.keyword(levels, &rest[..length]) {
            return;
        }
        self.simple(levels);
    }

    /// Reads the commands of `$(…)`, whose parenthesis is already passed.
    pub(super) fn substitution(&mut self, host: usize, until_parenthesis: bool) -> usize {
        let id = self.commands.len();
        let line = self.line();
        self.commands.push(Command::new(Kind::Substitution, line, Some(host), Part::Body));
        self.depth += 1;
        self.list(Some(id), until_parenthesis);
        self.depth -= 1;
        id
    }
}

/// A new line ends a statement, unless an operator before it says that it goes on.
fn end_of_line(levels: &mut [Level]) {
    let level = levels.last_mut().expect("the outermost level stays");
    if level.link == Link::Semicolon {
        level.link = Link::Start;
    }
}
