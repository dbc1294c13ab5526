//! What a shell script is made of: commands, their words, and what hangs on what. `reader` makes these from text.

use std::borrow::Cow;

/// One word of a command.
#[derive(Debug)]
pub struct Word<'a> {
    /// As it is written, quotes and all.
    pub raw: &'a str,
    /// Without its quotes. Variables stay as they are written, and a command within it is only `$()`.
    pub text: Cow<'a, str>,
    pub line: usize,
    /// The variables that the shell fills in.
    pub expansions: Vec<Expansion<'a>>,
    /// The commands whose output it takes, `$(…)`, as places in the list of commands.
    pub substitutions: Vec<usize>,
}

/// One `$NAME` or `${NAME…}`.
#[derive(Debug, Clone, Copy)]
pub struct Expansion<'a> {
    pub name: &'a str,
    /// What stands between the name and the closing brace.
    pub operator: &'a str,
}

impl<'a> Word<'a> {
    /// True if the shell takes it as it is written.
    pub fn is_literal(&self) -> bool {
        self.expansions.is_empty() && self.substitutions.is_empty()
    }

    /// The name and the value if it is an assignment.
    pub fn assignment(&self) -> Option<(&'a str, &str)> {
        let length = name_length(self.raw);
        let rest = self.raw[length..].strip_prefix('+').unwrap_or(&self.raw[length..]);
        if length == 0 || !rest.starts_with('=') {
            return None;
        }
        self.text.split_once('=').map(|(_, value)| (&self.raw[..length], value))
    }
}

/// How many bytes at the beginning of a text are the name of a variable.
pub fn name_length(text: &str) -> usize {
    let is_first = text.bytes().next().is_some_and(|b| b.is_ascii_alphabetic() || b == b'_');
    if is_first { text.bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b'_').count() } else { 0 }
}

/// What kind of command it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Simple,
    If,
    While,
    Until,
    For,
    Case,
    Group,
    Subshell,
    /// `$(…)`, backticks, and `<(…)`.
    Substitution,
}

/// Where in its parent a command stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    Condition,
    Body,
    /// What runs if the condition does not hold.
    Else,
}

/// What joins a command to the one before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Link {
    /// It is the first of its list, or stands on a line of its own.
    Start,
    Semicolon,
    And,
    Or,
    Pipe,
}

/// Where input comes from or output goes.
#[derive(Debug)]
pub struct Redirect<'a> {
    /// `>`, `>>`, `<`, `>&`, `&>`, `<<`, `<<<` and so on, with the number before it.
    pub operator: &'a str,
    pub target: Word<'a>,
    pub heredoc: Option<Heredoc<'a>>,
}

/// The text after `<<WORD`.
#[derive(Debug)]
pub struct Heredoc<'a> {
    pub body: &'a str,
    /// The line of its first line.
    pub line: usize,
}

/// A command, simple or compound.
#[derive(Debug)]
pub struct Command<'a> {
    pub kind: Kind,
    pub line: usize,
    pub words: Vec<Word<'a>>,
    pub redirects: Vec<Redirect<'a>>,
    /// The compound command it stands in, or for a substitution the command that takes its output.
    pub parent: Option<usize>,
    pub part: Part,
    pub previous: Option<usize>,
    pub link: Link,
    pub next: Option<usize>,
    pub is_negated: bool,
    pub is_background: bool,
    /// The name of the function whose body this is.
    pub function: Option<&'a str>,
    /// Which word names the program, after assignments and wrappers such as `sudo`.
    pub program: usize,
    name: Cow<'a, str>,
}

impl<'a> Command<'a> {
    /// A command without words that hangs on nothing before it.
    pub fn new(kind: Kind, line: usize, parent: Option<usize>, part: Part) -> Command<'a> {
        Command {
            kind,
            line,
            words: Vec::new(),
            redirects: Vec::new(),
            parent,
            part,
            previous: None,
            link: Link::Start,
            next: None,
            is_negated: false,
            is_background: false,
            function: None,
            program: 0,
            name: Cow::Borrowed(""),
        }
    }

    /// The name of its program without the folder, or nothing.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Finds the program among the words, once they are all there.
    pub fn name_program(&mut self) {
        self.program = crate::wrappers::program(&self.words);
        self.name = match self.words.get(self.program).map(|word| &word.text) {
            Some(Cow::Borrowed(text)) => Cow::Borrowed(text.rsplit('/').next().unwrap_or(text)),
            Some(Cow::Owned(text)) => Cow::Owned(text.rsplit('/').next().unwrap_or(text).to_owned()),
            None => Cow::Borrowed(""),
        };
    }

    pub fn arguments(&self) -> &[Word<'a>] {
        if self.kind == Kind::Simple { self.words.get(self.program + 1..).unwrap_or(&[]) } else { &[] }
    }

    /// The words before the program: assignments and wrappers.
    pub fn prefix(&self) -> &[Word<'a>] {
        self.words.get(..self.program).unwrap_or(&[])
    }

    pub fn has_argument(&self, argument: &str) -> bool {
        self.arguments().iter().any(|word| word.text == argument)
    }

    /// The file that takes its output, and whether it is appended to.
    pub fn output(&self) -> Option<(&Word<'a>, bool)> {
        let output = self
            .redirects
            .iter()
            .rev()
            .find(|r| matches!(r.operator, ">" | ">>" | "1>" | "1>>" | ">|" | "&>" | "&>>"))?;
        Some((&output.target, output.operator.contains(">>")))
    }

    pub fn heredoc(&self) -> Option<&Heredoc<'a>> {
        self.redirects.iter().find_map(|redirect| redirect.heredoc.as_ref())
    }
}

/// One comment, without the sign.
#[derive(Debug)]
pub struct Comment<'a> {
    pub line: usize,
    pub text: &'a str,
    /// True if nothing else is on its line.
    pub is_alone: bool,
}
