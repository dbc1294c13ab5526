//! The texts of heredocs, which begin at the line after their command.
use super::{DEEPEST, Reader};
use crate::syntax::Heredoc;

/// A heredoc whose text begins at the next line.
pub(super) struct Waiting {
    pub(super) command: usize,
    pub(super) redirect: usize,
    pub(super) delimiter: String,
    pub(super) is_quoted: bool,
    pub(super) strips_tabs: bool,
}

impl<'a> Reader<'a> {
    /// Reads the heredocs that begin at this line.
    pub(super) fn heredocs(&mut self) {
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
}
