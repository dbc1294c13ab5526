//! Objects.
use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::{Bucket, Object, document, elements, error, etag, no_bucket, no_key, time};
use crate::wire::{ApiError, Reply, Request, Rest};
use crate::world::World;

pub(super) fn answer(world: &mut World, request: &Request, rest: &Rest) -> Option<Result<Reply, ApiError>> {
    Some(match request.operation.as_str() {
        "PutObject" => put(world, rest),
        "GetObject" => get(world, rest, true),
        "HeadObject" => get(world, rest, false),
        "DeleteObject" => delete(world, rest),
        "DeleteObjects" => delete_all(world, rest),
        "CopyObject" => copy(world, rest),
        "GetObjectTagging" => find(world, rest).map(|it| match &it.tagging {
            Some(text) => Reply::new(200).body("application/xml", text.clone()),
            None => document("Tagging", &json!({"TagSet": {}})),
        }),
        "PutObjectTagging" => {
            let text = String::from_utf8_lossy(&rest.body).into_owned();
            find(world, rest).map(|it| it.tagging = Some(text)).map(|()| Reply::new(200))
        }
        _ => return None,
    })
}

fn key(rest: &Rest) -> &str {
    rest.key.as_deref().unwrap_or_default()
}

/// Adds a version, or takes the place of the one that is there.
pub(super) fn enter(
    world: &mut World,
    rest: &Rest,
    content: &[u8],
    etag: String,
    headers: BTreeMap<String, String>,
) -> Result<Reply, ApiError> {
    let (mark, now) = (world.letters(32), world.now());
    let bucket = world.s3.bucket(rest)?;
    let object = Object {
        version: (bucket.versioning.as_deref() == Some("Enabled")).then_some(mark),
        is_marker: false,
        content: STANDARD.encode(content),
        size: content.len(),
        etag,
        modified: now,
        headers,
        tagging: None,
    };
    let mut reply = Reply::new(200).with("etag", object.etag.clone()).with("x-amz-server-side-encryption", "AES256");
    if let Some(version) = &object.version {
        reply = reply.with("x-amz-version-id", version.clone());
    }
    add(bucket, key(rest), object);
    Ok(reply)
}

/// One version without an id is kept at most: the *null version*.
fn add(bucket: &mut Bucket, key: &str, object: Object) {
    let versions = bucket.objects.entry(key.to_owned()).or_default();
    if object.version.is_none() {
        versions.retain(|it| it.version.is_some());
    }
    versions.push(object);
}

fn put(world: &mut World, rest: &Rest) -> Result<Reply, ApiError> {
    let there = world.s3.bucket(rest)?.objects.get(key(rest)).and_then(|it| it.last()).is_some_and(|it| !it.is_marker);
    if rest.header("if-none-match") == Some("*") && there {
        let message = "At least one of the pre-conditions you specified did not hold";
        return Err(error(412, "PreconditionFailed", message));
    }
    enter(world, rest, &rest.body, etag(&rest.body), kept(rest))
}

pub(super) fn kept(rest: &Rest) -> BTreeMap<String, String> {
    let is_kept = |name: &str| {
        name.starts_with("x-amz-meta-")
            || matches!(
                name,
                "content-type" | "cache-control" | "content-disposition" | "content-encoding" | "content-language"
            )
    };
    let headers = rest.headers.iter().filter(|(name, value)| is_kept(name) && value != "aws-chunked");
    headers.cloned().collect()
}

fn find<'a>(world: &'a mut World, rest: &Rest) -> Result<&'a mut Object, ApiError> {
    let bucket = world.s3.bucket(rest)?;
    let versions = bucket.objects.get_mut(key(rest)).ok_or_else(no_key)?;
    match rest.query("versionId") {
        None => versions.last_mut().filter(|it| !it.is_marker).ok_or_else(no_key),
        Some(wanted) => {
            let fits = |it: &&mut Object| it.version.as_deref().unwrap_or("null") == wanted && !it.is_marker;
            let missing = || error(404, "NoSuchVersion", "The specified version does not exist.");
            versions.iter_mut().find(fits).ok_or_else(missing)
        }
    }
}

pub(super) fn content(object: &Object) -> Vec<u8> {
    STANDARD.decode(&object.content).unwrap_or_default()
}

