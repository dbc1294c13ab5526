//! What is drawn in what, and which lines are left.
use serde_json::json;
use stackgen_assembly::InputEntry;

use super::{assembly, find, fixture, graph, lines, within};
use crate::graph::model::{How, Kind};
use crate::graph::{Graph, Selection};

#[test]
fn networks_hold_subnets_and_cards_hold_what_extends_them() {
    let graph = graph(&fixture("host"));
    assert_eq!(within(&graph, "network/PublicSubnetA"), "Vpc");
    assert_eq!(within(&graph, "InternetGateway"), "Vpc", "by its attachment");
    for (row, card) in [
        ("GatewayAttachment", "InternetGateway"),
        ("PublicDefaultRoute", "PublicRoutes"),
        ("DataAttachment", "DataVolume"),
        ("AddressAssociation", "Address"),
        ("Profile", "Role"),
        ("LogsPolicy", "Role"),
        ("BackupsPolicy", "Backups"),
        ("EndpointFromApi", "EndpointSecurityGroup"),
    ] {
        assert_eq!(within(&graph, row), card);
        assert!(graph.nodes[find(&graph, row)].is_row, "{row}");
    }
}

#[test]
fn a_frame_of_another_stack_is_drawn_again_around_what_is_put_into_it() {
    let graph = graph(&fixture("host"));
    let ghost = graph.nodes[find(&graph, "Instance")].within.unwrap();
    assert_eq!((graph.nodes[ghost].kind, graph.nodes[ghost].id.as_str()), (Kind::Ghost, "PublicSubnetA"));
    let lines = lines(&graph);
    assert!(lines.contains(&"PublicSubnetA => PublicSubnetA".to_owned()), "{lines:#?}");
    assert!(lines.contains(&"Instance => ApiSecurityGroup".to_owned()));
    assert!(!lines.iter().any(|line| line.starts_with("Instance") && line.ends_with("PublicSubnetA")));
}

#[test]
fn a_list_of_alike_resources_gets_one_line() {
    let graph = graph(&fixture("host"));
    assert_eq!(within(&graph, "BootLogs"), "4 log groups");
    let lines = lines(&graph);
    assert!(lines.contains(&"LogsPolicy -> 4 log groups".to_owned()));
    assert!(!lines.iter().any(|line| line.ends_with("BootLogs")));
}

#[test]
fn every_way_to_refer() {
    let one = json!({
        "Parameters": {"Size": {"Type": "Number"}},
        "Resources": {
            "A": {"Type": "X::Y::Target"},
            "User": {"Type": "X::Y::User", "DependsOn": ["Late"], "Properties": {
                "Ref": {"Ref": "A"},
                "Att": [{"Fn::GetAtt": ["B", "Arn"]}, {"Fn::GetAtt": "C.Arn"}],
                "Sub": {"Fn::Sub": "${D}-${E.Arn}-${!F}-${AWS::Region}-${Size}"},
                "Given": {"Fn::Sub": ["${Local}-${G}", {"Local": {"Ref": "H"}}]},
                "If": {"Fn::If": ["A", {"Ref": "I"}, {"Ref": "AWS::NoValue"}]},
                "Text": "Ref",
            }},
            "B": {"Type": "X::Y::Target"}, "C": {"Type": "X::Y::Target"}, "D": {"Type": "X::Y::Target"},
            "E": {"Type": "X::Y::Target"}, "F": {"Type": "X::Y::Target"}, "G": {"Type": "X::Y::Target"},
            "H": {"Type": "X::Y::Target"}, "I": {"Type": "X::Y::Target"}, "Late": {"Type": "X::Y::Other"},
        },
    });
    let graph = graph(&assembly(&[("one", one)]));
    let mut lines = lines(&graph);
    lines.sort();
    let expected =
        ["..> Late", "-> A", "-> B", "-> C", "-> D", "-> E", "-> G", "-> H", "-> I"].map(|line| format!("User {line}"));
    let mut expected = expected.to_vec();
    expected.sort();
    assert_eq!(lines, expected);
}

