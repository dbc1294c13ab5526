//! Functions whose answer follows from their arguments alone. Messages as AWS words them in public reports.
use std::net::{Ipv4Addr, Ipv6Addr};

use base64::Engine;
use serde_json::Value as Json;

use super::functions::{call, is_unknown, text};
use super::{KNOWN_AFTER_APPLY, Problem};

/// The answer to arguments without a function in them.
pub(super) fn answer(name: &str, argument: &Json) -> Result<Json, Problem> {
    match name {
        "Fn::Join" => join(argument),
        "Fn::Select" => select(argument),
        "Fn::Split" => split(argument),
        "Fn::Base64" => base64(argument),
        "Fn::Cidr" => cidr(argument),
        "Fn::Length" => length(argument),
        "Fn::ToJsonString" => json_string(argument),
        _ => Err(Problem(format!("Template error: {name} cannot depend on a resource"))),
    }
}

fn problem<T>(message: &str) -> Result<T, Problem> {
    Err(Problem(format!("Template error: {message}")))
}

fn unknown() -> Json {
    Json::String(KNOWN_AFTER_APPLY.to_owned())
}

fn join(argument: &Json) -> Result<Json, Problem> {
    const SHAPE: &str = "every Fn::Join object requires two parameters, (1) a string delimiter and (2) a list of strings to be \
                         joined or a function that returns a list of strings (such as Fn::GetAZs) to be joined.";
    let (delimiter, list) = match argument.as_array().map(Vec::as_slice) {
        Some([Json::String(delimiter), list]) => (delimiter, list),
        _ => return problem(SHAPE),
    };
    if is_unknown(list) {
        return Ok(unknown());
    }
    let mut texts = Vec::new();
    for item in list.as_array().ok_or_else(|| Problem(format!("Template error: {SHAPE}")))? {
        match item {
            Json::Array(items) => texts.extend(items.iter().filter_map(text)),
            scalar => match text(scalar) {
                Some(text) => texts.push(text),
                None => return problem(SHAPE),
            },
        }
    }
    Ok(Json::String(texts.join(delimiter)))
}

fn select(argument: &Json) -> Result<Json, Problem> {
    const SHAPE: &str = "every Fn::Select object requires two non-null parameters, the first is an integer index and the second a list.";
    let Some([index, list]) = argument.as_array().map(Vec::as_slice) else { return problem(SHAPE) };
    if is_unknown(list) || is_unknown(index) {
        return Ok(unknown());
    }
    let index = text(index).and_then(|text| text.parse::<usize>().ok());
    let (Some(index), Some(list)) = (index, list.as_array()) else { return problem(SHAPE) };
    match list.get(index) {
        Some(item) => Ok(item.clone()),
        None => problem(&format!("Fn::Select cannot select nonexistent value at index {index}")),
    }
}

/// Refuses a selection that is wrong as it is written, whatever its functions give. The sentence was recorded on AWS by
/// localstack/localstack; users quote that of [`select`] for what functions give.
pub(super) fn written_select(argument: &Json) -> Result<(), Problem> {
    const SHAPE: &str = "Fn::Select requires a list argument with two elements: an integer index and a list";
    let Some([index, list]) = argument.as_array().map(Vec::as_slice) else { return problem(SHAPE) };
    let number = text(index).and_then(|text| text.parse::<usize>().ok());
    let is_right = match (number, call(index), list) {
        (None, None, _) => false,
        (Some(number), _, Json::Array(items)) => number < items.len(),
        (_, _, list) => list.is_array() || call(list).is_some(),
    };
    if is_right { Ok(()) } else { problem(SHAPE) }
}

fn split(argument: &Json) -> Result<Json, Problem> {
    match argument.as_array().map(Vec::as_slice) {
        Some([Json::String(_), whole]) if is_unknown(whole) => Ok(unknown()),
        Some([Json::String(delimiter), Json::String(whole)]) if !delimiter.is_empty() => {
            Ok(whole.split(delimiter.as_str()).map(|part| Json::String(part.to_owned())).collect())
        }
        _ => problem(
            "every Fn::Split object requires two parameters, (1) a string delimiter and (2) a string to be split or a \
             function that returns a string to be split.",
        ),
    }
}

fn base64(argument: &Json) -> Result<Json, Problem> {
    if is_unknown(argument) {
        return Ok(unknown());
    }
    match text(argument) {
        Some(text) => Ok(Json::String(base64::engine::general_purpose::STANDARD.encode(text))),
        None => problem("every Fn::Base64 object must have a String-typed value."),
    }
}

fn length(argument: &Json) -> Result<Json, Problem> {
    match argument {
        Json::Array(items) => Ok(Json::from(items.len())),
        unknown if is_unknown(unknown) => Ok(unknown.clone()),
        _ => problem("Fn::Length requires a list"),
    }
}

