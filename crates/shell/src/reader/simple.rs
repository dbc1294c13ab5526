//! Commands that are made of words and redirections.
use super::Reader;
use super::heredoc::Waiting;
use super::list::Level;
use crate::syntax::{Command, Kind, Redirect, Word};

impl<'a> Reader<'a> {
    pub(super) fn arithmetic_command(&mut self, levels: &mut [Level]) {
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

    pub(super) fn simple(&mut self, levels: &mut [Level]) {
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
    pub(super) fn words(&mut self, id: usize, is_command: bool) {
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
    pub(super) fn redirect(&mut self, id: usize) -> bool {
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
}
