//! Custom resources: nothing here can answer for them.
use serde_json::{Map, Value as Json};

use jiff::SignedDuration;

use crate::resources::{Begun, Provider, Refusal, Site};

/// `AWS::CloudFormation::CustomResource` and `Custom::…`.
#[derive(Debug)]
pub struct Custom;

impl Provider for Custom {
    fn create(&self, site: &mut Site<'_>, _: &Json) -> Result<Begun, Refusal> {
        Err(Refusal(format!(
            "stackgen's local engine runs no code for custom resources, so {} cannot be made here",
            site.type_name
        )))
    }

    fn update(&self, site: &mut Site<'_>, _: &str, _: &Json, after: &Json) -> Result<Begun, Refusal> {
        self.create(site, after)
    }

    fn delete(&self, _: &mut Site<'_>, id: &str, _: &Json) -> Result<Begun, Refusal> {
        Ok(Begun { physical_id: id.to_owned(), takes: SignedDuration::ZERO })
    }

    fn attributes(&self, _: &mut Site<'_>, _: &str, _: &Json) -> Map<String, Json> {
        Map::new()
    }

    fn read(&self, _: &mut Site<'_>, _: &str) -> Option<Json> {
        None
    }
}
