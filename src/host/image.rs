//! The image of a host: what is wanted, and what is pinned.
use serde::Deserialize;
use stackgen_assembly::lock::{Lock, Pin};
use stackgen_core::{AwsType, Fault, ImageOwner, ImageSource, NoOwner, Parameter, Stack, Value, WantedImage};
use thiserror::Error;

use super::config::{Architecture, Config, RootVolume};

/// The parameter of the template.
const PARAMETER: &str = "HostImage";
/// Where the root is on Debian and Ubuntu. A template with it is only written if a pin says so.
const UNKNOWN_ROOT: &str = "/dev/sda1";

/// An image, as it is wanted: where it comes from and what it runs on. Which one it is, the lock says.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Written")]
pub struct Image {
    /// Where new pins come from; no template reads it.
    pub source: ImageSource,
    /// What it runs on.
    pub architecture: Architecture,
}

/// An image as people write it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    source: Option<String>,
    owner: Option<String>,
    name: Option<String>,
    architecture: Architecture,
}

/// Why an image cannot be asked for like this.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ImageError {
    /// A name is anybody's.
    #[error("an image by `name` needs its `owner` too: anybody can give an image any name")]
    NoOwner,
    /// Nothing says which.
    #[error("an image has a `source`, an SSM parameter that names it, or an `owner` and a `name`")]
    Nothing,
    /// It cannot be both.
    #[error("an image has a `source`, or an `owner` and a `name`, and not both")]
    Both,
    /// No such owner.
    #[error(transparent)]
    Owner(#[from] NoOwner),
}

impl TryFrom<Written> for Image {
    type Error = ImageError;

    fn try_from(written: Written) -> Result<Self, ImageError> {
        let source = match (written.source, written.owner, written.name) {
            (Some(parameter), None, None) => ImageSource::Parameter(parameter),
            (None, Some(owner), Some(name)) => ImageSource::Newest { owner: owner.parse()?, name },
            (Some(_), _, _) => return Err(ImageError::Both),
            (None, None, Some(_)) => return Err(ImageError::NoOwner),
            (None, _, None) => return Err(ImageError::Nothing),
        };
        Ok(Image { source, architecture: written.architecture })
    }
}

impl Image {
    /// The image that an SSM parameter names.
    pub fn of_parameter(name: impl Into<String>, architecture: Architecture) -> Self {
        Image { source: ImageSource::Parameter(name.into()), architecture }
    }

    /// The newest image of an owner whose name fits.
    pub fn newest(owner: ImageOwner, name: impl Into<String>, architecture: Architecture) -> Self {
        Image { source: ImageSource::Newest { owner, name: name.into() }, architecture }
    }

    fn origin(&self) -> String {
        match &self.source {
            ImageSource::Parameter(name) => format!("the SSM parameter {name}"),
            ImageSource::Newest { owner, name } => format!("{owner}, named like {name}"),
        }
    }
}

/// The image of a host, with what the lock knows of it.
#[derive(Clone, Debug)]
pub(super) struct HostImage<'a> {
    pub(super) pin: Option<&'a Pin>,
    image: &'a Image,
}

impl<'a> HostImage<'a> {
    pub(super) fn of(stack: &Stack, config: &'a Config, lock: &'a Lock) -> Self {
        HostImage { pin: lock.pin(stack.name(), PARAMETER), image: &config.image }
    }

    /// The id of the image that the machine is launched from, or was if it stays; nothing before an image is pinned.
    pub(super) fn launched(&self) -> &str {
        self.pin.map_or("", |pin| pin.launched.as_ref().unwrap_or(&pin.id))
    }

    pub(super) fn root_device(&self) -> &str {
        self.pin.map_or(UNKNOWN_ROOT, |pin| &pin.root_device)
    }

    /// The pinned image, as a parameter whose default is the pin: a plain one, since one that reads SSM is read at every
    /// deploy. The pin is also its only value. Another one, given at a deploy, would replace the host behind the back of the
    /// logical ids, and nobody would wait for the new host's readiness.
    #[track_caller]
    pub(super) fn parameter(&self, stack: &mut Stack, config: &Config) -> Value<String> {
        let description = format!(
            "The pinned image of the host. The pin changes in the lock and not at a deploy; new pins come from {}.",
            self.image.origin()
        );
        let parameter = Parameter::of(AwsType::ImageId);
        let parameter = match self.pin {
            Some(pin) => parameter.default(pin.id.as_str()).allowed_values([pin.id.as_str()]),
            None => parameter,
        };
        let faults = self.faults(stack.name(), &config.root);
        stack.want_image(WantedImage {
            parameter: PARAMETER.to_owned(),
            source: self.image.source.clone(),
            architecture: self.image.architecture.name().to_owned(),
            instance_type: config.instance_type.clone(),
            root_gib: config.root.gib,
            pin: self.pin.map(|pin| pin.id.clone()),
            region: self.pin.map(|pin| pin.region.clone()),
            faults,
        });
        stack.parameter(PARAMETER, parameter.description(&description))
    }

    fn faults(&self, stack: &str, root: &RootVolume) -> Vec<Fault> {
        let update = format!("`stackgen lock update --stack {stack}`");
        let Some(pin) = self.pin else {
            let hint = format!("pin the newest and review it: {update}; `stackgen deploy` asks whether to");
            return vec![Fault::new("no image is pinned in stackgen.lock", Some(hint))];
        };
        let mut faults = Vec::new();
        let wanted = self.image.architecture.name();
        if pin.architecture != wanted {
            let message =
                format!("the pinned image {} is for {}, and the host wants {wanted}", pin.id, pin.architecture);
            faults.push(Fault::new(message, Some(format!("pin one that fits: {update}"))));
        }
        if pin.root_gib > root.gib {
            let message = format!(
                "the root volume has {} GiB and the snapshot of the pinned image {} has {}",
                root.gib, pin.id, pin.root_gib
            );
            faults.push(Fault::new(message, Some(format!("give the root {} GiB at least", pin.root_gib))));
        }
        faults
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(yaml: &str) -> Result<Image, String> {
        serde_yaml::from_str(yaml).map_err(|error| error.to_string())
    }

    #[test]
    fn an_image_is_named_by_a_parameter_or_by_owner_and_name() {
        let parameter = Image::of_parameter("/ami", Architecture::Arm64);
        assert_eq!(read("{source: /ami, architecture: arm64}"), Ok(parameter));
        let owner: ImageOwner = "099720109477".parse().expect("it is an account");
        let newest = Image::newest(owner, "ubuntu/*", Architecture::X86_64);
        assert_eq!(read("{owner: '099720109477', name: ubuntu/*, architecture: x86_64}"), Ok(newest));
    }

    #[test]
    fn a_query_without_an_owner_cannot_be_written() {
        let says = |yaml: &str, part: &str| {
            let said = read(yaml).expect_err("it names no image");
            assert!(said.contains(part), "{said}");
        };
        says("{name: ubuntu/*, architecture: arm64}", "needs its `owner` too");
        says("{owner: '*', name: ubuntu/*, architecture: arm64}", "`*` is no owner of images");
        says("{owner: self, architecture: arm64}", "an `owner` and a `name`");
        says("{architecture: arm64}", "an `owner` and a `name`");
        says("{source: /ami, owner: self, name: x, architecture: arm64}", "not both");
        says("{source: /ami, id: ami-0123456789abcdef0, architecture: arm64}", "id");
    }
}
