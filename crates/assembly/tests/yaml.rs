//! Templates as YAML: how they look, and that nothing is lost on the way.
#[path = "yaml/reader.rs"]
mod reader;

use std::io::Write as _;
use std::process::{Command, Stdio};

use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use serde_json::{Value as Json, json};
use stackgen_assembly::to_yaml;

#[test]
fn template() {
    let script = "#!/bin/bash\nset -euo pipefail\n\n\tmount /dev/sdf ${Mount}\n\n";
    let template = json!({
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": "a text of any length stays on its line, so that one changed word is one changed line in a review",
        "Parameters": {"Zone": {"Type": "String", "Default": "eu-west-1a"}, "Size": {"Type": "Number", "Default": 20}},
        "Conditions": {"IsProd": {"Fn::Not": [{"Fn::Equals": [{"Ref": "Stage"}, ""]}]}},
        "Resources": {
            "Data": {
                "Type": "AWS::EC2::Volume",
                "DeletionPolicy": "RetainExceptOnCreate",
                "Properties": {
                    "AvailabilityZone": {"Fn::GetAtt": ["Subnet", "AvailabilityZone"]},
                    "Size": {"Fn::If": ["IsProd", 200, {"Ref": "AWS::NoValue"}]},
                    "Tags": [{"Key": "Name", "Value": {"Fn::Sub": "${AWS::StackName}-data"}}, {"Key": "on", "Value": "012"}]
                }
            },
            "Host": {
                "Type": "AWS::EC2::Instance",
                "Properties": {
                    "SecurityGroupIds": [{"Ref": "Ssh"}, {"Fn::ImportValue": "prod-network-Sg"}],
                    "SubnetId": {"Fn::ImportValue": {"Fn::Sub": "${Network}-Subnet"}},
                    "UserData": {"Fn::Base64": {"Fn::Sub": [script, {"Mount": "/data"}]}},
                }
            }
        },
        "Outputs": {"Arn": {"Value": {"Fn::Join": [":", ["arn", {"Ref": "AWS::Partition"}, "ec2", "", "volume/1"]]}}}
    });
    insta::assert_snapshot!(to_yaml(&template), @r#"
    AWSTemplateFormatVersion: "2010-09-09"

    Description: a text of any length stays on its line, so that one changed word is one changed line in a review

    Parameters:
      Zone:
        Type: String
        Default: eu-west-1a
      Size:
        Type: Number
        Default: 20

    Conditions:
      IsProd: !Not [!Equals [!Ref Stage, ""]]

    Resources:
      Data:
        Type: AWS::EC2::Volume
        DeletionPolicy: RetainExceptOnCreate
        Properties:
          AvailabilityZone: !GetAtt Subnet.AvailabilityZone
          Size: !If [IsProd, 200, !Ref "AWS::NoValue"]
          Tags:
            - Key: Name
              Value: !Sub ${AWS::StackName}-data
            - Key: "on"
              Value: "012"

      Host:
        Type: AWS::EC2::Instance
        Properties:
          SecurityGroupIds:
            - !Ref Ssh
            - !ImportValue prod-network-Sg
          SubnetId:
            Fn::ImportValue: !Sub ${Network}-Subnet
          UserData:
            Fn::Base64: !Sub
              - |+
                #!/bin/bash
                set -euo pipefail

                	mount /dev/sdf ${Mount}

              - Mount: /data

    Outputs:
      Arn:
        Value: !Join [":", [arn, !Ref "AWS::Partition", ec2, "", volume/1]]
    "#);
}

#[test]
fn words_and_numbers_stay_texts() {
    let texts = json!([
        "yes",
        "On",
        "NO",
        "y",
        "null",
        "~",
        "",
        "2010-09-09",
        "012",
        "1:30",
        "1e3",
        "0x1f",
        ".5",
        "=",
        "<<",
        "- a",
        "a: b",
        "a #b",
        "trailing ",
        "10.0.0.0/16",
        "t3.micro",
        "arn:${AWS::Partition}:s3:::x",
        "{\"a\": 1}",
        "it's",
        "tab\tin",
        "é"
    ]);
    insta::assert_snapshot!(to_yaml(&texts), @r#"
    - "yes"
    - "On"
    - "NO"
    - "y"
    - "null"
    - "~"
    - ""
    - "2010-09-09"
    - "012"
    - "1:30"
    - "1e3"
    - "0x1f"
    - ".5"
    - "="
    - "<<"
    - "- a"
    - "a: b"
    - "a #b"
    - "trailing "
    - 10.0.0.0/16
    - t3.micro
    - arn:${AWS::Partition}:s3:::x
    - '{"a": 1}'
    - it's
    - "tab\tin"
    - é
    "#);
    assert_eq!(reader::read(&to_yaml(&texts)), texts);
}

#[test]
fn functions_that_are_left_long() {
    let template = json!({
        "Sub": {"Fn::GetStackOutput": {"StackName": {"Ref": "Network"}, "OutputName": "VpcId"}},
        "Transform": {"Fn::Transform": {"Name": "AWS::Include", "Parameters": {"Location": "s3://bucket/part"}}},
        "Zones": {"Fn::GetAZs": {"Ref": "AWS::Region"}},
        "Statement": {"Condition": "IsProd"},
        "Dynamic": {"Fn::GetAtt": ["Host", {"Ref": "Attribute"}]},
        "Length": {"Fn::Length": [1, 2]},
    });
    insta::assert_snapshot!(to_yaml(&template), @"
    Sub:
      Fn::GetStackOutput:
        StackName: !Ref Network
        OutputName: VpcId

    Transform:
      Fn::Transform:
        Name: AWS::Include
        Parameters:
          Location: s3://bucket/part

    Zones:
      Fn::GetAZs: !Ref AWS::Region

    Statement:
      Condition: IsProd

    Dynamic:
      Fn::GetAtt:
        - Host
        - !Ref Attribute

    Length:
      Fn::Length:
        - 1
        - 2
    ");
}

fn text() -> impl Strategy<Value = String> {
    let awkward = "[ \\t\\n\\r:#'\"\\\\,\\[\\]{}&*!|>%@`?=~<.0-9eEx_+a-z\u{85}\u{a0}\u{2028}\u{feff}é😀-]{0,12}";
    let lines = prop::collection::vec("[ \\ta-z#:-]{0,4}", 0..6).prop_map(|lines| lines.join("\n"));
    prop_oneof![4 => "[A-Za-z0-9:/ .-]{0,10}", 4 => awkward, 3 => lines, 1 => any::<String>(), 1 => "[a-z ]{900,1100}"]
}

fn call(inner: BoxedStrategy<Json>) -> impl Strategy<Value = Json> {
    let arguments = prop_oneof![inner.clone(), prop::collection::vec(inner, 0..4).prop_map(Json::Array)];
    let names = ["Ref", "Fn::GetAtt", "Fn::Sub", "Fn::If", "Fn::Base64", "Fn::Join", "Fn::Other", "Condition"];
    (prop::sample::select(names.to_vec()), arguments).prop_map(|(name, argument)| json!({name: argument}))
}

fn value() -> impl Strategy<Value = Json> {
    let number = prop_oneof![
        any::<i64>().prop_map(Json::from),
        any::<f64>().prop_filter("JSON has no NaN", |number| number.is_finite()).prop_map(Json::from),
    ];
    let leaf = prop_oneof![4 => text().prop_map(Json::from), 1 => number, 1 => any::<bool>().prop_map(Json::from), 1 => Just(Json::Null)];
    leaf.prop_recursive(5, 40, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Json::Array),
            prop::collection::vec((text(), inner.clone()), 0..5)
                .prop_map(|fields| Json::Object(fields.into_iter().collect())),
            call(inner.boxed()),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn reads_back(value in value()) {
        let template = json!({"Resources": {"A": value.clone(), "B": value.clone()}, "Outputs": value});
        let yaml = to_yaml(&template);
        prop_assert_eq!(reader::read(&yaml), reader::normal(&template), "{}", yaml);
    }
}

/// The library above reads YAML 1.2. AWS and most of its tools read 1.1, where more words mean something.
#[test]
#[ignore = "needs python3 with PyYAML"]
fn reads_back_as_yaml_1_1() {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/yaml/pyyaml.py");
    let mut python = Command::new("python3").arg(script).stdin(Stdio::piped()).spawn().unwrap();
    let mut pairs = python.stdin.take().unwrap();
    let mut runner = TestRunner::default();
    for _ in 0..5_000 {
        let template = json!({"Outputs": value().new_tree(&mut runner).unwrap().current()});
        writeln!(pairs, "{}", json!([to_yaml(&template), reader::normal(&template)])).unwrap();
    }
    drop(pairs);
    assert!(python.wait().unwrap().success());
}
