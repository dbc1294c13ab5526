//! Stacks of types that have services of their own here.
use serde_json::{Value as Json, json};

use stackgen_local::wire::{Request, Service};

use crate::engine::{Engine, REGION, s3_call};

fn template() -> Json {
    let trust = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"},
    ]});
    json!({
        "Resources": {
            "Role": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": trust}},
            "Profile": {"Type": "AWS::IAM::InstanceProfile", "Properties": {"Roles": [{"Ref": "Role"}]}},
            "Policy": {"Type": "AWS::IAM::Policy", "Properties": {
                "PolicyName": "logs", "Roles": [{"Ref": "Role"}],
                "PolicyDocument": {"Version": "2012-10-17", "Statement": [
                    {"Effect": "Allow", "Action": "logs:*", "Resource": {"Fn::GetAtt": ["Group", "Arn"]}},
                ]},
            }},
            "Group": {"Type": "AWS::Logs::LogGroup", "Properties": {"RetentionInDays": 30}},
            "Data": {"Type": "AWS::S3::Bucket"},
            "Setting": {"Type": "AWS::SSM::Parameter", "Properties": {"Name": "/app/size", "Type": "String", "Value": "8"}},
            "Function": {"Type": "AWS::Lambda::Function", "Properties": {
                "Code": {"ZipFile": "x"}, "Handler": "index.handler", "Runtime": "python3.13", "Role": {"Fn::GetAtt": ["Role", "Arn"]},
            }},
        },
        "Outputs": {
            "Bucket": {"Value": {"Ref": "Data"}},
            "Size": {"Value": {"Fn::GetAtt": ["Setting", "Value"]}},
        },
    })
}

#[test]
fn a_stack_of_services_is_made_and_goes_when_its_bucket_is_empty() {
    let mut engine = Engine::new();
    s3_call(&mut engine, "CreateBucket", "templates", None, "");
    s3_call(&mut engine, "PutObject", "templates", Some("shop.json"), &template().to_string());
    let url = "https://templates.s3.eu-west-1.amazonaws.com/shop.json";
    engine.ok("CreateStack", json!({"StackName": "shop", "TemplateURL": url, "Capabilities": ["CAPABILITY_IAM"]}));
    engine.settle();
    assert_eq!(engine.status("shop"), "CREATE_COMPLETE", "{:?}", engine.events("shop", 0));
    assert_eq!(engine.stack("shop").outputs["Size"].value, "8");
    let bucket = engine.stack("shop").outputs["Bucket"].value.clone();
    assert!(bucket.starts_with("shop-data-"), "{bucket}");
    assert_eq!(engine.world.iam.roles.values().next().unwrap().inline.len(), 1);

    s3_call(&mut engine, "PutObject", &bucket, Some("rows"), "1");
    let seen = engine.seen("shop");
    engine.ok("DeleteStack", json!({"StackName": "shop"}));
    engine.settle();
    assert_eq!(engine.status("shop"), "DELETE_FAILED");
    let failed: Vec<String> =
        engine.events("shop", seen).into_iter().filter(|it| it.starts_with("Data DELETE_FAILED")).collect();
    assert!(failed[0].contains("The bucket you tried to delete is not empty"), "{failed:?}");

    s3_call(&mut engine, "DeleteObject", &bucket, Some("rows"), "");
    engine.ok("DeleteStack", json!({"StackName": "shop"}));
    engine.settle();
    assert_eq!(engine.status("shop"), "DELETE_COMPLETE");
    assert!(engine.world.iam.roles.is_empty() && engine.world.iam.profiles.is_empty());
    assert_eq!(engine.world.s3.buckets.keys().collect::<Vec<_>>(), ["templates"]);
    let region = engine.world.region(REGION);
    assert!(region.ssm.parameters.is_empty() && region.logs.groups.is_empty() && region.lambda.functions.is_empty());
}

#[test]
fn a_parameter_of_the_store_is_read_at_each_update() {
    let mut engine = Engine::new();
    let put = |engine: &mut Engine, value: &str| {
        let input = json!({"Name": "/app/topic", "Type": "String", "Value": value, "Overwrite": true});
        let request = Request { service: Service::Ssm, operation: "PutParameter".into(), region: REGION.into(), input };
        stackgen_local::ssm::answer(&mut engine.world, &request).unwrap();
    };
    let body = json!({
        "Parameters": {"Name": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/app/topic"}},
        "Resources": {"Topic": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": {"Ref": "Name"}}}},
        "Outputs": {"Arn": {"Value": {"Ref": "Topic"}}},
    });
    put(&mut engine, "one");
    engine.ok("CreateStack", json!({"StackName": "s", "TemplateBody": body.to_string()}));
    engine.settle();
    assert_eq!(engine.stack("s").outputs["Arn"].value, "arn:aws:sns:eu-west-1:123456789012:one");
    put(&mut engine, "two");
    let same = json!([{"ParameterKey": "Name", "UsePreviousValue": true}]);
    engine.ok("UpdateStack", json!({"StackName": "s", "UsePreviousTemplate": true, "Parameters": same}));
    engine.settle();
    assert_eq!(engine.stack("s").outputs["Arn"].value, "arn:aws:sns:eu-west-1:123456789012:two");
}
