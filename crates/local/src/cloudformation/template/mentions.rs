//! What an expression of a template mentions.
use serde_json::Value as Json;

use super::Template;
use super::functions::{call, halves};
use super::sub::{Part, cut};

/// Something that an expression mentions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mention {
    /// A parameter, pseudo parameter or resource by `Ref`.
    Reference(String),
    /// An attribute of a resource.
    Attribute(String, String),
}

impl Template {
    /// What an expression mentions, conditions of `Fn::If` included, each once.
    #[must_use]
    pub fn mentions(&self, expression: &Json) -> Vec<Mention> {
        let mut mentions = Vec::new();
        self.mention(expression, &mut mentions, 0);
        mentions
    }

    fn mention(&self, expression: &Json, mentions: &mut Vec<Mention>, conditions: usize) {
        let (own, is_whole) = match call(expression) {
            Some(("Ref", Json::String(name))) => (vec![Mention::Reference(name.clone())], true),
            Some(("Fn::GetAtt", argument)) => {
                (halves(argument).map(|(id, name)| Mention::Attribute(id, name)).into_iter().collect(), true)
            }
            Some(("Fn::Sub", argument)) => (in_text(argument), false),
            _ => (Vec::new(), false),
        };
        for mention in own {
            if !mentions.contains(&mention) {
                mentions.push(mention);
            }
        }
        if is_whole {
            return;
        }
        let condition = match call(expression) {
            Some(("Fn::If", argument)) => argument.get(0).and_then(Json::as_str),
            _ => expression.get("Condition").and_then(Json::as_str),
        };
        // A circle of conditions is refused elsewhere; here it must only end.
        if let Some(condition) = condition.and_then(|name| self.section("Conditions").get(name))
            && conditions < 20
        {
            self.mention(condition, mentions, conditions + 1);
        }
        match expression {
            Json::Array(items) => items.iter().for_each(|item| self.mention(item, mentions, conditions)),
            Json::Object(entries) => entries.values().for_each(|value| self.mention(value, mentions, conditions)),
            _ => {}
        }
    }

    /// The expression at a path below a resource, or the nearest call above it.
    #[must_use]
    pub fn expression(&self, logical_id: &str, path: &str) -> Option<&Json> {
        let mut expression = self.section("Resources").get(logical_id)?;
        for segment in path.split('/').filter(|segment| !segment.is_empty()) {
            if call(expression).is_some() {
                break;
            }
            expression = expression.get(segment)?;
        }
        Some(expression)
    }

    /// Whether a resource is written in the template, and not made by a loop.
    #[must_use]
    pub fn writes(&self, logical_id: &str) -> bool {
        self.section("Resources").contains_key(logical_id)
    }
}

/// What the text of `Fn::Sub` mentions, its own names left out.
fn in_text(argument: &Json) -> Vec<Mention> {
    let text = argument.as_str().or_else(|| argument.get(0)?.as_str()).unwrap_or_default();
    let mention = |part: Part| match part {
        Part::Name(name) if argument.get(1).is_none_or(|own| own.get(&name).is_none()) => {
            Some(match name.split_once('.') {
                Some((id, attribute)) => Mention::Attribute(id.to_owned(), attribute.to_owned()),
                None => Mention::Reference(name),
            })
        }
        _ => None,
    };
    cut(text).into_iter().filter_map(mention).collect()
}
