//! What the target of an operation wants, with what is known of the resources by now.
use serde_json::Value as Json;

use super::exports;
use super::run::Run;
use crate::cloudformation::stack::Stack;
use crate::cloudformation::template::{Design, Known, Problem, Seen, no_attribute};

impl Run<'_> {
    /// What the target wants.
    pub(super) fn design(&mut self) -> Result<&Design, String> {
        if self.design.is_none() {
            let seen = Seen { world: self.world, region: self.region };
            let stack = &self.world.regions[self.region].stacks[self.stack_id];
            let design = exports::design(self.world, self.region, stack, &self.op.target, &seen);
            self.design = Some(design.map_err(|error| error.message)?);
        }
        Ok(self.design.as_ref().expect("it was just made"))
    }

    /// The properties of a resource that the target wants, now that what it depends on is there.
    pub(super) fn properties(&mut self, logical_id: &str) -> Result<Json, String> {
        self.design()?;
        let design = self.design.as_ref().expect("it was just made");
        let stack = &self.world.regions[self.region].stacks[self.stack_id];
        design.properties(logical_id, stack).map_err(|problem| problem.0)
    }

    /// Answers what only resources can answer.
    pub(super) fn evaluate(&mut self, value: &Json) -> Result<Json, String> {
        self.design()?;
        let design = self.design.as_ref().expect("it was just made");
        let stack = &self.world.regions[self.region].stacks[self.stack_id];
        design.evaluate(value, stack).map_err(|problem| problem.0)
    }
}

impl Known for Stack {
    fn reference(&self, logical_id: &str) -> Option<Json> {
        self.resources.get(logical_id).map(|it| Json::String(it.reference.clone()))
    }

    fn attribute(&self, logical_id: &str, name: &str) -> Option<Json> {
        self.resources.get(logical_id)?.attributes.get(name).cloned()
    }

    /// A custom resource has what its answer gave. The sentence stands in the events that users quote, with the id of the request
    /// behind the logical id.
    fn missing(&self, logical_id: &str, name: &str) -> Problem {
        let type_name = self.resources.get(logical_id).map(|it| it.type_name.as_str()).unwrap_or_default();
        if !type_name.starts_with("Custom::") && type_name != "AWS::CloudFormation::CustomResource" {
            return no_attribute(logical_id, name);
        }
        let place = self.id.split(':').nth(3).unwrap_or_default().replace('-', "");
        Problem(format!(
            "CustomResource attribute error: Vendor response doesn't contain {name} attribute in object {}|{logical_id} in S3 \
             bucket cloudformation-custom-resource-storage-{place}",
            self.id
        ))
    }
}
