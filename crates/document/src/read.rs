//! From text to tree.
//!
//! granit-parser makes events of YAML, and of JSON as well, which is YAML's subset (tabs included).
use std::borrow::Cow;
use std::fmt;

use granit_parser::{ErrorKind, Event, Marker, Options, Parser, ScalarStyle, Tag};

use super::build::{Builder, Refusal};
use super::scalar::{Scalar, ScalarKind, Style, kind_of};
use super::{Document, Key};
use crate::{Position, Span};

/// Why a text is no template at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadError {
    /// What is wrong.
    pub message: String,
    /// Where.
    pub position: Position,
}

impl fmt::Display for ReadError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "line {}, column {}: {}", self.position.line, self.position.column, self.message)
    }
}

impl std::error::Error for ReadError {}

/// Reads a template, YAML or JSON.
///
/// # Errors
///
/// What is neither, holds several documents, nests too deep or grows too large by aliases. Keys that stand twice are no
/// error; they are in [`Document::duplicates`].
pub fn read(text: &str) -> Result<Document, ReadError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut padding = Padding::default();
    loop {
        match parse(&padding.padded(text), &padding) {
            Err((_, Some(line))) if padding.lines.len() < PADDED => padding.lines.push(line),
            result => return result.map_err(|(error, _)| error),
        }
    }
}

/// The error, and the line whose indentation granit-parser does not want in quotes.
type Fault = (ReadError, Option<u32>);

fn parse(text: &str, padding: &Padding) -> Result<Document, Fault> {
    let mut options = Options::default();
    options.emit_comments = false;
    let mut reader = Reader { builder: Builder::new(), documents: 0 };
    for event in Parser::new_from_str_with_options(text, options) {
        let (event, span) = event.map_err(|error| {
            let position = padding.position(*error.marker());
            let line = matches!(error.kind(), ErrorKind::InvalidQuotedScalarIndent).then_some(position.line);
            (ReadError { message: error.info(), position }, line)
        })?;
        let at = Span { start: padding.position(span.start), end: padding.position(span.end) };
        let whole = span.tag_start().map_or(at, |start| Span { start: padding.position(start), end: at.end });
        let refused = |message| (ReadError { message, position: at.start }, None);
        reader.take(event, at, whole).map_err(refused)?;
    }
    Ok(reader.builder.finish())
}

/// How many lines are moved, and how far.
const PADDED: usize = 40;
const PAD: u32 = 256;

/// Lines that were moved to the right so that granit-parser takes them: YAML 1.2 wants the later lines of a text in quotes
/// indented, PyYAML and AWS do not care (policies written as text end in a bare `}'`). Blanks there mean nothing.
#[derive(Debug, Default)]
struct Padding {
    lines: Vec<u32>,
}

impl Padding {
    fn padded<'t>(&self, text: &'t str) -> Cow<'t, str> {
        if self.lines.is_empty() {
            return Cow::Borrowed(text);
        }
        let pad = " ".repeat(PAD as usize);
        let line = |(number, line): (usize, &'t str)| {
            let moved = self.lines.iter().any(|moved| *moved as usize == number + 1);
            if moved { Cow::Owned(format!("{pad}{line}")) } else { Cow::Borrowed(line) }
        };
        Cow::Owned(text.split_inclusive('\n').enumerate().map(line).collect())
    }

    fn position(&self, marker: Marker) -> Position {
        let number = |value: usize| u32::try_from(value).unwrap_or(u32::MAX);
        let (line, column) = (number(marker.line().max(1)), number(marker.col().saturating_add(1)));
        let moved = if self.lines.contains(&line) { PAD } else { 0 };
        Position { line, column: column.saturating_sub(moved).max(1) }
    }
}

struct Reader {
    builder: Builder,
    documents: usize,
}