fn json_string(argument: &Json) -> Result<Json, Problem> {
    match argument {
        Json::Array(_) | Json::Object(_) => Ok(Json::String(argument.to_string())),
        unknown if is_unknown(unknown) => Ok(unknown.clone()),
        _ => problem("Fn::ToJsonString requires an object or a list"),
    }
}

/// Source: *Fn::Cidr* in the template reference: 1 to 256 blocks, by default of 16 bits of hosts (64 in IPv6).
fn cidr(argument: &Json) -> Result<Json, Problem> {
    let Some([block, count, rest @ ..]) = argument.as_array().map(Vec::as_slice) else {
        return problem(
            "every Fn::Cidr object requires two parameters, (1) an ipBlock, (2) a count, and optionally cidrBits",
        );
    };
    if [block, count].into_iter().chain(rest).any(is_unknown) {
        return Ok(unknown());
    }
    let number = |value: &Json| text(value).and_then(|text| text.parse::<u32>().ok());
    let (block, count) = (text(block).unwrap_or_default(), number(count).filter(|count| (1..=256).contains(count)));
    let bits = rest.first().map(number);
    match count.and_then(|count| blocks(&block, count, bits.unwrap_or(None))) {
        Some(blocks) => Ok(blocks.into_iter().map(Json::String).collect()),
        None => problem(&format!("Fn::Cidr cannot cut {block} into the blocks that are asked for")),
    }
}

fn blocks(block: &str, count: u32, bits: Option<u32>) -> Option<Vec<String>> {
    let (address, mask) = block.split_once('/')?;
    let mask: u32 = mask.parse().ok()?;
    let (start, width) = match address.parse::<Ipv4Addr>() {
        Ok(address) => (u128::from(u32::from(address)), 32),
        Err(_) => (u128::from(address.parse::<Ipv6Addr>().ok()?), 128),
    };
    let bits = bits.unwrap_or(if width == 32 { 8 } else { 64 });
    let inner = width - mask.min(width);
    if mask > width || bits > inner || inner - bits < 32 && u64::from(count) > 1u64 << (inner - bits) {
        return None;
    }
    let hosts = u128::MAX.checked_shl(inner).unwrap_or(0);
    let cut = |number: u32| {
        let at = (start & hosts) + (u128::from(number).checked_shl(bits).unwrap_or(0));
        let address = match u32::try_from(at) {
            Ok(at) if width == 32 => Ipv4Addr::from(at).to_string(),
            _ => Ipv6Addr::from(at).to_string(),
        };
        format!("{address}/{}", width - bits)
    };
    Some((0..count).map(cut).collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_function_answers() {
        for (name, argument, wanted) in [
            ("Fn::Join", json!(["-", ["a", 1, true, ["b", "c"]]]), json!("a-1-true-b-c")),
            ("Fn::Join", json!(["/", KNOWN_AFTER_APPLY]), json!(KNOWN_AFTER_APPLY)),
            ("Fn::Select", json!(["1", ["a", "b"]]), json!("b")),
            ("Fn::Split", json!(["|", "a||b"]), json!(["a", "", "b"])),
            ("Fn::Base64", json!("grüß"), json!("Z3LDvMOf")),
            ("Fn::Cidr", json!(["10.1.0.0/16", 2, "8"]), json!(["10.1.0.0/24", "10.1.1.0/24"])),
            ("Fn::Cidr", json!(["2001:db8::/56", 2, 64]), json!(["2001:db8::/64", "2001:db8:0:1::/64"])),
            ("Fn::Length", json!([1, 2]), json!(2)),
            ("Fn::ToJsonString", json!({"b": 1, "a": "x"}), json!(r#"{"b":1,"a":"x"}"#)),
        ] {
            assert_eq!(answer(name, &argument), Ok(wanted), "{name} {argument}");
        }
    }

    #[test]
    fn what_cannot_be_answered_is_refused() {
        for (name, argument, wanted) in [
            ("Fn::Join", json!("a"), "Template error: every Fn::Join object requires two parameters"),
            ("Fn::Select", json!([2, ["a"]]), "Template error: Fn::Select cannot select nonexistent value at index 2"),
            (
                "Fn::Select",
                json!(["x", []]),
                "Template error: every Fn::Select object requires two non-null parameters",
            ),
            ("Fn::Split", json!(["", "a"]), "Template error: every Fn::Split object requires two parameters"),
            ("Fn::Base64", json!([]), "Template error: every Fn::Base64 object must have a String-typed value."),
            ("Fn::Cidr", json!(["10.0.0.0/24", 257, 2]), "Template error: Fn::Cidr cannot cut 10.0.0.0/24"),
            ("Fn::Cidr", json!(["10.0.0.0/24", 3, 7]), "Template error: Fn::Cidr cannot cut 10.0.0.0/24"),
            ("Fn::Cidr", json!(["0.0.0.0/0", 2, 400]), "Template error: Fn::Cidr cannot cut 0.0.0.0/0"),
        ] {
            let Problem(message) = answer(name, &argument).expect_err(name);
            assert!(message.starts_with(wanted), "{name}: {message}");
        }
    }
}
