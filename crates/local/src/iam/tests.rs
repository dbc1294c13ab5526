use jiff::Timestamp;
use serde_json::{Value as Json, json};

use super::*;
use crate::resources::{Site, provider};
use crate::wire::Service;

const TRUST: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;
const READ: &str = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}}"#;

fn world() -> World {
    World::new("123456789012", "2026-01-05T10:00:00Z".parse::<Timestamp>().unwrap())
}

fn call(world: &mut World, operation: &str, input: Json) -> Result<Json, ApiError> {
    let request =
        Request { service: Service::Iam, operation: operation.to_owned(), region: "eu-west-1".to_owned(), input };
    answer(world, &request)
}

fn ok(world: &mut World, operation: &str, input: Json) -> Json {
    call(world, operation, input).unwrap_or_else(|error| panic!("{operation}: {error}"))
}

fn refused(world: &mut World, operation: &str, input: Json) -> String {
    call(world, operation, input).unwrap_err().to_string()
}

fn site<'w>(world: &'w mut World, type_name: &str) -> Site<'w> {
    Site {
        world,
        region: "eu-west-1".to_owned(),
        stack_id: "arn:aws:cloudformation:eu-west-1:123456789012:stack/shop/1".to_owned(),
        stack_name: "shop".to_owned(),
        logical_id: "Thing".to_owned(),
        type_name: type_name.to_owned(),
        stack_tags: Vec::new(),
    }
}

#[test]
fn a_role_is_made_shown_and_kept_while_it_is_used() {
    let mut world = world();
    let role = json!({"RoleName": "r", "Path": "/app/", "AssumeRolePolicyDocument": TRUST});
    let made = ok(&mut world, "CreateRole", role.clone());
    assert_eq!(made["Role"]["Arn"], "arn:aws:iam::123456789012:role/app/r");
    let id = made["Role"]["RoleId"].as_str().unwrap();
    assert!(id.starts_with("AROA") && id.len() == 21, "{id}");
    assert_eq!(refused(&mut world, "CreateRole", role), "EntityAlreadyExists: Role with name r already exists.");
    ok(&mut world, "CreateInstanceProfile", json!({"InstanceProfileName": "p"}));
    ok(&mut world, "AddRoleToInstanceProfile", json!({"InstanceProfileName": "p", "RoleName": "r"}));
    let name = json!({"RoleName": "r"});
    let stuck = refused(&mut world, "DeleteRole", name.clone());
    assert_eq!(stuck, "DeleteConflict: Cannot delete entity, must remove roles from instance profile first.");
    let stuck = refused(&mut world, "DeleteInstanceProfile", json!({"InstanceProfileName": "p"}));
    assert!(stuck.starts_with("DeleteConflict"), "{stuck}");
    ok(&mut world, "RemoveRoleFromInstanceProfile", json!({"InstanceProfileName": "p", "RoleName": "r"}));
    ok(&mut world, "PutRolePolicy", json!({"RoleName": "r", "PolicyName": "x", "PolicyDocument": READ}));
    assert_eq!(ok(&mut world, "ListRolePolicies", name.clone())["PolicyNames"], json!(["x"]));
    assert!(refused(&mut world, "DeleteRole", name.clone()).contains("must delete policies first"));
    ok(&mut world, "DeleteRolePolicy", json!({"RoleName": "r", "PolicyName": "x"}));
    ok(&mut world, "DeleteRole", name.clone());
    assert_eq!(refused(&mut world, "GetRole", name), "NoSuchEntity: The role with name r cannot be found.");
}

