//! Calls to S3.
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use sha2::{Digest as _, Sha256};

use super::signed::{Ask, Service};
use super::{Connection, Retry};
use crate::failure::{Failure, Kind};

/// What S3 does not encode in the path of an object. Source: *Create a signed AWS API request* in the IAM User Guide.
const IN_PATH: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

/// The query that asks a bucket for one version of an object.
pub(crate) const ONE_VERSION: &str = "max-keys=1&versions=";

/// An object that is put.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NewObject<'a> {
    pub(crate) bucket: &'a str,
    /// The account that must own the bucket, if that is known: names of buckets that are gone can be taken by anybody.
    pub(crate) owner: Option<&'a str>,
    pub(crate) key: &'a str,
    pub(crate) body: &'a str,
}

impl Connection {
    /// Puts an object, unless one of its name is there. Sources: *Conditional requests* and *Checking object integrity* in the
    /// S3 User Guide, `ExpectedBucketOwner` of *PutObject* in the S3 API Reference.
    pub(crate) async fn put_object(&self, object: &NewObject<'_>) -> Result<(), Failure> {
        let sum = STANDARD.encode(Sha256::digest(object.body.as_bytes()));
        let mut headers = vec![
            ("content-type", "application/octet-stream".to_owned()),
            ("if-none-match", "*".to_owned()),
            ("x-amz-checksum-sha256", sum),
        ];
        headers.extend(object.owner.map(|owner| ("x-amz-expected-bucket-owner", owner.to_owned())));
        let (path, body) = (object_path(object.bucket, object.key), object.body.to_owned());
        let ask = Ask { service: Service::S3, operation: "PutObject", method: "PUT", path, headers, body };
        match self.ask(Retry::Safe, &ask).await {
            Ok(_) => Ok(()),
            Err(failure) if failure.kind == Kind::AlreadyExists => Ok(()),
            Err(failure) => Err(failure),
        }
    }

    /// Whether there is anything in a bucket: an object, an old version of one, or the mark that one was deleted. As long as
    /// there is, nobody deletes the bucket (*Deleting a general purpose bucket* in the S3 User Guide).
    pub(crate) async fn is_filled(&self, bucket: &str) -> Result<bool, Failure> {
        let ask = Ask {
            service: Service::S3,
            operation: "ListObjectVersions",
            method: "GET",
            path: format!("/{bucket}?{ONE_VERSION}"),
            headers: Vec::new(),
            body: String::new(),
        };
        let answer = self.ask(Retry::Safe, &ask).await?;
        Ok(["<Version>", "<DeleteMarker>"].iter().any(|it| answer.contains(it)))
    }

    /// Where others find an object. CloudFormation tells why it cannot read a template only if the region is in its address
    /// (serverless/serverless#13829).
    pub(crate) fn object_url(&self, bucket: &str, key: &str) -> String {
        format!("{}{}", self.endpoint(Service::S3), object_path(bucket, key))
    }
}

/// Bucket and object in the path, which works for every name of a bucket. Source: *Virtual hosting of general purpose
/// buckets*, Path-style requests, in the S3 User Guide.
fn object_path(bucket: &str, key: &str) -> String {
    format!("/{bucket}/{}", utf8_percent_encode(key, IN_PATH))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_encoded_and_slashes_stay() {
        assert_eq!(object_path("a.b", "templates/ä b.json"), "/a.b/templates/%C3%A4%20b.json");
    }
}
