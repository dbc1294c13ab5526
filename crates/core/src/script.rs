//! Boot scripts: a text that runs on a machine, with everything that people want to know of it.
//!
//! A template holds what is *sent*; people review, lint and test what *runs*. For a short script both are the same. One that
//! is too long for EC2 is sent packed.
use std::borrow::Cow;
use std::cell::RefCell;

use serde::{Serialize, Serializer};

use crate::node::Node;
use crate::problem::Source;
use crate::value::Value;

/// What EC2 takes, before base64. Source: *Run commands when you launch an EC2 instance* in the EC2 User Guide.
pub const USER_DATA_BYTES: usize = 16 * 1024;

/// How many bytes an intrinsic is taken for where only the deploy knows: ids are shorter, and ARNs are rare in scripts.
pub const INTRINSIC_BYTES: usize = 32;

/// A boot script, as a node of a template.
#[derive(Clone, Debug, PartialEq)]
pub struct Script {
    /// What the machine is given.
    pub sent: Node,
    /// What runs on it.
    pub runs: Node,
    /// Its named parts, in order.
    pub sections: Vec<ScriptSection>,
    /// Where each line of it was written.
    pub lines: Vec<Source>,
}

/// A named part of a boot script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScriptSection {
    /// Its name.
    pub name: Cow<'static, str>,
    /// Its first line in the script, counted from one. It ends where the next begins.
    pub line: usize,
}

thread_local! {
    static HELD: RefCell<Option<Vec<Node>>> = const { RefCell::new(None) };
}

/// Serializes values that hold intrinsics: those are put aside, and a number stands for each, `write` says how.
///
/// This is how a struct with [`Value`]s is bound to the template of a boot script. Serialized anywhere else an intrinsic is
/// an error, because it has no value before a deploy.
pub fn hold<R>(serialize: impl FnOnce() -> R) -> (R, Vec<Node>) {
    let around = Around(HELD.replace(Some(Vec::new())));
    let result = serialize();
    let held = HELD.take().unwrap_or_default();
    drop(around);
    (result, held)
}

/// What was held before, which is back when this goes: also after a panic.
struct Around(Option<Vec<Node>>);

impl Drop for Around {
    fn drop(&mut self) {
        HELD.set(self.0.take());
    }
}

impl Script {
    /// Before the number of a held intrinsic.
    pub const OPEN: char = '\u{E000}';
    /// Behind it.
    pub const CLOSE: char = '\u{E001}';

    /// How a held intrinsic is written: its number between characters for private use, which no other text may have.
    pub fn mark(index: usize) -> String {
        format!("{}{index}{}", Script::OPEN, Script::CLOSE)
    }

    /// Whether a text has characters that stand for something else while a script is made: U+E000 and U+E001 are around the
    /// number of a held intrinsic, U+E002 and U+E003 around that of a template's line.
    pub fn has_reserved(text: &str) -> bool {
        text.contains(|letter| ('\u{E000}'..='\u{E003}').contains(&letter))
    }
}

impl<T> Serialize for Value<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.node() {
            Node::Text(text) if Script::has_reserved(text) && HELD.with_borrow(Option::is_some) => {
                let message = "a text has a character from U+E000 to U+E003, which a boot script cannot hold";
                Err(serde::ser::Error::custom(message))
            }
            Node::Text(text) => serializer.serialize_str(text),
            Node::Integer(number) => serializer.serialize_i64(*number),
            Node::Bool(flag) => serializer.serialize_bool(*flag),
            Node::List(items) => serializer.collect_seq(items.iter().map(|item| Value::<()>::raw(item.clone()))),
            node => {
                let number = HELD.with_borrow_mut(|held| {
                    let held = held.as_mut()?;
                    held.push(node.clone());
                    Some(held.len() - 1)
                });
                let message = "this value is known only when the stack is deployed; a boot script can hold it";
                serializer.serialize_str(&Script::mark(number.ok_or_else(|| serde::ser::Error::custom(message))?))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::hold;
    use crate::{Value, aws};

    #[test]
    fn literals_are_themselves_and_intrinsics_are_held() {
        let values = [Value::from("a b"), aws::region()];
        let (json, held) = hold(|| serde_json::to_value(&values));
        assert_eq!(json.expect("both can be written"), serde_json::json!(["a b", "\u{E000}0\u{E001}"]));
        assert_eq!(held, [aws::region().into_node()]);
    }

    #[test]
    fn after_a_panic_nothing_is_held() {
        let panics = || hold(|| serde_json::to_value(aws::region()).map(|_| panic!("on purpose")));
        std::panic::catch_unwind(panics).expect_err("it panics");
        serde_json::to_value(aws::region()).expect_err("nobody holds it");
    }

    #[test]
    fn what_is_held_around_stays() {
        let (_, held) = hold(|| {
            serde_json::to_value(aws::region()).expect("it is held");
            hold(|| serde_json::to_value(aws::partition())).0
        });
        assert_eq!(held, [aws::region().into_node()]);
    }

    #[test]
    fn a_text_that_would_lose_characters_is_an_error() {
        for letter in '\u{E000}'..='\u{E003}' {
            let value = Value::from(format!("a{letter}0"));
            let error = hold(|| serde_json::to_value(&value)).0.expect_err("it cannot be held");
            assert!(error.to_string().contains("U+E000"), "{error}");
            serde_json::to_value(&value).expect("elsewhere it is a text like others");
        }
    }

    #[test]
    fn elsewhere_an_intrinsic_has_no_value() {
        let error = serde_json::to_value(aws::region()).expect_err("there is no region yet");
        assert!(error.to_string().contains("known only when the stack is deployed"));
    }
}
