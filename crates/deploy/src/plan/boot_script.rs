//! Boot scripts that change, as people read them, and what becomes of the change: user data runs once in the life of a host.
use std::collections::BTreeMap;

use serde_json::Value as Json;
use similar::{ChangeTag, TextDiff};
use stackgen_boot::user_data::{self, Part};

use super::side::Side;
use super::{Action, BootScriptChange, Change, Consequence};

/// Lines around a change.
const CONTEXT: usize = 3;
/// How a packed script puts a value in: `script=${script//'<|0>'/'value'}`.
const PUTS_IN: (&str, &str, &str) = ("script=${script//'", "'/'", "'}");
/// The file of a packed script before its values are in it.
const PACKED: &str = "/var/lib/stackgen/boot.in";
/// How many letters of a logical id are the hash of what only a new host boots with.
const HASH: usize = 8;

/// The scripts that differ between two templates.
pub(super) fn compare(before: &Side<'_>, after: &Side<'_>, changes: &[Change]) -> Vec<BootScriptChange> {
    let (old, new) = (scripts(before), scripts(after));
    let mut found = Vec::new();
    for (id, script) in &new {
        let (predecessor, was) = match (old.get(id), predecessor(id, &old, &new)) {
            (Some(was), _) => (None, was.as_str()),
            (None, Some((name, was))) => (Some(name), was),
            (None, None) => (None, ""),
        };
        if was != script {
            let diff = diff(was, script);
            found.push(BootScriptChange { id: id.clone(), meaning: meaning(id, predecessor, was, changes), diff });
        }
    }
    found
}

/// The host whose place another one takes: the same name with another hash. `docs/decisions/006-host.md` says why.
fn predecessor<'a>(
    id: &str,
    old: &'a BTreeMap<String, String>,
    new: &BTreeMap<String, String>,
) -> Option<(&'a str, &'a str)> {
    let name = without_hash(id)?;
    let mut gone = old.iter().filter(|(other, _)| !new.contains_key(*other));
    gone.find(|(other, _)| without_hash(other) == Some(name)).map(|(id, script)| (id.as_str(), script.as_str()))
}

fn without_hash(id: &str) -> Option<&str> {
    let (name, hash) = id.split_at_checked(id.len().checked_sub(HASH)?)?;
    let is_hash = hash.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'A'..=b'F'));
    (is_hash && !name.is_empty()).then_some(name)
}

fn meaning(id: &str, predecessor: Option<&str>, was: &str, changes: &[Change]) -> String {
    if let Some(old) = predecessor {
        return format!("a new host takes the place of {old} and runs it once");
    }
    let change = changes.iter().find(|change| change.id == id);
    match change.map(|change| (change.action, change.consequence)) {
        Some((Action::Add, _)) => "a new host runs it once".to_owned(),
        Some((Action::Replace | Action::MayReplace, Consequence::Replaced | Consequence::DataAtRisk(_))) => {
            let reason = change.map_or("", |change| &change.meaning);
            format!("a new host runs it once: the old one {reason}")
        }
        Some((_, Consequence::Restart)) => {
            "the host stops and starts, and nothing runs it: cloud-init runs user data at the first boot only"
                .to_owned()
        }
        Some((_, Consequence::Fails)) => "nothing runs it: the change fails".to_owned(),
        _ if was.is_empty() => "hosts that start from now on run it once".to_owned(),
        _ => "hosts that start from now on run it once; those that are there do not".to_owned(),
    }
}

/// The scripts of a template by the resource that boots with them.
fn scripts(side: &Side<'_>) -> BTreeMap<String, String> {
    let mut scripts = BTreeMap::new();
    for (id, _, properties) in side.resources() {
        if let Some(user_data) = user_data(properties) {
            scripts.insert(id.to_owned(), script(side, user_data));
        }
    }
    scripts
}

/// The user data of an instance, or of a launch template deeper inside.
fn user_data(properties: &Json) -> Option<&Json> {
    let object = properties.as_object()?;
    object.get("UserData").or_else(|| object.values().find_map(user_data))
}

