//! Ids that things get because they have them elsewhere.
use std::collections::BTreeMap;

use jiff::SignedDuration;
use serde_json::Value as Json;

use super::Account;
use crate::resources::generic::Thing;
use crate::resources::{Progress, Refusal};
use crate::world::World;

/// What is taken over from elsewhere, while it is.
#[derive(Clone, Debug, Default)]
pub struct Adoption {
    /// Physical ids, by stack id and logical id.
    ids: BTreeMap<(String, String), String>,
    /// Ids of what comes with a thing, by its physical id: the root volume of an instance, the allocation of an address.
    with: BTreeMap<String, Vec<String>>,
    /// What the resource gets that is being made.
    promised: Vec<String>,
    notes: Vec<String>,
}

impl Adoption {
    pub(super) fn of(account: &Account) -> Adoption {
        let of_stack = |stack: &super::Deployed| {
            let all = stack.resources.iter().filter(|it| is_there(it)).filter_map(|it| {
                Some(((stack.id.clone(), it.id.clone()), it.physical_id.clone().filter(|id| !id.is_empty())?))
            });
            all.collect::<Vec<_>>()
        };
        let mut with: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for machine in &account.instances {
            let is_root = |disk: &&super::Disk| {
                disk.instance.as_ref() == Some(&machine.id)
                    && disk.device.is_some()
                    && disk.device == machine.root_device
            };
            with.entry(machine.id.clone())
                .or_default()
                .extend(account.volumes.iter().filter(is_root).map(|it| it.id.clone()));
        }
        for address in &account.addresses {
            with.entry(address.public_ip.clone()).or_default().push(address.allocation.clone());
        }
        Adoption { ids: account.stacks.iter().flat_map(of_stack).collect(), with, ..Adoption::default() }
    }

    pub(super) fn note(&mut self, text: String) {
        if !self.notes.contains(&text) {
            self.notes.push(text);
        }
    }

    pub(super) fn into_notes(self) -> Vec<String> {
        self.notes
    }
}

fn is_nested(type_name: &str) -> bool {
    type_name == "AWS::CloudFormation::Stack"
}

fn is_custom(type_name: &str) -> bool {
    type_name == "AWS::CloudFormation::CustomResource" || type_name.starts_with("Custom::")
}

/// Whether a resource of a stack is more than a memory.
pub(super) fn is_there(resource: &super::Resource) -> bool {
    !matches!(resource.status.as_str(), "DELETE_COMPLETE" | "DELETE_SKIPPED")
}

impl World {
    /// Whether something is being taken over.
    #[must_use]
    pub(crate) fn is_adopting(&self) -> bool {
        self.adoption.is_some()
    }

    /// Promises a resource that is about to be made the id that it has elsewhere. Answers whether it is there at all.
    pub(crate) fn promise(&mut self, stack_id: &str, logical_id: &str) -> bool {
        let Some(adoption) = &mut self.adoption else { return true };
        let Some(id) = adoption.ids.get(&(stack_id.to_owned(), logical_id.to_owned())) else { return false };
        adoption.promised = vec![id.clone()];
        adoption.promised.extend(adoption.with.get(id).into_iter().flatten().cloned());
        true
    }

    /// Takes a promised id that fits.
    pub(crate) fn promised(&mut self, fits: impl Fn(&str) -> bool) -> Option<String> {
        let promised = &mut self.adoption.as_mut()?.promised;
        let place = promised.iter().position(|id| fits(id))?;
        Some(promised.remove(place))
    }

    /// The promised physical id of the resource that is being made, whatever it looks like.
    pub(crate) fn promised_name(&mut self) -> Option<String> {
        self.promised(|_| true)
    }

    /// The promised id of what nobody makes here: a nested stack was taken over before, and what is behind a custom resource was
    /// asked long ago.
    pub(crate) fn made_elsewhere(&mut self, region: &str, type_name: &str, properties: &Json) -> Option<String> {
        if !is_nested(type_name) && !is_custom(type_name) {
            return None;
        }
        let id = self.promised_name()?;
        // The template of a nested stack lies in a bucket that nobody looked into; what is in force is what lay there.
        let body =
            self.regions.get(region).and_then(|here| here.stacks.get(&id)).map(|stack| stack.source.body.clone());
        if let (Some(body), Some(url)) = (body, properties["TemplateURL"].as_str()) {
            crate::s3::stand_in(self, region, url, &body);
        }
        Some(id)
    }

    /// Sees to it that what was promised is kept. What cannot be made here is there all the same, with a note.
    pub(crate) fn keep(
        &mut self,
        (region, stack_id, logical_id): (&str, &str, &str),
        (type_name, properties): (&str, &Json),
        begun: Result<(String, SignedDuration), String>,
    ) -> Result<(String, SignedDuration), String> {
        let Some(adoption) = &mut self.adoption else { return begun };
        adoption.promised.clear();
        let wanted = adoption.ids.get(&(stack_id.to_owned(), logical_id.to_owned())).cloned();
        match begun {
            Ok((id, takes)) => {
                if let Some(wanted) = wanted.filter(|wanted| *wanted != id) {
                    adoption.note(format!("`{logical_id}` is {wanted} there and {id} in this rehearsal"));
                }
                Ok((id, takes))
            }
            Err(reason) => {
                adoption.note(format!("`{logical_id}` ({type_name}) cannot be made here as it is there: {reason}"));
                let id = wanted.unwrap_or_default();
                let (stack_id, logical_id) = (stack_id.to_owned(), logical_id.to_owned());
                let thing = Thing { properties: properties.clone(), stack_id, logical_id };
                self.region(region).others.entry(type_name.to_owned()).or_default().insert(id.clone(), thing);
                Ok((id, SignedDuration::ZERO))
            }
        }
    }

    /// What is there elsewhere is ready: nobody waits for signals that came long ago, and nothing fails.
    pub(crate) fn ready(
        &mut self,
        logical_id: &str,
        type_name: &str,
        progress: Result<Progress, Refusal>,
    ) -> Result<Progress, Refusal> {
        let Some(adoption) = &mut self.adoption else { return progress };
        match progress {
            Ok(Progress::Wait(_)) if type_name == "AWS::CloudFormation::WaitCondition" => Ok(Progress::Done),
            _ if is_nested(type_name) || is_custom(type_name) => Ok(Progress::Done),
            Err(Refusal(reason)) => {
                adoption.note(format!("`{logical_id}` ({type_name}) does not get ready here: {reason}"));
                Ok(Progress::Done)
            }
            progress => progress,
        }
    }

    /// Properties that cannot be worked out here.
    pub(crate) fn unknown(&mut self, logical_id: &str, reason: &str) -> bool {
        let Some(adoption) = &mut self.adoption else { return false };
        adoption.note(format!("the properties of `{logical_id}` are not known here: {reason}"));
        true
    }
}
