//! Calls to S3.
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::signed::{Ask, Service};
use super::{Connection, Retry};
use crate::failure::Failure;

/// What S3 does not encode in the path of an object. Source: *Create a signed AWS API request* in the IAM User Guide.
const IN_PATH: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

impl Connection {
    /// Puts an object. The same object again is no harm.
    pub(crate) async fn put_object(&self, bucket: &str, key: &str, body: &str) -> Result<(), Failure> {
        let path = object_path(bucket, key);
        let headers = vec![("content-type", "application/octet-stream".to_owned())];
        let body = body.to_owned();
        let ask = Ask { service: Service::S3, operation: "PutObject", method: "PUT", path, headers, body };
        self.ask(Retry::Safe, &ask).await.map(drop)
    }
}

/// Bucket and object in the path, which works for every name of a bucket. Source: *Virtual hosting of general purpose
/// buckets*, Path-style requests, in the S3 User Guide.
fn object_path(bucket: &str, key: &str) -> String {
    format!("/{bucket}/{}", utf8_percent_encode(key, IN_PATH))
}
