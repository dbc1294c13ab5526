//! A template as it is sent: without white space, and not above what CloudFormation takes.
use serde_json::Value as Json;
use sha2::{Digest, Sha256};

use crate::failure::{Failure, Kind};

/// How many bytes a template in a request may have. Source: *CloudFormation quotas* in the CloudFormation User Guide.
pub const IN_REQUEST: usize = 51_200;
/// How many bytes a template in a bucket may have. Source: the same.
const IN_BUCKET: usize = 1_048_576;

/// A template's text without white space, if it is JSON; else as it is.
#[must_use]
pub fn minified(template: &str) -> String {
    serde_json::from_str::<Json>(template).map_or_else(|_| template.to_owned(), |json| json.to_string())
}

/// SHA-256 of a text, in hex.
#[must_use]
pub fn digest(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Whether a template is too large for a request and has to go through a bucket. Its bytes count, not its characters.
pub(crate) fn is_large(template: &str) -> bool {
    template.len() > IN_REQUEST
}

/// Checks that CloudFormation takes a template at all.
///
/// # Errors
///
/// If it does not.
pub(crate) fn check_size(stack: &str, template: &str) -> Result<(), Failure> {
    let size = template.len();
    if size <= IN_BUCKET {
        return Ok(());
    }
    let message = format!(
        "the template of `{stack}` has {size} bytes without white space, and CloudFormation takes {IN_BUCKET} at most, from a \
         bucket too: split the stack"
    );
    Err(Failure::new(Kind::Refused, message))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_count_and_not_characters() {
        let text = |filler: &str, count: usize| format!("{{\"Description\":\"{}\"}}", filler.repeat(count));
        let rest = text("", 0).len();
        assert!(!is_large(&text("x", IN_REQUEST - rest)));
        assert!(is_large(&text("x", IN_REQUEST - rest + 1)));
        assert!(is_large(&text("é", IN_REQUEST - rest - 100)));
        assert!(check_size("a", &text("x", IN_BUCKET - rest)).is_ok());
        assert!(check_size("a", &text("x", IN_BUCKET - rest + 1)).is_err());
    }

    #[test]
    fn white_space_goes_and_order_stays() {
        assert_eq!(minified("{ \"b\": 1,\n \"a\": [1, 2] }"), r#"{"b":1,"a":[1,2]}"#);
        assert_eq!(minified("Resources: {}"), "Resources: {}");
    }
}
