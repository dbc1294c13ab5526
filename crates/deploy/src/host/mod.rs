//! The hosts with volumes of a template, read from its shape: whoever wrote it, and with whatever names.
//!
//! A host is an instance together with what belongs to one instance at a time: volumes, addresses, and the conditions that
//! wait for it. A [`Switch`] is a parameter that lets a volume go and changes nothing else; `docs/decisions/006-host.md` says
//! why a host has one.
mod beside;
mod derive;
pub(crate) mod record;
mod succession;
pub(crate) mod volumes;

#[cfg(test)]
pub(crate) mod samples;

use serde::{Deserialize, Serialize};

pub(crate) use beside::beside;
pub(crate) use derive::hosts;
pub(crate) use succession::{Succession, successions};

/// An instance with what belongs to it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Host {
    /// The logical id of the instance.
    pub instance: String,
    /// The parameter that names its image, if one does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
    /// Its volumes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Attachment>,
    /// The logical ids of what associates addresses with it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub associations: Vec<String>,
    /// The logical ids of the wait conditions that come after it or its attachments.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ready: Vec<String>,
    /// The SSM parameter in which its boot script looks whether its volume is new, with the logical id of the volume.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record: Option<Recorded>,
}

/// A volume on an instance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// The logical id of the attachment.
    pub id: String,
    /// The volume as it is written: `${DataVolume}`, or an id.
    pub volume: String,
    /// Whether it is there with the parameters as they are.
    pub is_held: bool,
    /// What lets it go.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub switch: Option<Switch>,
}

/// A parameter on whose value an attachment hangs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Switch {
    /// The parameter.
    pub parameter: String,
    /// The value with which the volume is attached.
    pub on: String,
    /// A value with which it is not.
    pub off: String,
}

/// Where a boot script reads about its volume.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recorded {
    /// The name of the SSM parameter.
    pub parameter: String,
    /// The logical id of the volume.
    pub volume: String,
    /// Whether the template makes the volume from a snapshot, so that it is not blank.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_restored: bool,
}

impl Host {
    /// Whether it has volumes, so that somebody may be handing it over.
    #[must_use]
    pub fn has_volumes(&self) -> bool {
        !self.attachments.is_empty()
    }
}

/// The SSM parameter in which a deploy tells the hosts of a stack whether their data volume is new.
#[must_use]
pub fn record_of(stack: &str) -> String {
    format!("/stackgen/{stack}/data-volume")
}
