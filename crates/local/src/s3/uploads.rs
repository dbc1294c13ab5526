//! Uploads in parts.
use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{document, elements, error, etag, etag_of_parts, objects};
use crate::wire::{ApiError, Reply, Request, Rest};
use crate::world::World;

/// An upload that is not complete.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Upload {
    /// The key that the object will have.
    pub key: String,
    /// Parts by number, in Base64.
    pub parts: BTreeMap<u32, String>,
    /// Headers of the object.
    pub headers: BTreeMap<String, String>,
}

pub(super) fn answer(world: &mut World, request: &Request, rest: &Rest) -> Option<Result<Reply, ApiError>> {
    Some(match request.operation.as_str() {
        "CreateMultipartUpload" => create(world, rest),
        "UploadPart" => part(world, rest),
        "CompleteMultipartUpload" => complete(world, rest),
        "AbortMultipartUpload" => take(world, rest).map(|_| Reply::new(204)),
        _ => return None,
    })
}

fn no_upload() -> ApiError {
    let message = "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.";
    error(404, "NoSuchUpload", message)
}

fn create(world: &mut World, rest: &Rest) -> Result<Reply, ApiError> {
    let id = world.letters(32);
    let bucket = world.s3.bucket(rest)?;
    let key = rest.key.clone().unwrap_or_default();
    bucket
        .uploads
        .insert(id.clone(), Upload { key: key.clone(), parts: BTreeMap::new(), headers: objects::kept(rest) });
    Ok(document("InitiateMultipartUploadResult", &json!({"Bucket": bucket.name, "Key": key, "UploadId": id})))
}

fn part(world: &mut World, rest: &Rest) -> Result<Reply, ApiError> {
    let number = rest.query("partNumber").and_then(|it| it.parse::<u32>().ok()).filter(|it| (1..=10_000).contains(it));
    let wrong = "Part number must be an integer between 1 and 10000, inclusive";
    let number = number.ok_or_else(|| error(400, "InvalidArgument", wrong))?;
    let id = rest.query("uploadId").unwrap_or_default();
    let upload = world.s3.bucket(rest)?.uploads.get_mut(id).ok_or_else(no_upload)?;
    upload.parts.insert(number, STANDARD.encode(&rest.body));
    Ok(Reply::new(200).with("etag", etag(&rest.body)))
}

fn take(world: &mut World, rest: &Rest) -> Result<Upload, ApiError> {
    let id = rest.query("uploadId").unwrap_or_default();
    world.s3.bucket(rest)?.uploads.remove(id).ok_or_else(no_upload)
}

fn complete(world: &mut World, rest: &Rest) -> Result<Reply, ApiError> {
    let upload = take(world, rest)?;
    let wanted: Vec<u32> = elements(&rest.body, "PartNumber").iter().filter_map(|it| it.trim().parse().ok()).collect();
    let mut parts = Vec::new();
    for number in &wanted {
        let wrong = "One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified entity tag \
                     may not match the part's entity tag.";
        let part = upload.parts.get(number).ok_or_else(|| error(400, "InvalidPart", wrong))?;
        parts.push(STANDARD.decode(part).unwrap_or_default());
    }
    let made = objects::enter(world, rest, &parts.concat(), etag_of_parts(&parts), upload.headers)?;
    let members = json!({"Bucket": rest.bucket, "Key": upload.key, "ETag": made.header("etag")});
    Ok(document("CompleteMultipartUploadResult", &members))
}
