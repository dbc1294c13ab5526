//! A finished template, and assertions on it for tests.
//!
//! Assertions match partially: an object in a [`Pattern`] holds if the template has at least its keys. They panic with a
//! readable difference, since that is what a test wants.
use std::fmt;

use serde_json::Value as Json;

use crate::pattern::Pattern;

/// The template of a stack, as it is sent: JSON without white space.
#[derive(Clone, PartialEq, Eq)]
pub struct Template(String);

impl Template {
    pub(crate) fn new(body: String) -> Self {
        Template(body)
    }

    /// The JSON text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The JSON.
    pub fn json(&self) -> Json {
        serde_json::from_str(&self.0).expect("synth writes JSON")
    }

    /// The resources of a type, as pairs of logical id and body.
    pub fn resources(&self, type_name: &str) -> Vec<(String, Json)> {
        let mut json = self.json();
        let Json::Object(all) = json["Resources"].take() else { return Vec::new() };
        all.into_iter().filter(|(_, resource)| resource["Type"] == type_name).collect()
    }

    /// The values at a JSON pointer in each resource of a type that has it, such as `/Properties/Size`.
    pub fn capture(&self, type_name: &str, pointer: &str) -> Vec<Json> {
        let resources = self.resources(type_name);
        resources.iter().filter_map(|(_, resource)| resource.pointer(pointer).cloned()).collect()
    }

    /// Fails unless exactly `count` resources have the type.
    ///
    /// # Panics
    /// With the logical ids that were found.
    #[track_caller]
    pub fn assert_count(&self, type_name: &str, count: usize) {
        let ids: Vec<String> = self.resources(type_name).into_iter().map(|(id, _)| id).collect();
        assert!(ids.len() == count, "expected {count} of {type_name}, found {}: {}", ids.len(), ids.join(", "));
    }

    /// Fails unless a resource of the type has these properties, and gives its logical id.
    ///
    /// # Panics
    /// With the difference to the resource that comes nearest.
    #[track_caller]
    pub fn assert_resource(&self, type_name: &str, properties: impl Into<Pattern>) -> String {
        self.assert_body(type_name, properties.into().below("/Properties"))
    }

    /// The same for the whole body of the resource: policies, conditions, dependencies.
    ///
    /// # Panics
    /// With the difference to the resource that comes nearest.
    #[track_caller]
    pub fn assert_body(&self, type_name: &str, body: impl Into<Pattern>) -> String {
        let pattern = body.into();
        let candidates = self.resources(type_name).into_iter().map(|(id, body)| (pattern.differences(&body), id));
        match candidates.min_by_key(|(differences, _)| differences.len()) {
            Some((differences, id)) if differences.is_empty() => id,
            Some((differences, id)) => {
                panic!("no {type_name} is as expected; `{id}` comes nearest:\n{}", differences.join("\n"))
            }
            None => panic!("there is no {type_name} in the template"),
        }
    }

    /// Fails unless the output is as expected, `Value`, `Export` and all.
    ///
    /// # Panics
    /// With the difference.
    #[track_caller]
    pub fn assert_output(&self, id: &str, output: impl Into<Pattern>) {
        let json = self.json();
        let found = &json["Outputs"][id];
        let differences = output.into().differences(found);
        assert!(differences.is_empty(), "output `{id}` is not as expected:\n{}", differences.join("\n"));
    }
}

impl fmt::Debug for Template {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}
