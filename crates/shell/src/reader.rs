//! Reads a script into commands. It takes any text: what it does not understand it passes over, it never goes back, and
//! commands within commands end at a fixed depth, so its time grows with the text and nothing else.

use crate::syntax::{Command, Comment, Expansion, Heredoc, Kind, Link, Part, Redirect, Word, name_length};

/// Commands within commands deeper than this are taken for text.
pub const DEEPEST: usize = 24;

/// So many compound commands may be open at once.
const WIDEST: usize = 50;

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

/// One open compound command and the list that is being read in it.
struct Level {
    owner: Option<usize>,
    part: Part,
    previous: Option<usize>,
    link: Link,
    is_negated: bool,
    wants_pattern: bool,
}

impl Level {
    fn new(owner: Option<usize>, part: Part) -> Level {
        Level { owner, part, previous: None, link: Link::Start, is_negated: false, wants_pattern: false }
    }
}

/// A heredoc whose text begins at the next line.
struct Waiting {
    command: usize,
    redirect: usize,
    delimiter: String,
    is_quoted: bool,
    strips_tabs: bool,
}

pub(crate) struct Reader<'a> {
    pub(crate) text: &'a str,
    pub(crate) at: usize,
    pub(crate) end: usize,
    line_starts: Vec<usize>,
    first_line: usize,
    pub(crate) depth: usize,
    waiting: Vec<Waiting>,
    function: Option<&'a str>,
    pub(crate) commands: Vec<Command<'a>>,
    comments: Vec<Comment<'a>>,
}

impl<'a> Reader<'a> {
    pub(crate) fn peek(&self, ahead: usize) -> u8 {
        let at = self.at + ahead;
        if at < self.end { self.text.as_bytes()[at] } else { 0 }
    }

    pub(crate) fn is_done(&self) -> bool {
        self.at >= self.end
    }

    pub(crate) fn starts_with(&self, text: &str) -> bool {
        self.text.as_bytes()[self.at.min(self.end)..self.end].starts_with(text.as_bytes())
    }

