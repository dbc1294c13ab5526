use indexmap::IndexMap;
use proptest::prelude::*;
use serde_json::{Map, Value as Json, json};

use super::*;
use crate::cloudformation::stack::{Resource, ResourceStatus, Status};
use crate::cloudformation::template::{Design, Given, KNOWN_AFTER_APPLY, Known, Place, Seen, Template};
use crate::wire::ApiError;
use crate::world::World;

const REGION: &str = "eu-west-1";

fn world() -> World {
    World::new("123456789012", Timestamp::UNIX_EPOCH)
}

fn proposal(kind: Kind, body: &str) -> Proposal {
    Proposal {
        stack: "s".to_owned(),
        name: "c".to_owned(),
        kind,
        description: None,
        body: Some(body.to_owned()),
        parameters: IndexMap::new(),
        tags: None,
        capabilities: ["CAPABILITY_NAMED_IAM".to_owned()].into(),
        on_failure: None,
        role_arn: None,
        notification_arns: None,
        imports: Vec::new(),
        revert_drift: false,
        token: None,
        include_nested: false,
    }
}

/// Makes a change set, waits until it is computed, and takes it out again.
fn computed(world: &mut World, proposal: Proposal) -> Result<ChangeSet, ApiError> {
    let (id, stack) = create(world, REGION, proposal)?;
    let later = world.now().checked_add(jiff::SignedDuration::from_secs(5)).expect("it is not late");
    world.advance(later);
    let stack = world.region(REGION).stacks.get_mut(&stack).expect("it was made");
    let index = stack.change_sets.iter().position(|it| it.id == id).expect("it was made");
    Ok(stack.change_sets.remove(index))
}

/// What a resource is known by once it is there.
struct Made;

impl Known for Made {
    fn reference(&self, logical_id: &str) -> Option<Json> {
        Some(json!(format!("id-of-{logical_id}")))
    }
    fn attribute(&self, logical_id: &str, name: &str) -> Option<Json> {
        Some(json!(format!("{logical_id}.{name}")))
    }
}

/// Puts in force what a change set says, without an operation.
fn apply(world: &mut World, change_set: &ChangeSet) {
    let id = world.region(REGION).stacks.keys().next().expect("there is a stack").clone();
    let stack = world.region(REGION).stacks[&id].clone();
    let seen = Seen { world, region: REGION };
    let template = Template::parse(&change_set.source.body).expect("it was read before");
    let design = Design::new(&template, &change_set.source, &Place::of(world, REGION, &stack, &seen));
    let design = design.expect("it was made before");
    let resource = |id: &String| Resource {
        type_name: design.resources[id].type_name.clone(),
        physical_id: Some(format!("id-of-{id}")),
        status: ResourceStatus::CreateComplete,
        reason: None,
        since: world.now(),
        properties: design.properties(id, &Made).expect("all is known"),
        attributes: ["Arn", "TopicArn", "TopicName", "Name"]
            .iter()
            .map(|name| ((*name).to_owned(), json!(format!("{id}.{name}"))))
            .collect::<Map<_, _>>(),
        reference: format!("id-of-{id}"),
        depends_on: Vec::new(),
        deletion_policy: design.resources[id].deletion_policy.clone(),
        update_replace_policy: None,
        metadata: None,
        drift: None,
    };
    let resources = design.resources.keys().map(|id| (id.clone(), resource(id))).collect();
    let stack = world.region(REGION).stacks.get_mut(&id).expect("it is there");
    stack.resources = resources;
    stack.source = change_set.source.clone();
    stack.status = Status::UpdateComplete;
}

/// The changes from one template to another.
fn between(before: &str, after: &str) -> Result<ChangeSet, ApiError> {
    let mut world = world();
    let first = computed(&mut world, proposal(Kind::Create, before))?;
    assert_eq!(first.status, "CREATE_COMPLETE", "{:?}", first.reason);
    apply(&mut world, &first);
    computed(&mut world, proposal(Kind::Update, after))
}

fn change<'c>(change_set: &'c ChangeSet, id: &str) -> &'c Json {
    let mut changes = change_set.changes.iter().map(|it| &it["ResourceChange"]);
    changes.find(|it| it["LogicalResourceId"] == id).unwrap_or(&Json::Null)
}

