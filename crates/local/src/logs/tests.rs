use jiff::Timestamp;
use serde_json::{Value as Json, json};

use super::*;
use crate::wire::Service;

fn call(world: &mut World, operation: &str, input: Json) -> Result<Json, ApiError> {
    let (operation, region) = (operation.to_owned(), "eu-west-1".to_owned());
    answer(world, &Request { service: Service::Logs, operation, region, input })
}

#[test]
fn groups_streams_and_events() {
    let mut world = World::new("123456789012", "2026-01-05T10:00:00Z".parse::<Timestamp>().unwrap());
    let group = json!({"logGroupName": "/app"});
    call(&mut world, "CreateLogGroup", group.clone()).unwrap();
    let again = call(&mut world, "CreateLogGroup", group.clone()).unwrap_err();
    assert_eq!(again.to_string(), "ResourceAlreadyExistsException: The specified log group already exists");
    let days = |days: i64| json!({"logGroupName": "/app", "retentionInDays": days});
    assert!(call(&mut world, "PutRetentionPolicy", days(8)).unwrap_err().message.contains("enum value set: [1, 3, 5"));
    assert!(call(&mut world, "PutRetentionPolicy", days(0)).is_err());
    call(&mut world, "PutRetentionPolicy", days(30)).unwrap();
    let shown = call(&mut world, "DescribeLogGroups", json!({"logGroupNamePrefix": "/a"})).unwrap();
    assert_eq!(shown["logGroups"][0]["retentionInDays"], 30);
    assert_eq!(shown["logGroups"][0]["arn"], "arn:aws:logs:eu-west-1:123456789012:log-group:/app:*");
    let stream = json!({"logGroupName": "/app", "logStreamName": "s"});
    assert!(call(&mut world, "GetLogEvents", stream.clone()).unwrap_err().message.contains("stream does not exist"));
    call(&mut world, "CreateLogStream", stream.clone()).unwrap();
    let mut events = stream.clone();
    events["logEvents"] = json!([{"timestamp": 1, "message": "up"}, {"timestamp": 5, "message": "an error"}]);
    call(&mut world, "PutLogEvents", events).unwrap();
    assert_eq!(call(&mut world, "GetLogEvents", stream).unwrap()["events"][0]["message"], "up");
    let found = json!({"logGroupName": "/app", "filterPattern": "error"});
    assert_eq!(call(&mut world, "FilterLogEvents", found).unwrap()["events"].as_array().unwrap().len(), 1);
    call(&mut world, "DeleteLogGroup", group).unwrap();
    assert_eq!(call(&mut world, "DescribeLogGroups", json!({})).unwrap(), json!({"logGroups": []}));
}
