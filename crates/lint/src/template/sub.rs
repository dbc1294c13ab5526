//! The text of `Fn::Sub`.

/// A part of the text of `Fn::Sub`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SubPart<'d> {
    /// Text that stays.
    Text(&'d str),
    /// `${!Name}`, which becomes `${Name}`: this is `Name`.
    Escaped(&'d str),
    /// `${Name}` or `${Name.Attribute}`, without blanks around it, and the byte at which the `$` stands.
    Variable(&'d str, usize),
}

/// Takes the text of `Fn::Sub` apart.
#[must_use]
pub fn sub_parts(text: &str) -> Vec<SubPart<'_>> {
    let mut parts = Vec::new();
    let (mut done, mut from) = (0, 0);
    while let Some(begin) = text[from..].find("${").map(|at| at + from) {
        let Some(end) = text[begin..].find('}').map(|at| at + begin) else { break };
        let inside = &text[begin + 2..end];
        if inside.trim().is_empty() {
            from = end;
            continue;
        }
        if begin > done {
            parts.push(SubPart::Text(&text[done..begin]));
        }
        parts.push(match inside.strip_prefix('!') {
            Some(name) => SubPart::Escaped(name),
            None => SubPart::Variable(inside.trim(), begin),
        });
        done = end + 1;
        from = done;
    }
    if done < text.len() {
        parts.push(SubPart::Text(&text[done..]));
    }
    parts
}
