//! Stacks in a stack.
use serde_json::json;
use stackgen_deploy::bootstrap;

use super::{Desk, assembly, stack};

fn inner(cidr: &str, table: &str) -> String {
    json!({"Resources": {
        "Web": {"Type": "AWS::EC2::SecurityGroup", "Properties": {"GroupDescription": "web", "SecurityGroupIngress": [
            {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "CidrIp": cidr}]}},
        "Table": {"Type": "AWS::DynamoDB::Table", "Properties": {
            "TableName": table, "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
            "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}]}},
    }})
    .to_string()
}

impl Desk {
    /// Puts the template of a stack in a stack, and gives its URL.
    fn put(&self, key: &str, text: &str) -> String {
        use base64::Engine as _;
        let content = base64::engine::general_purpose::STANDARD.encode(text);
        let name = self.server.world(|world| {
            let bucket = world.s3.buckets.values_mut().next().expect("it is bootstrapped");
            let object = stackgen_local::s3::Object {
                version: None,
                is_marker: false,
                content,
                size: text.len(),
                etag: String::new(),
                modified: jiff::Timestamp::UNIX_EPOCH,
                headers: Default::default(),
                tagging: None,
            };
            bucket.objects.insert(key.to_owned(), vec![object]);
            bucket.name.clone()
        });
        format!("{}/{name}/{key}", self.server.endpoint())
    }
}

#[tokio::test]
#[ignore = "needs an engine with stacks in stacks"]
async fn what_a_stack_in_a_stack_does_is_shown_and_approved() {
    let desk = Desk::new().await;
    assert!(desk.deploy(&bootstrap::assembly()).await.is_good());
    let outer = |url: &str| {
        let nested = json!({"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": url}});
        assembly(vec![stack("outer", json!({"Resources": {"Data": nested}}), &[])])
    };
    let first = desk.put("a.json", &inner("10.0.0.0/8", "a"));
    let plan = desk.plan(&outer(&first)).await.expect("it is planned");
    assert!(desk.run(&plan).await.expect("it runs").is_good());
    let second = desk.put("b.json", &inner("0.0.0.0/0", "b"));
    let plan = desk.plan(&outer(&second)).await.expect("it is planned");
    let dangers: Vec<String> = plan.stacks[0].dangers.iter().map(ToString::to_string).collect();
    assert_eq!(dangers, ["replace:Data/Table", "ingress:Data/Web"]);
    assert!(desk.run(&plan).await.expect("it runs").is_good());
}
