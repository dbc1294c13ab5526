//! The tags in the text of a template: everything in double braces.

/// A tag, where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Tag<'a> {
    /// With its braces.
    pub(super) text: &'a str,
    /// Its first byte.
    pub(super) at: usize,
    /// The line it begins in, counted from one.
    pub(super) line: usize,
}

/// Every tag of a text, in order. A backslash before the braces makes them text, two do not.
pub(super) fn tags(text: &str) -> impl Iterator<Item = Tag<'_>> {
    let mut from = 0;
    std::iter::from_fn(move || {
        loop {
            let at = from + text[from..].find("{{")?;
            let backslashes = text[..at].bytes().rev().take_while(|byte| *byte == b'\\').count();
            if backslashes == 1 {
                from = at + "{{".len();
                continue;
            }
            let rest = &text[at..];
            let end = ["{{!--", "{{{{", "{{{", "{{"].iter().zip(["--}}", "}}}}", "}}}", "}}"]);
            let (_, end) = end.into_iter().find(|(start, _)| rest.starts_with(**start))?;
            let length = rest.find(end)? + end.len();
            from = at + length;
            let line = text[..at].matches('\n').count() + 1;
            return Some(Tag { text: &rest[..length], at, line });
        }
    })
}

impl Tag<'_> {
    /// Whether it takes away the blanks and line breaks beside it.
    pub(super) fn trims(&self) -> bool {
        let inside = self.text.trim_start_matches('{').trim_end_matches('}');
        !inside.starts_with('!') && (inside.starts_with('~') || inside.ends_with('~'))
    }

    /// Whether it puts in a value with quotes of its own.
    pub(super) fn is_quoted_value(&self) -> bool {
        let inside = self.text.trim_start_matches("{{").trim_end_matches("}}").trim();
        let is_else = inside.strip_prefix("else").is_some_and(|rest| rest.is_empty() || rest.starts_with(' '));
        !is_else && !inside.starts_with(['{', '#', '/', '!', '&', '^', '>', '*'])
    }
}

#[cfg(test)]
mod tests {
    use super::tags;

    #[test]
    fn tags_are_found_where_handlebars_finds_them() {
        let text = "a {{b}} {{{c}}}}\n\\{{d}} \\\\{{e}} {{!-- }} {{f}} --}}\n{{#if g}}${h//{{i}}}{{/if}}";
        let found: Vec<(usize, &str)> = tags(text).map(|tag| (tag.line, tag.text)).collect();
        let first = [(1, "{{b}}"), (1, "{{{c}}}"), (2, "{{e}}"), (2, "{{!-- }} {{f}} --}}")];
        assert_eq!(found, [first.as_slice(), &[(3, "{{#if g}}"), (3, "{{i}}"), (3, "{{/if}}")]].concat());
        assert!(tags(text).all(|tag| text[tag.at..].starts_with(tag.text)));
    }
}
