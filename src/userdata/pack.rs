//! Scripts that EC2 does not take as they are, packed.
//!
//! cloud-init reads user data in several parts. The first part is static and compressed: it puts the script into a file, with
//! a mark for each value that only the deploy knows. The second part comes last and is as it is: it puts the values in and
//! runs the file. The whole script stays in one file, so the lines that its messages name are the lines that people read.
//!
//! Source: *User data formats* and the module *Write Files* in cloud-init's documentation.
use std::io::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::{Compression, GzBuilder};
use serde::Serialize;
use stackgen_core::{INTRINSIC_BYTES, Node, Value, intrinsic};

use super::template::Template;

const FILE: &str = "/var/lib/stackgen/boot";
const BOUNDARY: &str = "==stackgen==";
const RUN: Template = Template::new("src/userdata/packed.sh.hbs", include_str!("packed.sh.hbs"));

#[derive(Serialize)]
struct Run<'a> {
    file: &'a str,
    values: Vec<Mark>,
}

#[derive(Serialize)]
struct Mark {
    mark: String,
    value: Value<String>,
}

/// The size of a script, with a guess for each value that only the deploy knows.
pub(super) fn bytes(script: &Value<String>) -> usize {
    pieces(script).iter().map(|piece| piece.as_text().map_or(INTRINSIC_BYTES, str::len)).sum()
}

/// The script in two parts.
pub(super) fn packed(script: &Value<String>) -> Value<String> {
    let pieces = pieces(script);
    let mut values: Vec<&Node> = Vec::new();
    let mut text = String::new();
    let mark = mark_not_in(&pieces);
    for piece in pieces {
        match piece.as_text() {
            Some(literal) => text.push_str(literal),
            None => {
                let index = values.iter().position(|value| *value == piece).unwrap_or_else(|| {
                    values.push(piece);
                    values.len() - 1
                });
                text.push_str(&format!("{mark}{index}@"));
            }
        }
    }
    let values = values.into_iter().enumerate();
    let values = values.map(|(index, node)| Mark { mark: format!("{mark}{index}@"), value: Value::raw(node.clone()) });
    let run = RUN.render(&Run { file: FILE, values: values.collect() }).expect("the template is this module's own");
    let (head, tail) = (head(&text).into(), format!("--{BOUNDARY}--\n").into());
    intrinsic::join("", [vec![head], run.pieces, vec![tail]].concat())
}

/// Everything before the part that runs.
fn head(text: &str) -> String {
    let content = STANDARD.encode(gzipped(text));
    format!(
        "Content-Type: multipart/mixed; boundary=\"{BOUNDARY}\"\nMIME-Version: 1.0\n\n\
         --{BOUNDARY}\nContent-Type: text/cloud-config\n\n\
         #cloud-config\nwrite_files:\n- path: {FILE}.in\n  permissions: '0600'\n  encoding: gz+b64\n  content: {content}\n\n\
         --{BOUNDARY}\nContent-Type: text/x-shellscript\n\n"
    )
}

/// Compressed; the same text gives the same bytes, since no time and no name is in them.
fn gzipped(text: &str) -> Vec<u8> {
    let mut writer = GzBuilder::new().mtime(0).write(Vec::new(), Compression::best());
    let written = writer.write_all(text.as_bytes()).and_then(|()| writer.finish());
    written.expect("memory can be written to")
}

fn pieces(script: &Value<String>) -> Vec<&Node> {
    match script.node() {
        Node::Call("Fn::Join", argument) => match &**argument {
            Node::List(parts) => match parts.as_slice() {
                [_, Node::List(pieces)] => pieces.iter().collect(),
                _ => Vec::new(),
            },
            _ => Vec::new(),
        },
        node => vec![node],
    }
}

/// A text that is nowhere in the script.
fn mark_not_in(pieces: &[&Node]) -> String {
    let is_free = |mark: &String| !pieces.iter().any(|piece| piece.as_text().is_some_and(|text| text.contains(mark)));
    let marks = std::iter::successors(Some("@".to_owned()), |mark| Some(format!("@{mark}")));
    marks.skip(1).find(is_free).expect("there is always a longer one")
}
