//! Lists of objects and of their versions.
use std::collections::BTreeSet;

use serde_json::{Value as Json, json};

use super::{Object, document, time};
use crate::wire::{ApiError, Reply, Request, Rest};
use crate::world::World;

pub(super) fn answer(world: &mut World, request: &Request, rest: &Rest) -> Option<Result<Reply, ApiError>> {
    Some(match request.operation.as_str() {
        "ListObjects" => objects(world, rest, false),
        "ListObjectsV2" => objects(world, rest, true),
        "ListObjectVersions" => versions(world, rest),
        _ => return None,
    })
}

fn objects(world: &mut World, rest: &Rest, is_second: bool) -> Result<Reply, ApiError> {
    let bucket = world.s3.bucket(rest)?;
    let query = |name: &str| rest.query(name).unwrap_or_default().to_owned();
    let (prefix, delimiter) = (query("prefix"), query("delimiter"));
    let after = if is_second { query("continuation-token").max(query("start-after")) } else { query("marker") };
    let most = rest.query("max-keys").and_then(|it| it.parse::<usize>().ok()).unwrap_or(1_000).min(1_000);
    let (mut contents, mut common, mut last, mut is_cut) = (Vec::new(), BTreeSet::new(), String::new(), false);
    for (key, versions) in bucket.objects.iter().filter(|(key, _)| key.starts_with(&prefix) && **key > after) {
        let Some(object) = versions.last().filter(|it| !it.is_marker) else { continue };
        let group = key[prefix.len()..].split_once(&delimiter).filter(|_| !delimiter.is_empty());
        let group = group.map(|(start, _)| format!("{prefix}{start}{delimiter}"));
        if group.as_ref().is_some_and(|it| common.contains(it) || after.starts_with(it)) {
            last.clone_from(key);
            continue;
        }
        if contents.len() + common.len() == most {
            is_cut = true;
            break;
        }
        last.clone_from(key);
        match group {
            Some(group) => drop(common.insert(group)),
            None => contents.push(shown(key, object)),
        }
    }
    let common: Vec<Json> = common.into_iter().map(|it| json!({"Prefix": it})).collect();
    let mut answer = json!({
        "Name": bucket.name, "Prefix": prefix, "MaxKeys": most, "IsTruncated": is_cut, "Contents": contents, "CommonPrefixes": common,
    });
    if !delimiter.is_empty() {
        answer["Delimiter"] = json!(delimiter);
    }
    if is_second {
        answer["KeyCount"] = json!(contents_count(&answer));
        answer["NextContinuationToken"] = if is_cut { json!(last) } else { Json::Null };
    } else {
        answer["Marker"] = json!(after);
        answer["NextMarker"] = if is_cut { json!(last) } else { Json::Null };
    }
    Ok(document("ListBucketResult", &answer))
}

fn contents_count(answer: &Json) -> usize {
    ["Contents", "CommonPrefixes"].iter().filter_map(|it| answer[*it].as_array()).map(Vec::len).sum()
}

fn shown(key: &str, object: &Object) -> Json {
    json!({
        "Key": key, "LastModified": time(object.modified), "ETag": object.etag, "Size": object.size, "StorageClass": "STANDARD",
    })
}

/// All at once: a bucket here has no more than one answer can hold.
fn versions(world: &mut World, rest: &Rest) -> Result<Reply, ApiError> {
    let bucket = world.s3.bucket(rest)?;
    let prefix = rest.query("prefix").unwrap_or_default();
    let (mut there, mut markers) = (Vec::new(), Vec::new());
    for (key, versions) in bucket.objects.iter().filter(|(key, _)| key.starts_with(prefix)) {
        for (place, object) in versions.iter().rev().enumerate() {
            let id = object.version.as_deref().unwrap_or("null");
            let (is_last, at) = (place == 0, time(object.modified));
            if object.is_marker {
                markers.push(json!({"Key": key, "VersionId": id, "IsLatest": is_last, "LastModified": at}));
            } else {
                let mut one = shown(key, object);
                (one["VersionId"], one["IsLatest"]) = (json!(id), json!(is_last));
                there.push(one);
            }
        }
    }
    let answer = json!({
        "Name": bucket.name, "Prefix": prefix, "IsTruncated": false, "Version": there, "DeleteMarker": markers,
    });
    Ok(document("ListVersionsResult", &answer))
}
