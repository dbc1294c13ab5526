//! What the shell puts something else in place of: variables, and commands whose output is taken.
use super::word::Building;
use super::{DEEPEST, Reader};
use crate::syntax::{Expansion, name_length};

impl<'a> Reader<'a> {
    pub(super) fn dollar(&mut self, host: usize, building: &mut Building<'a>, in_quotes: bool) {
        match self.peek(1) {
            b'(' if self.peek(2) == b'(' => {
                let from = self.at;
                self.at += 1;
                self.balanced();
                let resume = self.at;
                self.at = from;
                self.replace(building, "$(())", resume);
            }
            b'(' if self.depth < DEEPEST => {
                let from = self.at;
                self.at += 2;
                let id = self.substitution(host, true);
                building.substitutions.push(id);
                let resume = self.at;
                self.at = from;
                self.replace(building, "$()", resume);
            }
            b'{' if self.depth < DEEPEST => self.braces(host, building, in_quotes),
            b'\'' if !in_quotes => self.c_quoted(building),
            b'"' if !in_quotes => self.replace(building, "", self.at + 1),
            _ => {
                self.at += 1;
                let variable = self.variable();
                building.expansions.extend(variable);
            }
        }
    }

    /// Reads the name after `$`, if one is there.
    fn variable(&mut self) -> Option<Expansion<'a>> {
        let rest = self.slice(self.at, self.end);
        let special = rest.bytes().next().is_some_and(|b| b.is_ascii_digit() || b"@*#?$!-".contains(&b));
        let length = if special { 1 } else { name_length(rest) };
        self.at += length;
        (length > 0).then(|| Expansion { name: &rest[..length], operator: "" })
    }

    /// `${NAME…}`, whose end may hold other words.
    fn braces(&mut self, host: usize, building: &mut Building<'a>, in_quotes: bool) {
        let start = self.at;
        self.at += 2;
        let mut hidden = Building::new(self.at);
        let is_length = self.peek(0) == b'#' && self.peek(1) != b'}';
        if is_length || (self.peek(0) == b'!' && self.peek(1) != b'}') {
            self.at += 1;
        }
        let variable = self.variable();
        let rest = self.at;
        self.depth += 1;
        while !self.is_done() && self.peek(0) != b'}' {
            match self.peek(0) {
                byte @ (b'\'' | b'"' | b'\\' | b'$' | b'`') => {
                    self.special(byte, host, &mut hidden, in_quotes && byte == b'\'')
                }
                _ => self.at += 1,
            }
        }
        self.depth -= 1;
        let operator = if is_length { "#" } else { self.slice(rest, self.at) };
        self.at = (self.at + 1).min(self.end);
        building.expansions.extend(variable.map(|variable| Expansion { operator, ..variable }));
        building.expansions.extend(hidden.expansions);
        let has_commands = !hidden.substitutions.is_empty();
        building.substitutions.extend(hidden.substitutions);
        if has_commands {
            let (resume, name) = (self.at, variable.map_or("", |variable| variable.name));
            self.at = start;
            self.replace(building, &format!("${{{name}}}"), resume);
        }
    }

    pub(super) fn backticks(&mut self, host: usize, building: &mut Building<'a>) {
        let bytes = self.text.as_bytes();
        let mut close = self.at + 1;
        while close < self.end && bytes[close] != b'`' {
            close += if bytes[close] == b'\\' { 2 } else { 1 };
        }
        if close >= self.end || self.depth >= DEEPEST {
            self.at += 1;
            return;
        }
        let start = self.at + 1;
        let id = self.within(start, close, |reader| reader.substitution(host, false));
        building.substitutions.push(id);
        self.replace(building, "$()", close + 1);
    }
}
