//! Where in the shell's text a value stands: its own quotes protect it only where the shell reads words.
//!
//! The text is read as the shell reads it, but for its quotes alone. In `"$(command {{x}})"` a command is read again, and a
//! heredoc of `<<'WORD'` that begins with `#!` and a shell is a script of its own.
use super::tag::{Tag, tags};

/// What the value stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Inside {
    Quotes,
    Heredoc,
}

/// The quoted values that stand where quotes are text: the line, the tag, and in what.
pub(super) fn misplaced(text: &str) -> Vec<(usize, &str, Inside)> {
    let tags: Vec<Tag<'_>> = tags(text).collect();
    let mut reader =
        Reader { text, tags: &tags, at: 0, before: '\n', around: Vec::new(), heredocs: Vec::new(), found: Vec::new() };
    while let Some(letter) = reader.rest().chars().next() {
        reader.step(letter);
    }
    reader.found
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Around {
    Single,
    /// `$'…'`, in which a backslash has a meaning.
    Escaped,
    Double,
    Backtick,
    Parentheses,
    /// In which `<<` and `#` are numbers' own.
    Arithmetic,
}

/// A heredoc whose body begins behind the line.
struct Heredoc {
    end: String,
    is_literal: bool,
}

struct Reader<'a, 't> {
    text: &'a str,
    /// Those that come.
    tags: &'t [Tag<'a>],
    at: usize,
    /// The letter before, by which a comment is told from a `#` in a word.
    before: char,
    around: Vec<Around>,
    heredocs: Vec<Heredoc>,
    found: Vec<(usize, &'a str, Inside)>,
}

impl<'a> Reader<'a, '_> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn step(&mut self, letter: char) {
        while let Some((tag, later)) = self.tags.split_first().filter(|(tag, _)| tag.at <= self.at) {
            self.tags = later;
            if tag.at == self.at {
                return self.tag(tag);
            }
        }
        match (self.around.last(), letter) {
            (Some(Around::Single | Around::Escaped), '\'') | (Some(Around::Double), '"') => self.close(),
            (Some(Around::Single), _) => self.pass(1),
            (_, '\\') => self.pass(2),
            (Some(Around::Escaped), _) => self.pass(1),
            (around, _) => {
                let is_double = around == Some(&Around::Double);
                let is_read = self.substitution() || (!is_double && (self.word(letter) || self.line(letter)));
                if !is_read {
                    self.pass(1);
                }
            }
        }
    }

    fn tag(&mut self, tag: &Tag<'a>) {
        let is_quoted = matches!(self.around.last(), Some(Around::Single | Around::Escaped | Around::Double));
        if tag.is_quoted_value() {
            self.found.extend(is_quoted.then_some((tag.line, tag.text, Inside::Quotes)));
            self.before = 'x';
        }
        self.at += tag.text.len();
    }

    fn pass(&mut self, letters: usize) {
        for letter in self.rest().chars().take(letters) {
            self.before = letter;
            self.at += letter.len_utf8();
        }
    }

    fn open(&mut self, letters: usize, around: &[Around]) -> bool {
        self.pass(letters);
        self.around.extend(around);
        true
    }

    fn close(&mut self) {
        self.pass(1);
        self.around.pop();
    }

    /// What begins in words and in double quotes.
    fn substitution(&mut self) -> bool {
        let rest = self.rest();
        if rest.starts_with("$((") {
            return self.open(3, &[Around::Arithmetic; 2]);
        }
        if rest.starts_with("$(") {
            return self.open(2, &[Around::Parentheses]);
        }
        let is_backtick = rest.starts_with('`');
        if is_backtick && self.around.last() == Some(&Around::Backtick) {
            self.close();
            return true;
        }
        is_backtick && self.open(1, &[Around::Backtick])
    }

    /// What begins or ends in words alone.
    fn word(&mut self, letter: char) -> bool {
        let rest = self.rest();
        match (letter, self.around.last()) {
            ('\'', _) => self.open(1, &[Around::Single]),
            ('"', _) => self.open(1, &[Around::Double]),
            ('$', _) if rest.starts_with("$'") => self.open(2, &[Around::Escaped]),
            ('(', Some(&around @ (Around::Parentheses | Around::Arithmetic))) => self.open(1, &[around]),
            ('(', _) if rest.starts_with("((") => self.open(2, &[Around::Arithmetic; 2]),
            (')', Some(Around::Parentheses | Around::Arithmetic)) => {
                self.close();
                true
            }
            _ => false,
        }
    }

    /// Comments, heredocs, and the end of a line.
    fn line(&mut self, letter: char) -> bool {
        let rest = self.rest();
        let is_arithmetic = self.around.last() == Some(&Around::Arithmetic);
        match letter {
            '\n' => {
                self.pass(1);
                let heredocs = std::mem::take(&mut self.heredocs);
                heredocs.iter().for_each(|heredoc| self.body(heredoc));
            }
            '#' if !is_arithmetic && (self.before.is_whitespace() || ";&|(".contains(self.before)) => {
                self.at += rest.find('\n').unwrap_or(rest.len());
            }
            '<' if rest.starts_with("<<<") => self.pass(3),
            '<' if rest.starts_with("<<") && !is_arithmetic => self.heredoc(),
            _ => return false,
        }
        true
    }

    fn heredoc(&mut self) {
        self.pass(2);
        let blanks = |letter: char| "- \t".contains(letter);
        self.at += self.rest().len() - self.rest().trim_start_matches(blanks).len();
        let word = self.rest().split(|letter: char| letter.is_whitespace() || ";&|<>()".contains(letter));
        let word = word.into_iter().next().unwrap_or_default();
        let end = word.replace(['\'', '"', '\\'], "");
        self.heredocs.push(Heredoc { is_literal: end != word, end });
        self.at += word.len();
    }

    fn body(&mut self, heredoc: &Heredoc) {
        let rest = self.rest();
        let is_end = |line: &&str| line.trim_end_matches('\n').trim_start_matches('\t') == heredoc.end;
        let body: usize = rest.split_inclusive('\n').take_while(|line| !is_end(line)).map(str::len).sum();
        let (body, end) = rest.split_at(body);
        let above = self.text[..self.at].matches('\n').count();
        let found: Vec<_> = if heredoc.is_literal && is_shell(body) {
            misplaced(body)
        } else {
            let values = tags(body).filter(Tag::is_quoted_value);
            values.map(|tag| (tag.line, tag.text, Inside::Heredoc)).collect()
        };
        self.found.extend(found.into_iter().map(|(line, tag, inside)| (above + line, tag, inside)));
        self.at += body.len() + end.find('\n').map_or(end.len(), |index| index + 1);
        self.before = '\n';
    }
}

