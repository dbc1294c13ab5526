//! Boot scripts in a stack: what people read of them, and whether EC2 takes them.
use stackgen_shell::Finding;

use super::UserData;
use super::survey::{Place, Survey, Walk};
use crate::node::Node;
use crate::preview::{self, Preview};
use crate::problem::Problem;
use crate::resource::Resource;
use crate::script::{INTRINSIC_BYTES, Script, USER_DATA_BYTES};
use crate::stack::Stack;

/// User data where it was found.
pub(super) struct Found {
    place: Place,
    /// What EC2 is sent, as it counts, in bytes.
    bytes: usize,
    /// The script, unless it is in base64 already.
    script: Option<UserData>,
}

/// A named part of a boot script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// Its name.
    pub name: String,
    /// Its first line in the script, counted from one.
    pub line: usize,
    /// Its size, with a guess for each value that only the deploy knows.
    pub bytes: usize,
}

impl Survey<'_> {
    /// The script inside of `Fn::Base64`.
    pub(super) fn script(&mut self, walk: &mut Walk, node: &Node) {
        let (runs, sent, script) = match node {
            Node::Script(script) => (&script.runs, &script.sent, Some(&**script)),
            node => (node, node, None),
        };
        let preview = preview::in_stack(runs, &self.stack.name);
        let bytes = preview::in_stack(sent, &self.stack.name).bytes;
        let script = user_data(&walk.place.id, preview, bytes, script);
        self.boot_scripts.push(Found { place: walk.place.clone(), bytes, script: Some(script) });
        walk.is_user_data = false;
        self.node(walk, sent);
        walk.is_user_data = true;
    }

    /// Text that is not inside `Fn::Base64` must be base64 already, for the services that take user data so: four letters
    /// for three bytes.
    pub(super) fn encoded(&mut self, walk: &Walk, text: &str) {
        let resource = walk.resource.and_then(|index| self.stack.resources.get(index));
        let type_name = resource.map(Resource::type_name).unwrap_or_default();
        let wants_base64 = type_name.starts_with("AWS::EC2::") || type_name.starts_with("AWS::AutoScaling::");
        let is_base64 = |letter: char| letter.is_ascii_alphanumeric() || "+/=\n".contains(letter);
        if wants_base64 && !text.chars().all(is_base64) {
            let hint = "wrap the script: `intrinsic::base64(…)`";
            self.report(&walk.place, "EC2 takes user data in base64 only".to_owned(), Some(hint.to_owned()));
        }
        self.boot_scripts.push(Found { place: walk.place.clone(), bytes: text.len() / 4 * 3, script: None });
    }

    /// The scripts that people can read.
    pub(super) fn user_data(&self) -> Vec<UserData> {
        self.boot_scripts.iter().filter_map(|found| found.script.clone()).collect()
    }
}

fn user_data(id: &str, preview: Preview, sent_bytes: usize, script: Option<&Script>) -> UserData {
    let starts = script.map(|script| script.sections.as_slice()).unwrap_or_default();
    let ends = starts.iter().skip(1).map(|section| section.line).chain([usize::MAX]);
    let sections = starts.iter().zip(ends).map(|(section, end)| Section {
        name: section.name.to_string(),
        line: section.line,
        bytes: bytes_between(&preview, section.line, end),
    });
    let mut values: Vec<String> = Vec::new();
    for (_, name) in &preview.values {
        if !values.contains(name) {
            values.push(name.clone());
        }
    }
    UserData {
        logical_id: id.to_owned(),
        sections: sections.collect(),
        lines: script.map(|script| script.lines.clone()).unwrap_or_default(),
        values,
        sent_bytes,
        is_packed: script.is_some_and(|script| script.sent != script.runs),
        text: preview.text,
    }
}

/// The bytes of some lines, counted as the whole is counted.
fn bytes_between(preview: &Preview, first: usize, end: usize) -> usize {
    let start_of = |line: usize| match line.checked_sub(2) {
        None => Some(0),
        Some(breaks) => preview.text.match_indices('\n').nth(breaks).map(|(index, _)| index + 1),
    };
    let start = start_of(first).unwrap_or(preview.text.len());
    let end = start_of(end).unwrap_or(preview.text.len());
    let here = preview.values.iter().filter(|(at, _)| (start..end).contains(at));
    let (count, written) =
        here.fold((0, 0), |(count, written), (_, name)| (count + 1, written + "${}".len() + name.len()));
    end - start - written + count * INTRINSIC_BYTES
}

/// Whether EC2 takes the scripts, and what is wrong with their text.
pub(super) fn check(stack: &Stack, survey: &Survey<'_>, problems: &mut Vec<Problem>) {
    for found in &survey.boot_scripts {
        let place = &found.place;
        let problem = |message: String| {
            Problem::of_stack(&stack.name, message).on(&place.id).in_path(&place.path).at(place.source)
        };
        if found.bytes > USER_DATA_BYTES {
            let sections = found.script.as_ref().map(largest).unwrap_or_default();
            let message = format!("user data of {} bytes; EC2 takes {USER_DATA_BYTES}{sections}", found.bytes);
            problems.push(problem(message).hint("move files into the image or a bucket, and fetch them at boot"));
        }
        for (finding, script) in found.script.iter().flat_map(findings) {
            let source = script.lines.get(finding.line - 1).copied().unwrap_or(place.source);
            let message = format!("{} {}: {}", finding.rule.id, finding.rule.name, finding.message);
            let path = format!("{} line {}", place.path, finding.line);
            problems.push(problem(message).in_path(path).at(source).hint(finding.rule.fix));
        }
    }
}

/// What is wrong with the text of a script.
fn findings(script: &UserData) -> impl Iterator<Item = (Finding, &UserData)> {
    let text = stackgen_shell::with_plain_values(&script.text, script.values.iter().map(String::as_str));
    stackgen_shell::check(&text).into_iter().map(move |finding| (finding, script))
}

/// Where most of a script's bytes are.
fn largest(script: &UserData) -> String {
    let mut sections: Vec<&Section> = script.sections.iter().collect();
    sections.sort_by_key(|section| std::cmp::Reverse(section.bytes));
    let sizes: Vec<String> = sections.iter().map(|section| format!("{} {}", section.name, section.bytes)).collect();
    let what = if script.is_packed { "; it is packed, and before that" } else { ";" };
    if sizes.is_empty() { String::new() } else { format!("{what} its largest sections have {}", sizes.join(", ")) }
}
