use jiff::Timestamp;
use serde_json::json;

use super::*;
use crate::wire::Service;

struct Client(World);

impl Client {
    fn new() -> Client {
        Client(World::new("123456789012", "2026-01-05T10:00:00Z".parse::<Timestamp>().unwrap()))
    }

    fn call(&mut self, operation: &str, place: &str, query: &[(&str, &str)], body: &str) -> Result<Reply, ApiError> {
        let (bucket, key) = place.split_once('/').map_or((place, None), |(bucket, key)| (bucket, Some(key.to_owned())));
        let query = query.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let rest = Rest { bucket: Some(bucket.to_owned()), key, query, body: body.into(), ..Rest::default() };
        let (operation, region) = (operation.to_owned(), "eu-west-1".to_owned());
        let request = Request { service: Service::S3, operation, region, input: json!({}) };
        match answer(&mut self.0, &request, &rest)? {
            Answer::Whole(reply) => Ok(reply),
            Answer::Members(_) => unreachable!("S3 answers itself"),
        }
    }

    fn ok(&mut self, operation: &str, place: &str, body: &str) -> String {
        let reply = self.call(operation, place, &[], body).unwrap_or_else(|error| panic!("{operation}: {error}"));
        String::from_utf8(reply.body).unwrap()
    }

    fn refused(&mut self, operation: &str, place: &str) -> String {
        self.call(operation, place, &[], "").unwrap_err().code
    }
}

#[test]
fn a_bucket_goes_only_when_it_is_empty() {
    let mut s3 = Client::new();
    assert_eq!(s3.refused("HeadBucket", "my-bucket"), "NoSuchBucket");
    s3.ok("CreateBucket", "my-bucket", "");
    assert_eq!(s3.refused("CreateBucket", "my-bucket"), "BucketAlreadyOwnedByYou");
    assert_eq!(s3.refused("CreateBucket", "My_Bucket"), "InvalidBucketName");
    s3.ok("PutObject", "my-bucket/a/b", "one");
    assert_eq!(s3.ok("GetObject", "my-bucket/a/b", ""), "one");
    assert_eq!(s3.refused("DeleteBucket", "my-bucket"), "BucketNotEmpty");
    s3.ok("DeleteObject", "my-bucket/a/b", "");
    assert_eq!(s3.refused("GetObject", "my-bucket/a/b"), "NoSuchKey");
    s3.ok("DeleteBucket", "my-bucket", "");
}

#[test]
fn versions_are_kept_behind_markers() {
    let mut s3 = Client::new();
    s3.ok("CreateBucket", "bkt", "");
    s3.ok("PutBucketVersioning", "bkt", "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>");
    let first = s3.call("PutObject", "bkt/k", &[], "one").unwrap().header("x-amz-version-id").unwrap().to_owned();
    s3.ok("PutObject", "bkt/k", "two");
    s3.ok("DeleteObject", "bkt/k", "");
    assert_eq!(s3.refused("GetObject", "bkt/k"), "NoSuchKey");
    assert_eq!(s3.call("GetObject", "bkt/k", &[("versionId", &first)], "").unwrap().body, b"one");
    let listed = s3.ok("ListObjectVersions", "bkt", "");
    assert_eq!((listed.matches("<Version>").count(), listed.matches("<DeleteMarker>").count()), (2, 1));
    assert_eq!(s3.refused("DeleteBucket", "bkt"), "BucketNotEmpty");
    let ids = elements(listed.as_bytes(), "VersionId");
    let all: String =
        ids.iter().map(|id| format!("<Object><Key>k</Key><VersionId>{id}</VersionId></Object>")).collect();
    s3.ok("DeleteObjects", "bkt", &format!("<Delete>{all}</Delete>"));
    s3.ok("DeleteBucket", "bkt", "");
}

