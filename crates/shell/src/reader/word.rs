//! One word: its quotes and escapes, and what is put together from them.

use std::borrow::Cow;

use super::{DEEPEST, Reader};
use crate::syntax::{Expansion, Word, name_length};

/// The variables and commands in a text where quotes mean nothing.
type Parts<'a> = (Vec<Expansion<'a>>, Vec<usize>);

/// What a word is put together from while it is read.
pub(super) struct Building<'a> {
    text: String,
    /// From here on the source is taken over as it is.
    copied: usize,
    is_changed: bool,
    pub(super) expansions: Vec<Expansion<'a>>,
    pub(super) substitutions: Vec<usize>,
}

impl Building<'_> {
    pub(super) fn new(start: usize) -> Self {
        Building {
            text: String::new(),
            copied: start,
            is_changed: false,
            expansions: Vec::new(),
            substitutions: Vec::new(),
        }
    }
}

impl<'a> Reader<'a> {
    /// Reads a word. Within `[[ … ]]` only blanks end it.
    pub(super) fn word(&mut self, host: usize, in_test: bool) -> Word<'a> {
        let line = self.line();
        let start = self.at;
        let mut building = Building::new(start);
        while !self.is_done() {
            let byte = self.peek(0);
            match byte {
                b' ' | b'\t' | b'\r' | b'\n' => break,
                b'(' if self.begins_array(start) => self.array(host, &mut building),
                b'(' if self.at > start && b"?*+@!".contains(&self.text.as_bytes()[self.at - 1]) => self.glob_group(),
                b'<' | b'>' if self.peek(1) == b'(' && !in_test && self.depth < DEEPEST => {
                    self.at += 2;
                    let id = self.substitution(host, true);
                    building.substitutions.push(id);
                }
                b';' | b'&' | b'|' | b'(' | b')' | b'<' | b'>' if !in_test => break,
                b'\'' | b'"' | b'\\' | b'$' | b'`' => self.special(byte, host, &mut building, false),
                _ => self.at += 1,
            }
        }
        let raw = self.slice(start, self.at);
        let text = if building.is_changed {
            building.text.push_str(self.slice(building.copied, self.at));
            Cow::Owned(building.text)
        } else {
            Cow::Borrowed(raw)
        };
        Word { raw, text, line, expansions: building.expansions, substitutions: building.substitutions }
    }

    /// The variables and commands of a heredoc.
    pub(super) fn text_parts(&mut self, host: usize) -> Parts<'a> {
        let mut building = Building::new(self.at);
        while !self.is_done() {
            match self.peek(0) {
                byte @ (b'\\' | b'$' | b'`') => self.special(byte, host, &mut building, true),
                _ => self.at += 1,
            }
        }
        (building.expansions, building.substitutions)
    }

    fn begins_array(&self, start: usize) -> bool {
        let before = self.slice(start, self.at);
        before.strip_suffix('=').is_some_and(|name| {
            let name = name.strip_suffix('+').unwrap_or(name);
            !name.is_empty() && name_length(name) == name.len()
        })
    }

    fn array(&mut self, host: usize, building: &mut Building<'a>) {
        self.at += 1;
        if self.depth >= DEEPEST {
            return;
        }
        self.depth += 1;
        while !self.is_done() && self.peek(0) != b')' {
            match self.peek(0) {
                b'#' => {
                    let rest = self.slice(self.at, self.end);
                    self.at += rest.find('\n').unwrap_or(rest.len());
                }
                b' ' | b'\t' | b'\r' | b'\n' | b';' | b'&' | b'|' | b'<' | b'>' | b'(' => self.at += 1,
                _ => {
                    let word = self.word(host, false);
                    building.expansions.extend(word.expansions);
                    building.substitutions.extend(word.substitutions);
                }
            }
        }
        self.at = (self.at + 1).min(self.end);
        self.depth -= 1;
    }

    /// `@(one|two)` within a word.
    fn glob_group(&mut self) {
        self.balanced_while(|byte| byte != b'\n');
    }

    pub(super) fn special(&mut self, byte: u8, host: usize, building: &mut Building<'a>, in_quotes: bool) {
        match byte {
            b'\'' if !in_quotes => self.single_quoted(building),
            b'"' if !in_quotes => self.double_quoted(host, building),
            b'\\' => self.escaped(building),
            b'$' => self.dollar(host, building, in_quotes),
            b'`' => self.backticks(host, building),
            _ => self.at += 1,
        }
    }

    /// Leaves out what stands between here and `resume`, and puts `text` there.
    pub(super) fn replace(&mut self, building: &mut Building<'a>, text: &str, resume: usize) {
        let before = self.slice(building.copied, self.at);
        building.text.push_str(before);
        building.text.push_str(text);
        building.is_changed = true;
        building.copied = resume;
        self.at = resume;
    }

    fn single_quoted(&mut self, building: &mut Building<'a>) {
        let rest = self.slice(self.at + 1, self.end);
        let length = rest.find('\'').unwrap_or(rest.len());
        self.replace(building, &rest[..length], (self.at + length + 2).min(self.end));
    }

    fn escaped(&mut self, building: &mut Building<'a>) {
        let rest = self.slice(self.at + 1, self.end);
        let length = rest.chars().next().map_or(0, char::len_utf8);
        let kept = if rest.starts_with('\n') { "" } else { &rest[..length] };
        self.replace(building, kept, self.at + 1 + length);
    }

    fn double_quoted(&mut self, host: usize, building: &mut Building<'a>) {
        self.replace(building, "", self.at + 1);
        while !self.is_done() {
            match self.peek(0) {
                b'"' => {
                    self.replace(building, "", self.at + 1);
                    return;
                }
                b'\\' if !matches!(self.peek(1), b'$' | b'`' | b'"' | b'\\' | b'\n') => self.at += 1,
                byte @ (b'\\' | b'$' | b'`') => self.special(byte, host, building, true),
                _ => self.at += 1,
            }
        }
    }

    /// `$'…'`.
    pub(super) fn c_quoted(&mut self, building: &mut Building<'a>) {
        let bytes = self.text.as_bytes();
        let start = self.at + 2;
        let mut close = start;
        while close < self.end && bytes[close] != b'\'' {
            close += if bytes[close] == b'\\' { 2 } else { 1 };
        }
        let close = close.min(self.end);
        let text = self.slice(start, close);
        self.replace(building, text, (close + 1).min(self.end));
    }
}
