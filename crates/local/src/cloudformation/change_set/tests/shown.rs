//! What is told of each change.
use super::*;

#[test]
fn a_new_stack_waits_for_review_and_everything_is_added() {
    let mut world = world();
    let body = "Resources: {T: {Type: AWS::SNS::Topic, Properties: {TopicName: a}}, U: {Type: AWS::SNS::Topic}}";
    let (id, stack) = create(&mut world, REGION, proposal(Kind::Create, body)).expect("it is right");
    let kept = world.region(REGION).stacks[&stack].clone();
    assert_eq!((kept.status, kept.change_sets[0].status.as_str()), (Status::ReviewInProgress, "CREATE_PENDING"));
    assert!(id.starts_with("arn:aws:cloudformation:eu-west-1:123456789012:changeSet/c/"), "{id}");
    let later = world.now().checked_add(jiff::SignedDuration::from_secs(3)).expect("it is not late");
    world.advance(later);
    let change_set = world.region(REGION).stacks[&stack].change_sets[0].clone();
    assert_eq!((change_set.status.as_str(), change_set.execution.as_str()), ("CREATE_COMPLETE", "AVAILABLE"));
    assert_eq!(
        change_set.changes[0],
        json!({"Type": "Resource", "ResourceChange": {
            "Action": "Add", "LogicalResourceId": "T", "ResourceType": "AWS::SNS::Topic", "Scope": [], "Details": [],
            "AfterContext": "{\"Properties\":{\"TopicName\":\"a\"}}",
        }})
    );
    assert_eq!(change_set.changes.len(), 2);
}

/// A host, what is attached to it, and topics.
fn hosting(image: &str, kind: &str) -> String {
    format!(
        "
Parameters: {{Kind: {{Type: String, Default: {kind}}}}}
Resources:
  Host: {{Type: AWS::EC2::Instance, UpdateReplacePolicy: Retain, Properties: {{ImageId: {image}, InstanceType: !Ref Kind}}}}
  Attachment: {{Type: AWS::EC2::VolumeAttachment, Properties: {{InstanceId: !Ref Host, VolumeId: vol-1, Device: /dev/sdf}}}}
  Topic: {{Type: AWS::SNS::Topic, Properties: {{DisplayName: !Ref Host}}}}
  Other: {{Type: AWS::SNS::Topic}}
"
    )
}

#[test]
fn what_changes_by_hand_and_by_parameter_is_told_apart() {
    let found = between(&hosting("ami-1", "m7g.medium"), &hosting("ami-2", "m7g.large")).expect("it is right");
    assert_eq!(found.status, "CREATE_COMPLETE", "{:?}", found.reason);
    let host = change(&found, "Host");
    assert_eq!(
        (&host["Action"], &host["Replacement"], &host["PolicyAction"]),
        (&json!("Modify"), &json!("True"), &json!("ReplaceAndRetain"))
    );
    assert_eq!(
        briefly(host),
        [
            "Properties ImageId Always DirectModification - Static",
            "Properties InstanceType Conditionally DirectModification - Dynamic",
            "Properties InstanceType Conditionally ParameterReference Kind Static",
        ]
    );
    let target = &host["Details"][0]["Target"];
    assert_eq!(
        (&target["Path"], &target["BeforeValue"], &target["AfterValue"]),
        (&json!("/Properties/ImageId"), &json!("ami-1"), &json!("ami-2"))
    );
    assert_eq!(change(&found, "Topic")["Replacement"], "False");
    assert_eq!(change(&found, "Other"), &Json::Null);
}

#[test]
fn a_replacement_replaces_what_hangs_on_it() {
    let found = between(&hosting("ami-1", "m7g.medium"), &hosting("ami-2", "m7g.large")).expect("it is right");
    let attachment = change(&found, "Attachment");
    assert_eq!(
        (&attachment["Replacement"], &attachment["PhysicalResourceId"]),
        (&json!("True"), &json!("id-of-Attachment"))
    );
    assert_eq!(
        briefly(attachment),
        [
            "Properties InstanceId Always DirectModification - Dynamic",
            "Properties InstanceId Always ResourceReference Host Static"
        ]
    );
    assert_eq!(attachment["Details"][0]["Target"]["AfterValue"], "{{changeSet:KNOWN_AFTER_APPLY}}");
}