#[test]
fn every_way_between_stacks() {
    let producer = json!({
        "Resources": {"Vpc": {"Type": "X::Y::One"}, "Key": {"Type": "X::Y::Two"}, "Bucket": {"Type": "X::Y::Three"}},
        "Outputs": {
            "VpcId": {"Value": {"Ref": "Vpc"}, "Export": {"Name": {"Fn::Sub": "${AWS::StackName}-vpc"}}},
            "KeyArn": {"Value": {"Fn::GetAtt": ["Key", "Arn"]}},
            "BucketName": {"Value": {"Ref": "Bucket"}},
        },
    });
    let consumer = json!({
        "Parameters": {"Bucket": {"Type": "String"}},
        "Resources": {
            "A": {"Type": "X::Y::A", "Properties": {"P": {"Fn::ImportValue": "base-vpc"}}},
            "B": {"Type": "X::Y::B", "Properties": {"P": {"Fn::GetStackOutput": {"StackName": "base", "OutputName": "KeyArn"}}}},
            "C": {"Type": "X::Y::C", "Properties": {"P": {"Ref": "Bucket"}}},
            "D": {"Type": "X::Y::D", "Properties": {"P": {"Fn::ImportValue": "elsewhere"}}},
        },
    });
    let mut assembly = assembly(&[("base", producer), ("app", consumer)]);
    let input = InputEntry { parameter: "Bucket".into(), stack: "base".into(), output: "BucketName".into() };
    assembly.manifest.stacks[1].inputs.push(input);
    assembly.manifest.stacks[1].dependencies.push("base".into());
    let graph = graph(&assembly);
    assert_eq!(lines(&graph), ["A => Vpc", "B => Key", "C => Bucket", "D => elsewhere"]);
    let how: Vec<How> = graph.edges.iter().map(|edge| edge.links[0].how).collect();
    assert_eq!(how, [How::Import, How::StackOutput, How::Input, How::Import, How::After]);
    assert_eq!(graph.nodes[find(&graph, "elsewhere")].kind, Kind::Outside);
}

#[test]
fn stacks_that_are_not_chosen_are_closed() {
    let host = fixture("host");
    let chosen = Selection { stacks: vec!["prod-compute".to_owned()], closed: false };
    let graph = Graph::of(&host, &chosen).unwrap();
    assert_eq!(graph.nodes[find(&graph, "prod-network")].kind, Kind::ClosedStack);
    assert!(lines(&graph).contains(&"Instance => prod-network".to_owned()));
    let closed = Graph::of(&host, &Selection { stacks: Vec::new(), closed: true }).unwrap();
    assert_eq!(lines(&closed), ["prod-compute -> prod-network"]);
    assert_eq!(closed.nodes.len(), 2);
    assert_eq!(closed.nodes[0].what, "23 resources");
}

#[test]
fn what_refers_in_a_circle_or_to_nothing() {
    let loops = json!({"Resources": {
        "A": {"Type": "AWS::IAM::Policy", "Properties": {"Roles": [{"Ref": "B"}]}},
        "B": {"Type": "AWS::IAM::Policy", "Properties": {"Roles": [{"Ref": "A"}]}},
        "C": {"Type": "AWS::EC2::Subnet", "Properties": {"VpcId": {"Ref": "D"}, "SubnetId": {"Ref": "C"}}},
        "D": {"Type": "AWS::EC2::VPC", "Properties": {"SubnetId": {"Ref": "C"}, "Gone": {"Ref": "Nobody"}}},
        "Odd": {"Type": 7, "DependsOn": {"A": 1}, "Properties": null},
        "Fn::ForEach::Each": ["X", ["1"], {"Item${X}": {"Type": "AWS::S3::Bucket", "Properties": {"P": {"Ref": "A"}}}}],
        "Fn::ForEach::Broken": ["X"],
    }});
    let graph = graph(&assembly(&[("odd", loops)]));
    assert!(lines(&graph).contains(&"Item${X} -> A".to_owned()));
    assert_eq!(graph.ancestry(find(&graph, "C")).count(), 3);
    let broken = assembly(&[("broken", json!({}))]);
    let broken = stackgen_assembly::Assembly { files: [("broken.json".into(), "{".into())].into(), ..broken };
    assert!(Graph::of(&broken, &Selection::default()).is_err());
}
