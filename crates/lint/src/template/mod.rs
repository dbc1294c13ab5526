//! What a document means as a template: its sections, what refers to what, and which conditions can hold together.
//!
//! Nothing here finds fault. What does not have the form that CloudFormation wants is left out, so that rules on parameters,
//! resources or references can take what they are given for granted; the rules on structure look at the document itself.

mod call;
mod condition;
mod reference;
mod returned;
mod scenario;
mod section;
mod sub;
mod values;

pub use call::{Call, Function, call};
pub use condition::Conditions;
pub use reference::{Reference, ReferenceKind};
pub use returned::Returned;
pub use scenario::Scenario;
pub use section::{Named, Output, Parameter, ParameterType, Resource, Section};
pub use sub::{SubPart, sub_parts};
pub use values::Branch;

use std::collections::HashMap;

use crate::document::{Document, Node};

/// The template.
#[derive(Debug)]
pub struct Template<'d> {
    /// The document.
    pub document: &'d Document,
    /// Its root.
    pub root: Node<'d>,
    /// `Parameters`.
    pub parameters: Vec<Parameter<'d>>,
    /// `Mappings`, each with its map of maps.
    pub mappings: Vec<Named<'d>>,
    /// `Conditions`.
    pub conditions: Conditions<'d>,
    /// `Rules`.
    pub rules: Vec<Named<'d>>,
    /// `Resources` that are maps with a `Type`.
    pub resources: Vec<Resource<'d>>,
    /// `Outputs` that are maps.
    pub outputs: Vec<Output<'d>>,
    /// Names of transforms of the whole template.
    pub transforms: Vec<&'d str>,
    /// Every intrinsic function, in the order in which they are written.
    pub calls: Vec<Call<'d>>,
    /// Everything that names something else, in the same order.
    pub references: Vec<Reference<'d>>,
    names: HashMap<&'d str, Name>,
}

#[derive(Debug, Clone, Copy)]
enum Name {
    Parameter(usize),
    Resource(usize),
}

/// The transform that makes `Fn::ForEach`, `Fn::Length` and functions in more places possible.
pub const LANGUAGE_EXTENSIONS: &str = "AWS::LanguageExtensions";
/// The transform of the Serverless Application Model.
pub const SERVERLESS: &str = "AWS::Serverless-2016-10-31";

impl<'d> Template<'d> {
    /// Makes the model of a document.
    #[must_use]
    pub fn new(document: &'d Document) -> Template<'d> {
        let root = document.root();
        let calls: Vec<Call<'d>> = document.nodes().filter_map(call).collect();
        let parameters = section::parameters(root);
        let resources = section::resources(root);
        let mut names = HashMap::new();
        names.extend(parameters.iter().enumerate().map(|(at, it)| (it.name, Name::Parameter(at))));
        names.extend(resources.iter().enumerate().map(|(at, it)| (it.name, Name::Resource(at))));
        Template {
            document,
            root,
            conditions: Conditions::new(root, &parameters),
            mappings: section::named(root, "Mappings"),
            rules: section::named(root, "Rules"),
            outputs: section::outputs(root),
            transforms: section::transforms(root),
            references: reference::all(&calls, &resources, root),
            parameters,
            resources,
            calls,
            names,
        }
    }

    /// The parameter of this name.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<&Parameter<'d>> {
        if let Some(Name::Parameter(at)) = self.names.get(name) { self.parameters.get(*at) } else { None }
    }

    /// The resource of this name.
    #[must_use]
    pub fn resource(&self, name: &str) -> Option<&Resource<'d>> {
        if let Some(Name::Resource(at)) = self.names.get(name) { self.resources.get(*at) } else { None }
    }

    /// Whether the whole template is changed by any transform, so that names may appear that it does not show.
    #[must_use]
    pub fn is_transformed(&self) -> bool {
        !self.transforms.is_empty()
    }

    /// Whether a transform of this name changes the template.
    #[must_use]
    pub fn has_transform(&self, name: &str) -> bool {
        self.transforms.contains(&name)
    }

    /// Whether the CDK has written it.
    #[must_use]
    pub fn is_generated(&self) -> bool {
        self.resources.iter().any(|resource| {
            let marked = || resource.node.get("Metadata").is_some_and(|it| it.get("aws:cdk:path").is_some());
            resource.type_name == "AWS::CDK::Metadata" || resource.name == "CDKMetadata" || marked()
        })
    }

    /// The calls of one function, in the order in which they are written.
    pub fn calls_of(&self, function: Function) -> impl Iterator<Item = &Call<'d>> {
        self.calls.iter().filter(move |call| call.function == function)
    }

    /// The resource in which a node stands.
    #[must_use]
    pub fn resource_of(&self, node: Node<'d>) -> Option<&Resource<'d>> {
        let steps = node.steps();
        let (Some(section), Some(name)) = (steps.first(), steps.get(1)) else { return None };
        (section.name() == Some("Resources")).then(|| self.resource(name.name()?)).flatten()
    }
}
