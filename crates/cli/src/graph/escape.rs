//! Texts of strangers inside other languages.

/// A text inside XML or HTML, between tags or in a quoted attribute.
pub(crate) fn xml(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => result.push_str("&amp;"),
            '<' => result.push_str("&lt;"),
            '>' => result.push_str("&gt;"),
            '"' => result.push_str("&quot;"),
            '\'' => result.push_str("&#39;"),
            // XML 1.0 has no way to write these.
            '\u{0}'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => {
                result.push('\u{fffd}')
            }
            other => result.push(other),
        }
    }
    result
}
