//! Calls that are named by method and path: S3 and Lambda.
use serde_json::{Map, Value as Json};

use super::call::Call;
use super::percent;

/// A call of S3 or Lambda as it came, for what no table of members can say.
#[derive(Clone, Debug, Default)]
pub struct Rest {
    /// `GET`, `PUT`, …
    pub method: String,
    /// The bucket (S3), wherever it stood: in the path, or before the name of the host.
    pub bucket: Option<String>,
    /// The key (S3), decoded.
    pub key: Option<String>,
    /// The query, decoded; `?versioning` has an empty value.
    pub query: Vec<(String, String)>,
    /// Headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body, out of its chunks.
    pub body: Vec<u8>,
}

impl Rest {
    /// A value of the query.
    #[must_use]
    pub fn query(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }

    /// The first header of a name, given in lower case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }
}

fn raw(call: Call) -> Rest {
    let query = percent::pairs(&call.query);
    Rest { method: call.method, bucket: None, key: None, query, headers: call.headers, body: call.body }
}

/// A call of S3: its operation and its input.
pub(super) fn s3(call: Call) -> (String, Json, Rest) {
    let hosted = call.header("host").and_then(hosted_bucket).map(str::to_owned);
    let path = percent::decode(call.path.strip_prefix('/').unwrap_or(&call.path));
    let (bucket, key) = match hosted {
        Some(bucket) => (bucket, path.as_str()),
        None => path.split_once('/').map_or((path.clone(), ""), |(bucket, key)| (bucket.to_owned(), key)),
    };
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let (bucket, key) = (some(&bucket), some(key));
    let rest = Rest { bucket, key, ..raw(call) };
    let operation = s3_operation(&rest);
    let mut input = Map::new();
    for (name, value) in [("Bucket", &rest.bucket), ("Key", &rest.key)] {
        input.extend(value.clone().map(|value| (name.to_owned(), value.into())));
    }
    input.extend(
        rest.query
            .iter()
            .filter(|(name, _)| !name.starts_with("X-Amz-"))
            .cloned()
            .map(|(name, value)| (name, value.into())),
    );
    (operation, Json::Object(input), rest)
}

/// Source: *Virtual hosting of buckets* in the S3 user guide. A name before `localhost` is a bucket too, as SDKs write it for an
/// endpoint with a name; for one with a number they write paths.
fn hosted_bucket(host: &str) -> Option<&str> {
    let host = host.rsplit_once(':').map_or(host, |(name, _)| name);
    if let Some(before) = host.strip_suffix(".localhost").or_else(|| host.strip_suffix(".localhost.localdomain")) {
        return Some(before.strip_suffix(".s3").unwrap_or(before)).filter(|name| *name != "s3");
    }
    let before = host.strip_suffix(".amazonaws.com")?;
    let at = before.rfind(".s3.").or_else(|| before.ends_with(".s3").then(|| before.len() - 3))?;
    Some(&before[..at])
}

/// What the query names in the API's words, where a call is not about the object or bucket itself. Source: the index of the S3
/// API reference.
const PARTS: [(&str, &str); 22] = [
    ("accelerate", "BucketAccelerateConfiguration"),
    ("acl", "Acl"),
    ("cors", "BucketCors"),
    ("encryption", "BucketEncryption"),
    ("legal-hold", "ObjectLegalHold"),
    ("lifecycle", "BucketLifecycleConfiguration"),
    ("location", "BucketLocation"),
    ("logging", "BucketLogging"),
    ("notification", "BucketNotificationConfiguration"),
    ("object-lock", "ObjectLockConfiguration"),
    ("ownershipControls", "BucketOwnershipControls"),
    ("policy", "BucketPolicy"),
    ("policyStatus", "BucketPolicyStatus"),
    ("publicAccessBlock", "PublicAccessBlock"),
    ("replication", "BucketReplication"),
    ("requestPayment", "BucketRequestPayment"),
    ("retention", "ObjectRetention"),
    ("tagging", "Tagging"),
    ("torrent", "ObjectTorrent"),
    ("versioning", "BucketVersioning"),
    ("attributes", "ObjectAttributes"),
    ("website", "BucketWebsite"),
];