impl Reader {
    /// One event; `whole` includes its tag.
    fn take(&mut self, event: Event<'_>, at: Span, whole: Span) -> Result<(), Refusal> {
        match event {
            Event::DocumentStart(..) => {
                self.documents += 1;
                if self.documents > 1 {
                    return Err("a template is one document; here a second one begins".to_owned());
                }
            }
            Event::Scalar(text, style, _, tag) if self.builder.wants_key() && !is_function(tag.as_deref()) => {
                self.key(&text, style, at)?;
            }
            _ if self.builder.wants_key() && !matches!(event, Event::Alias(_) | Event::MappingEnd) => {
                return Err("a key must be a text".to_owned());
            }
            Event::Scalar(text, style, anchor, tag) => self.scalar(&text, style, anchor, tag.as_deref(), at, whole)?,
            Event::SequenceStart(_, anchor, tag) => {
                self.function(tag.as_deref(), whole)?;
                let id = self.builder.begin_list(if is_function(tag.as_deref()) { at } else { whole })?;
                self.builder.anchor(anchor, id);
            }
            Event::MappingStart(_, anchor, tag) => {
                self.function(tag.as_deref(), whole)?;
                let id = self.builder.begin_map(if is_function(tag.as_deref()) { at } else { whole })?;
                self.builder.anchor(anchor, id);
            }
            Event::SequenceEnd | Event::MappingEnd => self.builder.end(at.end)?,
            Event::Alias(anchor) => self.builder.alias(anchor, at)?,
            _ => {}
        }
        Ok(())
    }

    fn key(&mut self, text: &str, style: ScalarStyle, span: Span) -> Result<(), Refusal> {
        let scalar = scalar(text, style, None, span);
        self.builder.key(Key { text: scalar.text, kind: scalar.kind, span, written: true })
    }

    fn scalar(
        &mut self,
        text: &str,
        style: ScalarStyle,
        anchor: usize,
        tag: Option<&Tag>,
        at: Span,
        whole: Span,
    ) -> Result<(), Refusal> {
        self.function(tag, whole)?;
        if let Some(halves) = attribute_halves(text, tag, at) {
            return self.builder.halves(halves.0, halves.1);
        }
        let span = if is_function(tag) { at } else { whole };
        let id = self.builder.scalar(scalar(text, style, tag, at), span)?;
        self.builder.anchor(anchor, id);
        Ok(())
    }

    fn function(&mut self, tag: Option<&Tag>, whole: Span) -> Result<(), Refusal> {
        let Some(tag) = tag.filter(|tag| is_function(Some(tag))) else { return Ok(()) };
        let name = match tag.suffix() {
            plain @ ("Ref" | "Condition") => plain.to_owned(),
            other => format!("Fn::{other}"),
        };
        self.builder.tag(&name, whole)
    }
}

/// Whether a tag is a function's short form. `!!str` and the like say a type, and a lone `!` says text.
fn is_function(tag: Option<&Tag>) -> bool {
    tag.is_some_and(|tag| tag.handle() == "!" && !tag.suffix().is_empty())
}

/// `!GetAtt a.b` is `[a, b]`; it is cut at the first dot.
fn attribute_halves(text: &str, tag: Option<&Tag>, at: Span) -> Option<((Scalar, Span), (Scalar, Span))> {
    tag.filter(|tag| is_function(Some(tag)) && tag.suffix() == "GetAtt")?;
    let (first, second) = text.split_once('.')?;
    let half = |text: &str| Scalar { text: text.to_owned(), kind: ScalarKind::Text, style: Style::Plain };
    let middle = at.start.column + u32::try_from(first.chars().count()).ok()?;
    let middle = Position { line: at.start.line, column: middle };
    let after = Position { line: at.start.line, column: middle.column + 1 };
    Some((
        (half(first), Span { start: at.start, end: middle }),
        (half(second), Span { start: after, end: at.end.max(after) }),
    ))
}

fn scalar(text: &str, style: ScalarStyle, tag: Option<&Tag>, at: Span) -> Scalar {
    // The text of a block begins where its first line with anything in it does; empty lines before it are in the text.
    let blank = u32::try_from(text.bytes().take_while(|byte| *byte == b'\n').count()).unwrap_or(0);
    let begin = if text.trim().is_empty() { at.start.line } else { at.start.line.saturating_sub(blank).max(1) };
    let (style, plain) = match style {
        ScalarStyle::Plain => (Style::Plain, true),
        ScalarStyle::Literal => (Style::Literal(begin), false),
        ScalarStyle::Folded => (Style::Folded(begin), false),
        _ => (Style::Quoted, false),
    };
    // granit says `~` for a value that is not there; the text of a function's short form is text, whatever it looks like.
    let empty = plain && at.start == at.end;
    let text = if empty { "" } else { text };
    let kind = match tag.and_then(Tag::core_suffix) {
        Some("str") => ScalarKind::Text,
        Some(_) => kind_of(text),
        None if tag.is_some() || !plain => ScalarKind::Text,
        None => kind_of(text),
    };
    Scalar { text: text.to_owned(), kind, style }
}
