//! A lock against the app that goes by it, without asking anybody.
use std::fmt;

use super::{Lock, Pin, PinSource, Restored};
use crate::manifest::{ImageEntry, ImageWish, Manifest};

/// Something that does not fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The stack.
    pub stack: String,
    /// The parameter of the image, or the output.
    pub name: String,
    /// What is wrong.
    pub message: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}: {}", self.stack, self.name, self.message)
    }
}

/// What of a lock does not fit the images that an app wants and the outputs that its stacks read, in the order of the lock.
#[must_use]
pub fn check(lock: &Lock, manifest: &Manifest) -> Vec<Finding> {
    let finding = |stack: &str, name: &str, message: String| {
        let (stack, name) = (stack.to_owned(), name.to_owned());
        Finding { stack, name, message }
    };
    let mut findings = Vec::new();
    for wanted in &manifest.images {
        let messages = match lock.pin(&wanted.stack, &wanted.parameter) {
            Some(pin) => misfits(wanted, pin),
            None => vec!["no image is pinned".to_owned()],
        };
        findings.extend(messages.into_iter().map(|message| finding(&wanted.stack, &wanted.parameter, message)));
    }
    for (stack, parameter) in lock.strays(manifest) {
        findings.push(finding(stack, parameter, "an image is pinned that no stack wants".to_owned()));
    }
    for (stack, output) in lock.stray_inputs(manifest) {
        findings.push(finding(stack, output, "its value is recorded and no stack reads it".to_owned()));
    }
    for (stack, volume) in lock.stray_volumes(manifest) {
        findings.push(finding(
            stack,
            volume,
            "a snapshot is named for a volume that the stack does not have".to_owned(),
        ));
    }
    findings.sort_by(|one, other| (&one.stack, &one.name).cmp(&(&other.stack, &other.name)));
    findings
}

/// What of a pin does not fit the wish.
fn misfits(wanted: &ImageEntry, pin: &Pin) -> Vec<String> {
    let mut messages = Vec::new();
    if !pin.source.is_of(&wanted.wish) {
        messages.push(format!("{} came from {}, and the app wants {}", pin.id, pin.source, wanted.wish));
    }
    if let Some(region) = wanted.region.as_ref().filter(|region| **region != pin.region) {
        messages.push(format!("{} is in {}, and the stack is for {region}", pin.id, pin.region));
    }
    messages.extend(wanted.refuses(&pin.id, &pin.architecture, pin.root_gib));
    messages
}

impl ImageEntry {
    /// What keeps a host from booting an image: another architecture, or a root volume that is smaller than its snapshot.
    #[must_use]
    pub fn refuses(&self, id: &str, architecture: &str, root_gib: u32) -> Vec<String> {
        let mut messages = Vec::new();
        if architecture != self.architecture {
            let (wanted, kind) = (&self.architecture, &self.instance_type);
            messages.push(format!("{id} is for {architecture}, and the host ({kind}) needs {wanted}"));
        }
        // Source: `AWS::EC2::Instance` Ebs, VolumeSize: it must be equal to or larger than the snapshot's.
        if root_gib > self.root_gib {
            let has = self.root_gib;
            messages.push(format!(
                "the root snapshot of {id} has {root_gib} GiB, and the root volume {has}; make it {root_gib} GiB at least"
            ));
        }
        messages
    }
}

impl PinSource {
    /// Whether it is what a wish names.
    #[must_use]
    pub fn is_of(&self, wish: &ImageWish) -> bool {
        match (self, wish) {
            (PinSource::Parameter { parameter, .. }, ImageWish::Parameter { parameter: wanted }) => parameter == wanted,
            (PinSource::Newest { owner, name }, ImageWish::Newest { owner: by, name: like }) => {
                owner == by && name == like
            }
            _ => false,
        }
    }
}

impl fmt::Display for PinSource {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PinSource::Parameter { parameter, version: Some(version) } => {
                write!(formatter, "{parameter} version {version}")
            }
            PinSource::Parameter { parameter, version: None } => write!(formatter, "{parameter}, by hand"),
            PinSource::Newest { name, owner } => write!(formatter, "{name} of {owner}"),
        }
    }
}

impl fmt::Display for ImageWish {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ImageWish::Parameter { parameter } => formatter.write_str(parameter),
            ImageWish::Newest { name, owner } => write!(formatter, "{name} of {owner}"),
        }
    }
}

impl Lock {
    /// Pins that no stack wants.
    fn strays<'a>(&'a self, manifest: &'a Manifest) -> impl Iterator<Item = (&'a str, &'a str)> {
        let all = self.images.iter().flat_map(|(stack, pins)| pins.keys().map(move |name| (&**stack, &**name)));
        let is_wanted = |stack: &str, name: &str| {
            manifest.images.iter().any(|image| image.stack == stack && image.parameter == name)
        };
        all.filter(move |(stack, name)| !is_wanted(stack, name))
    }

    /// Recorded outputs that no stack reads. An app with problems does not say what its stacks read.
    fn stray_inputs<'a>(&'a self, manifest: &'a Manifest) -> impl Iterator<Item = (&'a str, &'a str)> {
        let all = self.inputs.iter().flat_map(|(stack, values)| values.keys().map(move |name| (&**stack, &**name)));
        let is_read = |stack: &str, output: &str| {
            let mut inputs = manifest.stacks.iter().flat_map(|entry| &entry.inputs);
            inputs.any(|input| input.stack == stack && input.output == output)
        };
        all.filter(move |(stack, output)| manifest.problems.is_empty() && !is_read(stack, output))
    }

    /// Restored volumes that no stack has. They are told and never removed: without its entry a stack has another volume.
    fn stray_volumes<'a>(&'a self, manifest: &'a Manifest) -> impl Iterator<Item = (&'a str, &'a str)> {
        let all =
            self.volumes.iter().flat_map(|(stack, volumes)| volumes.iter().map(move |(id, from)| (stack, id, from)));
        let is_there = |stack: &str, id: &str| {
            let mut stacks = manifest.stacks.iter().filter(|entry| entry.name == stack);
            stacks.any(|entry| entry.resources.iter().any(|resource| resource.id == id))
        };
        let is_stray = move |(stack, id, from): &(&String, &String, &Restored)| {
            manifest.problems.is_empty() && !is_there(stack, &from.logical_id(id))
        };
        all.filter(is_stray).map(|(stack, id, _)| (&**stack, &**id))
    }

    /// Removes what no stack wants; answers with what went.
    pub fn prune(&mut self, manifest: &Manifest) -> Vec<(String, String)> {
        let owned = |(stack, name): (&str, &str)| (stack.to_owned(), name.to_owned());
        let mut gone: Vec<(String, String)> = self.strays(manifest).map(owned).collect();
        gone.iter().for_each(|(stack, name)| drop(self.remove_pin(stack, name)));
        let inputs: Vec<(String, String)> = self.stray_inputs(manifest).map(owned).collect();
        for (stack, output) in &inputs {
            if let Some(values) = self.inputs.get_mut(stack) {
                values.remove(output);
            }
        }
        self.inputs.retain(|_, values| !values.is_empty());
        gone.extend(inputs);
        gone
    }
}