fn s3_operation(rest: &Rest) -> String {
    let verb = match rest.method.as_str() {
        "GET" => "Get",
        "PUT" => "Put",
        "DELETE" => "Delete",
        "HEAD" => "Head",
        _ => "Post",
    };
    let thing = if rest.key.is_some() { "Object" } else { "Bucket" };
    let has = |name| rest.query(name).is_some();
    if let Some((_, word)) = PARTS.iter().find(|(name, _)| has(name)) {
        let before = if matches!(*word, "Acl" | "Tagging") { thing } else { "" };
        return format!("{verb}{before}{word}");
    }
    let is_copy = rest.header("x-amz-copy-source").is_some();
    let name = match (verb, thing) {
        ("Get", "Bucket") if rest.bucket.is_none() => "ListBuckets",
        ("Get", "Bucket") if has("versions") => "ListObjectVersions",
        ("Get", "Bucket") if has("uploads") => "ListMultipartUploads",
        ("Get", "Bucket") if rest.query("list-type") == Some("2") => "ListObjectsV2",
        ("Get", "Bucket") => "ListObjects",
        ("Get", _) if has("uploadId") => "ListParts",
        ("Put", "Bucket") => "CreateBucket",
        ("Put", _) if has("partNumber") && is_copy => "UploadPartCopy",
        ("Put", _) if has("partNumber") => "UploadPart",
        ("Put", _) if is_copy => "CopyObject",
        ("Delete", _) if has("uploadId") => "AbortMultipartUpload",
        ("Post", _) if has("delete") => "DeleteObjects",
        ("Post", _) if has("uploads") => "CreateMultipartUpload",
        ("Post", _) if has("uploadId") => "CompleteMultipartUpload",
        _ => return format!("{verb}{thing}"),
    };
    name.to_owned()
}

/// The routes of Lambda that are known by name: method, path with `{Name}` for what is a member, operation. Source: the API
/// reference of Lambda.
const LAMBDA: [(&str, &str, &str); 20] = [
    ("GET", "/2015-03-31/functions", "ListFunctions"),
    ("POST", "/2015-03-31/functions", "CreateFunction"),
    ("GET", "/2015-03-31/functions/{FunctionName}", "GetFunction"),
    ("DELETE", "/2015-03-31/functions/{FunctionName}", "DeleteFunction"),
    ("GET", "/2015-03-31/functions/{FunctionName}/configuration", "GetFunctionConfiguration"),
    ("PUT", "/2015-03-31/functions/{FunctionName}/configuration", "UpdateFunctionConfiguration"),
    ("PUT", "/2015-03-31/functions/{FunctionName}/code", "UpdateFunctionCode"),
    ("POST", "/2015-03-31/functions/{FunctionName}/invocations", "Invoke"),
    ("GET", "/2015-03-31/functions/{FunctionName}/policy", "GetPolicy"),
    ("POST", "/2015-03-31/functions/{FunctionName}/policy", "AddPermission"),
    ("DELETE", "/2015-03-31/functions/{FunctionName}/policy/{StatementId}", "RemovePermission"),
    ("GET", "/2015-03-31/functions/{FunctionName}/versions", "ListVersionsByFunction"),
    ("POST", "/2015-03-31/functions/{FunctionName}/versions", "PublishVersion"),
    ("GET", "/2015-03-31/functions/{FunctionName}/aliases", "ListAliases"),
    ("PUT", "/2017-10-31/functions/{FunctionName}/concurrency", "PutFunctionConcurrency"),
    ("GET", "/2019-09-30/functions/{FunctionName}/concurrency", "GetFunctionConcurrency"),
    ("DELETE", "/2017-10-31/functions/{FunctionName}/concurrency", "DeleteFunctionConcurrency"),
    ("GET", "/2017-03-31/tags/{Resource}", "ListTags"),
    ("POST", "/2017-03-31/tags/{Resource}", "TagResource"),
    ("DELETE", "/2017-03-31/tags/{Resource}", "UntagResource"),
];

/// A call of Lambda: its operation and its input, which is path, query and body together. One that is in no table is named by
/// method and path.
pub(super) fn lambda(call: Call) -> (String, Json, Rest) {
    let path = call.path.trim_end_matches('/').to_owned();
    let known = LAMBDA.iter().find_map(|(method, pattern, name)| {
        (*method == call.method).then(|| members(pattern, &path)).flatten().map(|members| (*name, members))
    });
    let rest = raw(call);
    let Some((name, members)) = known else {
        return (format!("{} {path}", rest.method), Json::Object(Map::new()), rest);
    };
    let body = match serde_json::from_slice(&rest.body) {
        Ok(Json::Object(body)) if name != "Invoke" => body,
        _ => Map::new(),
    };
    let query = rest.query.iter().cloned().map(|(name, value)| (name, value.into()));
    let input = body.into_iter().chain(query).chain(members).collect();
    (name.to_owned(), Json::Object(input), rest)
}

