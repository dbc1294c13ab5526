//! What is known of a stack before any resource is: parameters, mappings, conditions, and what other stacks give.
use std::cell::RefCell;
use std::collections::BTreeMap;

use indexmap::IndexMap;
use serde_json::Value as Json;

use super::functions::{Pass, call, has_call, text};
use super::outside::Place;
use super::parameters::as_value;
use super::{Problem, Template};
use crate::cloudformation::stack::Source;

/// Everything that is known before any resource is.
pub(super) struct Setting<'s> {
    template: &'s Template,
    parameters: IndexMap<&'s str, Json>,
    place: &'s Place<'s>,
    /// Conditions that were decided; nothing while one is being decided.
    decided: RefCell<BTreeMap<String, Option<bool>>>,
}

impl<'s> Setting<'s> {
    pub(super) fn new(template: &'s Template, source: &'s Source, place: &'s Place<'s>) -> Setting<'s> {
        let value = |(name, parameter): (&'s String, _)| {
            let kind = template.section("Parameters").get(name).and_then(|it| it.get("Type")).and_then(Json::as_str);
            (name.as_str(), as_value(kind.unwrap_or_default(), parameter))
        };
        let parameters = source.parameters.iter().map(value).collect();
        Setting { template, parameters, place, decided: RefCell::default() }
    }

    /// What `Ref` gives for a parameter or pseudo parameter.
    pub(super) fn value(&self, name: &str) -> Option<Json> {
        self.place.pseudo(name).or_else(|| self.parameters.get(name).cloned())
    }

    pub(super) fn has_resource(&self, name: &str) -> bool {
        self.template.section("Resources").contains_key(name)
    }

    /// Whether the extensions of the language are declared.
    pub(super) fn extended(&self) -> bool {
        self.template.transforms().contains(&"AWS::LanguageExtensions")
    }

    /// The value in a mapping.
    pub(super) fn find(&self, keys: &[Json]) -> Result<Json, Problem> {
        let names = keys.iter().map(text).collect::<Option<Vec<_>>>().unwrap_or_default();
        let [map, first, second] = names.as_slice() else {
            return Err(Problem(
                "Template error: every Fn::FindInMap object requires three parameters, the map name, map key and the \
                 attribute for return value"
                    .to_owned(),
            ));
        };
        let Some(mapping) = self.template.section("Mappings").get(map) else {
            let message =
                format!("Template error: Mapping named '{map}' is not present in the 'Mappings' section of template.");
            return Err(Problem(message));
        };
        let found = mapping.get(first).and_then(|it| it.get(second)).cloned();
        found.ok_or_else(|| Problem(format!("Template error: Unable to get mapping for {map}::{first}::{second}")))
    }

    /// The value of an export.
    pub(super) fn import(&self, name: &Json) -> Result<Json, Problem> {
        let name = text(name).ok_or_else(|| {
            Problem("Template error: the attribute in Fn::ImportValue must not depend on any resources, imported values, or Fn::GetAZs".to_owned())
        })?;
        let value = self.place.outside.export(&name);
        value.map(Json::String).ok_or_else(|| Problem(format!("No export named {name} found.")))
    }

    /// The output of another stack.
    pub(super) fn output(&self, argument: &Json) -> Result<Json, Problem> {
        let named = |key: &str| argument.get(key).and_then(text);
        let (Some(stack), Some(name)) = (named("StackName"), named("OutputName")) else {
            return Err(Problem("Template error: Fn::GetStackOutput requires StackName and OutputName".to_owned()));
        };
        let value = self.place.outside.output(&stack, &name, named("Region").as_deref());
        value.map(Json::String).ok_or_else(|| Problem(format!("Output {name} of stack {stack} does not exist")))
    }

    /// The zones of a region; of this one for an empty text.
    pub(super) fn zones(&self, region: &Json) -> Result<Json, Problem> {
        let region = text(region).ok_or_else(|| {
            Problem("Template error: every Fn::GetAZs object must have a String-typed value.".to_owned())
        })?;
        let region = if region.is_empty() { self.place.region } else { &region };
        Ok(self.place.outside.zones(region).into_iter().map(Json::String).collect())
    }

    /// The branch of `Fn::If` that is taken.
    pub(super) fn choose<'a>(&self, argument: &'a Json) -> Result<&'a Json, Problem> {
        match argument.as_array().map(Vec::as_slice) {
            Some([Json::String(name), ..]) if !self.template.section("Conditions").contains_key(name) => {
                Err(Problem(format!("Template error: unresolved condition dependency {name} in Fn::If")))
            }
            Some([Json::String(name), yes, no]) => Ok(if self.condition(name, "Conditions")? { yes } else { no }),
            _ => Err(Problem("Template error: Fn::If requires a list argument with three parameters".to_owned())),
        }
    }

    /// Whether a condition of the template holds that a section asks for.
    pub(super) fn condition(&self, name: &str, section: &str) -> Result<bool, Problem> {
        let known = self.decided.borrow().get(name).copied();
        match known {
            Some(Some(holds)) => return Ok(holds),
            Some(None) => {
                return Err(Problem(format!("Template format error: Circular dependency in conditions: {name}")));
            }
            None => {}
        }
        let condition = self.template.section("Conditions").get(name).ok_or_else(|| {
            Problem(format!(
                "Template format error: Unresolved condition dependency {name} in the {section} block of the template"
            ))
        })?;
        self.decided.borrow_mut().insert(name.to_owned(), None);
        let holds = self.holds(condition)?;
        self.decided.borrow_mut().insert(name.to_owned(), Some(holds));
        Ok(holds)
    }

    /// Whether something that stands where a condition does holds.
    pub(super) fn holds(&self, condition: &Json) -> Result<bool, Problem> {
        if let Some(name) = condition.get("Condition").and_then(Json::as_str) {
            return self.condition(name, "Conditions");
        }
        let (name, argument) = call(condition).unwrap_or(("", &Json::Null));
        let items = argument.as_array().map_or(&[][..], Vec::as_slice);
        match (name, items) {
            ("Fn::Equals", [one, other]) => Ok(self.side(one)? == self.side(other)?),
            ("Fn::Contains" | "Fn::EachMemberEquals" | "Fn::EachMemberIn", [one, other]) => {
                Ok(of_members(name, &self.side(one)?, &self.side(other)?))
            }
            ("Fn::Not", [item]) => Ok(!self.holds(item)?),
            ("Fn::And", _) if (2..=10).contains(&items.len()) => all(items, |item| self.holds(item), true),
            ("Fn::Or", _) if (2..=10).contains(&items.len()) => all(items, |item| self.holds(item), false),
            ("Fn::Equals", _) => Err(Problem(
                "Template error: every Fn::Equals object requires a list of 2 string parameters.".to_owned(),
            )),
            ("Fn::Not", _) => {
                Err(Problem("Template error: every Fn::Not object requires a list of 1 boolean parameter.".to_owned()))
            }
            ("Fn::And" | "Fn::Or", _) => Err(Problem(format!(
                "Template error: every {name} object requires a list of at least 2 and at most 10 boolean parameters."
            ))),
            _ => Err(Problem(
                "Template format error: Conditions can only be boolean operations on parameters and other conditions"
                    .to_owned(),
            )),
        }
    }

    /// One side of `Fn::Equals`, comparable: numbers and flags are text.
    fn side(&self, value: &Json) -> Result<Json, Problem> {
        let answered = Pass::Setting(self).answer(value)?;
        if has_call(&answered) {
            let mut names = Vec::new();
            super::depends::collect(&answered, &mut names);
            return Err(Problem(format!(
                "Template format error: Unresolved dependencies [{}]. Cannot reference resources in the Conditions block of the \
                 template",
                names.join(", ")
            )));
        }
        Ok(text(&answered).map_or(answered, Json::String))
    }
}

/// Every item is looked at, so that a mistake is found wherever it stands.
fn all(items: &[Json], holds: impl Fn(&Json) -> Result<bool, Problem>, every: bool) -> Result<bool, Problem> {
    let answers = items.iter().map(holds).collect::<Result<Vec<_>, _>>()?;
    Ok(if every { answers.iter().all(|it| *it) } else { answers.iter().any(|it| *it) })
}

/// The functions of rules. A value of `Fn::Contains` and `Fn::EachMemberEquals` may be a number on one side only.
fn of_members(name: &str, one: &Json, other: &Json) -> bool {
    let words = |value: &Json| -> Vec<String> {
        value
            .as_array()
            .map_or_else(|| text(value).into_iter().collect(), |items| items.iter().filter_map(text).collect())
    };
    let (one, other) = (words(one), words(other));
    match name {
        "Fn::Contains" => other.iter().all(|value| one.contains(value)),
        "Fn::EachMemberIn" => one.iter().all(|value| other.contains(value)),
        _ => one.iter().all(|value| other.first() == Some(value)),
    }
}
