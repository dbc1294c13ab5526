//! What a template says.
//!
//! [`Template`] is the text as data. [`Design`] is what it says for one stack, with parameters, mappings, conditions and
//! imports decided: which resources are wanted, and their properties with the functions that only resources can answer still
//! in them. [`Design::evaluate`] answers those.
//!
//! `{{resolve:…}}` stays as it is until something is applied ([`dynamic::resolve`]): CloudFormation compares the text of a
//! dynamic reference and not what it stands for.
use indexmap::IndexMap;
use serde_json::Value as Json;

use super::stack::Source;
use crate::wire::ApiError;

mod check;
mod coerce;
mod conditions;
mod depends;
pub mod dynamic;
mod expand;
mod functions;
mod include;
mod mentions;
mod outside;
mod parameters;
mod parse;
mod pure;
mod rules;
mod sub;
#[cfg(test)]
mod tests;

pub use check::{capabilities, check, check_outputs, check_region, early_validation, transforms};
pub use include::{INCLUDE, include};
pub use mentions::Mention;
pub use outside::{Foreseen, Outside, Place, Seen};
pub use parameters::{Given, settle};

pub(crate) use expand::{expand, processed};
pub(crate) use functions::text;
pub(crate) use outside::partition;

/// The text as data, in its order, short tags in the long form.
#[derive(Clone, Debug, PartialEq)]
pub struct Template {
    /// The whole document.
    pub document: Json,
}

/// What a template wants for one stack.
#[derive(Clone, Debug)]
pub struct Design {
    /// The resources whose conditions hold, in the order of the template.
    pub resources: IndexMap<String, Wanted>,
    /// The outputs whose conditions hold.
    pub outputs: IndexMap<String, WantedOutput>,
}

/// A resource that a template wants.
#[derive(Clone, Debug, PartialEq)]
pub struct Wanted {
    /// Its type.
    pub type_name: String,
    /// Its properties: parameters, pseudo parameters, mappings, conditions and imports are answered, `Ref` and `Fn::GetAtt` of
    /// resources and what stands around them are not.
    pub properties: Json,
    /// What it comes after: `DependsOn` and every reference, each once, wanted ones only.
    pub depends_on: Vec<String>,
    /// `DeletionPolicy`.
    pub deletion_policy: Option<String>,
    /// `UpdateReplacePolicy`.
    pub update_replace_policy: Option<String>,
    /// `Metadata`.
    pub metadata: Option<Json>,
    /// `CreationPolicy`.
    pub creation_policy: Option<Json>,
    /// `UpdatePolicy`.
    pub update_policy: Option<Json>,
}

/// An output that a template wants.
#[derive(Clone, Debug, PartialEq)]
pub struct WantedOutput {
    /// Its value, like [`Wanted::properties`].
    pub value: Json,
    /// Its description.
    pub description: Option<String>,
    /// The name of its export, like [`Wanted::properties`].
    pub export: Option<Json>,
}

/// What is known of resources.
pub trait Known {
    /// What `Ref` gives.
    fn reference(&self, logical_id: &str) -> Option<Json>;
    /// What `Fn::GetAtt` gives.
    fn attribute(&self, logical_id: &str, name: &str) -> Option<Json>;
    /// What is wrong where `Fn::GetAtt` gives nothing.
    fn missing(&self, logical_id: &str, name: &str) -> Problem {
        no_attribute(logical_id, name)
    }
}

/// The refusal of an attribute that a resource does not have.
pub(crate) fn no_attribute(logical_id: &str, name: &str) -> Problem {
    Problem(format!("Template error: resource {logical_id} does not support attribute type {name} in Fn::GetAtt"))
}

/// Why a template has no answer, in AWS's words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Problem(pub String);

impl From<Problem> for ApiError {
    fn from(problem: Problem) -> ApiError {
        ApiError::validation(problem.0)
    }
}

/// What stands in a preview where a value is known only after it was applied. Source: *IncludePropertyValues* of
/// `DescribeChangeSet` in the API reference.
pub const KNOWN_AFTER_APPLY: &str = "{{changeSet:KNOWN_AFTER_APPLY}}";

impl Design {
    /// What a template wants for a stack.
    ///
    /// # Errors
    ///
    /// If a function cannot be answered, or resources refer to what is not there or to each other in a circle.
    pub fn new(template: &Template, source: &Source, place: &Place<'_>) -> Result<Design, ApiError> {
        let template = expand::expand(template, source, place)?;
        let setting = conditions::Setting::new(&template, source, place);
        rules::check(&template, &setting)?;
        // Conditions that nothing uses are decided too: a mistake in one was refused on AWS (recorded by localstack/localstack).
        for name in template.section("Conditions").keys() {
            setting.condition(name, "Conditions")?;
        }
        let reader = Reader { setting: &setting };
        let mut resources = IndexMap::new();
        for (name, resource) in template.section("Resources") {
            if reader.is_wanted(resource, "Resources")? {
                resources.insert(name.clone(), reader.resource(resource)?);
            }
        }
        reader.drop_unwanted(&template, &mut resources);
        depends::check(&resources)?;
        let mut outputs = IndexMap::new();
        for (name, output) in template.section("Outputs") {
            if reader.is_wanted(output, "Outputs")? {
                outputs.insert(name.clone(), reader.output(output, &resources)?);
            }
        }
        Ok(Design { resources, outputs })
    }

