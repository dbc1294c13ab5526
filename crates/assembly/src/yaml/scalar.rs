//! One text or number: as it stands, in quotes, or as a block of lines.
use std::fmt::Write as _;

use serde_json::Number;

/// What YAML 1.1 reads as a boolean or as nothing. 1.2 knows fewer.
const WORDS: [&str; 9] = ["true", "false", "yes", "no", "on", "off", "y", "n", "null"];

/// A text on one line. `in_flow` is between brackets, where commas and, for old readers, colons mean something.
pub(super) fn text(text: &str, in_flow: bool) -> String {
    if is_bare(text, in_flow) {
        text.to_owned()
    } else if !text.contains(['"', '\\']) || text.chars().any(needs_escape) {
        double_quoted(text)
    } else {
        format!("'{}'", text.replace('\'', "''"))
    }
}

/// YAML 1.1 knows a number with an exponent only by its point and its sign.
pub(super) fn number(number: &Number) -> String {
    let text = number.to_string();
    let Some((mantissa, exponent)) = text.split_once('e') else { return text };
    let point = if mantissa.contains('.') { "" } else { ".0" };
    let sign = if exponent.starts_with(['+', '-']) { "" } else { "+" };
    format!("{mantissa}{point}e{sign}{exponent}")
}

/// Whether a text is to be written line by line.
pub(super) fn is_literal(text: &str) -> bool {
    text.contains('\n')
        && !text.trim().is_empty()
        && !text.chars().any(|letter| needs_escape(letter) && letter != '\n' && letter != '\t')
}

/// Writes the header and the lines of a text. Its empty lines stay without blanks.
pub(super) fn literal(text: &str, indent: usize, out: &mut String) {
    let body = text.trim_end_matches('\n');
    let keep = match text.len() - body.len() {
        0 => "-",
        1 => "",
        _ => "+",
    };
    // A reader takes the first line's blanks for the indent, unless told how wide that is: here always two more.
    let told = if text.starts_with([' ', '\t', '\n']) { "2" } else { "" };
    let _ = writeln!(out, " |{told}{keep}");
    for line in body.split('\n') {
        if !line.is_empty() {
            let _ = write!(out, "{:indent$}{line}", "");
        }
        out.push('\n');
    }
    out.extend(std::iter::repeat_n('\n', (text.len() - body.len()).saturating_sub(1)));
}

/// Whether a text needs no quotes. Cautious: what is in doubt is quoted.
fn is_bare(text: &str, in_flow: bool) -> bool {
    let Some(first) = text.chars().next() else { return false };
    let may_begin = match first {
        '/' | '$' => true,
        // Dates, versions, times, octal and other numbers; an address range can be none of them.
        '0'..='9' => text.contains('/'),
        _ => first.is_alphabetic(),
    };
    let is_plain = |letter: char| letter.is_alphanumeric() || letter == ' ' || letter.is_ascii_punctuation();
    let is_syntax = text.ends_with([' ', ':']) || text.contains(": ") || text.contains(" #");
    let is_flow_syntax = in_flow && text.contains([',', ':', '[', ']', '{', '}']);
    let is_word = WORDS.contains(&text.to_lowercase().as_str());
    may_begin && text.chars().all(is_plain) && !is_syntax && !is_flow_syntax && !is_word
}

fn double_quoted(text: &str) -> String {
    let mut quoted = String::from('"');
    for letter in text.chars() {
        let _ = match letter {
            '"' | '\\' => write!(quoted, "\\{letter}"),
            '\n' => write!(quoted, "\\n"),
            '\r' => write!(quoted, "\\r"),
            '\t' => write!(quoted, "\\t"),
            _ if !needs_escape(letter) => write!(quoted, "{letter}"),
            _ => match u32::from(letter) {
                code @ ..=0xff => write!(quoted, "\\x{code:02x}"),
                code @ ..=0xffff => write!(quoted, "\\u{code:04x}"),
                code => write!(quoted, "\\U{code:08x}"),
            },
        };
    }
    quoted.push('"');
    quoted
}

/// Control characters, line ends that only some readers know, and what YAML forbids.
fn needs_escape(letter: char) -> bool {
    letter.is_control() || matches!(letter, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}
