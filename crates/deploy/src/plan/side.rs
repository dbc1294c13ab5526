//! A template with everything put in that is known before a deploy: parameters, conditions, mappings. What only the deploy
//! knows stands as `${Name}`, and is the same as another unknown value only if it is written the same.
use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};

/// How deep conditions may refer to each other. CloudFormation takes no cycles, but templates come from everywhere.
const DEPTH: usize = 32;

/// One side of a comparison.
#[derive(Clone, Copy)]
pub(crate) struct Side<'a> {
    /// The template; `Null` if there is none.
    pub(crate) template: &'a Json,
    /// Values of its parameters; those of SSM types as they were resolved. Defaults need not be in it.
    pub(crate) parameters: &'a BTreeMap<String, String>,
}

impl Side<'_> {
    /// Its resources, without those whose condition does not hold: logical id, type, properties.
    pub(crate) fn resources(&self) -> impl Iterator<Item = (&str, &str, &Json)> {
        let resources = self.template.get("Resources").and_then(Json::as_object).into_iter().flatten();
        resources.filter_map(|(id, resource)| {
            let condition = resource.get("Condition").and_then(Json::as_str);
            let is_there = condition.is_none_or(|name| self.condition(name, DEPTH) != Some(false));
            let type_name = resource.get("Type").and_then(Json::as_str)?;
            is_there.then(|| (id.as_str(), type_name, resource.get("Properties").unwrap_or(&Json::Null)))
        })
    }

    /// Whether it has a resource, by logical id.
    pub(super) fn has(&self, id: &str) -> bool {
        self.resources().any(|(known, ..)| known == id)
    }

    /// A value with its functions computed as far as they can be; `None` for `AWS::NoValue`.
    pub(crate) fn plain(&self, value: &Json) -> Option<Json> {
        match value {
            Json::Array(items) => Some(items.iter().filter_map(|item| self.plain(item)).collect()),
            Json::Object(object) => match function(object) {
                Some((name, argument)) => self.computed(name, argument),
                None => {
                    let members = object.iter().filter_map(|(key, value)| Some((key.clone(), self.plain(value)?)));
                    Some(Json::Object(members.collect()))
                }
            },
            scalar => Some(scalar.clone()),
        }
    }

    /// The same as text: unknown values as `${…}`.
    pub(crate) fn text(&self, value: &Json) -> String {
        self.plain(value).map_or_else(String::new, |plain| text(&plain))
    }

    fn computed(&self, name: &str, argument: &Json) -> Option<Json> {
        let known = match (name, argument) {
            ("Ref", Json::String(name)) if name == "AWS::NoValue" => return None,
            ("Ref", Json::String(name)) => self.parameter(name),
            ("Fn::If", Json::Array(branches)) => match branches.as_slice() {
                [Json::String(condition), yes, no] => match self.condition(condition, DEPTH) {
                    Some(holds) => return self.plain(if holds { yes } else { no }),
                    None => None,
                },
                _ => None,
            },
            ("Fn::Base64", inner) => self.plain(inner),
            ("Fn::Sub", Json::String(pattern)) => self.substituted(pattern, &Json::Null),
            ("Fn::Sub", Json::Array(sub)) => match sub.as_slice() {
                [Json::String(pattern), names] => self.substituted(pattern, names),
                _ => None,
            },
            ("Fn::Join", Json::Array(join)) => self.joined(join),
            ("Fn::Split", Json::Array(split)) => self.split(split),
            ("Fn::Select", Json::Array(select)) => self.selected(select),
            ("Fn::FindInMap", Json::Array(path)) => self.mapped(path),
            _ => None,
        };
        Some(known.unwrap_or_else(|| Json::String(self.unknown(name, argument))))
    }

    /// The value of a parameter. Those that nobody may see are unknown, and so are those that SSM resolves.
    fn parameter(&self, name: &str) -> Option<Json> {
        let declared = self.template.get("Parameters").and_then(|all| all.get(name));
        let is_secret = declared.and_then(|one| one.get("NoEcho")).is_some_and(|flag| text(flag) == "true");
        if is_secret {
            return None;
        }
        let kind = declared.and_then(|one| one.get("Type")).and_then(Json::as_str).unwrap_or("String");
        let default = || declared.and_then(|one| one.get("Default")).map(text);
        let is_looked_up = kind.starts_with("AWS::SSM::Parameter::Value");
        let value = self.parameters.get(name).cloned().or_else(|| default().filter(|_| !is_looked_up))?;
        let is_list = kind == "CommaDelimitedList" || kind.contains("List<");
        let items = || value.split(',').map(|item| Json::String(item.trim().to_owned()));
        Some(if is_list { items().collect() } else { Json::String(value) })
    }

    /// `${Name}` as in `Fn::Sub`; other functions as they are written, with their known parts put in.
    fn unknown(&self, name: &str, argument: &Json) -> String {
        match (name, argument) {
            ("Ref", Json::String(name)) => format!("${{{name}}}"),
            ("Fn::GetAtt", Json::Array(path)) => {
                let path: Vec<String> = path.iter().map(text).collect();
                format!("${{{}}}", path.join("."))
            }
            ("Fn::GetAtt", path) => format!("${{{}}}", text(path)),
            ("Fn::ImportValue", value) => format!("${{{}}}", self.text(value)),
            _ => format!("${{{}({})}}", name.trim_start_matches("Fn::"), self.text(argument)),
        }
    }

    fn substituted(&self, pattern: &str, names: &Json) -> Option<Json> {
        let mut pieces = pattern.split("${");
        let mut whole = pieces.next().unwrap_or_default().to_owned();
        for piece in pieces {
            let (name, rest) = piece.split_once('}')?;
            match (name.strip_prefix('!'), names.get(name)) {
                (Some(literal), _) => whole.push_str(&format!("${{{literal}}}")),
                (None, Some(own)) => whole.push_str(&self.text(own)),
                (None, None) => {
                    let known = self.parameter(name).map(|value| text(&value));
                    whole.push_str(&known.unwrap_or_else(|| format!("${{{name}}}")));
                }
            }
            whole.push_str(rest);
        }
        Some(Json::String(whole))
    }

    fn joined(&self, join: &[Json]) -> Option<Json> {
        let [Json::String(between), pieces] = join else { return None };
        let Json::Array(pieces) = self.plain(pieces)? else { return None };
        let pieces: Vec<String> = pieces.iter().map(text).collect();
        Some(Json::String(pieces.join(between)))
    }

    fn split(&self, split: &[Json]) -> Option<Json> {
        let [Json::String(between), value] = split else { return None };
        let value = self.text(value);
        let is_known = !between.is_empty() && !is_unknown(&value);
        is_known.then(|| value.split(between.as_str()).map(|piece| Json::String(piece.to_owned())).collect())
    }

    fn selected(&self, select: &[Json]) -> Option<Json> {
        let [index, list] = select else { return None };
        let index: usize = self.text(index).parse().ok()?;
        self.plain(list)?.get(index).cloned()
    }

    fn mapped(&self, path: &[Json]) -> Option<Json> {
        let [map, first, second] = path else { return None };
        let mappings = self.template.get("Mappings")?;
        let value = mappings.get(self.text(map))?.get(self.text(first))?.get(self.text(second))?;
        Some(value.clone())
    }

    /// Whether a condition holds, if that is known.
    fn condition(&self, name: &str, depth: usize) -> Option<bool> {
        self.holds(self.template.get("Conditions")?.get(name)?, depth.checked_sub(1)?)
    }

    fn holds(&self, condition: &Json, depth: usize) -> Option<bool> {
        let depth = depth.checked_sub(1)?;
        let (name, argument) = condition.as_object()?.iter().next()?;
        let each = || argument.as_array().into_iter().flatten().map(|one| self.holds(one, depth));
        match name.as_str() {
            "Condition" => self.condition(argument.as_str()?, depth),
            "Fn::Not" => self.holds(argument.get(0)?, depth).map(|holds| !holds),
            "Fn::And" if each().any(|holds| holds == Some(false)) => Some(false),
            "Fn::And" => each().all(|holds| holds == Some(true)).then_some(true),
            "Fn::Or" if each().any(|holds| holds == Some(true)) => Some(true),
            "Fn::Or" => each().all(|holds| holds == Some(false)).then_some(false),
            "Fn::Equals" => {
                let (one, other) = (self.text(argument.get(0)?), self.text(argument.get(1)?));
                match one == other {
                    true => Some(true),
                    false if is_unknown(&one) || is_unknown(&other) => None,
                    false => Some(false),
                }
            }
            _ => None,
        }
    }
}

