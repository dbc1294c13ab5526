//! What is wrong with pins: images and volumes in the lock.
use stackgen_assembly::lock::LockError;

use super::{CliError, Kind};
use crate::commands::volume::VolumeError;
use crate::pins::PinError;

impl From<LockError> for CliError {
    fn from(error: LockError) -> Self {
        let hint = match &error {
            LockError::File { .. } => None,
            LockError::Damaged { .. } => {
                Some("after a merge, keep one side of each entry; `stackgen lock update` looks up what is missing")
            }
            LockError::Version { .. } => Some("use the stackgen that wrote it"),
            LockError::NoSnapshot { .. } => {
                Some("`stackgen volume restore` writes it; `git log stackgen.lock` has what stood there")
            }
            LockError::NoId { .. } => Some("take the entry away; `stackgen lock update` looks it up"),
        };
        CliError::failed(error).hints(hint)
    }
}

impl From<PinError> for CliError {
    fn from(error: PinError) -> Self {
        let kind = match &error {
            PinError::Unconfirmed { .. } | PinError::Declined | PinError::Misfits(_) => Kind::Refused,
            PinError::WhichImage { .. } | PinError::NothingToPublish => Kind::Usage,
            _ => Kind::Failed,
        };
        let hint = match error {
            PinError::Stack(error) => return error.into(),
            PinError::Unconfirmed { ref stacks, ref words } => {
                let stacks: String = stacks.iter().map(|stack| format!(" --stack {stack}")).collect();
                Some(format!("pin and review it: `stackgen lock update{stacks}{words}`; or say --yes"))
            }
            PinError::Faults { ref words, .. } => {
                Some(format!("look up again what does not fit: `stackgen lock update{words}`"))
            }
            PinError::WhichImage { ref images, .. } | PinError::NoImage { ref images, .. } => {
                Some(format!("there are: --image {}", images.join(", --image ")))
            }
            PinError::SmallRoot { own, .. } => {
                Some(format!("make images with roots of {own} GiB; without --in-place, a new host boots this one"))
            }
            PinError::NoHost(ref stack) => Some(format!(
                "deploy it first; without --in-place, `stackgen ami bump {stack}` pins the image for a new host"
            )),
            PinError::NothingToPublish => {
                Some("name a stack of the app that wants an image, or say --name and --architecture".to_owned())
            }
            _ => None,
        };
        CliError::new(kind, error).hints(hint)
    }
}

impl From<VolumeError> for CliError {
    fn from(error: VolumeError) -> Self {
        let known = |known: &[String]| match known {
            [] => "it has none".to_owned(),
            known => format!("it has: {}", known.join(", ")),
        };
        let (kind, hint) = match &error {
            VolumeError::NoVolumes => (
                Kind::Failed,
                "a host is an instance with attached volumes; `stackgen status STACK` shows what is there".to_owned(),
            ),
            VolumeError::NoVolume { known: all, .. } => (Kind::Failed, known(all)),
            VolumeError::WhichVolume { known: all } => (Kind::Usage, known(all)),
            VolumeError::LockIgnored { .. } => (
                Kind::Refused,
                "give the volume another logical id and the SnapshotId in the app itself, and deploy that".to_owned(),
            ),
            VolumeError::OfProject { folder, .. } => (Kind::Refused, format!("take it out of {folder}/stackgen.lock")),
            VolumeError::NoApp => (Kind::Usage, "leave --assembly out, so that the app is run".to_owned()),
        };
        CliError::new(kind, error).hints([hint])
    }
}
