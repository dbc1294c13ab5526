//! The only way to the terminal: standard output for data, standard error for everything else.
//!
//! Colour is decorated on, never needed: every line means the same without it. Progress appears after half a second, so
//! that quick commands stay quiet, and takes itself away. Off a terminal there is no cursor to move, so it is one plain line.
use std::io::{self, IsTerminal, Write};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style};

use crate::commands::{Color, Globals};
use crate::error::{CliError, Kind};
use crate::table;

pub(crate) const ERROR: Style = AnsiColor::Red.on_default().bold();
pub(crate) const WARNING: Style = AnsiColor::Yellow.on_default().bold();
pub(crate) const HINT: Style = AnsiColor::Cyan.on_default().bold();
pub(crate) const STATUS: Style = AnsiColor::Green.on_default().bold();
pub(crate) const STRONG: Style = Style::new().bold();
pub(crate) const FAINT: Style = AnsiColor::BrightBlue.on_default();

/// How long a command may be silent.
const PATIENCE: Duration = Duration::from_millis(500);
/// How often progress is drawn.
pub(crate) const TICK: Duration = Duration::from_millis(100);
/// Nothing readable fits into less.
const NARROWEST: usize = 40;
/// How wide a verb is.
const VERB: usize = 12;
/// A terminal writes `^C` behind the line; if it does not fit, the line cannot be taken away.
const CTRL_C: usize = 3;
/// Without a terminal to measure.
const WIDTH: usize = 80;
const HEIGHT: usize = 24;

pub(crate) struct Shell {
    out: ColorChoice,
    err: ColorChoice,
    is_terminal: bool,
    is_quiet: bool,
    width: usize,
    line: Mutex<Line>,
}

/// What is on the last line of standard error.
#[derive(Debug, Default)]
struct Line {
    /// How many lines of progress there are, to be taken away before anything else is written.
    progress: usize,
    /// Something of another program that has not ended its line.
    is_open: bool,
}

impl Shell {
    pub(crate) fn new(globals: &Globals, columns: Option<usize>) -> Self {
        let choice = match globals.color {
            Color::Auto => ColorChoice::Auto,
            Color::Always => ColorChoice::Always,
            Color::Never => ColorChoice::Never,
        };
        // The parser of the arguments asks the global choice when it prints.
        choice.write_global();
        Shell {
            out: AutoStream::choice(&io::stdout()),
            err: AutoStream::choice(&io::stderr()),
            is_terminal: io::stderr().is_terminal(),
            is_quiet: globals.quiet,
            width: columns.unwrap_or_else(measured_width).max(NARROWEST),
            line: Mutex::default(),
        }
    }

    /// How many columns there are.
    pub(crate) fn width(&self) -> usize {
        self.width
    }

    /// Whether nothing is said but data, warnings and errors.
    pub(crate) fn is_quiet(&self) -> bool {
        self.is_quiet
    }

    /// Whether standard error shows colours.
    pub(crate) fn has_color(&self) -> bool {
        self.err != ColorChoice::Never
    }

    /// Writes data to standard output, byte for byte.
    pub(crate) fn data(&self, text: &str) -> Result<(), CliError> {
        self.clear();
        let mut out = io::stdout().lock();
        out.write_all(text.as_bytes())?;
        Ok(out.flush()?)
    }

    /// Writes data for people to standard output, decorated if it is a terminal.
    pub(crate) fn view(&self, text: &str) -> Result<(), CliError> {
        self.clear();
        let mut out = AutoStream::new(io::stdout().lock(), self.out);
        out.write_all(text.as_bytes())?;
        Ok(out.flush()?)
    }

    /// One line on what is being done or was done: a verb, then its object.
    pub(crate) fn status(&self, verb: &str, object: &str) {
        self.styled(STATUS, verb, object);
    }

    /// The same with a style that says how good it is.
    pub(crate) fn styled(&self, style: Style, verb: &str, object: &str) {
        if !self.is_quiet {
            self.write(&format!("{style}{verb:>VERB$}{style:#} {object}\n"));
        }
    }

    /// Something that may be wrong, in one line.
    pub(crate) fn warn(&self, text: &str) {
        self.write(&format!("{WARNING}warning:{WARNING:#} {text}\n"));
    }

    /// Lines of a message, such as a problem with its source.
    pub(crate) fn message(&self, text: &str) {
        self.write(text);
    }

