//! Networks: what machines stand in, and how they are reached. Its parts have no life of their own, so they stand on shelves as
//! answers show them.
use serde_json::{Value as Json, json};

use super::error::missing;
use super::{Answer, Ec2, Shelf};
use crate::wire::ApiError;

pub(super) mod endpoint;
pub(super) mod gateway;
pub(super) mod route;
pub(super) mod subnet;
pub(super) mod table;
pub(super) mod vpc;

fn done() -> Answer {
    Ok(json!({"return": true}))
}

fn with_tags(ec2: &Ec2, id: &str, thing: &Json) -> Json {
    let mut thing = thing.clone();
    thing["tagSet"] = ec2.tag_set(id);
    thing
}

/// A thing, which can be changed.
pub(super) fn of<'a>(shelf: &'a mut Shelf, id: &str) -> Result<&'a mut Json, ApiError> {
    shelf.get_mut(id).ok_or_else(|| missing(id))
}
