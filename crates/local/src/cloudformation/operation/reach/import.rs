//! A resource that is there already is taken into the stack.
use jiff::SignedDuration;
use serde_json::Value as Json;

use super::is_tagged;
use crate::cloudformation::operation::nested::NESTED;
use crate::cloudformation::operation::run::Run;
use crate::cloudformation::stack::ResourceStatus;
use crate::cloudformation::template::Wanted;
use crate::resources::{Doing, Refusal, provider};

const TAGGING: &str = "Apply stack-level tags to imported resource if applicable.";

impl Run<'_> {
    pub(super) fn import(
        &mut self,
        at: usize,
        logical_id: &str,
        wanted: &Wanted,
        properties: Json,
        identifier: String,
    ) {
        self.enlist(logical_id, wanted, properties.clone(), ResourceStatus::ImportInProgress);
        self.stack().resources[logical_id].physical_id = Some(identifier.clone());
        // The two reasons stand in a listing of events in PSCloudFormation's documentation, *Importing Resources*.
        self.mark(logical_id, ResourceStatus::ImportInProgress, Some("Resource import started.".to_owned()));
        let struck = self.strike(logical_id, Doing::Create, false);
        let real = struck.map(|()| {
            self.with(logical_id, &wanted.type_name, |site| provider(&site.type_name).read(site, &identifier))
        });
        match real {
            Err(Refusal(reason)) => self.fail(at, &reason),
            Ok(None) => {
                let reason =
                    format!("Resource of type '{}' with identifier '{identifier}' was not found.", wanted.type_name);
                self.fail(at, &reason);
            }
            Ok(Some(_)) => self.wait(at, Doing::Create, SignedDuration::from_secs(2)),
        }
    }

    /// What was taken in is updated at once, for the tags of the stack, by the handler of its type. Its failure fails the
    /// import. The events stand in realestate-com-au/stackup#96 and *Importing Resources* of PSCloudFormation's documentation.
    pub(super) fn imported(&mut self, at: usize, logical_id: &str) {
        self.mark(logical_id, ResourceStatus::ImportComplete, Some("Resource import completed.".to_owned()));
        self.mark(logical_id, ResourceStatus::UpdateInProgress, Some(TAGGING.to_owned()));
        let resource = self.stack().resources[logical_id].clone();
        let begun = if is_tagged(&resource.type_name) && resource.type_name != NESTED {
            self.change_physical(logical_id, &resource, &resource.properties).map(|begun| begun.takes)
        } else {
            self.strike(logical_id, Doing::Update, false).map(|()| SignedDuration::ZERO)
        };
        match begun {
            Err(Refusal(reason)) => self.fail(at, &reason),
            Ok(takes) => self.wait(at, Doing::Update, takes),
        }
    }
}
