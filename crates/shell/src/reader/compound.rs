//! Commands with commands in them: what opens them, what turns to their next part, and what closes them.
use super::Reader;
use super::list::Level;
use crate::syntax::{Kind, Part};

/// So many compound commands may be open at once.
const WIDEST: usize = 50;

impl<'a> Reader<'a> {
    pub(super) fn open(&mut self, levels: &mut Vec<Level>, kind: Kind, part: Part) -> usize {
        let id = self.add(levels, kind);
        // Deeper ones are read as if they stood side by side, or what asks for all that is around would take too long.
        if levels.len() < WIDEST {
            levels.push(Level::new(Some(id), part));
        }
        id
    }

    /// Closes the innermost command of these kinds, and whatever was left open in it.
    pub(super) fn close(&mut self, levels: &mut Vec<Level>, kinds: &[Kind]) -> bool {
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

    pub(super) fn keyword(&mut self, levels: &mut Vec<Level>, word: &str) -> bool {
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

    pub(super) fn function_keyword(&mut self) {
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

    pub(super) fn for_words(&mut self, levels: &mut Vec<Level>) {
        let id = self.open(levels, Kind::For, Part::Condition);
        self.skip_blanks();
        if self.starts_with("((") {
            self.balanced();
        }
        self.words(id, false);
    }

    pub(super) fn case_word(&mut self, levels: &mut Vec<Level>) {
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
    pub(super) fn pattern(&mut self, levels: &mut [Level]) -> bool {
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
}

/// `then`, `do`, `elif`, and `else` begin another part of the command that is open.
fn turn(levels: &mut [Level], part: Part) {
    let level = levels.last_mut().expect("the outermost level stays");
    if level.owner.is_some() {
        *level = Level::new(level.owner, part);
    }
}
