//! The template behind a URL, for CloudFormation.
use std::collections::BTreeMap;

use serde_json::json;

use super::Bucket;
use super::objects::content;
use crate::wire::{ApiError, Request, Service, pairs};
use crate::world::World;

/// How many bytes a template in a bucket may have. Source: *Understand CloudFormation quotas*.
const LARGEST: usize = 1_048_576;

/// The template that a URL names: `https://bucket.s3.region.amazonaws.com/key`, with the bucket in the path, or on this machine.
///
/// # Errors
///
/// In CloudFormation's words, if it is no address of S3 or nothing is there.
pub fn template(world: &World, url: &str) -> Result<String, ApiError> {
    let wrong = || ApiError::validation(format!("S3 error: Domain name specified in {url} is not a valid S3 domain"));
    let (bucket, key) = parts(url).ok_or_else(wrong)?;
    let denied = || {
        ApiError::validation(
            "S3 error: Access Denied\nFor more information check http://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html",
        )
    };
    let bucket = world.s3.buckets.get(&bucket).ok_or_else(|| {
        ApiError::validation("S3 error: The specified bucket does not exist\nFor more information check http://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html")
    })?;
    let object = bucket.objects.get(&key).and_then(|it| it.last()).filter(|it| !it.is_marker).ok_or_else(denied)?;
    if object.size > LARGEST {
        return Err(ApiError::validation(format!("Template may not exceed {LARGEST} bytes in size.")));
    }
    String::from_utf8(content(object))
        .map_err(|_| ApiError::validation("Template format error: unsupported structure."))
}

/// Puts a template where a URL says that it is, unless it is there. The bucket comes with it.
pub fn stand_in(world: &mut World, region: &str, url: &str, body: &str) {
    let Some((bucket, key)) = parts(url).filter(|_| template(world, url).is_err()) else { return };
    let now = world.now();
    world.s3.buckets.entry(bucket.clone()).or_insert_with(|| Bucket {
        name: bucket.clone(),
        region: region.to_owned(),
        created: now,
        versioning: None,
        policy: None,
        settings: BTreeMap::new(),
        objects: BTreeMap::new(),
        uploads: BTreeMap::new(),
    });
    let request = Request {
        service: Service::S3,
        operation: "PutObject".to_owned(),
        region: region.to_owned(),
        input: json!({"Bucket": bucket, "Key": key, "Body": body}),
    };
    super::members(world, &request).expect("the bucket is there");
}

/// Bucket and key of a URL.
fn parts(url: &str) -> Option<(String, String)> {
    let (scheme, rest) = url.split_once("://")?;
    let (host, path) = rest.split_once('/')?;
    let path = path.split('?').next().unwrap_or(path);
    let decoded = |text: &str| pairs(&format!("it={}", text.replace('+', "%2B"))).pop().map(|(_, it)| it);
    if scheme == "s3" {
        return Some((host.to_owned(), decoded(path)?));
    }
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    let is_here = name == "localhost" || name == "127.0.0.1" || name == "[::1]";
    let is_s3 = name.strip_suffix(".cn").unwrap_or(name).strip_suffix(".amazonaws.com");
    if is_here || is_s3.is_some_and(|it| it == "s3" || it.starts_with("s3.") || it.starts_with("s3-")) {
        let (bucket, key) = path.split_once('/')?;
        return Some((bucket.to_owned(), decoded(key)?));
    }
    let before = match is_s3 {
        Some(before) => before,
        None => name
            .strip_suffix(".localhost")
            .map(|it| it.strip_suffix(".s3").unwrap_or(it))
            .filter(|it| !it.is_empty())?,
    };
    let end = before.find(".s3.").or_else(|| before.find(".s3-")).or_else(|| before.strip_suffix(".s3").map(str::len));
    match (end, is_s3) {
        (Some(end), _) => Some((before[..end].to_owned(), decoded(path)?)),
        (None, None) => Some((before.to_owned(), decoded(path)?)),
        (None, Some(_)) => None,
    }
}
