use std::io::Write;

use base64::Engine;
use serde_json::json;

use super::{EvaluateError, Part, PartsError, WriteFile, evaluate, parts};

fn value(name: &str) -> Option<String> {
    let known = [("AWS::Region", "eu-west-1"), ("DataVolume", "vol-1"), ("Thing.Arn", "arn:x")];
    known.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
}

fn evaluated(user_data: serde_json::Value) -> Result<String, EvaluateError> {
    evaluate(&json!({"Resources": {"Host": {"Properties": {"UserData": user_data}}}}), "Host", value)
}

#[test]
fn functions_are_computed_and_the_shells_own_braces_survive() {
    let join = json!({"Fn::Base64": {"Fn::Join": ["-", ["${HOME}", {"Ref": "DataVolume"}, {"Fn::GetAtt": ["Thing", "Arn"]}]]}});
    assert_eq!(evaluated(join).as_deref(), Ok("${HOME}-vol-1-arn:x"));
    let sub = json!({"Fn::Base64": {"Fn::Sub": ["${AWS::Region} ${!HOME} ${own} ${Thing.Arn}", {"own": {"Ref": "DataVolume"}}]}});
    assert_eq!(evaluated(sub).as_deref(), Ok("eu-west-1 ${HOME} vol-1 arn:x"));
    assert_eq!(evaluated(json!("IyEvYmluL3NoCg==")).as_deref(), Ok("#!/bin/sh\n"));
}

#[test]
fn all_unknown_names_come_at_once() {
    let join =
        json!({"Fn::Base64": {"Fn::Join": ["", [{"Ref": "Who"}, {"Fn::Sub": "${What.Arn}"}, {"Ref": "AWS::Region"}]]}});
    assert_eq!(evaluated(join), Err(EvaluateError::Unknown(vec!["What.Arn".to_owned(), "Who".to_owned()])));
    let select = json!({"Fn::Base64": {"Fn::Select": [0, []]}});
    assert_eq!(evaluated(select), Err(EvaluateError::Function("Fn::Select".to_owned())));
}

fn zipped(text: &str) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

fn base64(bytes: &[u8]) -> String {
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

#[test]
fn a_message_gives_files_first_and_scripts_in_order() {
    let config = format!(
        "#cloud-config\nwrite_files:\n- path: /a\n  permissions: '0700'\n  encoding: gz+b64\n  content: {}\n",
        base64(&zipped("#!/bin/sh\necho a\n"))
    );
    let message = format!(
        "Content-Type: multipart/mixed;\n boundary=\"==b==\"\nMIME-Version: 1.0\n\nfor old readers\n--==b==\n\
         Content-Type: text/x-shellscript; charset=\"us-ascii\"\n\n#!/bin/sh\n\nexec /a\n\n--==b==\n\
         Content-Type: text/cloud-config\nContent-Transfer-Encoding: base64\n\n{}\n--==b==\n\
         Content-Type: application/gzip\nContent-Transfer-Encoding: base64\n\n{}\n--==b==--\n",
        base64(config.as_bytes()),
        base64(&zipped("#!/bin/sh\necho b\n")),
    );
    let file = WriteFile {
        path: "/a".to_owned(),
        content: b"#!/bin/sh\necho a\n".to_vec(),
        owner: "root:root".to_owned(),
        permissions: "0700".to_owned(),
    };
    let scripts = ["#!/bin/sh\n\nexec /a\n", "#!/bin/sh\necho b\n"].map(|text| Part::Script(text.into()));
    let expected = [&[Part::File(file)][..], &scripts].concat();
    assert_eq!(parts(message.as_bytes()).unwrap(), expected);
    assert_eq!(parts(&zipped(&message.replace('\n', "\r\n"))).unwrap()[0], expected[0]);
}

#[test]
fn a_script_is_one_part() {
    assert_eq!(parts(b"#!/bin/sh\n").unwrap(), [Part::Script(b"#!/bin/sh\n".to_vec())]);
}

#[test]
fn what_is_not_done_here_is_named() {
    let said = |text: &str| parts(text.as_bytes()).map(|_| ()).unwrap_err().to_string();
    assert!(said("#cloud-config\npackages: [x]\n").contains("packages"), "{}", said("#cloud-config\npackages: [x]\n"));
    assert!(said("#cloud-config\nwrite_files: [{path: /a, append: true}]\n").contains("append"));
    assert!(said("#cloud-config\nwrite_files: [{path: /a, encoding: rot13}]\n").contains("rot13"));
    assert!(said("#cloud-boothook\n").contains("#cloud-boothook"));
    let message = "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/x-include-url\n\nx\n--b--\n";
    assert!(said(message).contains("text/x-include-url"));
    assert!(matches!(parts(message.replace("--b--", "").as_bytes()), Err(PartsError::Mime(_))));
}
