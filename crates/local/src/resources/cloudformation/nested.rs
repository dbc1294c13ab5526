//! Nested stacks. Their templates come from S3, so each is refused until the engine can read there.
use jiff::SignedDuration;
use serde_json::{Map, Value as Json};

use crate::resources::{Begun, Provider, Refusal, Site};

/// `AWS::CloudFormation::Stack`.
#[derive(Debug)]
pub struct Nested;

impl Provider for Nested {
    fn create(&self, _: &mut Site<'_>, _: &Json) -> Result<Begun, Refusal> {
        Err(Refusal("stackgen's local engine does not make nested stacks".to_owned()))
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