/// The details of a change, each as `Attribute Name RequiresRecreation ChangeSource Entity Evaluation`.
fn briefly(change: &Json) -> Vec<String> {
    let word = |value: &Json| value.as_str().unwrap_or("-").to_owned();
    let brief = |detail: &Json| {
        let target = &detail["Target"];
        let parts = [
            &target["Attribute"],
            &target["Name"],
            &target["RequiresRecreation"],
            &detail["ChangeSource"],
            &detail["CausingEntity"],
            &detail["Evaluation"],
        ];
        parts.map(word).join(" ")
    };
    change["Details"].as_array().into_iter().flatten().map(brief).collect()
}

const EMPTY: &str =
    "The submitted information didn't contain changes. Submit different information to create a change set.";

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

#[test]
fn what_changes_by_hand_by_parameter_and_by_replacement_is_told_apart() {
    let template = |image: &str, kind: &str| {
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
    };
    let found = between(&template("ami-1", "m7g.medium"), &template("ami-2", "m7g.large")).expect("it is right");
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
    assert_eq!(change(&found, "Topic")["Replacement"], "False");
    assert_eq!(change(&found, "Other"), &Json::Null);
    let kind_only = between(&template("ami-1", "m7g.medium"), &template("ami-1", "m7g.large")).expect("it is right");
    assert_eq!(change(&kind_only, "Host")["Replacement"], "Conditional");
    assert_eq!(change(&kind_only, "Host").get("PolicyAction"), None);
    assert_eq!(change(&kind_only, "Attachment")["Replacement"], "Conditional");
    assert_eq!(
        briefly(change(&kind_only, "Attachment")),
        ["Properties InstanceId Always ResourceReference Host Dynamic"]
    );
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
fn what_counts_as_a_change() {
    let body = |topic: &str, rest: &str| {
        format!("Resources: {{T: {{Type: AWS::SNS::Topic{topic}}}, U: {{Type: AWS::SNS::Topic}}}}\n{rest}")
    };
    for (topic, rest, wanted) in [
        ("", "", None),
        (", DependsOn: U", "", None),
        ("", "Parameters: {P: {Type: String, Default: a}}", None),
        ("", "Description: other", None),
        ("", "Conditions: {C: !Equals [a, a]}", None),
        ("", "Outputs: {O: {Value: a}}", Some(0)),
        (", DeletionPolicy: Retain", "", Some(1)),
        (", UpdateReplacePolicy: Retain", "", Some(1)),
        (", Metadata: {a: 1}", "", Some(1)),
    ] {
        let found = between(&body("", ""), &body(topic, rest)).expect("it is right");
        match wanted {
            Some(number) => {
                assert_eq!((found.status.as_str(), found.changes.len()), ("CREATE_COMPLETE", number), "{topic}{rest}")
            }
            None => {
                assert_eq!((found.status.as_str(), found.reason.as_deref()), ("FAILED", Some(EMPTY)), "{topic}{rest}");
                assert_eq!(found.execution, "UNAVAILABLE");
            }
        }
    }
    let extended = format!("Transform: AWS::LanguageExtensions\n{}", body("", ""));
    assert_eq!(
        between(&extended, &extended).expect("it is right").reason.as_deref(),
        Some("No updates are to be performed.")
    );
}

#[test]
fn a_number_and_its_text_are_the_same() {
    let body = |value: &str| {
        format!(
            "
Resources:
  V: {{Type: AWS::EC2::Volume, Properties: {{AvailabilityZone: a, Size: {value}}}}}
  D: {{Type: Custom::D, Properties: {{ServiceToken: x, P: {value}}}}}
"
        )
    };
    assert_eq!(between(&body("8"), &body("'8'")).expect("it is right").reason.as_deref(), Some(EMPTY));
    assert_eq!(between(&body("8"), &body("9")).expect("it is right").changes.len(), 2);
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
fn early_validation_fails_the_change_set() {
    let mut world = world();
    let body = "Resources: {V: {Type: AWS::EC2::Volume, Properties: {AvailabilityZone: a, Size: 1, Colour: red}}}";
    let found = computed(&mut world, proposal(Kind::Create, body)).expect("it is taken");
    assert_eq!(found.status, "FAILED");
    let reason = found.reason.expect("it says why");
    assert!(
        reason.starts_with("The following hook(s)/validation failed: [AWS::EarlyValidation::PropertyValidation]."),
        "{reason}"
    );
    assert_eq!(found.validations[0]["ValidationPath"], "/Resources/V/Properties/Colour");
}

#[test]
fn what_a_resource_type_refuses_is_not_found() {
    let body = |zone: &str| {
        format!("Resources: {{V: {{Type: AWS::EC2::Volume, Properties: {{AvailabilityZone: {zone}, Size: 1}}}}}}")
    };
    let found = between(&body("a"), &body("b")).expect("it is right");
    assert_eq!(found.status, "CREATE_COMPLETE");
}

#[test]
fn the_state_of_the_stack_decides() {
    let body = "Resources: {T: {Type: AWS::SNS::Topic}}";
    let refused = |status: Option<Status>, kind: Kind| {
        let mut world = world();
        if let Some(status) = status {
            let first = computed(&mut world, proposal(Kind::Create, body)).expect("it is right");
            apply(&mut world, &first);
            let stack = world.region(REGION).stacks.values_mut().next().expect("it is there");
            stack.status = status;
        }
        create(&mut world, REGION, proposal(kind, body)).err().map(|error| error.message)
    };
    let starts = |message: Option<String>, wanted: &str| {
        assert!(message.as_deref().is_some_and(|it| it.contains(wanted)), "{message:?}")
    };
    starts(refused(None, Kind::Update), "Stack [s] does not exist");
    starts(
        refused(Some(Status::ReviewInProgress), Kind::Update),
        "is in REVIEW_IN_PROGRESS state and can not be updated.",
    );
    starts(
        refused(Some(Status::RollbackComplete), Kind::Update),
        "is in ROLLBACK_COMPLETE state and can not be updated.",
    );
    starts(
        refused(Some(Status::UpdateInProgress), Kind::Update),
        "is in UPDATE_IN_PROGRESS state and can not be updated.",
    );
    starts(
        refused(Some(Status::CreateComplete), Kind::Create),
        "Stack [s] already exists and cannot be created again with the changeSet [c].",
    );
    assert_eq!(refused(Some(Status::ReviewInProgress), Kind::Create), None);
    assert_eq!(refused(Some(Status::UpdateFailed), Kind::Update), None);
}

#[test]
fn what_is_refused_at_once_leaves_nothing() {
    let mut world = world();
    let role = "Resources: {R: {Type: AWS::IAM::Role, Properties: {RoleName: x, AssumeRolePolicyDocument: {}}}}";
    let none = Proposal { capabilities: ["CAPABILITY_IAM".to_owned()].into(), ..proposal(Kind::Create, role) };
    let error = create(&mut world, REGION, none).expect_err("it lacks a capability");
    assert_eq!(
        (error.code.as_str(), error.message.as_str()),
        ("InsufficientCapabilitiesException", "Requires capabilities : [CAPABILITY_NAMED_IAM]")
    );
    let named = Proposal { name: "1c".to_owned(), ..proposal(Kind::Create, role) };
    assert!(
        create(&mut world, REGION, named)
            .expect_err("a bad name")
            .message
            .contains("at 'changeSetName' failed to satisfy")
    );
    assert!(world.regions.values().all(|region| region.stacks.is_empty()));
    create(&mut world, REGION, Proposal { token: Some("t".to_owned()), ..proposal(Kind::Create, role) })
        .expect("it is right");
    let again = create(&mut world, REGION, proposal(Kind::Create, role)).expect_err("it is there");
    assert_eq!(again.code, "AlreadyExistsException");
    create(&mut world, REGION, Proposal { token: Some("t".to_owned()), ..proposal(Kind::Create, role) })
        .expect("the same");
    assert_eq!(world.region(REGION).stacks[0].change_sets.len(), 1);
}

#[test]
fn a_type_cannot_change() {
    let error = between("Resources: {T: {Type: AWS::SNS::Topic}}", "Resources: {T: {Type: AWS::SQS::Queue}}");
    assert!(error.expect_err("it changes").message.starts_with("Update of resource type is not permitted."));
}

#[test]
fn an_export_that_is_not_there_yet_is_no_hindrance() {
    let body = "Resources: {T: {Type: AWS::SNS::Topic, Properties: {TopicName: !ImportValue x}}}";
    let found = computed(&mut world(), proposal(Kind::Create, body)).expect("it is taken");
    assert_eq!((found.status.as_str(), found.reason.as_deref()), ("CREATE_COMPLETE", None));
    let after = found.changes[0]["ResourceChange"]["AfterContext"].as_str().unwrap_or_default();
    assert!(after.contains(KNOWN_AFTER_APPLY), "{after}");
}

#[test]
fn drift_is_reverted_when_asked() {
    let body = "Resources: {T: {Type: AWS::SNS::Topic, Properties: {DisplayName: a}}, U: {Type: AWS::SNS::Topic}}";
    let mut world = world();
    let first = computed(&mut world, proposal(Kind::Create, body)).expect("it is right");
    apply(&mut world, &first);
    let real = crate::resources::generic::Thing {
        properties: json!({"DisplayName": "b"}),
        stack_id: String::new(),
        logical_id: "T".to_owned(),
    };
    let things = world.region(REGION).others.entry("AWS::SNS::Topic".to_owned()).or_default();
    things.insert("id-of-T".to_owned(), real);
    let plain = computed(&mut world, proposal(Kind::Update, body)).expect("it is right");
    assert_eq!(plain.reason.as_deref(), Some(EMPTY));
    let reverting = Proposal { revert_drift: true, ..proposal(Kind::Update, body) };
    let found = computed(&mut world, reverting).expect("it is right");
    assert_eq!(briefly(change(&found, "T")), ["Properties DisplayName Never NoModification - Static"]);
    assert_eq!(change(&found, "T")["Details"][0]["Target"]["BeforeValue"], "b");
    assert_eq!(change(&found, "U")["Action"], "Add");
}

#[test]
fn what_failed_is_tried_again() {
    let body = |name: &str| {
        format!(
            "Resources: {{T: {{Type: AWS::SNS::Topic, Properties: {{DisplayName: {name}}}}}, U: {{Type: AWS::SNS::Topic}}}}"
        )
    };
    let mut world = world();
    let first = computed(&mut world, proposal(Kind::Create, &body("a"))).expect("it is right");
    apply(&mut world, &first);
    let stack = world.region(REGION).stacks.values_mut().next().expect("it is there");
    stack.status = Status::UpdateFailed;
    stack.source.body = body("b");
    stack.resources["T"].status = ResourceStatus::UpdateFailed;
    stack.resources["U"].status = ResourceStatus::CreateFailed;
    let found = computed(&mut world, proposal(Kind::Update, &body("b"))).expect("it is right");
    assert_eq!(change(&found, "T")["Details"][0]["Target"]["BeforeValue"], "a");
    assert_eq!(change(&found, "U")["Action"], "Add");
}

#[test]
fn a_name_that_is_taken_fails_the_change_set() {
    let mut world = world();
    let request = crate::wire::Request {
        service: crate::wire::Service::Logs,
        operation: "CreateLogGroup".to_owned(),
        region: REGION.to_owned(),
        input: json!({"logGroupName": "/a"}),
    };
    crate::logs::answer(&mut world, &request).expect("nobody has it");
    let body = "Resources: {L: {Type: AWS::Logs::LogGroup, Properties: {LogGroupName: /a}}}";
    let found = computed(&mut world, proposal(Kind::Create, body)).expect("it is taken");
    let reason = found.reason.expect("it says why");
    assert!(reason.contains("[AWS::EarlyValidation::ResourceExistenceCheck]"), "{reason}");
    let wanted = "Resource of type 'AWS::Logs::LogGroup' with identifier '/a' already exists.";
    assert_eq!(found.validations[0]["ValidationStatusReason"], wanted);
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

#[test]
fn an_import_is_nothing_but_one() {
    let volume = |policy: &str| {
        format!("  V: {{Type: AWS::EC2::Volume{policy}, Properties: {{AvailabilityZone: a, Size: 1}}}}\n")
    };
    let before = "Resources:\n  T: {Type: AWS::SNS::Topic}\n";
    let imported = |after: &str| {
        let mut world = world();
        let first = computed(&mut world, proposal(Kind::Create, before)).expect("it is right");
        apply(&mut world, &first);
        let import = json!({"ResourceType": "AWS::EC2::Volume", "LogicalResourceId": "V", "ResourceIdentifier": {"VolumeId": "vol-1"}});
        computed(&mut world, Proposal { imports: vec![import], ..proposal(Kind::Import, after) })
    };
    let right = format!("{before}{}", volume(", DeletionPolicy: Retain"));
    let found = imported(&right).expect("it is right");
    assert_eq!(found.changes.len(), 1);
    let change = change(&found, "V");
    assert_eq!((&change["Action"], &change["PhysicalResourceId"]), (&json!("Import"), &json!("vol-1")));
    let refused = |after: &str| imported(after).expect_err(after).message;
    assert_eq!(
        refused(&format!("{before}{}", volume(""))),
        "The following resources to import [V] must have DeletionPolicy attribute specified in the template."
    );
    let more = format!("{right}  W: {{Type: AWS::SNS::Topic}}\n");
    assert!(
        refused(&more).starts_with("You have modified resources [W] in your template that are not being imported.")
    );
    let output = format!("{right}Outputs: {{O: {{Value: a}}}}\n");
    assert_eq!(refused(&output), "As part of the import operation, you cannot modify or add [Outputs]");
}

#[test]
fn the_templates_of_the_repository_can_be_created() {
    let own = |name: &str| {
        let path = format!("{}/../../snapshots/{name}.yaml.snap", env!("CARGO_MANIFEST_DIR"));
        let snapshot = std::fs::read_to_string(&path).expect("the snapshot is there");
        snapshot.splitn(3, "---\n").nth(2).expect("it has a head").to_owned()
    };
    let mut world = world();
    let network = Proposal { stack: "prod-network".to_owned(), ..proposal(Kind::Create, &own("prod-network")) };
    let found = computed(&mut world, network).expect("it is right");
    assert_eq!((found.status.as_str(), found.reason), ("CREATE_COMPLETE", None), "{:?}", found.validations);
    let stack = world.region(REGION).stacks.values_mut().next().expect("it is there");
    for name in ["HostSecurityGroupRef", "PublicSubnetARef"] {
        let export = Some(format!("prod-network:{name}"));
        stack.outputs.insert(
            name.to_owned(),
            crate::cloudformation::stack::Output { value: "x-1".to_owned(), description: None, export },
        );
    }
    let compute = Proposal { stack: "prod-compute".to_owned(), ..proposal(Kind::Create, &own("prod-compute")) };
    let found = computed(&mut world, compute).expect("it is right");
    assert_eq!((found.status.as_str(), found.reason), ("CREATE_COMPLETE", None), "{:?}", found.validations);
    assert!(found.changes.len() > 5);
}

/// Templates of topics and instances with references between them.
fn templates() -> impl Strategy<Value = String> {
    let resource = (0usize..4, prop::bool::ANY, 0usize..3, prop::bool::ANY);
    prop::collection::btree_map(0usize..5, resource, 1..5).prop_map(|resources| {
        let mut body = "Resources:\n".to_owned();
        for (index, (to, by_attribute, value, policy)) in &resources {
            let earlier = resources.keys().find(|it| **it == *to && it < &index);
            let shown = match (earlier, by_attribute) {
                (Some(to), true) => format!("!GetAtt R{to}.TopicArn"),
                (Some(to), false) => format!("!Ref R{to}"),
                _ => format!("v{value}"),
            };
            let policy = if *policy { "DeletionPolicy: Retain, " } else { "" };
            body += &format!("  R{index}: {{Type: AWS::SNS::Topic, {policy}Properties: {{TopicName: n{value}, DisplayName: {shown}}}}}\n");
        }
        body
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn applying_a_change_set_leaves_nothing_to_change(before in templates(), after in templates()) {
        let mut world = world();
        let first = computed(&mut world, proposal(Kind::Create, &before)).expect("it is right");
        apply(&mut world, &first);
        let same = computed(&mut world, proposal(Kind::Update, &before)).expect("it is right");
        prop_assert_eq!(same.reason.as_deref(), Some(EMPTY));
        let second = computed(&mut world, proposal(Kind::Update, &after)).expect("it is right");
        prop_assert_eq!(second.status == "FAILED", before == after, "{:?}", second.reason);
        if before != after {
            apply(&mut world, &second);
        }
        let third = computed(&mut world, proposal(Kind::Update, &after)).expect("it is right");
        prop_assert_eq!(third.reason.as_deref(), Some(EMPTY));
    }
}
