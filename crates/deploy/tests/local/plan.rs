//! What a plan tells of stacks that others made, in YAML, with short tags, by hand; and of what others hold.
use serde_json::{Value as Json, json};
use stackgen_deploy::change_set;
use stackgen_deploy::failure::Kind;
use stackgen_deploy::plan;

use super::{Desk, assembly, network, stack};

const YAML: &str = "\
Parameters:
  Office: {Type: String, Default: 10.0.0.0/8}
Resources:
  Vpc:
    Type: AWS::EC2::VPC
    DeletionPolicy: Retain
    Properties: {CidrBlock: 10.0.0.0/16}
  Web:
    Type: AWS::EC2::SecurityGroup
    DeletionPolicy: Retain
    Properties:
      GroupDescription: web
      VpcId: !Ref Vpc
      SecurityGroupIngress:
        - {IpProtocol: tcp, FromPort: 22, ToPort: 22, CidrIp: !Ref Office}
Outputs:
  Vpc:
    Value: !Ref Vpc
    Export: {Name: !Sub '${AWS::StackName}:Vpc'}
";

/// The same stack as an app would write it, with one rule more.
fn json(cidr: &str) -> Json {
    json!({
        "Resources": {
            "Vpc": {"Type": "AWS::EC2::VPC", "DeletionPolicy": "Retain", "Properties": {"CidrBlock": "10.0.0.0/16"}},
            "Web": {"Type": "AWS::EC2::SecurityGroup", "DeletionPolicy": "Retain", "Properties": {
                "GroupDescription": "web", "VpcId": {"Ref": "Vpc"},
                "SecurityGroupIngress": [
                    {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "CidrIp": "10.0.0.0/8"},
                    {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "CidrIp": cidr}]}},
        },
        "Outputs": {"Vpc": {"Value": {"Ref": "Vpc"}, "Export": {"Name": {"Fn::Sub": "${AWS::StackName}:Vpc"}}}},
    })
}

impl Desk {
    async fn with_yaml() -> Desk {
        let desk = Desk::new().await;
        let mut assembly = assembly(vec![stack("prod", json("10.0.0.0/8"), &[])]);
        assembly.files.insert("prod.template.json".to_owned(), YAML.to_owned());
        assert!(desk.deploy(&assembly).await.is_good());
        desk
    }
}

#[tokio::test]
async fn a_template_in_force_in_yaml_is_compared() {
    let desk = Desk::with_yaml().await;
    let plan = desk.plan(&assembly(vec![stack("prod", json("0.0.0.0/0"), &[])])).await.expect("it is planned");
    let openings = &plan.stacks[0].openings;
    assert_eq!(openings.len(), 1, "{openings:?}");
    assert_eq!((&*openings[0].ports, &*openings[0].peer, openings[0].widens), ("tcp 443", "0.0.0.0/0", true));
    assert!(plan.stacks[0].exports.is_empty() && plan.stacks[0].remarks.is_empty(), "{plan:?}");
    let plan = plan::make_destroy(&desk.connection, None, &["prod".to_owned()], &[]).await.expect("it is planned");
    assert!(plan.stacks[0].changes.iter().all(|change| change.meaning.contains("stays")), "{plan:?}");
}

#[tokio::test]
async fn a_change_set_of_others_shows_what_it_opens() {
    let desk = Desk::with_yaml().await;
    let target = assembly(vec![stack("prod", json("0.0.0.0/0"), &[])]);
    let plan = desk.plan(&target).await.expect("it is planned");
    let entries = change_set::list(&desk.connection, "prod").await.expect("there is one");
    let waiting = entries.iter().find(|entry| entry.execution == "AVAILABLE").expect("it waits");
    let found = plan::of_change_set(&desk.connection, &waiting.id, None).await.expect("it is there");
    assert_eq!(found.dangers, plan.stacks[0].dangers);
    assert_eq!(found.dangers.iter().map(ToString::to_string).collect::<Vec<_>>(), ["ingress:Web"]);
    assert_eq!(found.openings, plan.stacks[0].openings);
}

#[tokio::test]
async fn what_an_export_in_use_tells_of_is_not_replaced() {
    let desk = Desk::new().await;
    let all = |cidr: &str| {
        let mut template = network();
        template["Resources"]["Vpc"]["Properties"]["CidrBlock"] = json!(cidr);
        template["Outputs"]["Vpc"]["Export"] = json!({"Name": "network:Vpc"});
        let text = json!({"Type": "String", "Value": {"Fn::ImportValue": "network:Vpc"}});
        let consumer = json!({"Resources": {"Text": {"Type": "AWS::SSM::Parameter", "Properties": text}}});
        let mut consumer = stack("consumer", consumer, &[]);
        consumer.0.dependencies = vec!["network".to_owned()];
        assembly(vec![stack("network", template, &[]), consumer])
    };
    assert!(desk.deploy(&all("10.0.0.0/16")).await.is_good());
    let refused = desk.plan(&all("10.1.0.0/16")).await.expect_err("the consumer holds the VPC");
    assert_eq!(refused.kind, Kind::ExportInUse);
    assert!(refused.message.contains("`Vpc` is replaced") && refused.message.contains("`consumer`"), "{refused}");
    let left = change_set::list(&desk.connection, "network").await.expect("it is told");
    assert!(left.iter().all(|entry| entry.execution != "AVAILABLE"), "{left:?}");
    assert_eq!(desk.records().stacks().expect("the folder is there"), Vec::<String>::new());
}