fn members(pattern: &str, path: &str) -> Option<Vec<(String, Json)>> {
    let (wanted, given): (Vec<&str>, Vec<&str>) = (pattern.split('/').collect(), path.split('/').collect());
    let mut members = Vec::new();
    for (want, give) in wanted.iter().zip(&given) {
        match want.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
            Some(name) => members.push((name.to_owned(), percent::decode(give).into())),
            None if want == give => {}
            None => return None,
        }
    }
    (wanted.len() == given.len()).then_some(members)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn call(method: &str, host: &str, target: &str) -> Call {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let headers = vec![("host".to_owned(), host.to_owned())];
        Call { method: method.into(), path: path.into(), query: query.into(), headers, body: Vec::new() }
    }

    #[test]
    fn a_bucket_stands_in_the_path_or_in_the_host() {
        for (host, target, bucket, key) in [
            ("127.0.0.1:4566", "/b/k/x%20y", Some("b"), Some("k/x y")),
            ("127.0.0.1", "/b/", Some("b"), None),
            ("localhost:4566", "/", None, None),
            ("b.localhost:4566", "/k", Some("b"), Some("k")),
            ("b.s3.localhost:4566", "/b/k", Some("b"), Some("b/k")),
            ("b.c.s3.eu-west-1.amazonaws.com", "/k", Some("b.c"), Some("k")),
            ("b.s3.amazonaws.com", "/", Some("b"), None),
            ("s3.eu-west-1.amazonaws.com", "/b/k", Some("b"), Some("k")),
        ] {
            let (_, _, rest) = s3(call("GET", host, target));
            assert_eq!((rest.bucket.as_deref(), rest.key.as_deref()), (bucket, key), "{host}{target}");
        }
    }

    #[test]
    fn operations_of_s3_have_their_names() {
        for (method, target, name) in [
            ("GET", "/", "ListBuckets"),
            ("PUT", "/b", "CreateBucket"),
            ("HEAD", "/b", "HeadBucket"),
            ("GET", "/b?list-type=2&prefix=x", "ListObjectsV2"),
            ("GET", "/b?versions", "ListObjectVersions"),
            ("PUT", "/b?versioning", "PutBucketVersioning"),
            ("GET", "/b?policy", "GetBucketPolicy"),
            ("GET", "/b?policyStatus", "GetBucketPolicyStatus"),
            ("PUT", "/b?tagging", "PutBucketTagging"),
            ("PUT", "/b/k?tagging", "PutObjectTagging"),
            ("PUT", "/b?publicAccessBlock", "PutPublicAccessBlock"),
            ("PUT", "/b/k", "PutObject"),
            ("POST", "/b?delete", "DeleteObjects"),
            ("POST", "/b/k?uploads", "CreateMultipartUpload"),
            ("PUT", "/b/k?partNumber=1&uploadId=u", "UploadPart"),
            ("DELETE", "/b/k", "DeleteObject"),
        ] {
            assert_eq!(s3(call(method, "127.0.0.1", target)).0, name, "{method} {target}");
        }
    }

    #[test]
    fn paths_of_lambda_are_members() {
        let mut asked = call("POST", "127.0.0.1", "/2015-03-31/functions/arn%3Aaws%3Ax/policy?Qualifier=1");
        asked.body = br#"{"Action": "lambda:InvokeFunction"}"#.to_vec();
        let (name, input, _) = lambda(asked);
        let wanted = json!({"Action": "lambda:InvokeFunction", "Qualifier": "1", "FunctionName": "arn:aws:x"});
        assert_eq!((name.as_str(), input), ("AddPermission", wanted));
        assert_eq!(lambda(call("GET", "127.0.0.1", "/2015-03-31/functions/")).0, "ListFunctions");
        assert_eq!(lambda(call("GET", "127.0.0.1", "/2020-06-30/layers")).0, "GET /2020-06-30/layers");
    }
}
