//! Instance types: whether a name is one, and what its processor understands.
//!
//! Source: *Amazon EC2 instance type naming conventions* in the EC2 Instance Types guide.
use stackgen_core::Value;

use super::config::{Architecture, Config};

impl Config {
    /// The instance type, if it is one and its architecture is the image's.
    pub(super) fn instance_type(&self) -> Value<String> {
        let Some(needs) = architecture_of(&self.instance_type) else {
            let message = format!("`{}` does not look like an instance type", self.instance_type);
            return Value::fault(message, Some("write family and size, in small letters: `m7g.medium`".to_owned()));
        };
        if needs == self.image.architecture {
            return self.instance_type.as_str().into();
        }
        let message =
            format!("{} runs {needs:?} and the image is for {:?}", self.instance_type, self.image.architecture);
        let hint = "take an image of the type's architecture; Graviton types have a `g` behind their number";
        Value::fault(message, Some(hint.to_owned()))
    }
}

/// Graviton families have a `g` among the letters behind their generation: `m7g`, `c7gn`, `im4gn`; `a1` was the first. Macs
/// have Apple's processors since the second generation.
fn architecture_of(instance_type: &str) -> Option<Architecture> {
    let (family, size) = instance_type.split_once('.')?;
    if !is_family(family) || !is_size(size) {
        return None;
    }
    let behind_letters = family.trim_start_matches(|letter: char| letter.is_ascii_lowercase());
    let options = behind_letters.trim_start_matches(|digit: char| digit.is_ascii_digit());
    let is_apple = family.starts_with("mac") && family != "mac1";
    let is_arm = family == "a1" || is_apple || options.contains('g');
    Some(if is_arm { Architecture::Arm64 } else { Architecture::X86_64 })
}

fn is_family(family: &str) -> bool {
    let fits = |letter: u8| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == b'-';
    family.starts_with(|letter: char| letter.is_ascii_lowercase())
        && family.bytes().all(fits)
        && family.bytes().any(|letter| letter.is_ascii_digit())
}

/// `medium`, `xlarge`, `24xlarge`, `metal`, `metal-48xl`.
fn is_size(size: &str) -> bool {
    let behind_digits = size.trim_start_matches(|digit: char| digit.is_ascii_digit());
    match behind_digits {
        "xlarge" => true,
        "nano" | "micro" | "small" | "medium" | "large" | "metal" => behind_digits == size,
        other => other.strip_prefix("metal-").is_some_and(|rest| {
            let count = rest.strip_suffix("xl").unwrap_or_default();
            behind_digits == size && !count.is_empty() && count.bytes().all(|digit| digit.is_ascii_digit())
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::{Architecture, architecture_of};

    #[test]
    fn families_tell_their_architecture() {
        let arm = ["m7g.medium", "c7gn.large", "im4gn.xlarge", "a1.medium", "x2gd.medium", "t4g.nano", "g5g.xlarge"];
        for arm in arm.into_iter().chain(["mac2.metal", "mac2-m2pro.metal", "hpc7g.4xlarge", "r8gd.metal-24xl"]) {
            assert_eq!(architecture_of(arm), Some(Architecture::Arm64), "{arm}");
        }
        let intel = ["m7i.large", "g5.xlarge", "c5n.metal", "r7iz.large", "gr6.4xlarge", "t3a.small", "mac1.metal"];
        for intel in intel.into_iter().chain(["m7i-flex.large", "u-6tb1.112xlarge", "u7i-12tb.224xlarge"]) {
            assert_eq!(architecture_of(intel), Some(Architecture::X86_64), "{intel}");
        }
    }

    #[test]
    fn what_is_no_type_has_no_architecture() {
        for text in
            ["m7g", "", ".", "M7G.medium", "m7g.Medium", "m7g.", "m7g.mediums", "medium.m7g", "m7g.2large", "m.large"]
        {
            assert_eq!(architecture_of(text), None, "{text}");
        }
    }
}
