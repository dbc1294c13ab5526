//! Answering functions, in two passes: first all that does not need a resource ([`Setting`]), then the rest ([`Known`]).
use serde_json::{Map, Value as Json, json};

use super::conditions::Setting;
use super::{KNOWN_AFTER_APPLY, Known, Problem, pure};

/// Who answers.
#[derive(Clone, Copy)]
pub(super) enum Pass<'s> {
    /// Everything but resources is known. Calls that need one stay, with what is in them answered.
    Setting(&'s Setting<'s>),
    /// Resources are known, and nothing else is asked any more.
    Known(&'s dyn Known),
}

/// The functions that may stand anywhere in a value.
const FUNCTIONS: [&str; 14] = [
    "Ref",
    "Fn::GetAtt",
    "Fn::Sub",
    "Fn::Join",
    "Fn::Select",
    "Fn::Split",
    "Fn::FindInMap",
    "Fn::If",
    "Fn::Base64",
    "Fn::Cidr",
    "Fn::GetAZs",
    "Fn::ImportValue",
    "Fn::Length",
    "Fn::ToJsonString",
];

/// The call that a value is, if it is one.
pub(super) fn call(value: &Json) -> Option<(&str, &Json)> {
    let object = value.as_object().filter(|object| object.len() == 1)?;
    let (name, argument) = object.iter().next()?;
    let is_call = name.starts_with("Fn::") || name == "Ref";
    is_call.then_some((name.as_str(), argument))
}

/// Whether a call is left somewhere.
pub(super) fn has_call(value: &Json) -> bool {
    call(value).is_some()
        || match value {
            Json::Array(items) => items.iter().any(has_call),
            Json::Object(entries) => entries.values().any(has_call),
            _ => false,
        }
}

impl Pass<'_> {
    /// The value with its functions answered; null if it is taken away.
    pub(super) fn answer(self, value: &Json) -> Result<Json, Problem> {
        if let Some((name, argument)) = call(value) {
            return self.call(name, argument);
        }
        Ok(match value {
            Json::Array(items) => self.items(items)?,
            Json::Object(entries) => {
                let mut answered = Map::new();
                for (key, value) in entries {
                    let value = self.answer(value)?;
                    if !value.is_null() {
                        answered.insert(key.clone(), value);
                    }
                }
                Json::Object(answered)
            }
            scalar => scalar.clone(),
        })
    }

    fn items(self, items: &[Json]) -> Result<Json, Problem> {
        let answered = items.iter().map(|item| self.answer(item)).collect::<Result<Vec<_>, _>>()?;
        Ok(answered.into_iter().filter(|item| !item.is_null()).collect())
    }

    fn call(self, name: &str, argument: &Json) -> Result<Json, Problem> {
        match (name, self) {
            ("Ref", _) => self.reference(argument),
            ("Fn::GetAtt", _) => self.attribute(argument),
            ("Fn::Sub", Pass::Setting(setting)) => self.answer(&super::sub::parts(argument, setting)?),
            ("Fn::Select", Pass::Setting(_)) => {
                pure::written_select(argument)?;
                self.pure(name, argument)
            }
            ("Fn::If", Pass::Setting(setting)) => self.answer(setting.choose(argument)?),
            ("Fn::FindInMap", Pass::Setting(setting)) => self.find_in_map(setting, argument),
            ("Fn::GetStackOutput", Pass::Setting(setting)) => setting.output(&self.answer(argument)?),
            ("Fn::GetAZs" | "Fn::ImportValue", Pass::Setting(setting)) => {
                let argument = self.answer(argument)?;
                if name == "Fn::GetAZs" { setting.zones(&argument) } else { setting.import(&argument) }
            }
            _ if !FUNCTIONS.contains(&name) || !self.has(name) => Err(Problem(format!(
                "Template format error: Unrecognized function: {name}. Functions of transforms that are not declared, and \
                 macros, are unknown."
            ))),
            _ => self.pure(name, argument),
        }
    }

    /// Whether a function is there: some come with the extensions of the language.
    fn has(self, name: &str) -> bool {
        match self {
            Pass::Setting(setting) => setting.extended() || !matches!(name, "Fn::Length" | "Fn::ToJsonString"),
            Pass::Known(_) => true,
        }
    }

    /// A function whose answer follows from its arguments.
    fn pure(self, name: &str, argument: &Json) -> Result<Json, Problem> {
        let argument = self.answer(argument)?;
        if matches!(self, Pass::Setting(_)) && has_call(&argument) {
            return Ok(json!({ name: argument }));
        }
        pure::answer(name, &argument)
    }

    fn reference(self, argument: &Json) -> Result<Json, Problem> {
        let answered = match self {
            Pass::Setting(_) => self.answer(argument)?,
            Pass::Known(_) => argument.clone(),
        };
        let Json::String(name) = answered else {
            return Err(Problem("Template error: every Ref object must have a single String value.".to_owned()));
        };
        match self {
            // Names that nothing has are collected and refused together.
            Pass::Setting(setting) => Ok(setting.value(&name).unwrap_or_else(|| json!({ "Ref": name }))),
            Pass::Known(known) => {
                known.reference(&name).ok_or_else(|| super::depends::unresolved([name.as_str()], "Resources"))
            }
        }
    }

    fn attribute(self, argument: &Json) -> Result<Json, Problem> {
        let argument = match self {
            Pass::Setting(_) => self.answer(argument)?,
            Pass::Known(_) => argument.clone(),
        };
        let (id, name) = halves(&argument).ok_or_else(|| {
            Problem(
                "Template error: every Fn::GetAtt object requires two non-empty parameters, the resource name and the \
                 resource attribute"
                    .to_owned(),
            )
        })?;
        match self {
            Pass::Setting(setting) if setting.has_resource(&id) => Ok(json!({ "Fn::GetAtt": [id, name] })),
            Pass::Setting(_) => {
                Err(Problem(format!("Template error: instance of Fn::GetAtt references undefined resource {id}")))
            }
            Pass::Known(known) => known.attribute(&id, &name).ok_or_else(|| known.missing(&id, &name)),
        }
    }

    fn find_in_map(self, setting: &Setting<'_>, argument: &Json) -> Result<Json, Problem> {
        let items = argument.as_array().map_or(&[][..], Vec::as_slice);
        let keys = items.iter().take(3).map(|item| self.answer(item)).collect::<Result<Vec<_>, _>>()?;
        let default = items.get(3).and_then(|options| options.get("DefaultValue"));
        match (setting.find(&keys), default) {
            (Err(_), Some(default)) if setting.extended() => self.answer(default),
            (found, _) => found,
        }
    }
}

/// The resource and the attribute of `Fn::GetAtt`, in either of its forms.
pub(super) fn halves(argument: &Json) -> Option<(String, String)> {
    match argument {
        Json::String(text) => text.split_once('.').map(|(id, name)| (id.to_owned(), name.to_owned())),
        Json::Array(items) => match items.as_slice() {
            [Json::String(id), rest @ ..] if !rest.is_empty() => {
                let names = rest.iter().map(Json::as_str).collect::<Option<Vec<_>>>()?;
                Some((id.clone(), names.join(".")))
            }
            _ => None,
        },
        _ => None,
    }
}

/// Whether a value is known only after something was applied.
pub(super) fn is_unknown(value: &Json) -> bool {
    value.as_str() == Some(KNOWN_AFTER_APPLY)
}

/// The text of a scalar, as CloudFormation writes numbers and flags.
pub(crate) fn text(value: &Json) -> Option<String> {
    match value {
        Json::String(text) => Some(text.clone()),
        Json::Number(number) => Some(number.to_string()),
        Json::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
}