#[test]
fn lists_are_cut_into_pages_and_groups() {
    let mut s3 = Client::new();
    s3.ok("CreateBucket", "bkt", "");
    for key in ["a/1", "a/2", "b", "c"] {
        s3.ok("PutObject", &format!("bkt/{key}"), "x");
    }
    let list = |s3: &mut Client, query: &[(&str, &str)]| {
        String::from_utf8(s3.call("ListObjectsV2", "bkt", query, "").unwrap().body).unwrap()
    };
    let grouped = list(&mut s3, &[("delimiter", "/")]);
    assert_eq!(elements(grouped.as_bytes(), "Key"), ["b", "c"]);
    assert!(grouped.contains("<CommonPrefixes><Prefix>a/</Prefix></CommonPrefixes>"), "{grouped}");
    let page = list(&mut s3, &[("max-keys", "3")]);
    assert_eq!(elements(page.as_bytes(), "Key"), ["a/1", "a/2", "b"]);
    let token = elements(page.as_bytes(), "NextContinuationToken").pop().unwrap();
    let rest = list(&mut s3, &[("max-keys", "3"), ("continuation-token", &token)]);
    assert_eq!(elements(rest.as_bytes(), "Key"), ["c"]);
    assert!(rest.contains("<IsTruncated>false</IsTruncated>"));
}

#[test]
fn settings_come_back_as_they_were_sent() {
    let mut s3 = Client::new();
    s3.ok("CreateBucket", "bkt", "");
    assert!(s3.ok("GetBucketEncryption", "bkt", "").contains("AES256"));
    assert_eq!(s3.refused("GetPublicAccessBlock", "bkt"), "NoSuchPublicAccessBlockConfiguration");
    s3.ok("PutPublicAccessBlock", "bkt", "<PublicAccessBlockConfiguration/>");
    assert_eq!(s3.ok("GetPublicAccessBlock", "bkt", ""), "<PublicAccessBlockConfiguration/>");
    assert_eq!(s3.refused("GetBucketPolicy", "bkt"), "NoSuchBucketPolicy");
}

#[test]
fn parts_become_one_object() {
    let mut s3 = Client::new();
    s3.ok("CreateBucket", "bkt", "");
    let id = elements(s3.ok("CreateMultipartUpload", "bkt/k", "").as_bytes(), "UploadId").pop().unwrap();
    for (number, text, sum) in
        [("1", "on", "ed2b5c0139cec8ad2873829dc1117d50"), ("2", "e", "e1671797c52e15f763380b45e841ec32")]
    {
        let reply = s3.call("UploadPart", "bkt/k", &[("partNumber", number), ("uploadId", &id)], text).unwrap();
        assert_eq!(reply.header("etag"), Some(format!("\"{sum}\"").as_str()));
    }
    let parts = "<Part><PartNumber>1</PartNumber></Part><Part><PartNumber>2</PartNumber></Part>";
    s3.call("CompleteMultipartUpload", "bkt/k", &[("uploadId", &id)], parts).unwrap();
    assert!(s3.call("HeadObject", "bkt/k", &[], "").unwrap().header("etag").unwrap().ends_with("-2\""));
    assert_eq!(s3.ok("GetObject", "bkt/k", ""), "one");
}

#[test]
fn a_template_is_found_by_any_of_its_addresses() {
    let mut s3 = Client::new();
    s3.ok("CreateBucket", "my-bucket", "");
    s3.ok("PutObject", "my-bucket/x/t.json", "{}");
    for url in [
        "https://my-bucket.s3.eu-west-1.amazonaws.com/x/t.json",
        "https://my-bucket.s3.amazonaws.com/x/t.json",
        "https://s3.eu-west-1.amazonaws.com/my-bucket/x/t.json",
        "https://s3-eu-west-1.amazonaws.com/my-bucket/x%2Ft.json",
        "http://127.0.0.1:4566/my-bucket/x/t.json",
        "http://my-bucket.localhost:4566/x/t.json?versionId=1",
    ] {
        assert_eq!(template(&s3.0, url).unwrap_or_else(|error| panic!("{url}: {error}")), "{}");
    }
    let error = template(&s3.0, "https://example.com/t.json").unwrap_err().message;
    assert!(error.contains("not a valid S3 domain") || error.contains("S3 error"), "{error}");
    assert!(template(&s3.0, "https://my-bucket.s3.amazonaws.com/none").unwrap_err().message.contains("Access Denied"));
}