    /// Why the command failed, unless nobody is there to read it.
    pub(crate) fn error(&self, error: &CliError) {
        if error.kind == Kind::ClosedPipe {
            return;
        }
        let mut text = format!("{ERROR}error:{ERROR:#} {}\n", error.source);
        for (at, cause) in error.source.chain().skip(1).enumerate() {
            let title = if at == 0 { "Caused by:\n" } else { "" };
            text += &format!("{title}  {}\n", cause.to_string().replace('\n', "\n  "));
        }
        for hint in &error.hints {
            let lines = table::wrap(hint, self.width.saturating_sub("hint: ".len()));
            text += &format!("{HINT}hint:{HINT:#} {}\n", lines.join("\n      "));
        }
        self.write(&text);
    }

    /// Passes on what another program wrote, as it comes.
    pub(crate) fn relay(&self, bytes: &[u8]) {
        let mut line = self.cleared();
        line.is_open = bytes.last().is_some_and(|&last| last != b'\n');
        let mut err = AutoStream::new(io::stderr().lock(), self.err);
        let _ = err.write_all(bytes).and_then(|()| err.flush());
    }

    /// Progress on something that may take long.
    pub(crate) fn progress<'a>(&'a self, verb: &'static str, object: &'a str) -> Progress<'a> {
        Progress { shell: self, verb, object, since: Instant::now(), shown: None }
    }

    /// How many lines of progress a terminal takes; none if nobody sees them.
    pub(crate) fn rows(&self) -> usize {
        let size = terminal_size::terminal_size_of(io::stderr()).map_or(HEIGHT, |(_, height)| usize::from(height.0));
        if self.is_terminal && !self.is_quiet { size.saturating_sub(2).max(1) } else { 0 }
    }

    /// Several lines of progress in place of those that are there. They stay until anything else is written.
    pub(crate) fn live(&self, lines: &[String]) {
        let mut line = self.line.lock().unwrap_or_else(PoisonError::into_inner);
        if !self.is_terminal || self.is_quiet || line.is_open {
            return;
        }
        let text = lines.join("\n");
        let text = if self.has_color() { text } else { anstream::adapter::strip_str(&text).to_string() };
        // In one piece, so that nothing flickers.
        let _ = write!(io::stderr(), "{}", away(std::mem::replace(&mut line.progress, lines.len())) + &text);
    }

    /// Takes progress away.
    pub(crate) fn calm(&self) {
        self.clear();
    }

    /// Nothing can be done about a closed standard error.
    fn write(&self, text: &str) {
        let _line = self.cleared();
        let mut err = AutoStream::new(io::stderr().lock(), self.err);
        let _ = err.write_all(text.as_bytes()).and_then(|()| err.flush());
    }

    fn clear(&self) {
        drop(self.cleared());
    }

    fn cleared(&self) -> MutexGuard<'_, Line> {
        let mut line = self.line.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = write!(io::stderr(), "{}", away(std::mem::take(&mut line.progress)));
        line
    }
}

/// What takes lines of progress away. The cursor is at the end of the last.
fn away(lines: usize) -> String {
    match lines {
        0 => String::new(),
        1 => "\r\x1b[K".to_owned(),
        more => format!("\r\x1b[{}A\x1b[J", more - 1),
    }
}

/// A line that says what is going on. It goes away with this value.
pub(crate) struct Progress<'a> {
    shell: &'a Shell,
    verb: &'static str,
    object: &'a str,
    since: Instant,
    shown: Option<Instant>,
}

impl Progress<'_> {
    /// Draws it, if it is time. To be called at least about every [`TICK`].
    pub(crate) fn tick(&mut self) {
        let object = self.object;
        self.tick_with(|| object.to_owned());
    }

    /// The same, with how far it is.
    pub(crate) fn tick_with(&mut self, object: impl FnOnce() -> String) {
        let elapsed = self.since.elapsed();
        let is_needed = self.shown.is_none_or(|shown| self.shell.is_terminal && shown.elapsed() >= TICK);
        if self.shell.is_quiet || elapsed < PATIENCE || !is_needed {
            return;
        }
        self.shown = Some(Instant::now());
        if !self.shell.is_terminal {
            return self.shell.status(self.verb, self.object);
        }
        let mut line = self.shell.cleared();
        if line.is_open {
            return;
        }
        line.progress = 1;
        let (verb, time) = (self.verb, format!("({}s)", elapsed.as_secs()));
        let used = VERB + time.len() + 2 + CTRL_C;
        let object = table::shorten(&object(), self.shell.width.saturating_sub(used));
        let mut err = AutoStream::new(io::stderr().lock(), self.shell.err);
        let _ = write!(err, "{STATUS}{verb:>VERB$}{STATUS:#} {object} {time}").and_then(|()| err.flush());
    }
}

impl Drop for Progress<'_> {
    fn drop(&mut self) {
        self.shell.clear();
    }
}

fn measured_width() -> usize {
    let size = terminal_size::terminal_size_of(io::stderr()).or_else(terminal_size::terminal_size);
    size.map_or(WIDTH, |(width, _)| usize::from(width.0))
}
