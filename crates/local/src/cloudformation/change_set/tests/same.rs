//! What counts as a change, and what does not.
use proptest::prelude::*;

use super::*;

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
