//! Images that a stack wants.
//!
//! A template only names an image's id. Where that id came from, and what somebody will look for when it is to be a newer one,
//! goes beside it, for the commands that pin images.
use std::fmt;
use std::str::FromStr;

use crate::node::Fault;
use crate::problem::{Problem, Source};
use crate::stack::Stack;

/// Where images come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ImageSource {
    /// The SSM parameter that names the newest.
    Parameter(String),
    /// The newest one of an owner whose name fits a pattern. Anybody can give an image any name, so there is no way to ask for a
    /// name alone.
    Newest {
        /// Who must have made it.
        owner: ImageOwner,
        /// Its name, in which `*` stands for any letters and `?` for one.
        name: String,
    },
}

/// Who made an image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageOwner(String);

/// A text that is no owner of images.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoOwner(String);

impl std::error::Error for NoOwner {}

impl fmt::Display for NoOwner {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ways = "write an account's twelve digits, `self`, `amazon` or `aws-marketplace`";
        write!(formatter, "`{}` is no owner of images; {ways}", self.0)
    }
}

impl FromStr for ImageOwner {
    type Err = NoOwner;

    /// Source: `DescribeImages`, parameter `Owner.N`, in the EC2 API reference.
    fn from_str(text: &str) -> Result<Self, NoOwner> {
        let is_account = text.len() == 12 && text.bytes().all(|digit| digit.is_ascii_digit());
        let is_alias = matches!(text, "self" | "amazon" | "aws-marketplace");
        if is_account || is_alias { Ok(ImageOwner(text.to_owned())) } else { Err(NoOwner(text.to_owned())) }
    }
}

impl fmt::Display for ImageOwner {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// An image that a stack wants under a parameter of its template.
#[derive(Clone, Debug, PartialEq)]
pub struct WantedImage {
    /// The parameter's logical id.
    pub parameter: String,
    /// Where it comes from.
    pub source: ImageSource,
    /// The architecture, as EC2 names it.
    pub architecture: String,
    /// The type of the instance that boots it.
    pub instance_type: String,
    /// The size of the volume that it is written to.
    pub root_gib: u32,
    /// The image that is pinned.
    pub pin: Option<String>,
    /// The region in which the pinned image is.
    pub region: Option<String>,
    /// What keeps the stack from being deployed with it.
    pub faults: Vec<Fault>,
}

impl Stack {
    /// Notes that the stack wants an image. What is wrong with its pin is a problem of the stack.
    #[track_caller]
    pub fn want_image(&mut self, image: WantedImage) -> &mut Self {
        self.images.push((image, Source::caller()));
        self
    }

    /// The images that the stack wants, with the lines that asked for them.
    pub fn images(&self) -> impl Iterator<Item = (&WantedImage, Source)> {
        self.images.iter().map(|(image, source)| (image, *source))
    }

    /// The region that the stack is bound to.
    pub fn bound_region(&self) -> Option<&str> {
        self.region.as_deref()
    }

    pub(crate) fn image_problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        for (image, source) in self.images() {
            let elsewhere = match (&image.region, &self.region) {
                (Some(is), Some(wanted)) if is != wanted => Some(self.in_other_region(image, is, wanted)),
                _ => None,
            };
            for fault in image.faults.iter().cloned().chain(elsewhere) {
                let problem = Problem::of_stack(&self.name, fault.message).on(&image.parameter).at(source);
                problems.push(Problem { hint: fault.hint, ..problem });
            }
        }
        problems
    }

    /// Source: *Copy an Amazon EC2 AMI* in the EC2 User Guide: an image is in one region, and a copy has another id.
    fn in_other_region(&self, image: &WantedImage, is: &str, wanted: &str) -> Fault {
        let pin = image.pin.as_deref().unwrap_or_default();
        let message = format!("the pinned image {pin} is in {is}, and the stack is for {wanted}");
        Fault::new(message, Some(format!("pin one of {wanted}: `stackgen lock update --stack {}`", self.name)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::App;
    use crate::resource::RawResource;

    fn stack(region: &str, image_region: &str, faults: Vec<Fault>) -> Stack {
        let mut stack = Stack::new("prod");
        drop(stack.add("Topic", RawResource::new("AWS::SNS::Topic")));
        stack.region(region).want_image(WantedImage {
            parameter: "HostImage".to_owned(),
            source: ImageSource::Parameter("/ami".to_owned()),
            architecture: "arm64".to_owned(),
            instance_type: "m7g.medium".to_owned(),
            root_gib: 10,
            pin: Some("ami-0123456789abcdef0".to_owned()),
            region: Some(image_region.to_owned()),
            faults,
        });
        stack
    }

    #[test]
    fn owners_are_accounts_or_known_words() {
        for owner in ["099720109477", "self", "amazon", "aws-marketplace"] {
            assert_eq!(owner.parse::<ImageOwner>().expect("it is one").to_string(), owner);
        }
        for text in ["", "*", "canonical", "09972010947", "0997201094777", "09972010947x", "Self"] {
            assert_eq!(text.parse::<ImageOwner>(), Err(NoOwner(text.to_owned())));
        }
    }

    #[test]
    fn an_image_of_another_region_is_a_problem_of_the_stack() {
        assert!(App::from(stack("eu-west-1", "eu-west-1", Vec::new())).synth().is_ok());
        let problems = App::from(stack("eu-west-1", "us-east-1", Vec::new())).synth().expect_err("it is elsewhere");
        assert_eq!(problems.len(), 1);
        assert_eq!(problems[0].logical_id.as_deref(), Some("HostImage"));
        assert!(problems[0].message.contains("is in us-east-1, and the stack is for eu-west-1"), "{}", problems[0]);
    }

    #[test]
    fn what_is_wrong_with_a_pin_is_told_with_the_line_that_wants_the_image() {
        let fault = Fault::new("no image is pinned", Some("pin one".to_owned()));
        let problems = App::from(stack("eu-west-1", "eu-west-1", vec![fault])).synth().expect_err("it has a fault");
        assert_eq!(problems[0].message, "no image is pinned");
        assert_eq!(problems[0].hint.as_deref(), Some("pin one"));
        assert!(problems[0].source.is_some_and(|source| source.file.ends_with("image.rs")));
    }
}
