//! Amazon S3: buckets and objects. Source: its API reference and *Error responses* there.
//!
//! What is a list of settings to S3 (encryption, life cycle, who may see it) is kept as it was sent and given back; nothing of it
//! is enforced.
use std::collections::BTreeMap;

use indexmap::IndexMap;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use crate::wire::xml::{self, Lists};
use crate::wire::{Answer, ApiError, Reply, Request, Rest};
use crate::world::World;

mod buckets;
mod list;
mod objects;
mod template;
#[cfg(test)]
mod tests;
mod uploads;

pub use template::{stand_in, template};

/// What S3 has.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct S3 {
    /// Buckets by name.
    pub buckets: IndexMap<String, Bucket>,
}

/// A bucket.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Bucket {
    /// Its name.
    pub name: String,
    /// Where it is.
    pub region: String,
    /// When it was made.
    pub created: Timestamp,
    /// `Enabled` or `Suspended`, once it was said.
    pub versioning: Option<String>,
    /// Its policy.
    pub policy: Option<String>,
    /// Other settings by the name of their query (`encryption`), as XML.
    pub settings: BTreeMap<String, String>,
    /// Versions of objects by key, oldest first.
    pub objects: BTreeMap<String, Vec<Object>>,
    /// Uploads in parts that are not complete, by id.
    pub uploads: BTreeMap<String, uploads::Upload>,
}

/// A version of an object.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Object {
    /// Its version; nothing in a bucket that keeps none.
    pub version: Option<String>,
    /// Whether it only says that the object is deleted.
    pub is_marker: bool,
    /// The content in Base64.
    pub content: String,
    /// How many bytes that is.
    pub size: usize,
    /// What tells contents apart.
    pub etag: String,
    /// When it came.
    pub modified: Timestamp,
    /// `content-type` and all that begins with `x-amz-meta-`.
    pub headers: BTreeMap<String, String>,
    /// Its tags as XML.
    pub tagging: Option<String>,
}

/// Answers a call.
///
/// # Errors
///
/// As S3 refuses, or if the operation is not here.
pub fn answer(world: &mut World, request: &Request, rest: &Rest) -> Result<Answer, ApiError> {
    let answered = buckets::answer(world, request, rest)
        .or_else(|| list::answer(world, request, rest))
        .or_else(|| objects::answer(world, request, rest))
        .or_else(|| uploads::answer(world, request, rest));
    answered.unwrap_or_else(|| Err(ApiError::not_here("S3", &request.operation))).map(Answer::Whole)
}

/// The calls that a resource of a stack makes; their answers are not looked at.
///
/// # Errors
///
/// As S3 refuses.
pub fn members(world: &mut World, request: &Request) -> Result<Json, ApiError> {
    let text = |name: &str| request.text(name).map(str::to_owned);
    let body = text("Body").unwrap_or_default().into_bytes();
    let rest = Rest { bucket: text("Bucket"), key: text("Key"), body, ..Rest::default() };
    answer(world, request, &rest).map(|_| json!({}))
}

impl S3 {
    fn bucket(&mut self, rest: &Rest) -> Result<&mut Bucket, ApiError> {
        let name = rest.bucket.as_deref().unwrap_or_default();
        self.buckets.get_mut(name).ok_or_else(no_bucket)
    }
}

fn error(status: u16, code: &str, message: &str) -> ApiError {
    ApiError { status, ..ApiError::new(code, message) }
}

fn no_bucket() -> ApiError {
    error(404, "NoSuchBucket", "The specified bucket does not exist")
}

fn no_key() -> ApiError {
    error(404, "NoSuchKey", "The specified key does not exist.")
}

const NAMESPACE: &str = "http://s3.amazonaws.com/doc/2006-03-01/";

fn document(name: &str, members: &Json) -> Reply {
    Reply::new(200).body("application/xml", xml::document(name, NAMESPACE, Lists::Flat, members))
}

fn time(at: Timestamp) -> String {
    format!("{at:.3}")
}

/// The texts of all elements of a name, wherever they are. Good enough for the small bodies of S3.
fn elements(body: &[u8], name: &str) -> Vec<String> {
    let text = String::from_utf8_lossy(body);
    let (open, close) = (format!("<{name}>"), format!("</{name}>"));
    let one = |part: &str| part.split_once(&close).map(|(inside, _)| unescaped(inside));
    text.split(&open).skip(1).filter_map(one).collect()
}

fn unescaped(text: &str) -> String {
    let plain = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&#39;", "'"), ("&amp;", "&")];
    plain.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}

/// The MD5 of a content, as for everything that is encrypted with keys of S3 itself. Source: *Object* in the API reference.
fn etag(content: &[u8]) -> String {
    format!("\"{:x}\"", md5::compute(content))
}

/// Of what came in parts: the MD5 of their MD5s, and their number.
fn etag_of_parts(parts: &[Vec<u8>]) -> String {
    let sums: Vec<u8> = parts.iter().flat_map(|part| md5::compute(part).0).collect();
    format!("\"{:x}-{}\"", md5::compute(sums), parts.len())
}
