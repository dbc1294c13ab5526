//! When a host counts as ready.
//!
//! A wait condition is asked only when it is created, so a new boot needs a new one: its logical id ends in a number that
//! changes with the image and the script. The script names that id, so the number is taken from the script as it is before
//! the id is in it.
use stackgen_cfn::{cloudformation, ec2};
use stackgen_core::{CreationPolicy, Handle, Stack, Value, intrinsic};

use super::config::Image;
use crate::script::generation;

/// What a boot script is told.
#[derive(Clone, Debug)]
pub struct Boot {
    /// The id of the data volume.
    pub volume_id: Value<String>,
    /// The logical id to signal when everything runs, or failed.
    pub signal: String,
}

/// A boot script, and the logical id that it signals.
pub(super) struct Ready {
    signal: String,
    script: Value<String>,
}

impl Ready {
    pub(super) fn new(volume: &ec2::Volume, image: &Image, script: impl Fn(&Boot) -> Value<String>) -> Self {
        let mut boot = Boot { volume_id: volume.reference(), signal: "HostReady".to_owned() };
        let number = generation(&[&image.id, &script(&boot).preview()]);
        boot.signal.push_str(&number);
        Ready { script: script(&boot), signal: boot.signal }
    }

    pub(super) fn user_data(&self) -> Value<String> {
        intrinsic::base64(&self.script)
    }

    /// The condition comes after the attachment. It does not hang on the parameter that detaches: were it gone and came
    /// back, it would wait for a signal that the old host never sends again.
    #[track_caller]
    pub(super) fn add_condition(
        &self,
        stack: &mut Stack,
        within: &str,
        attachment: &ec2::VolumeAttachment,
        association: &ec2::EipAssociation,
    ) {
        let condition = stack.add(&self.signal, cloudformation::WaitCondition::new());
        let condition = condition.creation_policy(CreationPolicy::signals(1, within));
        drop(condition.depends_on(attachment).depends_on(association));
    }
}
