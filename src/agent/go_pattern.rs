//! What Go's `regexp` refuses of a pattern that other languages take, and what is plainly unfinished in one. The agent
//! follows no file at all if one of its patterns is refused: `LogFile.Start` in its `plugins/inputs/logfile/logfile.go`.
//!
//! Source of the grammar: <https://github.com/google/re2/wiki/Syntax>. A pattern that passes here is not proven right.

const UNKNOWN_GROUPS: [&str; 6] = ["?=", "?!", "?<=", "?<!", "?>", "?|"];

/// Why Go would refuse the pattern, if it is for one of the plain reasons.
pub(super) fn refusal(pattern: &str) -> Option<&'static str> {
    let (mut rest, mut depth) = (pattern, 0_usize);
    if rest.starts_with(['*', '+', '?']) {
        return Some("nothing stands before the repetition");
    }
    while let Some(letter) = rest.chars().next() {
        rest = &rest[letter.len_utf8()..];
        match letter {
            '\\' => {
                let Some(next) = rest.chars().next() else { return Some("it ends with a backslash") };
                if ('1'..='9').contains(&next) {
                    return Some("Go's regular expressions cannot refer back");
                }
                rest = &rest[next.len_utf8()..];
            }
            '[' => match after_class(rest) {
                Some(after) => rest = after,
                None => return Some("a bracket is not closed"),
            },
            '(' if UNKNOWN_GROUPS.iter().any(|group| rest.starts_with(group)) => {
                return Some("Go's regular expressions cannot look around");
            }
            '(' => depth += 1,
            ')' if depth == 0 => return Some("a parenthesis is not opened"),
            ')' => depth -= 1,
            _ => {}
        }
    }
    (depth > 0).then_some("a parenthesis is not closed")
}

/// What stands behind a class of characters. A bracket that comes first is one of them, and so are those of `[:digit:]`.
fn after_class(class: &str) -> Option<&str> {
    let class = class.strip_prefix('^').unwrap_or(class);
    let mut rest = class.strip_prefix(']').unwrap_or(class);
    loop {
        let letter = rest.chars().next()?;
        rest = &rest[letter.len_utf8()..];
        match letter {
            ']' => return Some(rest),
            '\\' => rest = &rest[rest.chars().next()?.len_utf8()..],
            '[' if rest.starts_with(':') => rest = rest.split_once(":]").map_or(rest, |(_, behind)| behind),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::refusal;

    #[test]
    fn patterns_of_go_pass() {
        for pattern in [
            r"^\d{4}-\d\d (?:INFO|WARN)",
            r"^\[",
            r"[]x]a",
            "[^]x]",
            r"[\]]",
            "[[:digit:]]+",
            "[(]",
            r"\(",
            r"C:\\1",
            "(?i)error",
            "(?P<name>a)",
            "(?<name>a)",
        ] {
            assert_eq!(refusal(pattern), None, "{pattern}");
        }
    }

    #[test]
    fn others_are_refused_with_the_reason() {
        for (pattern, why) in [
            (r"^(?!\s)", "Go's regular expressions cannot look around"),
            ("(?<=a)b", "Go's regular expressions cannot look around"),
            (r"(a)\1", "Go's regular expressions cannot refer back"),
            ("^[", "a bracket is not closed"),
            (r"[\", "a bracket is not closed"),
            ("[[:digit:]", "a bracket is not closed"),
            ("(a", "a parenthesis is not closed"),
            ("a)", "a parenthesis is not opened"),
            ("*.log", "nothing stands before the repetition"),
            ("a\\", "it ends with a backslash"),
        ] {
            assert_eq!(refusal(pattern), Some(why), "{pattern}");
        }
    }
}
