//! The folder on disk: what is written is read, and nothing else is touched.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]
use std::collections::BTreeMap;
use std::error::Error as _;
use std::fs;
use std::path::Path;

use stackgen_assembly::{Assembly, FORMAT_VERSION, Manifest, ReadError, StackEntry};

fn assembly(name: &str, template: &str) -> Assembly {
    let file = format!("{name}.template.json");
    let stack = StackEntry {
        name: name.to_owned(),
        source: String::new(),
        template: file.clone(),
        region: None,
        account: None,
        tags: BTreeMap::new(),
        dependencies: Vec::new(),
        inputs: Vec::new(),
        resources: Vec::new(),
        others: Vec::new(),
        user_data: Vec::new(),
        retired: Vec::new(),
    };
    let manifest = Manifest {
        version: FORMAT_VERSION,
        generator: "a test".to_owned(),
        stacks: vec![stack],
        problems: Vec::new(),
        images: Vec::new(),
    };
    Assembly { manifest, files: BTreeMap::from([(file, template.to_owned())]) }
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort_unstable();
    names
}

#[test]
fn what_is_written_is_read() {
    let temp = tempfile::tempdir().unwrap();
    let folder = temp.path().join("deep/assembly");
    let written = assembly("a", "{}");
    written.write(&folder).unwrap();
    assert_eq!(Assembly::read(&folder).unwrap(), written);
    assert_eq!(written.template(written.stack("a").unwrap()), "{}");
    assert!(written.stack("b").is_none());
}

#[test]
fn an_assembly_replaces_one() {
    let temp = tempfile::tempdir().unwrap();
    // A shell completes the name of a folder with a slash.
    let folder = temp.path().join("assembly/");
    fs::create_dir(&folder).unwrap();
    assembly("a", "{}").write(&folder).unwrap();
    assembly("b", "{}").write(&folder).unwrap();
    assert_eq!(names(&folder), ["b.template.json", "manifest.json"]);
    assert_eq!(names(temp.path()), ["assembly"]);
}

#[test]
fn anything_else_stays() {
    let temp = tempfile::tempdir().unwrap();
    for (folder, file) in [("notes", "notes.txt"), ("other", "manifest.json")] {
        let folder = temp.path().join(folder);
        fs::create_dir(&folder).unwrap();
        fs::write(folder.join(file), "{}").unwrap();
        let error = assembly("a", "{}").write(&folder).unwrap_err();
        assert_eq!(error.source().unwrap().to_string(), format!("it holds `{file}`, which is of no assembly"));
        assert_eq!(names(&folder), [file]);
    }
    let folder = temp.path().join("mixed");
    assembly("a", "{}").write(&folder).unwrap();
    fs::write(folder.join("notes.txt"), "mine").unwrap();
    assert!(assembly("b", "{}").write(&folder).is_err());
    assert_eq!(names(&folder), ["a.template.json", "manifest.json", "notes.txt"]);
    assert_eq!(names(temp.path()), ["mixed", "notes", "other"]);
    assert!(assembly("a", "{}").write(&folder.join("notes.txt")).is_err());
}

#[test]
fn a_failed_write_changes_nothing() {
    let temp = tempfile::tempdir().unwrap();
    let folder = temp.path().join("assembly");
    let old = assembly("a", "{}");
    old.write(&folder).unwrap();
    for name in ["../escaped", "deep/file", "..", ""] {
        let mut escaping = assembly("b", "{}");
        escaping.files.insert(name.to_owned(), String::new());
        assert!(escaping.write(&folder).is_err(), "{name}");
    }
    assert_eq!(Assembly::read(&folder).unwrap(), old);
    assert_eq!(names(temp.path()), ["assembly"]);
}

#[test]
fn another_version_is_refused_whatever_else_it_says() {
    let temp = tempfile::tempdir().unwrap();
    fs::write(temp.path().join("manifest.json"), r#"{"version": 7, "artifacts": {}}"#).unwrap();
    let error = Assembly::read(temp.path()).unwrap_err();
    assert!(matches!(error, ReadError::Version { found: 7, .. }), "{error}");
}

#[test]
fn what_is_no_assembly() {
    let temp = tempfile::tempdir().unwrap();
    assert!(matches!(Assembly::read(temp.path()), Err(ReadError::NoManifest(_))));
    let manifest = temp.path().join("manifest.json");
    for damaged in ["", "[]", "{}", r#"{"version": "1"}"#, r#"{"version": 1, "generator": "x"}"#] {
        fs::write(&manifest, damaged).unwrap();
        assert!(matches!(Assembly::read(temp.path()), Err(ReadError::Damaged { .. })), "{damaged}");
    }
    fs::write(&manifest, b"\xff").unwrap();
    assert!(matches!(Assembly::read(temp.path()), Err(ReadError::File { .. })));
}

#[test]
fn files_outside_are_not_read() {
    let temp = tempfile::tempdir().unwrap();
    for name in ["../secret", "/etc/passwd", "deep/file", "..", ""] {
        let [mut template, mut stack] = [assembly("a", "{}").manifest, assembly("a", "{}").manifest];
        template.stacks[0].template = name.to_owned();
        stack.stacks[0].name = name.to_owned();
        for escaping in [template, stack] {
            fs::write(temp.path().join("manifest.json"), serde_json::to_string(&escaping).unwrap()).unwrap();
            let error = Assembly::read(temp.path()).unwrap_err();
            assert!(matches!(error, ReadError::Outside { .. }), "{name}: {error}");
        }
    }
}

#[test]
fn a_missing_template_is_named() {
    let temp = tempfile::tempdir().unwrap();
    let folder = temp.path().join("assembly");
    assembly("a", "{}").write(&folder).unwrap();
    fs::remove_file(folder.join("a.template.json")).unwrap();
    let error = Assembly::read(&folder).unwrap_err();
    assert!(error.to_string().ends_with("a.template.json`"), "{error}");
}
