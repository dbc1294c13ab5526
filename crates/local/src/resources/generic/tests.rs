use jiff::Timestamp;
use serde_json::{Value as Json, json};

use super::*;
use crate::resources::provider;
use crate::world::World;

fn world() -> World {
    World::new("123456789012", "2026-01-05T10:00:00Z".parse::<Timestamp>().unwrap())
}

fn site<'w>(world: &'w mut World, type_name: &str, stack: &str) -> Site<'w> {
    Site {
        world,
        region: "eu-west-1".to_owned(),
        stack_id: format!("arn:aws:cloudformation:eu-west-1:123456789012:stack/{stack}/1"),
        stack_name: stack.to_owned(),
        logical_id: "Thing".to_owned(),
        type_name: type_name.to_owned(),
        stack_tags: Vec::new(),
    }
}

struct Made {
    id: String,
    reference: String,
    attributes: Json,
}

fn make(type_name: &str, properties: &Json) -> Made {
    let mut world = world();
    let mut site = site(&mut world, type_name, "shop");
    let provider = provider(type_name);
    let id = provider.create(&mut site, properties).unwrap_or_else(|it| panic!("{type_name}: {it}")).physical_id;
    let attributes = provider.attributes(&mut site, &id, properties);
    assert!(provider.read(&mut site, &id).is_some(), "{type_name} {id} is not there");
    Made { reference: provider.reference(type_name, &id, &attributes), id, attributes: Json::Object(attributes) }
}

fn refused(type_name: &str, properties: &Json) -> String {
    let mut world = world();
    provider(type_name).create(&mut site(&mut world, type_name, "shop"), properties).unwrap_err().0
}

#[test]
fn physical_ids_have_the_form_of_their_type() {
    let topic = make("AWS::SNS::Topic", &json!({"TopicName": "news"}));
    assert_eq!(topic.reference, "arn:aws:sns:eu-west-1:123456789012:news");
    assert_eq!(topic.attributes["TopicName"], "news");
    let topic = make("AWS::SNS::Topic", &json!({}));
    assert!(topic.id.starts_with("arn:aws:sns:eu-west-1:123456789012:shop-Thing-"), "{}", topic.id);
    let queue = make("AWS::SQS::Queue", &json!({"QueueName": "jobs"}));
    assert_eq!(queue.reference, "https://sqs.eu-west-1.amazonaws.com/123456789012/jobs");
    assert_eq!(queue.attributes["Arn"], "arn:aws:sqs:eu-west-1:123456789012:jobs");
    let key = make("AWS::KMS::Key", &json!({}));
    assert_eq!((key.id.len(), key.id.matches('-').count()), (36, 4), "{}", key.id);
    assert_eq!(key.attributes["Arn"], format!("arn:aws:kms:eu-west-1:123456789012:key/{}", key.id));
    let gateway = make("AWS::EC2::NatGateway", &json!({"SubnetId": "subnet-1"}));
    assert!(gateway.id.starts_with("nat-0"), "{}", gateway.id);
}

#[test]
fn of_several_identifiers_ref_gives_its_own() {
    let stage = make("AWS::ApiGateway::Stage", &json!({"RestApiId": "a1b2c3", "StageName": "prod"}));
    assert_eq!((stage.id.as_str(), stage.reference.as_str()), ("a1b2c3|prod", "prod"));
    let rule = make("AWS::Events::Rule", &json!({"Name": "nightly", "ScheduleExpression": "rate(1 day)"}));
    assert_eq!(rule.reference, "nightly");
    assert_eq!(rule.attributes["Arn"], "arn:aws:events:eu-west-1:123456789012:rule/nightly");
}

#[test]
fn names_that_are_made_up_keep_to_the_limits() {
    let mut world = world();
    let mut long = site(&mut world, "AWS::Scheduler::Schedule", &"s".repeat(100));
    long.logical_id = "L".repeat(100);
    let facts = Facts::embedded().resource("AWS::Scheduler::Schedule").unwrap();
    let id = naming::physical_id(&mut long, &facts, &json!({}));
    assert_eq!((id.len(), id.matches('-').count()), (64, 2), "{id}");
    let database = make("AWS::RDS::DBInstance", &json!({"Engine": "postgres"}));
    assert!(database.id.starts_with("shop-thing-"), "{}", database.id);
}

#[test]
fn all_types_can_be_made_without_harm() {
    let facts = Facts::embedded();
    let mut world = world();
    let names: Vec<&str> = facts.type_names().filter(|it| !it.starts_with("AWS::EC2::")).collect();
    for name in names.into_iter().step_by(7) {
        let facts = facts.resource(name).unwrap();
        let mut site = site(&mut world, name, "shop");
        let id = naming::physical_id(&mut site, &facts, &json!({}));
        assert!(!id.is_empty(), "{name}");
        let attributes = Generic.attributes(&mut site, &id, &json!({}));
        assert_eq!(attributes.len(), facts.attributes.len(), "{name}");
        for path in &facts.primary_identifier {
            let one = attributes.get(path.trim_start_matches('/')).and_then(Json::as_str);
            assert!(one.is_none_or(|it| !it.is_empty()), "{name} {path}");
        }
    }
}

#[test]
fn the_model_is_asked_first() {
    let missing = refused("AWS::SNS::Subscription", &json!({"Protocol": "email"}));
    assert!(missing.contains("Model validation failed (#: required key [TopicArn] not found)"), "{missing}");
    assert!(missing.ends_with("HandlerErrorCode: InvalidRequest)"), "{missing}");
    let unknown = refused("AWS::SNS::Topic", &json!({"Nme": "x"}));
    assert!(unknown.contains("(#: extraneous key [Nme] is not permitted)"), "{unknown}");
}

#[test]
fn a_name_that_is_taken_says_by_whom() {
    let mut world = world();
    let properties = json!({"TableName": "rows", "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}]});
    let table = provider("AWS::DynamoDB::Table");
    table.create(&mut site(&mut world, "AWS::DynamoDB::Table", "one"), &properties).unwrap();
    let same = table.create(&mut site(&mut world, "AWS::DynamoDB::Table", "one"), &properties).unwrap_err().0;
    assert!(same.contains("Resource of type 'AWS::DynamoDB::Table' with identifier 'rows' already exists."), "{same}");
    let other = table.create(&mut site(&mut world, "AWS::DynamoDB::Table", "two"), &properties).unwrap_err().0;
    assert_eq!(other, "rows already exists in stack arn:aws:cloudformation:eu-west-1:123456789012:stack/one/1");
}

#[test]
fn what_is_write_only_is_not_read() {
    let mut world = world();
    let mut site = site(&mut world, "AWS::RDS::DBInstance", "shop");
    let properties = json!({"Engine": "postgres", "MasterUserPassword": "hunter2", "DBInstanceIdentifier": "db"});
    Generic.create(&mut site, &properties).unwrap();
    let read = Generic.read(&mut site, "db").unwrap();
    assert_eq!(read, json!({"Engine": "postgres", "DBInstanceIdentifier": "db"}));
}

#[test]
fn conditional_changes_are_decided() {
    let change = |name: &str| effect("AWS::RDS::DBInstance", &json!({name: "a"}), &json!({name: "b"}));
    assert_eq!(change("MultiAZ"), Effect::InPlace);
    assert_eq!(change("Engine"), Effect::Replace);
    assert_eq!(change("DBName"), Effect::Replace);
    assert_eq!(change("AllocatedStorage"), Effect::InPlace);
}