#[test]
fn a_parameter_that_may_replace_leaves_open_what_hangs_on_it() {
    let found = between(&hosting("ami-1", "m7g.medium"), &hosting("ami-1", "m7g.large")).expect("it is right");
    assert_eq!(change(&found, "Host")["Replacement"], "Conditional");
    assert_eq!(change(&found, "Host").get("PolicyAction"), None);
    assert_eq!(change(&found, "Attachment")["Replacement"], "Conditional");
    assert_eq!(briefly(change(&found, "Attachment")), ["Properties InstanceId Always ResourceReference Host Dynamic"]);
}

#[test]
fn an_attribute_of_what_is_changed_in_place_may_change() {
    let template = |name: &str| {
        format!(
            "
Resources:
  Topic: {{Type: AWS::SNS::Topic, Properties: {{DisplayName: {name}}}}}
  Reader: {{Type: Custom::R, Properties: {{ServiceToken: x, Arn: !GetAtt Topic.TopicArn, Ref: !Ref Topic}}}}
"
        )
    };
    let found = between(&template("a"), &template("b")).expect("it is right");
    assert_eq!(briefly(change(&found, "Topic")), ["Properties DisplayName Never DirectModification - Static"]);
    assert_eq!(briefly(change(&found, "Reader")), ["Properties Arn Never ResourceAttribute Topic.TopicArn Dynamic"]);
}

#[test]
fn what_goes_says_what_becomes_of_it() {
    let before = "
Resources:
  Stays: {Type: AWS::SNS::Topic}
  Goes: {Type: AWS::SNS::Topic}
  Kept: {Type: AWS::EC2::Volume, DeletionPolicy: RetainExceptOnCreate, Properties: {AvailabilityZone: a, Size: 1}}
  Copied: {Type: AWS::EC2::Volume, DeletionPolicy: Snapshot, Properties: {AvailabilityZone: a, Size: 1}}
";
    let found = between(before, "Resources: {Stays: {Type: AWS::SNS::Topic}}").expect("it is right");
    let policies: Vec<String> = found
        .changes
        .iter()
        .map(|it| &it["ResourceChange"])
        .map(|it| format!("{} {} {}", it["Action"], it["LogicalResourceId"], it["PolicyAction"]).replace('"', ""))
        .collect();
    assert_eq!(policies, ["Remove Goes Delete", "Remove Kept Retain", "Remove Copied Snapshot"]);
}

#[test]
fn tags_of_the_stack_are_taken_over_by_resources() {
    let body = "
Resources:
  Topic: {Type: AWS::SNS::Topic, Properties: {Tags: [{Key: a, Value: own}]}}
  Attachment: {Type: AWS::EC2::VolumeAttachment, Properties: {InstanceId: i-1, VolumeId: vol-1}}
";
    let mut world = world();
    let first = computed(&mut world, proposal(Kind::Create, body)).expect("it is right");
    apply(&mut world, &first);
    let tags = IndexMap::from([("a".to_owned(), "of the stack".to_owned()), ("b".to_owned(), "c".to_owned())]);
    let found =
        computed(&mut world, Proposal { tags: Some(tags), ..proposal(Kind::Update, body) }).expect("it is right");
    let topic = change(&found, "Topic");
    assert_eq!(topic["Scope"], json!(["Tags"]));
    assert_eq!(briefly(topic), ["Tags - Never DirectModification - Static"]);
    assert_eq!(topic["Details"][0]["Target"]["AfterValue"], r#"[{"Key":"a","Value":"own"},{"Key":"b","Value":"c"}]"#);
    assert_eq!(change(&found, "Attachment"), &Json::Null);
}

#[test]
fn a_secret_is_not_shown() {
    let body = "
Parameters: {Secret: {Type: String, NoEcho: true}}
Resources: {T: {Type: AWS::SNS::Topic, Properties: {DisplayName: !Sub 'x${Secret}'}}}
";
    let given = IndexMap::from([("Secret".to_owned(), Given::Value("hunter2".to_owned()))]);
    let found =
        computed(&mut world(), Proposal { parameters: given, ..proposal(Kind::Create, body) }).expect("it is right");
    assert_eq!(change(&found, "T")["AfterContext"], "{\"Properties\":{\"DisplayName\":\"x****\"}}");
}
