use jiff::{SignedDuration, Timestamp};
use serde_json::{Value as Json, json};

use super::*;
use crate::wire::Service;

const REGION: &str = "eu-west-1";

fn world() -> World {
    World::new("123456789012", "2026-01-05T10:00:00Z".parse::<Timestamp>().unwrap())
}

fn call(world: &mut World, operation: &str, input: Json) -> Result<Json, ApiError> {
    let request = Request { service: Service::Ssm, operation: operation.to_owned(), region: REGION.to_owned(), input };
    answer(world, &request)
}

fn ok(world: &mut World, operation: &str, input: Json) -> Json {
    call(world, operation, input).unwrap_or_else(|error| panic!("{operation}: {error}"))
}

fn refused(world: &mut World, operation: &str, input: Json) -> String {
    call(world, operation, input).unwrap_err().to_string()
}

#[test]
fn values_have_versions_and_labels() {
    let mut world = world();
    ok(&mut world, "PutParameter", json!({"Name": "/a/b", "Type": "String", "Value": "one"}));
    let again = json!({"Name": "/a/b", "Value": "two"});
    assert!(refused(&mut world, "PutParameter", again).starts_with("ParameterAlreadyExists: The parameter already"));
    let put = ok(&mut world, "PutParameter", json!({"Name": "/a/b", "Value": "two", "Overwrite": true}));
    assert_eq!(put["Version"], 2);
    let got = ok(&mut world, "GetParameter", json!({"Name": "/a/b"}))["Parameter"].clone();
    assert_eq!(
        (&got["Value"], &got["ARN"]),
        (&json!("two"), &json!("arn:aws:ssm:eu-west-1:123456789012:parameter/a/b"))
    );
    assert_eq!(got["LastModifiedDate"], 1_767_607_200);
    assert_eq!(ok(&mut world, "GetParameter", json!({"Name": "/a/b:1"}))["Parameter"]["Value"], "one");
    ok(&mut world, "LabelParameterVersion", json!({"Name": "/a/b", "ParameterVersion": 1, "Labels": ["good"]}));
    assert_eq!(ok(&mut world, "GetParameter", json!({"Name": "/a/b:good"}))["Parameter"]["Value"], "one");
    assert!(refused(&mut world, "GetParameter", json!({"Name": "/a/b:9"})).starts_with("ParameterVersionNotFound"));
    assert_eq!(stored(&world, REGION, "/a/b:1").as_deref(), Some("one"));
    assert_eq!(stored(&world, REGION, "/a/b").as_deref(), Some("two"));
    assert_eq!(stored(&world, "us-east-1", "/a/b"), None);
    assert_eq!(
        ok(&mut world, "GetParameterHistory", json!({"Name": "/a/b"}))["Parameters"][0]["Labels"],
        json!(["good"])
    );
    ok(&mut world, "DeleteParameter", json!({"Name": "/a/b"}));
    assert!(refused(&mut world, "GetParameter", json!({"Name": "/a/b"})).starts_with("ParameterNotFound"));
}

#[test]
fn paths_are_walked_page_by_page() {
    let mut world = world();
    for name in ["/a/1", "/a/2", "/a/b/3", "/ab/4"] {
        ok(&mut world, "PutParameter", json!({"Name": name, "Type": "String", "Value": "x"}));
    }
    let names = |answer: &Json| -> Vec<String> {
        answer["Parameters"].as_array().unwrap().iter().map(|it| it["Name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names(&ok(&mut world, "GetParametersByPath", json!({"Path": "/a"}))), ["/a/1", "/a/2"]);
    let first = ok(&mut world, "GetParametersByPath", json!({"Path": "/a/", "Recursive": true, "MaxResults": 2}));
    assert_eq!(names(&first), ["/a/1", "/a/2"]);
    let next = json!({"Path": "/a/", "Recursive": true, "NextToken": first["NextToken"]});
    let second = ok(&mut world, "GetParametersByPath", next);
    assert_eq!((names(&second), second.get("NextToken")), (vec!["/a/b/3".to_owned()], None));
}

#[test]
fn secrets_are_sealed_and_in_no_message() {
    let mut world = world();
    ok(&mut world, "PutParameter", json!({"Name": "/s", "Type": "SecureString", "Value": "hunter2"}));
    let sealed = ok(&mut world, "GetParameter", json!({"Name": "/s"})).to_string();
    assert!(!sealed.contains("hunter2"), "{sealed}");
    let open = ok(&mut world, "GetParameter", json!({"Name": "/s", "WithDecryption": true}));
    assert_eq!(open["Parameter"]["Value"], "hunter2");
    let input = json!({"Name": "/t", "Type": "SecureString", "Value": "hunter2", "AllowedPattern": "^[0-9]+$"});
    let message = refused(&mut world, "PutParameter", input);
    assert!(message.starts_with("ParameterPatternMismatchException") && !message.contains("hunter2"), "{message}");
    assert!(!format!("{:?}", world.region(REGION).ssm).contains("hunter2"));
}

#[test]
fn what_does_not_fit_is_refused() {
    let mut world = world();
    let mut put = |name: &str, value: &str| {
        refused(&mut world, "PutParameter", json!({"Name": name, "Type": "String", "Value": value}))
    };
    assert!(put("/a", &"x".repeat(4_097)).contains("maximum parameter value of 4096 characters"));
    assert!(put("/aws/x", "x").starts_with("AccessDeniedException: No access to reserved parameter name"));
    assert!(put("aws-x", "x").starts_with("ValidationException: Parameter name: can't be prefixed with \"aws\" or"));
    assert!(put("ssm-x", "x").contains("can't be prefixed"));
    assert!(put("a/b", "x").contains("fully qualified"));
    let big = json!({"Name": "/a", "Type": "String", "Value": "x".repeat(4_097), "Tier": "Advanced"});
    assert_eq!(ok(&mut world, "PutParameter", big)["Tier"], "Advanced");
}

#[test]
fn an_image_is_looked_at_later() {
    let mut world = world();
    let name = "/aws/service/canonical/ubuntu/server/24.04/stable/current/amd64/hvm/ebs-gp3/ami-id";
    let image = ok(&mut world, "GetParameter", json!({"Name": name}))["Parameter"]["Value"].clone();
    assert!(image.as_str().unwrap().starts_with("ami-0"), "{image}");
    for (name, value) in [("/good", image.clone()), ("/bad", json!("ami-0123456789abcdef0"))] {
        let input = json!({"Name": name, "Type": "String", "DataType": "aws:ec2:image", "Value": value});
        assert_eq!(ok(&mut world, "PutParameter", input)["Version"], 1);
        assert!(refused(&mut world, "GetParameter", json!({"Name": name})).starts_with("ParameterNotFound"));
    }
    let later = world.now() + SignedDuration::from_secs(10);
    world.advance(later);
    assert_eq!(ok(&mut world, "GetParameter", json!({"Name": "/good"}))["Parameter"]["Value"], image);
    assert!(refused(&mut world, "GetParameter", json!({"Name": "/bad"})).starts_with("ParameterNotFound"));
    assert!(world.region(REGION).ssm.refused["/bad"].contains("ami-0123456789abcdef0"));
}