fn get(world: &mut World, rest: &Rest, with_body: bool) -> Result<Reply, ApiError> {
    let object = find(world, rest)?.clone();
    let modified = object.modified.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
    let whole = content(&object);
    let part = rest.header("range").and_then(|it| range(it, whole.len()));
    let mut reply = Reply::new(if part.is_some() { 206 } else { 200 })
        .with("etag", object.etag.clone())
        .with("last-modified", modified)
        .with("accept-ranges", "bytes");
    for (name, value) in &object.headers {
        reply = reply.with(name, value.clone());
    }
    if let Some(version) = &object.version {
        reply = reply.with("x-amz-version-id", version.clone());
    }
    if !object.headers.contains_key("content-type") {
        reply = reply.with("content-type", "binary/octet-stream");
    }
    if !with_body {
        return Ok(reply.with("content-length", object.size.to_string()));
    }
    if let Some((start, end)) = part {
        reply = reply.with("content-range", format!("bytes {start}-{}/{}", end - 1, whole.len()));
        reply.body = whole[start..end].to_vec();
    } else {
        reply.body = whole;
    }
    Ok(reply)
}

/// One range of bytes: its start, and the place behind its end.
fn range(header: &str, size: usize) -> Option<(usize, usize)> {
    let (first, last) = header.strip_prefix("bytes=")?.split_once('-')?;
    let (start, end) = match (first.parse::<usize>(), last.parse::<usize>()) {
        (Ok(start), Ok(last)) => (start, last.saturating_add(1).min(size)),
        (Ok(start), Err(_)) => (start, size),
        (Err(_), Ok(count)) => (size.saturating_sub(count), size),
        _ => return None,
    };
    (start < end).then_some((start, end))
}

/// Without a version, a bucket that keeps versions gets a marker. Source: *Deleting object versions from a versioning-enabled bucket*.
fn remove(world: &mut World, bucket: &Rest, key: &str, version: Option<&str>) -> Result<Option<String>, ApiError> {
    let (mark, now) = (world.letters(32), world.now());
    let bucket = world.s3.buckets.get_mut(bucket.bucket.as_deref().unwrap_or_default()).ok_or_else(no_bucket)?;
    if let Some(wanted) = version {
        if let Some(versions) = bucket.objects.get_mut(key) {
            versions.retain(|it| it.version.as_deref().unwrap_or("null") != wanted);
        }
        bucket.objects.retain(|_, versions| !versions.is_empty());
        return Ok(None);
    }
    if bucket.versioning.is_none() {
        bucket.objects.remove(key);
        return Ok(None);
    }
    let is_kept = bucket.versioning.as_deref() == Some("Enabled");
    let marker = Object {
        version: is_kept.then_some(mark.clone()),
        is_marker: true,
        content: String::new(),
        size: 0,
        etag: String::new(),
        modified: now,
        headers: BTreeMap::new(),
        tagging: None,
    };
    add(bucket, key, marker);
    Ok(Some(if is_kept { mark } else { "null".to_owned() }))
}

fn delete(world: &mut World, rest: &Rest) -> Result<Reply, ApiError> {
    let marker = remove(world, rest, key(rest), rest.query("versionId"))?;
    let reply = Reply::new(204);
    Ok(match marker {
        Some(id) => reply.with("x-amz-delete-marker", "true").with("x-amz-version-id", id),
        None => reply,
    })
}

fn delete_all(world: &mut World, rest: &Rest) -> Result<Reply, ApiError> {
    let quiet = elements(&rest.body, "Quiet").iter().any(|it| it == "true");
    let mut gone = Vec::new();
    for one in elements(&rest.body, "Object") {
        let text = |name: &str| elements(one.as_bytes(), name).pop();
        let (Some(key), version) = (text("Key"), text("VersionId")) else { continue };
        let marker = remove(world, rest, &key, version.as_deref())?;
        gone.push(json!({"Key": key, "VersionId": version, "DeleteMarker": marker.as_ref().map(|_| true), "DeleteMarkerVersionId": marker}));
    }
    let shown = if quiet { Vec::new() } else { gone };
    Ok(document("DeleteResult", &json!({ "Deleted": shown })))
}

fn copy(world: &mut World, rest: &Rest) -> Result<Reply, ApiError> {
    let source = rest.header("x-amz-copy-source").unwrap_or_default().trim_start_matches('/').to_owned();
    let (path, version) =
        source.split_once("?versionId=").map_or((source.as_str(), None), |(path, id)| (path, Some(id)));
    let (bucket, from) = path.split_once('/').unwrap_or((path, ""));
    let from =
        crate::wire::pairs(&format!("key={}", from.replace('+', "%2B"))).pop().map(|(_, it)| it).unwrap_or_default();
    let query = version.map(|id| ("versionId".to_owned(), id.to_owned())).into_iter().collect();
    let place = Rest { bucket: Some(bucket.to_owned()), key: Some(from), query, ..Rest::default() };
    let object = find(world, &place)?.clone();
    let is_new = rest.header("x-amz-metadata-directive") == Some("REPLACE");
    let headers = if is_new { kept(rest) } else { object.headers.clone() };
    let content = content(&object);
    let etag = etag(&content);
    enter(world, rest, &content, etag.clone(), headers)?;
    Ok(document("CopyObjectResult", &json!({"ETag": etag, "LastModified": time(world.now())})))
}
