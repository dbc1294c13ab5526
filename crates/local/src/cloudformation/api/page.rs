//! Lists that come in pages.
use serde_json::{Value as Json, json};

use crate::wire::{ApiError, Request};

/// How much one page holds. Source: `DescribeChangeSet` and `DescribeStackEvents` answer in pages of a hundred or of one
/// megabyte; the second is not counted here.
const PAGE: usize = 100;

/// A page of a list under a name, with `NextToken` if there is more.
pub(super) fn page(request: &Request, name: &str, items: Vec<Json>) -> Result<Json, ApiError> {
    let start = match request.text("NextToken") {
        None => 0,
        Some(token) => decode(token, items.len())?,
    };
    let next = start + PAGE;
    let more = (next < items.len()).then(|| format!("{}", items.len() - next));
    let part: Vec<Json> = items.into_iter().skip(start).take(PAGE).collect();
    let mut answer = json!({ name: part });
    if let Some(token) = more {
        answer["NextToken"] = Json::String(token);
    }
    Ok(answer)
}

/// A token says how many items are left, so that what comes in front meanwhile moves nothing.
fn decode(token: &str, length: usize) -> Result<usize, ApiError> {
    let left: usize = token.parse().map_err(|_| ApiError::validation(format!("Invalid NextToken: {token}")))?;
    Ok(length.saturating_sub(left))
}
