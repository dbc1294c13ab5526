//! What YAML 1.1 takes a word for.
//!
//! The rules are those of <https://yaml.org/type/> as PyYAML reads them, because cfn-lint reads templates with PyYAML and AWS
//! takes `yes` and `2010-09-09` the same way.

/// A scalar with its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scalar {
    /// The text without quotes, with escapes resolved. For a number, a flag or a date exactly what was written.
    pub text: String,
    /// What it is.
    pub kind: ScalarKind,
    /// How it was written.
    pub style: Style,
}

/// What a scalar is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScalarKind {
    /// Nothing, `~` or `null`.
    Null,
    /// `true`, `yes`, `off`…
    Boolean(bool),
    /// `8080`, `0x1F`, `017`, `1:30`.
    Integer,
    /// `1.5`, `.inf`.
    Float,
    /// `2010-09-09`.
    Date,
    /// Anything else, and everything in quotes.
    Text,
}

/// How a scalar was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Without quotes.
    Plain,
    /// In quotes of either kind.
    Quoted,
    /// A block with `|`, whose text begins on this line of the file and goes on line by line.
    Literal(u32),
    /// A block with `>`, whose text begins on this line of the file.
    Folded(u32),
}

impl Scalar {
    /// The value of a whole number.
    #[must_use]
    pub fn integer(&self) -> Option<i64> {
        (self.kind == ScalarKind::Integer).then(|| integer(&self.text)).flatten()
    }

    /// The value of any number.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "limits of templates are far below 2^53")]
    pub fn number(&self) -> Option<f64> {
        match self.kind {
            ScalarKind::Integer => self.integer().map(|value| value as f64),
            ScalarKind::Float => self.text.replace('_', "").parse().ok(),
            _ => None,
        }
    }

    /// What it is called in a message.
    #[must_use]
    pub fn kind_name(&self) -> &'static str {
        match self.kind {
            ScalarKind::Null => "null",
            ScalarKind::Boolean(_) => "a boolean",
            ScalarKind::Integer => "an integer",
            ScalarKind::Float => "a number",
            ScalarKind::Date => "a date",
            ScalarKind::Text => "text",
        }
    }

    /// The line of the file on which a line of the text stands, both counted from one, where the lines are known. `first` is
    /// the line on which the value begins.
    #[must_use]
    pub fn file_line(&self, first: u32, line: u32) -> u32 {
        match self.style {
            Style::Literal(begin) => begin + line.saturating_sub(1),
            Style::Folded(begin) => begin,
            Style::Plain | Style::Quoted => first,
        }
    }
}

/// What a word without quotes is.
pub(super) fn kind_of(text: &str) -> ScalarKind {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return ScalarKind::Null,
        "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => return ScalarKind::Boolean(true),
        "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => return ScalarKind::Boolean(false),
        _ => {}
    }
    match text.as_bytes()[0] {
        b'0'..=b'9' | b'+' | b'-' | b'.' => {}
        _ => return ScalarKind::Text,
    }
    if is_integer(text) {
        ScalarKind::Integer
    } else if is_float(text) {
        ScalarKind::Float
    } else if is_date(text) {
        ScalarKind::Date
    } else {
        ScalarKind::Text
    }
}

fn unsigned(text: &str) -> &str {
    text.strip_prefix(['+', '-']).unwrap_or(text)
}

fn all(text: &str, fits: impl Fn(u8) -> bool) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte == b'_' || fits(byte))
}

fn is_integer(text: &str) -> bool {
    let digits = unsigned(text);
    if let Some(rest) = digits.strip_prefix("0b") {
        return all(rest, |byte| matches!(byte, b'0' | b'1'));
    }
    if let Some(rest) = digits.strip_prefix("0x") {
        return all(rest, |byte| byte.is_ascii_hexdigit());
    }
    if let Some(rest) = digits.strip_prefix('0') {
        return rest.is_empty() || all(rest, |byte| matches!(byte, b'0'..=b'7'));
    }
    digits.starts_with(|first: char| first.is_ascii_digit()) && {
        let mut parts = digits.split(':');
        parts.next().is_some_and(|first| all(first, |byte| byte.is_ascii_digit())) && parts.all(is_sixtieth)
    }
}

fn is_sixtieth(part: &str) -> bool {
    matches!(part.as_bytes(), [b'0'..=b'9'] | [b'0'..=b'5', b'0'..=b'9'])
}

fn is_float(text: &str) -> bool {
    if matches!(unsigned(text), ".inf" | ".Inf" | ".INF") || matches!(text, ".nan" | ".NaN" | ".NAN") {
        return true;
    }
    let Some((whole, fraction)) = text.split_once('.') else { return false };
    let (fraction, exponent) = match fraction.split_once(['e', 'E']) {
        Some((fraction, exponent)) => (fraction, Some(exponent)),
        None => (fraction, None),
    };
    let signed_digits = |exponent: &str| {
        exponent.starts_with(['+', '-'])
            && !exponent[1..].is_empty()
            && exponent[1..].bytes().all(|b| b.is_ascii_digit())
    };
    let digits = |part: &str| part.bytes().all(|byte| byte == b'_' || byte.is_ascii_digit());
    if !exponent.is_none_or(signed_digits) || !digits(fraction) {
        return false;
    }
    if whole.is_empty() {
        return fraction.starts_with(|first: char| first.is_ascii_digit());
    }
    let mut parts = unsigned(whole).split(':');
    let first = parts.next().is_some_and(|part| part.starts_with(|c: char| c.is_ascii_digit()) && digits(part));
    first && parts.all(is_sixtieth) && (exponent.is_none() || !whole.contains(':'))
}

fn is_date(text: &str) -> bool {
    let bytes = text.as_bytes();
    let digits = |from: usize, to: usize| bytes.get(from..to).is_some_and(|part| part.iter().all(u8::is_ascii_digit));
    let day = digits(0, 4) && bytes.get(4) == Some(&b'-');
    if bytes.len() == 10 && day && digits(5, 7) && bytes[7] == b'-' && digits(8, 10) {
        return true;
    }
    // A moment: 2001-12-14T21:59:43.10-05:00, with a space for the T and without the zone as well.
    let Some((date, time)) = text.split_once(['T', 't', ' ']) else { return false };
    let mut parts = date.split('-');
    let number = |part: Option<&str>, most: usize| {
        part.is_some_and(|part| (1..=most).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let date = day && number(parts.next(), 4) && number(parts.next(), 2) && number(parts.next(), 2);
    let mut clock = time.trim_start().splitn(3, ':');
    let hours = number(clock.next(), 2);
    let minutes = clock.next().is_some_and(|part| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit()));
    let seconds =
        clock.next().is_some_and(|part| part.len() >= 2 && part.as_bytes()[..2].iter().all(u8::is_ascii_digit));
    date && parts.next().is_none() && hours && minutes && seconds
}

fn integer(text: &str) -> Option<i64> {
    let plain = text.replace('_', "");
    let digits = unsigned(&plain);
    let value = if let Some(rest) = digits.strip_prefix("0b") {
        i64::from_str_radix(rest, 2).ok()?
    } else if let Some(rest) = digits.strip_prefix("0x") {
        i64::from_str_radix(rest, 16).ok()?
    } else if digits.len() > 1 && digits.starts_with('0') {
        i64::from_str_radix(digits, 8).ok()?
    } else {
        let add = |sum: i64, part: &str| sum.checked_mul(60)?.checked_add(part.parse().ok()?);
        digits.split(':').try_fold(0i64, add)?
    };
    Some(if plain.starts_with('-') { -value } else { value })
}
