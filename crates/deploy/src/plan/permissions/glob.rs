//! Patterns of IAM: `*` for any text, `?` for one letter.

/// A piece of a pattern. An unknown value is one piece: nobody knows what and how long it is, but it is itself.
#[derive(PartialEq)]
enum Piece {
    Any,
    One,
    Letter(char),
    Unknown(String),
}

/// Whether everything that `narrow` fits also fits `wide`. May say no where a longer look would say yes, never the reverse.
pub(super) fn covers(wide: &str, narrow: &str) -> bool {
    fits(&pieces(wide), &pieces(narrow))
}

/// Whether there is nothing in it that stands for more than itself.
pub(super) fn is_literal(pattern: &str) -> bool {
    pieces(pattern).iter().all(|piece| matches!(piece, Piece::Letter(_)))
}

fn pieces(pattern: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut rest = pattern;
    while let Some(letter) = rest.chars().next() {
        if let Some(end) = rest.strip_prefix("${").and_then(|inner| inner.find('}')) {
            let (unknown, after) = rest.split_at("${".len() + end + 1);
            pieces.push(Piece::Unknown(unknown.to_owned()));
            rest = after;
            continue;
        }
        rest = &rest[letter.len_utf8()..];
        match letter {
            '*' if pieces.last() == Some(&Piece::Any) => {}
            '*' => pieces.push(Piece::Any),
            '?' => pieces.push(Piece::One),
            letter => pieces.push(Piece::Letter(letter)),
        }
    }
    pieces
}

/// The usual way to match patterns: after a dead end, the last `*` takes one piece more.
fn fits(wide: &[Piece], narrow: &[Piece]) -> bool {
    let (mut at, mut of, mut last_any) = (0, 0, None);
    while of < narrow.len() {
        let one = wide.get(at);
        let is_same = one.is_some_and(|one| *one != Piece::Any && takes(one, &narrow[of]));
        match (one, last_any) {
            (Some(Piece::Any), _) => {
                last_any = Some((at, of));
                at += 1;
            }
            _ if is_same => (at, of) = (at + 1, of + 1),
            (_, Some((any, from))) => {
                last_any = Some((any, from + 1));
                (at, of) = (any + 1, from + 1);
            }
            _ => return false,
        }
    }
    wide[at..].iter().all(|piece| *piece == Piece::Any)
}

fn takes(wide: &Piece, narrow: &Piece) -> bool {
    wide == narrow || *wide == Piece::One && matches!(narrow, Piece::Letter(_))
}

#[cfg(test)]
mod tests {
    use super::covers;

    #[test]
    fn containment() {
        for (wide, narrow) in [
            ("*", "a*"),
            ("s3:*", "s3:Get*"),
            ("s3:Get*", "s3:GetObject"),
            ("a?c", "abc"),
            ("a?c", "a?c"),
            ("*b*", "abc"),
            ("a*", "a${X}"),
            ("${X}/*", "${X}/a/b"),
            ("**", "*"),
            ("a*b*c", "a-b-b-c"),
        ] {
            assert!(covers(wide, narrow), "{wide} {narrow}");
        }
        for (wide, narrow) in [
            ("a*", "*"),
            ("s3:Get*", "s3:*"),
            ("a?", "a*"),
            ("a?", "a${X}"),
            ("${X}", "${Y}"),
            ("abc", "a?c"),
            ("a*b", "a"),
            ("", "*"),
        ] {
            assert!(!covers(wide, narrow), "{wide} {narrow}");
        }
    }
}