    /// A value with everything in it answered.
    ///
    /// # Errors
    ///
    /// If something that it asks for is not known, or a function has no answer.
    pub fn evaluate(&self, value: &Json, known: &dyn Known) -> Result<Json, Problem> {
        functions::Pass::Known(known).answer(value)
    }

    /// The properties of a resource, answered and in the kinds that its type wants: a number that was given as text is a
    /// number.
    ///
    /// # Errors
    ///
    /// As [`Design::evaluate`].
    pub fn properties(&self, logical_id: &str, known: &dyn Known) -> Result<Json, Problem> {
        let wanted =
            self.resources.get(logical_id).ok_or_else(|| Problem(format!("Resource {logical_id} is not wanted")))?;
        Ok(coerce::coerce(&wanted.type_name, self.evaluate(&wanted.properties, known)?))
    }
}

struct Reader<'s> {
    setting: &'s conditions::Setting<'s>,
}

impl Reader<'_> {
    fn is_wanted(&self, item: &Json, section: &str) -> Result<bool, Problem> {
        let Some(condition) = item.get("Condition") else { return Ok(true) };
        self.setting.condition(condition.as_str().unwrap_or_default(), section)
    }

    fn answer(&self, value: &Json) -> Result<Json, Problem> {
        functions::Pass::Setting(self.setting).answer(value)
    }

    fn member(&self, resource: &Json, name: &str) -> Result<Option<Json>, Problem> {
        Ok(resource.get(name).map(|value| self.answer(value)).transpose()?.filter(|value| !value.is_null()))
    }

    fn resource(&self, resource: &Json) -> Result<Wanted, Problem> {
        let policy = |name| {
            let word = self.member(resource, name)?.and_then(|it| text(&it));
            word.map(|word| check::policy(name, word)).transpose()
        };
        let mut depends_on: Vec<String> = Vec::new();
        match resource.get("DependsOn") {
            Some(Json::String(name)) => depends_on.push(name.clone()),
            Some(Json::Array(names)) => depends_on.extend(names.iter().filter_map(Json::as_str).map(str::to_owned)),
            _ => {}
        }
        depends_on.dedup();
        let wanted = Wanted {
            type_name: resource.get("Type").and_then(Json::as_str).unwrap_or_default().to_owned(),
            properties: self.member(resource, "Properties")?.unwrap_or_else(|| Json::Object(serde_json::Map::new())),
            depends_on,
            deletion_policy: policy("DeletionPolicy")?,
            update_replace_policy: policy("UpdateReplacePolicy")?,
            metadata: self.member(resource, "Metadata")?,
            creation_policy: self.member(resource, "CreationPolicy")?,
            update_policy: self.member(resource, "UpdatePolicy")?,
        };
        Ok(wanted)
    }

    /// `DependsOn` of a resource whose condition does not hold is forgotten; a reference to it is not. Source: *DependsOn* and
    /// *Conditions* in the template reference.
    fn drop_unwanted(&self, template: &Template, resources: &mut IndexMap<String, Wanted>) {
        let exists = |name: &String| template.section("Resources").contains_key(name);
        let wanted: Vec<String> = resources.keys().cloned().collect();
        for resource in resources.values_mut() {
            resource.depends_on.retain(|name| !exists(name) || wanted.contains(name));
            depends::collect(&resource.properties, &mut resource.depends_on);
            for other in [&resource.metadata, &resource.creation_policy, &resource.update_policy].into_iter().flatten()
            {
                depends::collect(other, &mut resource.depends_on);
            }
        }
    }

    fn output(&self, output: &Json, resources: &IndexMap<String, Wanted>) -> Result<WantedOutput, Problem> {
        let wanted = WantedOutput {
            value: self.answer(output.get("Value").unwrap_or(&Json::Null))?,
            description: output.get("Description").and_then(Json::as_str).map(str::to_owned),
            export: output.get("Export").map_or(Ok(None), |export| self.member(export, "Name"))?,
        };
        let mut names = Vec::new();
        depends::collect(&wanted.value, &mut names);
        wanted.export.iter().for_each(|export| depends::collect(export, &mut names));
        let missing: Vec<&str> =
            names.iter().map(String::as_str).filter(|name| !resources.contains_key(*name)).collect();
        if missing.is_empty() {
            return Ok(wanted);
        }
        // Without the words before it: so it was recorded on AWS by localstack/localstack.
        let Problem(message) = depends::unresolved(missing, "Outputs");
        Err(Problem(message.trim_start_matches("Template format error: ").to_owned()))
    }
}
