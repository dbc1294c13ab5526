//! Bodies that an SDK sends to S3 in signed pieces: `aws-chunked`.
//!
//! Each piece is its size in hexadecimal, with `;chunk-signature=…` if it is signed, a line's end, its bytes and a line's end. A
//! piece of no bytes is the last; trailers (checksums) follow it. Source: *Transferring payload in multiple chunks* in the S3 API
//! reference. Signatures and checksums are not checked.
use super::{ApiError, Call};

/// Puts the plain body in place of the pieces, if the body is in pieces.
pub(super) fn join(call: &mut Call) -> Result<(), ApiError> {
    let is_streamed = call.header("x-amz-content-sha256").is_some_and(|hash| hash.starts_with("STREAMING-"));
    let encodings = call.header("content-encoding").unwrap_or_default().to_owned();
    let is_chunked = encodings.split(',').any(|encoding| encoding.trim() == "aws-chunked");
    if !is_streamed && !is_chunked {
        return Ok(());
    }
    let incomplete = || ApiError::new("IncompleteBody", "The request body terminated unexpectedly");
    let body = pieces(&call.body).ok_or_else(incomplete)?;
    let length = call.header("x-amz-decoded-content-length").and_then(|text| text.parse::<usize>().ok());
    if length.is_some_and(|length| length != body.len()) {
        return Err(incomplete());
    }
    call.body = body;
    let rest: Vec<&str> =
        encodings.split(',').map(str::trim).filter(|it| !it.is_empty() && *it != "aws-chunked").collect();
    call.headers.retain(|(name, _)| name != "content-encoding");
    if !rest.is_empty() {
        call.headers.push(("content-encoding".to_owned(), rest.join(",")));
    }
    Ok(())
}

fn pieces(mut rest: &[u8]) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let end = rest.windows(2).position(|pair| pair == b"\r\n")?;
        let head = std::str::from_utf8(&rest[..end]).ok()?;
        let size = usize::from_str_radix(head.split(';').next()?.trim(), 16).ok()?;
        rest = &rest[end + 2..];
        if size == 0 {
            return Some(body);
        }
        body.extend(rest.get(..size)?);
        rest = rest.get(size..)?.strip_prefix(b"\r\n")?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(length: &str, body: &str) -> Call {
        let headers = [
            ("content-encoding", "aws-chunked, gzip"),
            ("x-amz-decoded-content-length", length),
            ("x-amz-content-sha256", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"),
        ];
        let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        Call { method: "PUT".into(), headers, body: body.into(), ..Call::default() }
    }

    #[test]
    fn pieces_become_one() {
        let mut signed = call(
            "11",
            "5;chunk-signature=aa\r\nhello\r\n6;chunk-signature=bb\r\n\r\nyou!\r\n0;chunk-signature=cc\r\n\r\n",
        );
        join(&mut signed).unwrap();
        assert_eq!(signed.body, b"hello\r\nyou!");
        assert_eq!(signed.header("content-encoding"), Some("gzip"));
        let mut trailing = call("5", "5\r\nhello\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n");
        join(&mut trailing).unwrap();
        assert_eq!(trailing.body, b"hello");
    }

    #[test]
    fn what_is_cut_off_is_refused() {
        for (length, body) in
            [("5", "5\r\nhel"), ("5", "hello"), ("6", "5\r\nhello\r\n0\r\n\r\n"), ("5", "5\r\nhello\r\n")]
        {
            assert_eq!(join(&mut call(length, body)).unwrap_err().code, "IncompleteBody", "{body}");
        }
    }

    #[test]
    fn other_bodies_stay() {
        let mut plain = Call { body: b"5\r\nhello".to_vec(), ..Call::default() };
        join(&mut plain).unwrap();
        assert_eq!(plain.body, b"5\r\nhello");
    }
}
