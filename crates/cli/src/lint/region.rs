//! The regions that are asked for.
use stackgen_schema::Facts;
use thiserror::Error;

use crate::names;

/// A region that nothing is known of.
#[derive(Debug, Error)]
#[error("no region is named `{name}`")]
pub(crate) struct NoRegion {
    name: String,
    pub(crate) near: Option<&'static str>,
}

/// Regions must be known: of a mistyped one nothing would be missing, which looks like a clean template.
pub(crate) fn check(asked: &[String]) -> Result<(), NoRegion> {
    let known = Facts::embedded().regions();
    match asked.iter().find(|name| !known.contains(name)) {
        Some(name) => {
            let near = names::nearest(name, known.iter().map(String::as_str));
            Err(NoRegion { name: names::echo(name), near })
        }
        None => Ok(()),
    }
}
