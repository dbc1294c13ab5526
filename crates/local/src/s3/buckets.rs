//! Buckets and their settings.
use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use super::{Bucket, NAMESPACE, document, elements, error, no_bucket, time};
use crate::wire::xml::{self, Lists};
use crate::wire::{ApiError, Reply, Request, Rest};
use crate::world::World;

/// The query, the operation's noun, and what S3 says if there is none: code and message.
type Setting = (&'static str, &'static str, Option<(&'static str, &'static str)>);

/// Settings that are kept as they are sent.
const SETTINGS: [Setting; 9] = [
    (
        "encryption",
        "BucketEncryption",
        Some((
            "ServerSideEncryptionConfigurationNotFoundError",
            "The server side encryption configuration was not found",
        )),
    ),
    (
        "publicAccessBlock",
        "PublicAccessBlock",
        Some(("NoSuchPublicAccessBlockConfiguration", "The public access block configuration was not found")),
    ),
    (
        "lifecycle",
        "BucketLifecycleConfiguration",
        Some(("NoSuchLifecycleConfiguration", "The lifecycle configuration does not exist")),
    ),
    ("tagging", "BucketTagging", Some(("NoSuchTagSet", "The TagSet does not exist"))),
    (
        "ownershipControls",
        "BucketOwnershipControls",
        Some(("OwnershipControlsNotFoundError", "The bucket ownership controls were not found")),
    ),
    ("cors", "BucketCors", Some(("NoSuchCORSConfiguration", "The CORS configuration does not exist"))),
    (
        "website",
        "BucketWebsite",
        Some(("NoSuchWebsiteConfiguration", "The specified bucket does not have a website configuration")),
    ),
    ("logging", "BucketLogging", None),
    ("notification", "BucketNotificationConfiguration", None),
];

pub(super) fn answer(world: &mut World, request: &Request, rest: &Rest) -> Option<Result<Reply, ApiError>> {
    let s3 = &mut world.s3;
    Some(match request.operation.as_str() {
        "ListBuckets" => {
            let shown =
                |it: &Bucket| json!({"Name": it.name, "CreationDate": time(it.created), "BucketRegion": it.region});
            let buckets: Vec<Json> = s3.buckets.values().map(shown).collect();
            let owner = json!({"ID": world.account});
            Ok(document("ListAllMyBucketsResult", &json!({"Owner": owner, "Buckets": {"Bucket": buckets}})))
        }
        "CreateBucket" => create(world, request, rest),
        "HeadBucket" => s3.bucket(rest).map(|it| Reply::new(200).with("x-amz-bucket-region", it.region.clone())),
        "DeleteBucket" => delete(world, rest),
        "GetBucketLocation" => s3.bucket(rest).map(|it| {
            let place = if it.region == "us-east-1" { "" } else { it.region.as_str() };
            Reply::new(200)
                .body("application/xml", xml::document("LocationConstraint", NAMESPACE, Lists::Flat, &json!(place)))
        }),
        "GetBucketVersioning" => {
            s3.bucket(rest).map(|it| document("VersioningConfiguration", &json!({"Status": it.versioning})))
        }
        "PutBucketVersioning" => s3.bucket(rest).and_then(|it| {
            let status = elements(&rest.body, "Status").pop().filter(|it| it == "Enabled" || it == "Suspended");
            let wrong = "The XML you provided was not well-formed or did not validate against our published schema";
            it.versioning = Some(status.ok_or_else(|| error(400, "MalformedXML", wrong))?);
            Ok(Reply::new(200))
        }),
        "PutBucketPolicy" => s3.bucket(rest).and_then(|it| {
            let text = String::from_utf8_lossy(&rest.body).into_owned();
            if serde_json::from_str::<Json>(&text).ok().is_none_or(|it| it.get("Statement").is_none()) {
                return Err(error(
                    400,
                    "MalformedPolicy",
                    "Policies must be valid JSON and the first byte must be '{'",
                ));
            }
            it.policy = Some(text);
            Ok(Reply::new(204))
        }),
        "GetBucketPolicy" => s3.bucket(rest).and_then(|it| {
            let text = it
                .policy
                .clone()
                .ok_or_else(|| error(404, "NoSuchBucketPolicy", "The bucket policy does not exist"))?;
            Ok(Reply::new(200).body("application/json", text))
        }),
        "DeleteBucketPolicy" => s3.bucket(rest).map(|it| {
            it.policy = None;
            Reply::new(204)
        }),
        other => return setting(s3.bucket(rest), other, rest),
    })
}

