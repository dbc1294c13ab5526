//! Where the reader is in the text, and how it goes on.
use super::Reader;

impl<'a> Reader<'a> {
    pub(super) fn peek(&self, ahead: usize) -> u8 {
        let at = self.at + ahead;
        if at < self.end { self.text.as_bytes()[at] } else { 0 }
    }

    pub(super) fn is_done(&self) -> bool {
        self.at >= self.end
    }

    pub(super) fn starts_with(&self, text: &str) -> bool {
        self.text.as_bytes()[self.at.min(self.end)..self.end].starts_with(text.as_bytes())
    }

    pub(super) fn slice(&self, from: usize, to: usize) -> &'a str {
        self.text.get(from..to).unwrap_or("")
    }

    pub(super) fn line_at(&self, at: usize) -> usize {
        self.first_line + self.line_starts.partition_point(|start| *start <= at) - 1
    }

    pub(super) fn line(&self) -> usize {
        self.line_at(self.at)
    }

    pub(super) fn skip_blanks(&mut self) {
        while !self.is_done() {
            match self.peek(0) {
                b' ' | b'\t' | b'\r' => self.at += 1,
                b'\\' if self.peek(1) == b'\n' => self.at += 2,
                _ => return,
            }
        }
    }

    /// Passes over a parenthesis and what is in it.
    pub(super) fn balanced(&mut self) {
        self.balanced_while(|_| true);
    }

    /// The same, as far as the bytes are such.
    pub(super) fn balanced_while(&mut self, is_such: impl Fn(u8) -> bool) {
        let mut depth = 0usize;
        while !self.is_done() && is_such(self.peek(0)) {
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

    /// Reads a part of the text as if nothing else were there.
    pub(super) fn within<T>(&mut self, start: usize, end: usize, read: impl FnOnce(&mut Self) -> T) -> T {
        let outer = (self.at, self.end, std::mem::take(&mut self.waiting));
        (self.at, self.end) = (start, end);
        self.depth += 1;
        let result = read(self);
        self.depth -= 1;
        (self.at, self.end, self.waiting) = outer;
        result
    }
}