/// What runs, as far as it can be read; else the user data as it is.
fn script(side: &Side<'_>, user_data: &Json) -> String {
    let sent = side.text(user_data);
    let bytes = match user_data.get("Fn::Base64") {
        Some(_) => sent.clone().into_bytes(),
        None => decoded(&sent).unwrap_or_else(|| sent.clone().into_bytes()),
    };
    match user_data::parts(&bytes) {
        Ok(parts) => unpacked(&parts),
        Err(_) => String::from_utf8(bytes).unwrap_or(sent),
    }
}

fn decoded(text: &str) -> Option<Vec<u8>> {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.decode(text.trim()).ok()
}

/// One text of all parts. Files have their names in front, unless there is one script and nothing else.
fn unpacked(parts: &[Part]) -> String {
    if let [Part::File(file), Part::Script(run)] = parts
        && file.path == PACKED
    {
        return with_values(&String::from_utf8_lossy(&file.content), &String::from_utf8_lossy(run));
    }
    let shown = parts.iter().map(|part| match part {
        Part::File(file) => {
            format!("# {} ({})\n{}", file.path, file.permissions, String::from_utf8_lossy(&file.content))
        }
        Part::Script(script) => String::from_utf8_lossy(script).into_owned(),
    });
    shown.collect::<Vec<_>>().join("\n")
}

fn with_values(script: &str, run: &str) -> String {
    let mut script = script.to_owned();
    for line in run.lines() {
        let value = line.strip_prefix(PUTS_IN.0).and_then(|rest| rest.strip_suffix(PUTS_IN.2)?.split_once(PUTS_IN.1));
        if let Some((mark, value)) = value {
            script = script.replace(mark, value);
        }
    }
    script
}

/// A unified diff in which the head of each hunk names the section that it is in.
fn diff(before: &str, after: &str) -> String {
    let diff = TextDiff::from_lines(before, after);
    let mut text = String::new();
    for hunk in diff.unified_diff().context_radius(CONTEXT).iter_hunks() {
        let changed = hunk.iter_changes().find(|change| change.tag() != ChangeTag::Equal);
        let section = changed.and_then(|change| match (change.new_index(), change.old_index()) {
            (Some(line), _) => section_at(after, line),
            (None, line) => section_at(before, line?),
        });
        let head = hunk.header().to_string();
        text.push_str(&section.map_or(format!("{head}\n"), |section| format!("{head} {section}\n")));
        for change in hunk.iter_changes() {
            let line = change.value().trim_end_matches(['\n', '\r']);
            text.push_str(&format!("{}{line}\n", change.tag()));
        }
    }
    text
}

