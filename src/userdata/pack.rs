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

/// What stands for a value: `<||2>`. No id, ARN or name of AWS has these characters, so a value never becomes part of one.
fn mark(start: &str, index: usize) -> String {
    format!("{start}{index}>")
}

/// The script in two parts.
pub(super) fn packed(script: &Value<String>) -> Value<String> {
    let pieces = pieces(script);
    let mut values: Vec<&Node> = Vec::new();
    let mut text = String::new();
    let start = start_not_in(&pieces);
    for piece in pieces {
        match piece.as_text() {
            Some(literal) => text.push_str(literal),
            None => {
                let index = values.iter().position(|value| *value == piece).unwrap_or_else(|| {
                    values.push(piece);
                    values.len() - 1
                });
                text.push_str(&mark(&start, index));
            }
        }
    }
    let values = values.into_iter().enumerate();
    let values = values.map(|(index, node)| Mark { mark: mark(&start, index), value: Value::raw(node.clone()) });
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

/// How marks begin. It is nowhere in the text without its values, however short these are, and as it begins with a character
/// that it has only once, nothing before or in a mark makes another.
fn start_not_in(pieces: &[&Node]) -> String {
    let text: String = pieces.iter().filter_map(|piece| piece.as_text()).collect();
    let starts = std::iter::successors(Some("<|".to_owned()), |start| Some(format!("{start}|")));
    starts.into_iter().find(|start| !text.contains(start)).expect("there is always a longer one")
}

#[cfg(test)]
pub(super) mod tests {
    use std::io::Read;
    use std::process::{Command, Stdio};

    use flate2::read::GzDecoder;
    use proptest::prelude::*;
    use stackgen_core::aws;

    use super::*;

    /// What cloud-init makes of a packed script, and what bash does with it, also where it is set to read patterns differently.
    pub(in crate::userdata) fn unpacked(sent: &str) -> String {
        let content =
            sent.split("  content: ").nth(1).and_then(|rest| rest.lines().next()).expect("the file is in the head");
        let mut packed = String::new();
        let bytes = STANDARD.decode(content).expect("base64");
        GzDecoder::new(bytes.as_slice()).read_to_string(&mut packed).expect("a compressed text");
        let run = sent.split("text/x-shellscript\n\n").nth(1).expect("the part that runs");
        let run: String = run.split_inclusive('\n').filter(|line| line.starts_with("script=${script//")).collect();
        let made = ["extglob", "nocasematch"].map(|option| {
            bash(&format!("shopt -s {option}\nIFS= read -rd '' script\n{run}printf %s \"$script\""), &packed)
        });
        assert_eq!(made[0], made[1]);
        made.into_iter().next().unwrap_or_default()
    }

    /// What a program of bash makes of a text.
    fn bash(program: &str, text: &str) -> String {
        let command = Command::new("bash").args(["-c", program]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        let mut bash = command.expect("bash is here");
        let mut input = bash.stdin.take().expect("it was piped");
        // A pipe holds less than a script has, but bash writes nothing before it has read everything.
        input.write_all(text.as_bytes()).expect("bash reads its input");
        drop(input);
        let output = bash.wait_with_output().expect("bash ends");
        assert!(output.status.success());
        String::from_utf8(output.stdout).expect("text")
    }

    /// A text with every value known.
    fn deployed(text: &Value<String>, values: &[(Value<String>, &str)]) -> String {
        let value = |piece: &Node| values.iter().find(|(value, _)| value.node() == piece).map(|(_, known)| *known);
        let known = |piece: &Node| piece.as_text().or_else(|| value(piece)).map(str::to_owned);
        pieces(text).into_iter().map(|piece| known(piece).expect("every value is known")).collect()
    }

    fn survives(texts: &[String]) {
        let values = [(aws::region(), "eu-west-1"), (aws::stack_name(), ""), (aws::partition(), "a&\\1 b")];
        let pairs = texts.iter().zip(values.iter().cycle());
        let pieces = pairs.flat_map(|(text, (value, _))| [text.as_str().into(), value.clone()]);
        let script = intrinsic::join("", pieces.collect::<Vec<Value<String>>>());
        assert_eq!(unpacked(&deployed(&packed(&script), &values)), deployed(&script, &values));
    }

    #[test]
    fn text_beside_a_value_makes_no_mark() {
        survives(&["@@", "@", "0@", "@1@"].map(str::to_owned));
        survives(&["<", "|0>", "<|", "0>", "<", "||1>", "<||", "<|||2>"].map(str::to_owned));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        /// Whatever is in a script comes out of its packing, also what looks like a mark, with no blank around the values.
        #[test]
        fn every_byte_survives_packing(texts in prop::collection::vec("([<|>@0-2]{0,5}|[ -~@é\\n]{0,40})", 1..30)) {
            survives(&texts);
        }
    }
}
