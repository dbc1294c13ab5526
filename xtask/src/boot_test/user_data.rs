//! The text that an instance of a template is given, with the template's intrinsics worked out.
use anyhow::{Context, bail};
use serde_json::Value as Json;

/// The user-data of the instance `logical_id`. References are asked for by name.
pub(super) fn evaluate(
    template: &Json,
    logical_id: &str,
    value: impl Fn(&str) -> Option<String>,
) -> anyhow::Result<String> {
    let user_data = &template["Resources"][logical_id]["Properties"]["UserData"]["Fn::Base64"];
    text(user_data, &value).with_context(|| format!("the user-data of {logical_id}"))
}

fn text(node: &Json, value: &impl Fn(&str) -> Option<String>) -> anyhow::Result<String> {
    if let Some(literal) = node.as_str() {
        return Ok(literal.to_owned());
    }
    if let Some(name) = node["Ref"].as_str() {
        return value(name).with_context(|| format!("nobody gave a value for {name}"));
    }
    let Some([separator, parts]) = node["Fn::Join"].as_array().map(Vec::as_slice) else {
        bail!("only text, Ref and Fn::Join can be worked out, and this is {node}");
    };
    let parts = parts.as_array().context("Fn::Join joins a list")?;
    let parts: Vec<String> = parts.iter().map(|part| text(part, value)).collect::<Result<_, _>>()?;
    Ok(parts.join(separator.as_str().context("Fn::Join has a separator")?))
}
