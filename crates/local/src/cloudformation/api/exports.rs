//! What stacks give to each other.
use serde_json::{Value as Json, json};

use super::page::page;
use crate::cloudformation::operation;
use crate::wire::{ApiError, Request};
use crate::world::World;

pub(super) fn list(world: &mut World, request: &Request) -> Result<Json, ApiError> {
    let all = operation::exports(world, &request.region);
    let shown = all.map(|(stack, name, value)| json!({ "ExportingStackId": stack.id, "Name": name, "Value": value }));
    page(request, "Exports", shown.collect())
}

/// Source: `ListImports` in the API reference; the sentence is quoted by many tools.
pub(super) fn imports(world: &mut World, request: &Request) -> Result<Json, ApiError> {
    let name = request.required("ExportName")?;
    let users = operation::importers(world, &request.region, name);
    if users.is_empty() {
        return Err(ApiError::validation(format!("Export '{name}' is not imported by any stack.")));
    }
    page(request, "Imports", users.into_iter().map(Json::String).collect())
}
