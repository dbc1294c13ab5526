//! Names that try to be more than names, in every form.
use roxmltree::Document;
use serde_json::{Value, json};
use stackgen_assembly::{Assembly, UserDataEntry};

use super::{assembly, fixture, graph};
use crate::graph::{html, mermaid, svg};

const HOSTILE: &str = "</script><script>alert(1)</script>\"'&<b>\\`%%{init}%%]#;|end\n--> x\u{0}\u{1b}\u{2028}";

pub(super) fn hostile() -> Assembly {
    let template = json!({
        "Resources": {
            HOSTILE: {"Type": HOSTILE, "Properties": {"Name": HOSTILE, "CidrBlock": HOSTILE}, "DeletionPolicy": "Retain"},
            "Vpc": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": HOSTILE}},
            "Subnet": {"Type": "AWS::EC2::Subnet", "Properties": {"VpcId": {"Ref": "Vpc"}, "Any": {"Ref": HOSTILE}}},
            "Role": {"Type": "AWS::IAM::Role", "Properties": {"Import": {"Fn::ImportValue": HOSTILE}}},
            "Policy\"<&": {"Type": "AWS::IAM::Policy", "Properties": {"Roles": [{"Ref": "Role"}], "Any": {"Ref": "Subnet"}}},
        },
    });
    let mut assembly = assembly(&[("s", template)]);
    let stack = &mut assembly.manifest.stacks[0];
    stack.name = HOSTILE.to_owned();
    stack.region = Some(HOSTILE.to_owned());
    stack.resources[0].source = HOSTILE.to_owned();
    stack.user_data.push(UserDataEntry {
        id: HOSTILE.to_owned(),
        file: "boot.sh".to_owned(),
        ..UserDataEntry::default()
    });
    assembly.files.insert("boot.sh".to_owned(), HOSTILE.to_owned());
    assembly
}

#[test]
fn no_name_gets_out_of_the_page() {
    let page = html(&graph(&hostile()));
    assert_eq!(page.matches("<script").count(), 2, "the data and the program");
    assert_eq!(page.matches("</script").count(), 2);
    assert!(!page.contains("<b>"));
    let data = page.split("id=\"data\">").nth(1).unwrap().split("</script>").next().unwrap();
    let data: Value = serde_json::from_str(data).unwrap();
    assert_eq!(data[format!("{HOSTILE}/{HOSTILE}")]["script"], HOSTILE);
    assert_eq!(data[format!("{HOSTILE}/Role")]["uses"][0]["key"], format!("export/{HOSTILE}"));
}

#[test]
fn no_name_gets_out_of_a_picture_or_a_text() {
    let graph = graph(&hostile());
    let picture = svg(&graph);
    let document = Document::parse(&picture).unwrap();
    assert!(document.descendants().all(|node| !matches!(node.tag_name().name(), "script" | "b")));
    let text = mermaid(&graph);
    let is_statement = |line: &str| {
        let line = line.trim();
        ["flowchart", "subgraph", "classDef", "class ", "x_script"].iter().any(|start| line.starts_with(start))
            || line == "end"
            || line.starts_with(|letter: char| letter.is_ascii_alphanumeric() || letter == '_')
    };
    assert!(text.lines().all(is_statement), "{text}");
    assert!(!text.contains("%%") && !text.contains("<script") && !text.contains("\\"));
}

#[test]
fn the_page_asks_nobody_for_anything() {
    let page = html(&graph(&fixture("host")));
    let foreign = page.replace("xmlns=\"http://www.w3.org/2000/svg\"", "");
    for needle in ["http://", "https://", "//cdn", "url(", "@import", " src=", "fetch(", "XMLHttpRequest"] {
        assert!(!foreign.contains(needle), "{needle}");
    }
    assert!(page.contains("default-src 'none'"));
    assert!(page.contains("Waits for the data volume"), "the boot script can be read");
}
