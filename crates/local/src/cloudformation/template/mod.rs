//! What a template says.
//!
//! [`Template`] is the text as data. [`Design`] is what it says for one stack, with parameters, mappings, conditions and
//! imports decided: which resources are wanted, and their properties with the functions that only resources can answer still
//! in them. [`Design::evaluate`] answers those.
use indexmap::IndexMap;
use serde_json::Value as Json;

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
}

/// What stands in a preview where a value is known only after it was applied. Source: *IncludePropertyValues* of
/// `DescribeChangeSet` in the API reference.
pub const KNOWN_AFTER_APPLY: &str = "{{changeSet:KNOWN_AFTER_APPLY}}";
