//! What a call was given. In the query protocol all scalars are text; providers of resources give JSON as it stands in a
//! template. Both are read alike.
use serde_json::Value as Json;

use crate::wire::ApiError;

/// A part of what was given.
#[derive(Clone, Copy, Debug)]
pub struct Input<'a>(pub &'a Json);

impl<'a> Input<'a> {
    /// A text; empty is missing.
    #[must_use]
    pub fn text(self, name: &str) -> Option<String> {
        match self.0.get(name)? {
            Json::String(text) if text.is_empty() => None,
            Json::String(text) => Some(text.clone()),
            Json::Number(number) => Some(number.to_string()),
            Json::Bool(flag) => Some(flag.to_string()),
            _ => None,
        }
    }

    /// A text that must be there.
    ///
    /// # Errors
    ///
    /// `MissingParameter`, as the *Error codes* of the EC2 API reference name it.
    pub fn required(self, name: &str) -> Result<String, ApiError> {
        let mut letters = name.chars();
        let lower: String = letters.next().into_iter().flat_map(char::to_lowercase).chain(letters).collect();
        let missing = || ApiError::new("MissingParameter", format!("The request must contain the parameter {lower}"));
        self.text(name).ok_or_else(missing)
    }

    /// A whole number; what is none is missing.
    #[must_use]
    pub fn number(self, name: &str) -> Option<i64> {
        self.text(name)?.parse().ok()
    }

    /// A flag.
    #[must_use]
    pub fn flag(self, name: &str) -> Option<bool> {
        self.text(name).map(|text| text == "true")
    }

    /// The items of a list; missing is empty.
    pub fn list(self, name: &str) -> impl Iterator<Item = Input<'a>> {
        self.0.get(name).and_then(Json::as_array).map_or(&[][..], Vec::as_slice).iter().map(Input)
    }

    /// The texts of a list.
    #[must_use]
    pub fn texts(self, name: &str) -> Vec<String> {
        self.list(name).filter_map(|item| item.0.as_str().map(str::to_owned)).collect()
    }

    /// A part of its own.
    #[must_use]
    pub fn part(self, name: &str) -> Option<Input<'a>> {
        self.0.get(name).filter(|it| it.is_object()).map(Input)
    }

    /// `Attribute.Value`, as attributes of instances are given.
    #[must_use]
    pub fn value(self, name: &str) -> Option<String> {
        self.part(name).map_or_else(|| self.text(name), |part| part.text("Value"))
    }
}