/// A function call: an object with one member that is named like one.
fn function(object: &Map<String, Json>) -> Option<(&str, &Json)> {
    let (name, argument) = object.iter().next().filter(|_| object.len() == 1)?;
    (name == "Ref" || name.starts_with("Fn::")).then_some((name.as_str(), argument))
}

/// Whether a text has something in it that only the deploy knows, or IAM when it decides.
pub(super) fn is_unknown(text: &str) -> bool {
    text.contains("${")
}

/// A plain value as text.
pub(super) fn text(value: &Json) -> String {
    match value {
        Json::String(text) => text.clone(),
        Json::Array(items) => items.iter().map(text).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

/// One value or a list of them, as texts.
pub(super) fn texts(value: &Json) -> Vec<String> {
    match value {
        Json::Null => Vec::new(),
        Json::Array(items) => items.iter().map(text).collect(),
        other => vec![text(other)],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn told(value: Json, parameters: &[(&str, &str)]) -> String {
        let template = json!({
            "Parameters": {
                "Cidr": {"Type": "String", "Default": "10.0.0.0/8"},
                "Zones": {"Type": "CommaDelimitedList"},
                "Password": {"Type": "String", "NoEcho": true},
                "Image": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/path"},
            },
            "Mappings": {"Sizes": {"prod": {"disk": 20}}},
            "Conditions": {
                "Wide": {"Fn::Equals": [{"Ref": "Cidr"}, "0.0.0.0/0"]},
                "Loop": {"Condition": "Loop"},
                "Here": {"Fn::Equals": [{"Ref": "AWS::Region"}, "eu-west-1"]},
            },
        });
        let parameters = parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Side { template: &template, parameters: &parameters }.text(&value)
    }

    #[test]
    fn what_is_known_is_put_in() {
        assert_eq!(told(json!({"Ref": "Cidr"}), &[]), "10.0.0.0/8");
        assert_eq!(told(json!({"Ref": "Cidr"}), &[("Cidr", "0.0.0.0/0")]), "0.0.0.0/0");
        assert_eq!(told(json!({"Fn::Sub": "a ${Cidr} ${Vpc.Arn} ${!Kept}"}), &[]), "a 10.0.0.0/8 ${Vpc.Arn} ${Kept}");
        assert_eq!(told(json!({"Fn::Select": ["1", {"Ref": "Zones"}]}), &[("Zones", "a, b")]), "b");
        assert_eq!(told(json!({"Fn::FindInMap": ["Sizes", "prod", "disk"]}), &[]), "20");
        let branches = json!({"Fn::If": ["Wide", "yes", "no"]});
        assert_eq!(told(branches.clone(), &[]), "no");
        assert_eq!(told(branches, &[("Cidr", "0.0.0.0/0")]), "yes");
    }

    #[test]
    fn what_is_not_known_is_named() {
        assert_eq!(told(json!({"Fn::GetAtt": ["Host", "PublicIp"]}), &[]), "${Host.PublicIp}");
        assert_eq!(told(json!({"Fn::If": ["Here", "a", "b"]}), &[]), "${If(Here, a, b)}");
        assert_eq!(told(json!({"Fn::If": ["Loop", "a", "b"]}), &[]), "${If(Loop, a, b)}");
        assert_eq!(told(json!({"Ref": "Image"}), &[]), "${Image}");
    }

    #[test]
    fn secrets_stay_names() {
        assert_eq!(told(json!({"Fn::Sub": "p=${Password}"}), &[("Password", "hunter2")]), "p=${Password}");
    }
}