fn is_shell(script: &str) -> bool {
    let first = script.lines().next().and_then(|line| line.strip_prefix("#!")).unwrap_or_default();
    first.split_whitespace().any(|word| word.rsplit('/').next().is_some_and(|program| program.ends_with("sh")))
}

#[cfg(test)]
mod tests {
    use super::Inside::{Heredoc, Quotes};
    use super::{Inside, misplaced};

    fn found(text: &str) -> Vec<(usize, Inside)> {
        misplaced(text).into_iter().map(|(line, _, inside)| (line, inside)).collect()
    }

    #[test]
    fn values_are_words_outside_of_quotes_only() {
        for text in [
            "x={{o}} --name={{o}} \"$HOME\"{{o}}'a'{{o}} \\\"{{o}} \\'{{o}}",
            "x=\"{{{o}}} $(run {{o}} \"$(run {{o}})\") `run {{o}}`\"",
            "# it's a comment\nx={{o}} # \"too\n{{#if o}}# it's{{/if}}\n{{o}}",
            "x=${#list} y=$# z=a#'b' {{o}} $((16#ff << 2)) {{o}}\n{{o}}",
            "case \"$x\" in a) run {{o}} ;; esac\nx=$'it\\'s' {{o}}\nrun <<<\"$x\" {{o}}",
            "run '{{#if o}}a{{else}}b{{/if}} {{! no value }} \\{{o}}' \"${x%\"$y\"}\" {{o}}",
            "awk '\n  { print \"it\" }\n' {{o}}",
        ] {
            assert_eq!(found(text), [], "{text}");
        }
        for text in [
            "\nx=\"{{o}}\"",
            "\nx='{{o}}'",
            "\nx=$'\\'{{o}}'",
            "\nx=\"a $(run 'b {{o}}') \"",
            "\nx=\"$(run) {{o}}\"",
            "\nx=\"\\\"{{o}}\"",
            "awk '\n{{o}}'",
            "x=\"\n{{lookup o 1}}\"",
            "x=\"${y:-\n{{o}}}\"",
            "# it's\nx='{{o}}'",
        ] {
            assert_eq!(found(text), [(2, Quotes)], "{text}");
        }
    }

    #[test]
    fn in_a_heredoc_only_a_script_has_words() {
        for start in ["<<END", "<<'END'", "<<-\"END\"", "<< \\END", ">file <<END; run"] {
            let text = format!("cat {start}\nit's {{{{{{o}}}}}}\n{{{{o}}}}\nEND\nx={{{{o}}}}\ny=\"{{{{o}}}}\"");
            assert_eq!(found(&text), [(3, Heredoc), (6, Quotes)], "{text}");
        }
        let script = "cat >run <<'END'\n#!/bin/bash\nx={{o}}\ny='{{o}}'\ncat <<BODY\n{{o}}\nBODY\nEND\n{{o}}";
        assert_eq!(found(script), [(4, Quotes), (6, Heredoc)]);
        // Without the quotes the shell around it acts on what is in the body.
        assert_eq!(found(&script.replace("'END'", "END")).len(), 3);
        assert_eq!(found(&script.replace("/bash", "/python3")).len(), 3);
        assert_eq!(found("a <<A <<B\n{{o}}\nA\n{{o}}\nB\n{{o}}"), [(2, Heredoc), (4, Heredoc)]);
    }
}