fn setting(bucket: Result<&mut Bucket, ApiError>, operation: &str, rest: &Rest) -> Option<Result<Reply, ApiError>> {
    let verbs = ["Get", "Put", "Delete"];
    let verb = verbs.into_iter().find(|verb| operation.starts_with(verb))?;
    let (name, noun, missing) = SETTINGS.iter().find(|(_, noun, _)| operation[verb.len()..] == **noun)?;
    let bucket = match bucket {
        Ok(bucket) => bucket,
        Err(error) => return Some(Err(error)),
    };
    Some(match verb {
        "Put" => {
            bucket.settings.insert((*name).to_owned(), String::from_utf8_lossy(&rest.body).into_owned());
            Ok(Reply::new(200))
        }
        "Delete" => {
            bucket.settings.remove(*name);
            Ok(Reply::new(204))
        }
        _ => match (bucket.settings.get(*name), missing) {
            (Some(text), _) => Ok(Reply::new(200).body("application/xml", text.clone())),
            // Each new object is encrypted since 2023. Source: *Amazon S3 now automatically encrypts all new objects*.
            (None, _) if *name == "encryption" => Ok(document(
                "ServerSideEncryptionConfiguration",
                &json!({"Rule": {
                    "ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}, "BucketKeyEnabled": false,
                }}),
            )),
            (None, Some((code, message))) => Err(error(404, code, message)),
            (None, None) => Ok(document(
                if *noun == "BucketLogging" { "BucketLoggingStatus" } else { "NotificationConfiguration" },
                &json!({}),
            )),
        },
    })
}

/// Source: *Bucket naming rules*.
fn is_name(name: &str) -> bool {
    let ends = |it: Option<char>| it.is_some_and(|it| it.is_ascii_lowercase() || it.is_ascii_digit());
    (3..=63).contains(&name.len())
        && ends(name.chars().next())
        && ends(name.chars().last())
        && !name.contains("..")
        && name.chars().all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || ".-".contains(it))
}

fn create(world: &mut World, request: &Request, rest: &Rest) -> Result<Reply, ApiError> {
    let name = rest.bucket.clone().unwrap_or_default();
    if !is_name(&name) {
        return Err(error(400, "InvalidBucketName", "The specified bucket is not valid."));
    }
    let asked = elements(&rest.body, "LocationConstraint").pop();
    let region = asked.unwrap_or_else(|| request.region.clone());
    if let Some(other) = world.s3.buckets.get(&name) {
        // In us-east-1 the same call again is no failure. Source: *CreateBucket*, `BucketAlreadyOwnedByYou`.
        if other.region == "us-east-1" && region == "us-east-1" {
            return Ok(Reply::new(200).with("location", format!("/{name}")));
        }
        let message = "Your previous request to create the named bucket succeeded and you already own it.";
        return Err(error(409, "BucketAlreadyOwnedByYou", message));
    }
    let bucket = Bucket {
        name: name.clone(),
        region,
        created: world.now(),
        versioning: None,
        policy: None,
        settings: BTreeMap::new(),
        objects: BTreeMap::new(),
        uploads: BTreeMap::new(),
    };
    world.s3.buckets.insert(name.clone(), bucket);
    Ok(Reply::new(200).with("location", format!("/{name}")))
}

fn delete(world: &mut World, rest: &Rest) -> Result<Reply, ApiError> {
    let bucket = world.s3.bucket(rest)?;
    if !bucket.objects.is_empty() {
        let message = if bucket.versioning.is_some() {
            "The bucket you tried to delete is not empty. You must delete all versions in the bucket."
        } else {
            "The bucket you tried to delete is not empty"
        };
        return Err(error(409, "BucketNotEmpty", message));
    }
    let name = bucket.name.clone();
    world.s3.buckets.shift_remove(&name).ok_or_else(no_bucket)?;
    Ok(Reply::new(204))
}