/// The section that a line is in. A script says so itself, and so the one in force can be asked too, of which nobody keeps a
/// manifest.
fn section_at(script: &str, line: usize) -> Option<&str> {
    let before: Vec<&str> = script.lines().take(line + 1).collect();
    let begin = before.into_iter().rev().find_map(|line| line.strip_prefix("begin "))?;
    begin.split_whitespace().next().map(|name| name.trim_matches('\''))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Fate;
    use serde_json::json;

    fn template(id: &str, user_data: &Json) -> Json {
        json!({"Resources": {id: {"Type": "AWS::EC2::Instance", "Properties": {"UserData": user_data}}}})
    }

    fn compared(before: &Json, after: &Json, changes: &[Change]) -> Vec<BootScriptChange> {
        let parameters = BTreeMap::new();
        let side = |template| Side { template, parameters: &parameters };
        compare(&side(before), &side(after), changes)
    }

    fn change(action: Action, consequence: Consequence) -> Change {
        Change {
            id: "Host".to_owned(),
            type_name: "AWS::EC2::Instance".to_owned(),
            physical_id: None,
            source: None,
            action,
            consequence,
            meaning: "is replaced: ImageId changes".to_owned(),
            stateful: false,
            properties: Vec::new(),
        }
    }

    const PLAIN: &str =
        "#!/bin/bash\nset -eu\nbegin network 'no way'\necho a\nbegin mount 'no disk'\nmount ${DataVolume}\n";

    #[test]
    fn each_hunk_names_its_section() {
        let sub = |text: &str| json!({"Fn::Base64": {"Fn::Sub": text}});
        let after = PLAIN.replace("mount $", "mount -v $");
        let told = compared(&template("Host", &sub(PLAIN)), &template("Host", &sub(&after)), &[]);
        assert_eq!(told.len(), 1);
        assert_eq!(
            told[0].diff,
            "@@ -3,4 +3,4 @@ mount\n begin network 'no way'\n echo a\n begin mount 'no disk'\n-mount ${DataVolume}\n+mount -v ${DataVolume}\n"
        );
        assert_eq!(compared(&template("Host", &sub(PLAIN)), &template("Host", &sub(PLAIN)), &[]), []);
    }

    /// As `src/userdata/pack.rs` of the root package packs.
    fn packed(text: &str) -> Json {
        use base64::Engine;
        use std::io::Write;
        let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        writer.write_all(text.replace("${DataVolume}", "<|0>").as_bytes()).expect("memory can be written to");
        let content = base64::engine::general_purpose::STANDARD.encode(writer.finish().expect("memory"));
        let head = format!(
            "Content-Type: multipart/mixed; boundary=\"==stackgen==\"\nMIME-Version: 1.0\n\n--==stackgen==\nContent-Type: \
             text/cloud-config\n\n#cloud-config\nwrite_files:\n- path: {PACKED}\n  permissions: '0600'\n  encoding: gz+b64\n  \
             content: {content}\n\n--==stackgen==\nContent-Type: text/x-shellscript\n\n#!/bin/bash\nscript=$(<{PACKED})\n\
             script=${{script//'<|0>'/'"
        );
        json!({"Fn::Base64": {"Fn::Join": ["", [head, {"Ref": "DataVolume"}, "'}\nexec x\n--==stackgen==--\n"]]}})
    }

    #[test]
    fn a_packed_script_is_the_same_as_a_plain_one() {
        let plain = json!({"Fn::Base64": {"Fn::Sub": PLAIN}});
        assert_eq!(compared(&template("Host", &plain), &template("Host", &packed(PLAIN)), &[]), []);
        let after = PLAIN.replace("echo a", "echo b");
        let told = compared(&template("Host", &packed(PLAIN)), &template("Host", &packed(&after)), &[]);
        assert!(told[0].diff.contains("-echo a\n+echo b\n"), "{}", told[0].diff);
    }

    #[test]
    fn what_becomes_of_it() {
        let script = |text: &str| json!({"Fn::Base64": text});
        let meaning = |action, consequence| {
            let (before, after) = (template("Host", &script("a\n")), template("Host", &script("b\n")));
            compared(&before, &after, &[change(action, consequence)]).remove(0).meaning
        };
        assert!(
            meaning(Action::Modify, Consequence::Restart).starts_with("the host stops and starts, and nothing runs it")
        );
        let replaced = meaning(Action::Replace, Consequence::Replaced);
        assert_eq!(replaced, "a new host runs it once: the old one is replaced: ImageId changes");
        assert!(meaning(Action::Replace, Consequence::DataAtRisk(Fate::Kept)).starts_with("a new host runs it once"));
        assert!(meaning(Action::Modify, Consequence::InPlace).contains("those that are there do not"));
    }

    #[test]
    fn a_host_with_another_hash_takes_the_place_of_the_old_one() {
        let script = |text: &str| json!({"Fn::Base64": text});
        let (before, after) =
            (template("Host7DDA17EC", &script("a\nb\n")), template("Host8D7386A3", &script("a\nc\n")));
        let told = compared(&before, &after, &[]);
        assert_eq!(told[0].meaning, "a new host takes the place of Host7DDA17EC and runs it once");
        assert_eq!(told[0].diff, "@@ -1,2 +1,2 @@\n a\n-b\n+c\n");
    }
}
