//! What is refused at once, what fails when it is computed, and what looks wrong and is taken.
use super::*;

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
fn what_a_resource_type_refuses_is_not_found() {
    let body = |zone: &str| {
        format!("Resources: {{V: {{Type: AWS::EC2::Volume, Properties: {{AvailabilityZone: {zone}, Size: 1}}}}}}")
    };
    let found = between(&body("a"), &body("b")).expect("it is right");
    assert_eq!(found.status, "CREATE_COMPLETE");
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
