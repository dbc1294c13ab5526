//! The resource types of S3.
use serde_json::{Value as Json, json};

use super::backed::{Backed, PLAIN, call, name, take_away};
use super::{Refusal, Site};
use crate::cloudformation::template::partition;
use crate::wire::Service;

pub(super) fn provider(type_name: &str) -> Option<&'static Backed> {
    Some(match type_name {
        "AWS::S3::Bucket" => &BUCKET,
        "AWS::S3::BucketPolicy" => &POLICY,
        _ => return None,
    })
}

fn settle(site: &mut Site<'_>, name: &str, properties: &Json) {
    let status = properties["VersioningConfiguration"]["Status"].as_str().map(str::to_owned);
    if let Some(bucket) = site.world.s3.buckets.get_mut(name) {
        // Versioning is never off again. Source: *Using versioning in S3 buckets*.
        bucket.versioning = status.or_else(|| bucket.versioning.take().map(|_| "Suspended".to_owned()));
    }
}

const BUCKET: Backed = Backed {
    takes: 20,
    create: |site, properties| {
        let made = name(site, properties, "BucketName")?;
        if site.world.s3.buckets.contains_key(&made) {
            return Err(Refusal(format!("{made} already exists")));
        }
        call(site, Service::S3, "CreateBucket", json!({"Bucket": made}))?;
        settle(site, &made, properties);
        Ok(made)
    },
    update: |site, name, _, after| {
        settle(site, name, after);
        Ok(())
    },
    delete: |site, name, _| take_away(site, Service::S3, "DeleteBucket", json!({"Bucket": name})),
    attributes: |world, region, name, _| {
        let region = world.s3.buckets.get(name).map_or(region, |it| it.region.as_str());
        let (partition, end) = partition(region);
        json!({
            "Arn": format!("arn:{partition}:s3:::{name}"), "DomainName": format!("{name}.s3.{end}"),
            "RegionalDomainName": format!("{name}.s3.{region}.{end}"), "DualStackDomainName": format!("{name}.s3.dualstack.{region}.{end}"),
            "WebsiteURL": format!("http://{name}.s3-website-{region}.{end}"),
        })
    },
    seen: |world, _, name| {
        let bucket = world.s3.buckets.get(name)?;
        let versioning = bucket.versioning.as_ref().map(|it| json!({"Status": it}));
        Some(json!({"BucketName": name, "VersioningConfiguration": versioning}))
    },
    ..PLAIN
};

fn put(site: &mut Site<'_>, properties: &Json) -> Result<String, Refusal> {
    let bucket = properties["Bucket"].as_str().unwrap_or_default().to_owned();
    let text = match &properties["PolicyDocument"] {
        Json::String(text) => text.clone(),
        other => other.to_string(),
    };
    call(site, Service::S3, "PutBucketPolicy", json!({"Bucket": bucket, "Body": text}))?;
    Ok(bucket)
}

const POLICY: Backed = Backed {
    takes: 2,
    create: |site, properties| {
        let bucket = properties["Bucket"].as_str().unwrap_or_default();
        if site.world.s3.buckets.get(bucket).is_some_and(|it| it.policy.is_some()) {
            let message = format!("The bucket policy already exists on bucket {bucket}.");
            return Err(Refusal(message));
        }
        put(site, properties)
    },
    update: |site, _, _, after| put(site, after).map(drop),
    delete: |site, bucket, _| take_away(site, Service::S3, "DeleteBucketPolicy", json!({"Bucket": bucket})),
    seen: |world, _, name| {
        let policy = world.s3.buckets.get(name)?.policy.as_ref()?;
        Some(json!({"Bucket": name, "PolicyDocument": serde_json::from_str::<Json>(policy).ok()}))
    },
    ..PLAIN
};
