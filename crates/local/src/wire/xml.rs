//! Answers as XML.
//!
//! Sources: the XML bindings of *AWS query*, *AWS EC2 query* and *AWS restXml* of Smithy.
use std::fmt::Write as _;

use serde_json::{Value as Json, json};

/// How lists look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lists {
    /// `<Tags><member/><member/></Tags>`, of the query protocol.
    Member,
    /// `<tagSet><item/><item/></tagSet>`, of EC2.
    Item,
    /// `<Contents/><Contents/>`, of most lists of S3.
    Flat,
}

/// The only member of an object that stands for a map and not for a structure; see [`map`].
const MAP: &str = "$map";

/// A map, which is written as `<entry><key/><value/></entry>`, where an object is a structure.
#[must_use]
pub fn map(entries: serde_json::Map<String, Json>) -> Json {
    json!({ MAP: entries })
}

/// A document: an element with a namespace around members.
#[must_use]
pub fn document(name: &str, namespace: &str, lists: Lists, members: &Json) -> String {
    let mut text = r#"<?xml version="1.0" encoding="UTF-8"?>"#.to_owned() + "\n";
    let _ = write!(text, "<{name}");
    if !namespace.is_empty() {
        let _ = write!(text, r#" xmlns="{namespace}""#);
    }
    text.push('>');
    inside(&mut text, lists, members);
    let _ = write!(text, "</{name}>");
    text
}

fn element(text: &mut String, name: &str, lists: Lists, value: &Json) {
    match value {
        Json::Null => {}
        Json::Array(items) if lists == Lists::Flat => {
            items.iter().for_each(|item| element(text, name, lists, item));
        }
        _ => {
            let _ = write!(text, "<{name}>");
            inside(text, lists, value);
            let _ = write!(text, "</{name}>");
        }
    }
}

fn inside(text: &mut String, lists: Lists, value: &Json) {
    match value {
        Json::Null => {}
        Json::Bool(flag) => *text += if *flag { "true" } else { "false" },
        Json::Number(number) => *text += &number.to_string(),
        Json::String(content) => escape(text, content),
        Json::Array(items) => {
            let name = if lists == Lists::Item { "item" } else { "member" };
            items.iter().for_each(|item| element(text, name, lists, item));
        }
        Json::Object(members) => match members.get(MAP) {
            Some(Json::Object(entries)) => {
                for (key, value) in entries {
                    element(text, "entry", lists, &json!({"key": key, "value": value}));
                }
            }
            _ => members.iter().for_each(|(name, member)| element(text, name, lists, member)),
        },
    }
}

/// A carriage return would become a line feed when it is read, so it is written by number. Other control characters have no
/// place in XML 1.0 at all, not even by number: parsers refuse the whole answer.
fn escape(text: &mut String, content: &str) {
    for letter in content.chars() {
        match letter {
            '&' => *text += "&amp;",
            '<' => *text += "&lt;",
            '>' => *text += "&gt;",
            '"' => *text += "&quot;",
            '\r' => *text += "&#xD;",
            '\n' | '\t' => text.push(letter),
            '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => text.push('\u{fffd}'),
            _ => text.push(letter),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn body(lists: Lists, members: &Json) -> String {
        let text = document("R", "", lists, members);
        text.strip_prefix("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<R>")
            .unwrap()
            .strip_suffix("</R>")
            .unwrap()
            .to_owned()
    }

    #[test]
    fn lists_look_as_the_protocol_wants() {
        let members = json!({"Tags": [{"Key": "a"}, {"Key": "b"}], "None": [], "Missing": null, "On": true, "N": 7});
        assert_eq!(
            body(Lists::Member, &members),
            "<Tags><member><Key>a</Key></member><member><Key>b</Key></member></Tags><None></None><On>true</On><N>7</N>"
        );
        assert_eq!(
            body(Lists::Item, &members),
            "<Tags><item><Key>a</Key></item><item><Key>b</Key></item></Tags><None></None><On>true</On><N>7</N>"
        );
        assert_eq!(
            body(Lists::Flat, &members),
            "<Tags><Key>a</Key></Tags><Tags><Key>b</Key></Tags><On>true</On><N>7</N>"
        );
    }

    #[test]
    fn maps_are_told_from_structures() {
        let entries = json!({"k": "v"}).as_object().unwrap().clone();
        assert_eq!(
            body(Lists::Member, &json!({"M": map(entries)})),
            "<M><entry><key>k</key><value>v</value></entry></M>"
        );
    }

    #[test]
    fn the_namespace_is_on_the_document() {
        assert!(document("R", "urn:x", Lists::Item, &json!({})).ends_with(r#"<R xmlns="urn:x"></R>"#));
    }

    proptest! {
        #[test]
        fn every_text_survives(text in "([\r\n\t &<>\"\u{0}-\u{1f}\u{fffe}]|.){0,12}") {
            let document = document("R", "", Lists::Member, &json!({"T": &text}));
            let read = roxmltree::Document::parse(&document).unwrap();
            let shown: String = text.chars().map(|letter| match letter {
                '\n' | '\t' | '\r' => letter,
                '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => '\u{fffd}',
                _ => letter,
            }).collect();
            prop_assert_eq!(read.root_element().first_element_child().unwrap().text().unwrap_or_default(), shown);
        }
    }
}
