//! What a value must be, in words.
use serde::Serialize;
use stackgen_schema::{Facts, Kind, Literal, Shape, TypeSet};

/// Nobody reads a longer pattern at a glance.
const SHORT_PATTERN: usize = 20;

/// The limits of a value. For a list, those of its items come with it.
#[derive(Debug, Default, Serialize)]
pub(super) struct Values {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) allowed: Vec<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(super) any_case: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) pattern: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) format: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) minimum: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) maximum: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) min_size: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) max_size: Option<u64>,
    #[serde(skip)]
    counts: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) items: Option<Box<Values>>,
}

impl Values {
    pub(super) fn of(facts: &Facts, shape: &Shape) -> Self {
        let items = shape.items.map(|id| Values::of(facts, &facts.shape(id)));
        let counts = match shape.types {
            types if types.contains(TypeSet::STRING) => "characters",
            types if types.contains(TypeSet::ARRAY) => "items",
            types if types.contains(TypeSet::OBJECT) => "entries",
            _ => "characters",
        };
        Values {
            allowed: shape.allowed.iter().map(literal).collect(),
            any_case: shape.allowed_any_case,
            pattern: shape.pattern.clone(),
            format: shape.format.clone(),
            minimum: shape.minimum.clone().or_else(|| Some(format!("above {}", shape.exclusive_minimum.as_ref()?))),
            maximum: shape.maximum.clone().or_else(|| Some(format!("below {}", shape.exclusive_maximum.as_ref()?))),
            min_size: shape.min_size,
            max_size: shape.max_size,
            counts,
            items: items.filter(|items| !items.is_empty()).map(Box::new),
        }
    }

    fn is_empty(&self) -> bool {
        self.lines().is_empty()
    }

    /// Everything, one fact a line: what it is, and the words.
    pub(super) fn lines(&self) -> Vec<(&'static str, String)> {
        let mut lines = Vec::new();
        if !self.allowed.is_empty() {
            let case = if self.any_case { " (in any case)" } else { "" };
            lines.push(("Values", self.allowed.join(", ") + case));
        }
        if let Some(range) = self.range() {
            lines.push(("Range", range));
        }
        if let Some(size) = self.size() {
            lines.push(("Size", size));
        }
        if let Some(pattern) = &self.pattern {
            lines.push(("Pattern", pattern.clone()));
        }
        if let Some(format) = &self.format {
            lines.push(("Format", format.clone()));
        }
        if let Some(items) = &self.items {
            lines.extend(items.lines().into_iter().map(|(title, words)| (title, format!("each {words}"))));
        }
        lines
    }

    /// The most telling of it, for a column.
    pub(super) fn summary(&self) -> String {
        let own = if !self.allowed.is_empty() {
            Some(self.allowed.join(" "))
        } else {
            let pattern = || self.pattern.clone().filter(|pattern| pattern.len() <= SHORT_PATTERN);
            self.range().or_else(|| self.format.clone()).or_else(|| self.size()).or_else(pattern)
        };
        own.or_else(|| self.items.as_ref().map(|items| items.summary())).unwrap_or_default()
    }

    fn range(&self) -> Option<String> {
        between(self.minimum.as_deref(), self.maximum.as_deref())
    }

    fn size(&self) -> Option<String> {
        let [min, max] = [self.min_size, self.max_size].map(|size| size.map(|size| size.to_string()));
        Some(format!("{} {}", between(min.as_deref().filter(|min| *min != "0"), max.as_deref())?, self.counts))
    }
}

fn between(min: Option<&str>, max: Option<&str>) -> Option<String> {
    match (min, max) {
        (Some(min), Some(max)) if min == max => Some(min.to_owned()),
        (Some(min), Some(max)) => Some(format!("{min} to {max}")),
        (Some(min), None) => Some(format!("at least {min}")),
        (None, Some(max)) => Some(format!("at most {max}")),
        (None, None) => None,
    }
}

fn literal(literal: &Literal) -> String {
    match literal {
        Literal::String(text) if text.is_empty() => "\"\"".to_owned(),
        Literal::String(text) | Literal::Number(text) => text.clone(),
        Literal::Boolean(flag) => flag.to_string(),
    }
}

/// The name of a kind, such as `[Tag]` for a list of tags.
pub(super) fn kind(facts: &Facts, kind_: &Kind) -> String {
    match kind_ {
        Kind::String => "String".to_owned(),
        Kind::Integer => "Integer".to_owned(),
        Kind::Number => "Number".to_owned(),
        Kind::Boolean => "Boolean".to_owned(),
        Kind::Json => "Json".to_owned(),
        Kind::Tag => "Tag".to_owned(),
        Kind::List(inner) => format!("[{}]", kind(facts, inner)),
        Kind::Map(inner) => format!("{{{}}}", kind(facts, inner)),
        Kind::Object(id) => facts.shape(*id).name.unwrap_or_else(|| "Object".to_owned()),
    }
}

/// How the facts write the way from a property to what is in it.
pub(super) fn steps(kind: &Kind) -> &'static str {
    match kind {
        Kind::List(inner) | Kind::Map(inner) => match **inner {
            Kind::List(_) | Kind::Map(_) => "/*/*",
            _ => "/*",
        },
        _ => "",
    }
}
