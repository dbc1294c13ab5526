//! Templates as an assembly has them.
use serde_json::{Map, Value as Json};
use stackgen_assembly::{Assembly, StackEntry};
use thiserror::Error;

/// A file of an assembly that should be a template.
#[derive(Debug, Error)]
#[error("the assembly's `{file}` is no template")]
pub(crate) struct TemplateError {
    file: String,
    source: serde_json::Error,
}

/// The template of a stack. Whatever else it is, it is an object.
pub(crate) fn read(assembly: &Assembly, stack: &StackEntry) -> Result<Json, TemplateError> {
    let template: Result<Map<String, Json>, _> = serde_json::from_str(assembly.template(stack));
    template.map(Json::Object).map_err(|source| TemplateError { file: stack.template.clone(), source })
}
