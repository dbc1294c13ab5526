//! The query protocol, as far as it is needed.
use std::collections::BTreeMap;

/// The fields of a form.
pub(super) fn fields(body: &[u8]) -> BTreeMap<String, String> {
    let text = String::from_utf8_lossy(body);
    let pairs = text.split('&').filter_map(|pair| pair.split_once('='));
    pairs.map(|(name, value)| (decoded(name), decoded(value))).collect()
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'+' => bytes.push(b' '),
            b'%' => {
                let hex: String = rest.by_ref().take(2).map(char::from).collect();
                bytes.push(u8::from_str_radix(&hex, 16).expect("the SDK writes hex"));
            }
            byte => bytes.push(byte),
        }
    }
    String::from_utf8(bytes).expect("the SDK writes UTF-8")
}

/// An element with text.
pub(super) fn element(name: &str, text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    format!("<{name}>{text}</{name}>")
}

/// An element around others.
pub(super) fn around(name: &str, inner: &str) -> String {
    format!("<{name}>{inner}</{name}>")
}

/// A list of members.
pub(super) fn members(name: &str, items: impl Iterator<Item = String>) -> String {
    around(name, &items.map(|item| around("member", &item)).collect::<String>())
}

pub(super) fn envelope(action: &str, body: &str) -> String {
    let result = around(&format!("{action}Result"), body);
    format!(
        "<{action}Response xmlns=\"http://cloudformation.amazonaws.com/doc/2010-05-15/\">{result}</{action}Response>"
    )
}

pub(super) fn error(code: &str, message: &str) -> String {
    let error = around("Error", &format!("{}{}", element("Code", code), element("Message", message)));
    around("ErrorResponse", &error)
}
