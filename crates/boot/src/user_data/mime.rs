//! As much of MIME as user-data needs: one multi-part message, headers that may be folded, base64 or plain bodies.
use super::{PartsError, from_base64};

pub(super) struct MimePart {
    pub(super) kind: String,
    pub(super) body: Vec<u8>,
}

/// The parts of a message, decoded, in their order.
pub(super) fn parts(message: &[u8]) -> Result<Vec<MimePart>, PartsError> {
    let text = std::str::from_utf8(message).map_err(|error| PartsError::Mime(error.to_string()))?;
    let text = text.replace("\r\n", "\n");
    let (head, body) = divided(&text);
    let kind = header(&head, "content-type").unwrap_or_default();
    if !kind.to_lowercase().starts_with("multipart/") {
        return Ok(vec![part(&head, body)?]);
    }
    let boundary = parameter(&kind, "boundary").ok_or_else(|| PartsError::Mime("it names no boundary".to_owned()))?;
    let marker = format!("\n--{boundary}");
    let framed = format!("\n{body}");
    let (inside, _) = framed
        .split_once(&format!("{marker}--"))
        .ok_or_else(|| PartsError::Mime(format!("it has no end, `--{boundary}--`")))?;
    // What is before the first boundary is for readers without MIME.
    let pieces = inside.split(&marker).skip(1);
    pieces.map(|piece| divided(piece.trim_start_matches('\n'))).map(|(head, body)| part(&head, body)).collect()
}

fn part(head: &str, body: &str) -> Result<MimePart, PartsError> {
    let kind = header(head, "content-type").unwrap_or_else(|| "text/plain".to_owned());
    let kind = kind.split(';').next().unwrap_or_default().trim().to_lowercase();
    let encoding = header(head, "content-transfer-encoding").unwrap_or_default().to_lowercase();
    let body = match encoding.as_str() {
        "" | "7bit" | "8bit" | "binary" => body.as_bytes().to_vec(),
        "base64" => from_base64(body.as_bytes(), &kind)?,
        other => return Err(PartsError::Mime(format!("`{other}` is no transfer encoding that is known here"))),
    };
    Ok(MimePart { kind, body })
}

/// Headers with their folded lines joined, and what is after the empty line.
fn divided(text: &str) -> (String, &str) {
    let (head, body) = text.split_once("\n\n").unwrap_or((text, ""));
    (head.replace("\n ", " ").replace("\n\t", " "), body)
}

fn header(head: &str, name: &str) -> Option<String> {
    let mut lines = head.lines().filter_map(|line| line.split_once(':'));
    lines.find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim().to_owned())
}

fn parameter(value: &str, name: &str) -> Option<String> {
    let mut parameters = value.split(';').skip(1).filter_map(|one| one.trim().split_once('='));
    let (_, value) = parameters.find(|(key, _)| key.eq_ignore_ascii_case(name))?;
    Some(value.trim_matches('"').to_owned())
}