    pub(crate) fn slice(&self, from: usize, to: usize) -> &'a str {
        self.text.get(from..to).unwrap_or("")
    }

    fn line_at(&self, at: usize) -> usize {
        self.first_line + self.line_starts.partition_point(|start| *start <= at) - 1
    }

    pub(crate) fn line(&self) -> usize {
        self.line_at(self.at)
    }

    fn skip_blanks(&mut self) {
        while !self.is_done() {
            match self.peek(0) {
                b' ' | b'\t' | b'\r' => self.at += 1,
                b'\\' if self.peek(1) == b'\n' => self.at += 2,
                _ => return,
            }
        }
    }

    /// Reads commands until the text ends or, in `$(…)`, its parenthesis closes.
    pub(crate) fn list(&mut self, parent: Option<usize>, until_parenthesis: bool) {
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

    fn add(&mut self, levels: &mut [Level], kind: Kind) -> usize {
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

    fn open(&mut self, levels: &mut Vec<Level>, kind: Kind, part: Part) -> usize {
        let id = self.add(levels, kind);
        // Deeper ones are read as if they stood side by side, or what asks for all that is around would take too long.
        if levels.len() < WIDEST {
            levels.push(Level::new(Some(id), part));
        }
        id
    }

    /// Closes the innermost command of these kinds, and whatever was left open in it.
    fn close(&mut self, levels: &mut Vec<Level>, kinds: &[Kind]) -> bool {
        let is_one = |level: &Level| level.owner.is_some_and(|id| kinds.contains(&self.commands[id].kind));
        let Some(at) = levels.iter().skip(1).rposition(is_one) else { return false };
        let owner = levels[at + 1].owner;
        levels.truncate(at + 1);
        if let Some(id) = owner {
            self.skip_blanks();
            while self.redirect(id) {
                self.skip_blanks();
            }
        }
        true
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

    fn keyword(&mut self, levels: &mut Vec<Level>, word: &str) -> bool {
        let start = self.at;
        self.at += word.len();
        match word {
            "if" => drop(self.open(levels, Kind::If, Part::Condition)),
            "while" => drop(self.open(levels, Kind::While, Part::Condition)),
            "until" => drop(self.open(levels, Kind::Until, Part::Condition)),
            "{" => drop(self.open(levels, Kind::Group, Part::Body)),
            "for" | "select" => self.for_words(levels),
            "case" => self.case_word(levels),
            "then" | "do" => turn(levels, Part::Body),
            "elif" => turn(levels, Part::Condition),
            "else" => turn(levels, Part::Else),
            "fi" => drop(self.close(levels, &[Kind::If])),
            "done" => drop(self.close(levels, &[Kind::While, Kind::Until, Kind::For])),
            "esac" => drop(self.close(levels, &[Kind::Case])),
            "}" => drop(self.close(levels, &[Kind::Group])),
            "!" => levels.last_mut().expect("the outermost level stays").is_negated = true,
            "time" => {}
            "function" => self.function_keyword(),
            _ => {
                self.at = start;
                return false;
            }
        }
        true
    }

    fn function_keyword(&mut self) {
        self.skip_blanks();
        let rest = self.slice(self.at, self.end);
        let length = rest.bytes().take_while(|b| !b" \t\r\n(){};&|".contains(b)).count();
        self.function = Some(&rest[..length]);
        self.at += length;
        self.skip_blanks();
        if self.starts_with("()") {
            self.at += 2;
        }
    }

    fn for_words(&mut self, levels: &mut Vec<Level>) {
        let id = self.open(levels, Kind::For, Part::Condition);
        self.skip_blanks();
        if self.starts_with("((") {
            self.balanced();
        }
        self.words(id, false);
    }

    fn case_word(&mut self, levels: &mut Vec<Level>) {
        let id = self.open(levels, Kind::Case, Part::Condition);
        self.skip_blanks();
        let word = self.word(id, false);
        self.commands[id].words.push(word);
        loop {
            self.skip_blanks();
            if self.peek(0) != b'\n' {
                break;
            }
            self.at += 1;
            self.heredocs();
        }
        if self.starts_with("in") {
            self.at += 2;
        }
        let level = levels.last_mut().expect("the outermost level stays");
        if level.owner == Some(id) {
            level.wants_pattern = true;
            level.part = Part::Body;
        }
    }

    /// Reads `one | two)` of a case. False if something else stands there.
    fn pattern(&mut self, levels: &mut [Level]) -> bool {
        let level = levels.last_mut().expect("the outermost level stays");
        let owner = level.owner.expect("a case is a command");
        let rest = self.slice(self.at, self.end);
        if rest.starts_with(['\n', '#', ';']) {
            return false;
        }
        let is_end = rest
            .strip_prefix("esac")
            .is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\n', ';', ')', '\t', '\r', '|', '&']));
        level.wants_pattern = false;
        level.previous = None;
        if is_end {
            return false;
        }
        if self.peek(0) == b'(' {
            self.at += 1;
        }
        loop {
            self.skip_blanks();
            let word = self.word(owner, false);
            self.commands[owner].words.push(word);
            self.skip_blanks();
            match self.peek(0) {
                b'|' => self.at += 1,
                b')' => {
                    self.at += 1;
                    return true;
                }
                _ => return true,
            }
        }
    }

    fn arithmetic_command(&mut self, levels: &mut [Level]) {
        let id = self.add(levels, Kind::Simple);
        let line = self.line();
        let start = self.at;
        self.balanced();
        let raw = self.slice(start, self.at);
        self.commands[id].words.push(Word {
            raw,
            text: raw.into(),
            line,
            expansions: Vec::new(),
            substitutions: Vec::new(),
        });
    }

    /// Passes over a parenthesis and what is in it.
    pub(crate) fn balanced(&mut self) {
        let mut depth = 0usize;
        while !self.is_done() {
            match self.peek(0) {
                b'(' => depth += 1,
                b')' => depth = depth.saturating_sub(1),
                _ => {}
            }
            self.at += 1;
            if depth == 0 {
                return;
            }
        }
    }

    fn simple(&mut self, levels: &mut [Level]) {
        let start = self.at;
        let id = self.add(levels, Kind::Simple);
        self.words(id, true);
        let is_last = id + 1 == self.commands.len();
        let Command { words, redirects, .. } = &self.commands[id];
        // A name with a redirection before it is no name of a function, and its heredoc still waits for the end of the line.
        if is_last && words.len() == 1 && redirects.is_empty() && self.peek(0) == b'(' {
            let name = self.commands[id].words[0].raw;
            self.at += 1;
            self.skip_blanks();
            if self.peek(0) == b')' {
                self.at += 1;
                // The command was the name of a function: what comes next is its body.
                self.function = Some(name);
                let command = self.commands.pop().expect("it was just added");
                if let Some(previous) = command.previous {
                    self.commands[previous].next = None;
                }
                let level = levels.last_mut().expect("the outermost level stays");
                (level.previous, level.link) = (command.previous, command.link);
            }
            return;
        }
        self.commands[id].name_program();
        if self.at == start {
            // Nothing that a command can begin with: pass over one character.
            self.at += self.slice(start, self.end).chars().next().map_or(1, char::len_utf8);
        }
    }

    /// Reads the words and redirections of one command.
    fn words(&mut self, id: usize, is_command: bool) {
        loop {
            self.skip_blanks();
            let is_test = is_command && self.commands[id].words.first().is_some_and(|word| word.raw == "[[");
            let is_closed = is_test && self.commands[id].words.last().is_some_and(|word| word.raw == "]]");
            if self.is_done() || self.peek(0) == b'#' {
                return;
            }
            if is_test && !is_closed {
                if self.peek(0) == b'\n' {
                    if !self.commands[id].words.last().is_some_and(|word| matches!(word.raw, "&&" | "||" | "[[")) {
                        return;
                    }
                    self.at += 1;
                    continue;
                }
            } else if self.redirect(id) {
                continue;
            } else if matches!(self.peek(0), b'\n' | b';' | b'&' | b'|' | b'(' | b')') {
                return;
            }
            let before = self.at;
            let word = self.word(id, is_test && !is_closed);
            if self.at == before {
                return;
            }
            self.commands[id].words.push(word);
        }
    }

    /// Reads one redirection if there is one.
    fn redirect(&mut self, id: usize) -> bool {
        let start = self.at;
        let rest = &self.text.as_bytes()[start..self.end];
        let digits = rest.iter().take_while(|b| b.is_ascii_digit()).count();
        let rest = &rest[digits..];
        let length = ["<<<", "<<-", "&>>", "<<", ">>", ">&", "<&", ">|", "<>", "&>", "<", ">"]
            .iter()
            .find(|operator| rest.starts_with(operator.as_bytes()))
            .map_or(0, |operator| operator.len());
        if length == 0 || (length == 1 && rest.get(1) == Some(&b'(')) {
            return false;
        }
        self.at += digits + length;
        let operator = self.slice(start, self.at);
        self.skip_blanks();
        let target = self.word(id, false);
        if matches!(operator.trim_start_matches(|c: char| c.is_ascii_digit()), "<<" | "<<-") {
            self.waiting.push(Waiting {
                command: id,
                redirect: self.commands[id].redirects.len(),
                delimiter: target.text.to_string(),
                is_quoted: target.raw.contains(['\'', '"', '\\']),
                strips_tabs: operator.ends_with('-'),
            });
        }
        self.commands[id].redirects.push(Redirect { operator, target, heredoc: None });
        true
    }

    /// Reads the heredocs that begin at this line.
    fn heredocs(&mut self) {
        for waiting in std::mem::take(&mut self.waiting) {
            let start = self.at;
            let mut body_end = self.end;
            while !self.is_done() {
                let rest = self.slice(self.at, self.end);
                let length = rest.find('\n').unwrap_or(rest.len());
                let line = rest[..length].trim_end_matches('\r');
                let line_start = self.at;
                self.at = (self.at + length + 1).min(self.end);
                if (if waiting.strips_tabs { line.trim_start_matches('\t') } else { line }) == waiting.delimiter {
                    body_end = line_start;
                    break;
                }
            }
            let heredoc = Heredoc { body: self.slice(start, body_end), line: self.line_at(start) };
            let mut target_parts = None;
            if !waiting.is_quoted && self.depth < DEEPEST {
                target_parts = Some(self.within(start, body_end, |reader| reader.text_parts(waiting.command)));
            }
            let redirect = &mut self.commands[waiting.command].redirects[waiting.redirect];
            redirect.heredoc = Some(heredoc);
            if let Some((expansions, substitutions)) = target_parts {
                redirect.target.expansions = expansions;
                redirect.target.substitutions = substitutions;
            }
        }
    }

    /// Reads a part of the text as if nothing else were there.
    pub(crate) fn within<T>(&mut self, start: usize, end: usize, read: impl FnOnce(&mut Self) -> T) -> T {
        let outer = (self.at, self.end, std::mem::take(&mut self.waiting));
        (self.at, self.end) = (start, end);
        self.depth += 1;
        let result = read(self);
        self.depth -= 1;
        (self.at, self.end, self.waiting) = outer;
        result
    }

    /// Reads the commands of `$(…)`, whose parenthesis is already passed.
    pub(crate) fn substitution(&mut self, host: usize, until_parenthesis: bool) -> usize {
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

/// `then`, `do`, `elif`, and `else` begin another part of the command that is open.
fn turn(levels: &mut [Level], part: Part) {
    let level = levels.last_mut().expect("the outermost level stays");
    if level.owner.is_some() {
        *level = Level::new(level.owner, part);
    }
}

/// The variables and commands in a text where quotes mean nothing.
pub(crate) type Parts<'a> = (Vec<Expansion<'a>>, Vec<usize>);

impl<'a> Reader<'a> {
    /// Reads the name after `$`, if one is there.
    pub(crate) fn variable(&mut self) -> Option<Expansion<'a>> {
        let rest = self.slice(self.at, self.end);
        let special = rest.bytes().next().is_some_and(|b| b.is_ascii_digit() || b"@*#?$!-".contains(&b));
        let length = if special { 1 } else { name_length(rest) };
        self.at += length;
        (length > 0).then(|| Expansion { name: &rest[..length], operator: "" })
    }
}
