//! Percent signs of paths, queries and forms.

/// A text with its percent signs decoded. What is no number in hexadecimal stays as it is; bytes that are no UTF-8 become
/// replacement characters.
#[must_use]
pub fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let number = bytes.get(at + 1..at + 3).filter(|_| bytes[at] == b'%').and_then(hexadecimal);
        decoded.push(number.unwrap_or(bytes[at]));
        at += if number.is_some() { 3 } else { 1 };
    }
    String::from_utf8(decoded).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

fn hexadecimal(digits: &[u8]) -> Option<u8> {
    let digit = |at: usize| char::from(digits[at]).to_digit(16);
    u8::try_from(digit(0)? * 16 + digit(1)?).ok()
}

/// The pairs of a query or a form, in their order. A name without `=` has an empty value.
#[must_use]
pub fn pairs(text: &str) -> Vec<(String, String)> {
    let plain = |part: &str| decode(&part.replace('+', " "));
    let parts = text.split('&').filter(|part| !part.is_empty());
    parts
        .map(|part| part.split_once('=').unwrap_or((part, "")))
        .map(|(name, value)| (plain(name), plain(value)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_number_stays() {
        assert_eq!(decode("a%20b%2Fc%c3%A9"), "a b/cé");
        assert_eq!(decode("100%"), "100%");
        assert_eq!(decode("%zz%4"), "%zz%4");
        assert_eq!(decode("a+b"), "a+b");
        assert_eq!(decode("%ff"), "\u{fffd}");
    }

    #[test]
    fn pairs_keep_their_order() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(
            pairs("b=1&a=x+y%2B&policy&&c="),
            [pair("b", "1"), pair("a", "x y+"), pair("policy", ""), pair("c", "")]
        );
    }
}
