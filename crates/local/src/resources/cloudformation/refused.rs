//! Types that the engine knows and does not make.
use jiff::SignedDuration;
use serde_json::{Map, Value as Json};

use crate::resources::{Begun, Provider, Refusal, Site};

/// A type that is refused, with the reason for a resource of that type.
#[derive(Debug)]
pub struct Refused(fn(&str) -> String);

/// `AWS::CloudFormation::CustomResource` and `Custom::…`: nothing here can answer for them.
pub static CUSTOM: Refused = Refused(|type_name| {
    format!("stackgen's local engine runs no code for custom resources, so {type_name} cannot be made here")
});

impl Provider for Refused {
    fn create(&self, site: &mut Site<'_>, _: &Json) -> Result<Begun, Refusal> {
        Err(Refusal((self.0)(&site.type_name)))
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