#[test]
fn a_policy_goes_only_when_nobody_has_it() {
    let mut world = world();
    let arn = "arn:aws:iam::123456789012:policy/p";
    ok(&mut world, "CreatePolicy", json!({"PolicyName": "p", "PolicyDocument": READ}));
    ok(&mut world, "CreateUser", json!({"UserName": "u"}));
    ok(&mut world, "AttachUserPolicy", json!({"UserName": "u", "PolicyArn": arn}));
    assert_eq!(ok(&mut world, "GetPolicy", json!({"PolicyArn": arn}))["Policy"]["AttachmentCount"], 1);
    let stuck = refused(&mut world, "DeletePolicy", json!({"PolicyArn": arn}));
    assert_eq!(stuck, "DeleteConflict: Cannot delete a policy attached to entities.");
    ok(&mut world, "DetachUserPolicy", json!({"UserName": "u", "PolicyArn": arn}));
    ok(&mut world, "DeletePolicy", json!({"PolicyArn": arn}));
    let unknown = refused(&mut world, "AttachUserPolicy", json!({"UserName": "u", "PolicyArn": arn}));
    assert_eq!(unknown, format!("NoSuchEntity: Policy {arn} does not exist or is not attachable."));
    let named = refused(&mut world, "AttachUserPolicy", json!({"UserName": "u", "PolicyArn": "AdministratorAccess"}));
    assert_eq!(named, "ValidationError: Invalid ARN:  Could not be parsed!");
}

#[test]
fn what_is_no_policy_is_refused() {
    let cases = [
        ("{", "This policy contains invalid Json"),
        (r#"{"Statement": []}"#, "Syntax errors in policy."),
        (r#"{"Statement": {"Effect": "Allow", "Action": "s3:Get*"}}"#, "Policy statement must contain resources."),
        (r#"{"Statement": {"Effect": "Allow", "Resource": "*"}}"#, "Policy statement must contain actions."),
        (r#"{"Statement": {"Effect": "Allow", "Action": "Get", "Resource": "*"}}"#, "must be prefaced by a vendor"),
        (r#"{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "b"}}"#, "Resource b must be in ARN format"),
        (r#"{"Version": "2020-01-01", "Statement": {}}"#, "valid version"),
    ];
    for (text, wanted) in cases {
        let error = document::check(text, document::Use::Identity).unwrap_err().to_string();
        assert!(error.starts_with("MalformedPolicyDocument") && error.contains(wanted), "{text}: {error}");
    }
    assert!(document::check(READ, document::Use::Identity).is_ok());
    assert!(document::check(TRUST, document::Use::Trust).is_ok());
    assert!(document::check(READ, document::Use::Trust).unwrap_err().message.contains("prohibited field Resource"));
}

#[test]
fn a_role_of_a_template_is_whole_or_not_there() {
    let mut world = world();
    let role = provider("AWS::IAM::Role");
    let trust: Json = serde_json::from_str(TRUST).unwrap();
    let mut properties =
        json!({"AssumeRolePolicyDocument": trust, "ManagedPolicyArns": ["arn:aws:iam::123456789012:policy/none"]});
    let refusal = role.create(&mut site(&mut world, "AWS::IAM::Role"), &properties).unwrap_err().0;
    assert!(refusal.contains("does not exist or is not attachable. (Service: Iam, Status Code: 404"), "{refusal}");
    assert!(world.iam.roles.is_empty());
    properties["ManagedPolicyArns"] = json!(["arn:aws:iam::aws:policy/ReadOnlyAccess"]);
    let id = role.create(&mut site(&mut world, "AWS::IAM::Role"), &properties).unwrap().physical_id;
    assert!(id.starts_with("shop-Thing-"), "{id}");
    let attributes = role.attributes(&mut site(&mut world, "AWS::IAM::Role"), &id, &properties);
    assert_eq!(attributes["Arn"], format!("arn:aws:iam::123456789012:role/{id}"));
    ok(&mut world, "PutRolePolicy", json!({"RoleName": id, "PolicyName": "by-hand", "PolicyDocument": READ}));
    let stuck = role.delete(&mut site(&mut world, "AWS::IAM::Role"), &id, &properties).unwrap_err().0;
    assert!(stuck.contains("Cannot delete entity, must delete policies first."), "{stuck}");
    ok(&mut world, "DeleteRolePolicy", json!({"RoleName": id, "PolicyName": "by-hand"}));
    role.delete(&mut site(&mut world, "AWS::IAM::Role"), &id, &properties).unwrap();
    assert!(world.iam.roles.is_empty());
}
