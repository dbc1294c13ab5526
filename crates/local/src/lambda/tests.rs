use jiff::Timestamp;
use serde_json::{Value as Json, json};

use super::*;
use crate::wire::Service;

fn call(world: &mut World, operation: &str, input: Json) -> Result<Json, ApiError> {
    let (operation, region) = (operation.to_owned(), "eu-west-1".to_owned());
    answer(world, &Request { service: Service::Lambda, operation, region, input })
}

#[test]
fn a_function_is_kept_and_shown_but_not_run() {
    let mut world = World::new("123456789012", "2026-01-05T10:00:00Z".parse::<Timestamp>().unwrap());
    let mut input = json!({
        "FunctionName": "f", "Runtime": "python3.13", "Handler": "index.handler", "Role": "arn:aws:iam::123456789012:role/none",
        "Code": {"ZipFile": "x"},
    });
    let refused = call(&mut world, "CreateFunction", input.clone()).unwrap_err();
    assert_eq!(refused.message, "The role defined for the function cannot be assumed by Lambda.");
    input["Role"] = json!("arn:aws:iam::999999999999:role/other");
    let made = call(&mut world, "CreateFunction", input.clone()).unwrap();
    assert_eq!(made["FunctionArn"], "arn:aws:lambda:eu-west-1:123456789012:function:f");
    assert_eq!((&made["MemorySize"], &made["State"]), (&json!(128), &json!("Active")));
    assert_eq!(call(&mut world, "CreateFunction", input).unwrap_err().status, 409);
    let by_arn = json!({"FunctionName": made["FunctionArn"]});
    assert!(call(&mut world, "GetFunction", by_arn.clone()).is_ok());
    assert_eq!(call(&mut world, "PublishVersion", by_arn.clone()).unwrap()["Version"], "1");
    let permission = json!({"FunctionName": "f", "StatementId": "s", "Action": "lambda:InvokeFunction", "Principal": "sns.amazonaws.com"});
    call(&mut world, "AddPermission", permission.clone()).unwrap();
    assert!(call(&mut world, "AddPermission", permission).unwrap_err().message.contains("already exists"));
    assert!(
        call(&mut world, "GetPolicy", by_arn.clone()).unwrap()["Policy"]
            .as_str()
            .unwrap()
            .contains("sns.amazonaws.com")
    );
    assert_eq!(call(&mut world, "Invoke", by_arn.clone()).unwrap_err().code, "NotImplementedByLocalEngine");
    call(&mut world, "DeleteFunction", by_arn.clone()).unwrap();
    assert_eq!(call(&mut world, "GetFunction", by_arn).unwrap_err().code, "ResourceNotFoundException");
}
