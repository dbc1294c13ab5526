use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::cloudformation::stack::Parameter;

/// A world with one export, one stored parameter and one output.
struct Around;

impl Outside for Around {
    fn stored(&self, name: &str) -> Option<String> {
        (name == "/ami:2").then(|| "ami-2".to_owned())
    }
    fn export(&self, name: &str) -> Option<String> {
        (name == "net:Subnet").then(|| "subnet-1".to_owned())
    }
    fn output(&self, stack: &str, name: &str, region: Option<&str>) -> Option<String> {
        (stack == "net" && name == "Vpc" && region.is_none()).then(|| "vpc-1".to_owned())
    }
    fn zones(&self, region: &str) -> Vec<String> {
        vec![format!("{region}a"), format!("{region}b")]
    }
}

/// Every resource is there, and its attributes are called by their names.
struct There;

impl Known for There {
    fn reference(&self, logical_id: &str) -> Option<Json> {
        Some(json!(format!("ref-{logical_id}")))
    }
    fn attribute(&self, logical_id: &str, name: &str) -> Option<Json> {
        (name != "None").then(|| json!(format!("{logical_id}/{name}")))
    }
}

fn design(body: &str) -> Result<Design, ApiError> {
    let template = Template::parse(body)?;
    let parameters = settle(&template, &IndexMap::new(), None, &Around)?;
    let source = Source { body: body.to_owned(), parameters, ..Source::default() };
    Design::new(&template, &source, &around())
}

fn around() -> Place<'static> {
    Place {
        account: "123456789012",
        region: "eu-west-1",
        stack_name: "s",
        stack_id: "arn:aws:cloudformation:eu-west-1:123456789012:stack/s/1",
        notification_arns: &[],
        outside: &Around,
    }
}

const HEAD: &str = "
Parameters:
  Word: {Type: String, Default: w}
  List: {Type: CommaDelimitedList, Default: 'x, y'}
Mappings:
  M: {a: {b: from-map, list: [1, 2]}}
Conditions:
  IsW: !Equals [!Ref Word, w]
  Not: !Not [!Condition IsW]
  Both: !And [!Condition IsW, !Equals ['1', 1], !Not [!Condition Not]]
  Any: !Or [!Condition Not, !Condition Both]
Resources:
  Topic: {Type: AWS::SNS::Topic}
  Gone: {Type: AWS::SNS::Topic, Condition: Not}
";

/// A value as the first property of a resource gets it.
fn value(expression: &str) -> Result<Json, String> {
    let body =
        format!("{HEAD}  R:\n    Type: Custom::R\n    DependsOn: Gone\n    Properties:\n      V: {expression}\n");
    let design = design(&body).map_err(|error| error.message)?;
    let properties = design.properties("R", &There).map_err(|problem| problem.0)?;
    Ok(properties.get("V").cloned().unwrap_or(Json::Null))
}

#[test]
fn each_function_answers() {
    for (expression, wanted) in [
        ("!Ref Word", json!("w")),
        ("!Ref List", json!(["x", "y"])),
        ("!Ref Topic", json!("ref-Topic")),
        ("!Ref AWS::Region", json!("eu-west-1")),
        ("!Ref AWS::URLSuffix", json!("amazonaws.com")),
        ("!Ref AWS::NoValue", Json::Null),
        ("[a, !Ref AWS::NoValue, {b: !Ref AWS::NoValue}]", json!(["a", {}])),
        ("!GetAtt Topic.TopicArn", json!("Topic/TopicArn")),
        ("{'Fn::GetAtt': Topic.A.B}", json!("Topic/A.B")),
        (
            "!Sub '${Word}-${Topic}-${Topic.TopicArn}-${!Word}-${AWS::AccountId}'",
            json!("w-ref-Topic-Topic/TopicArn-${Word}-123456789012"),
        ),
        ("!Sub ['${Own}${Word}', {Own: !Ref Topic}]", json!("ref-Topicw")),
        ("!Join [',', [!Ref Word, !Ref Topic, 1]]", json!("w,ref-Topic,1")),
        ("!Join ['', !Ref List]", json!("xy")),
        ("!Select [1, !Split ['-', !Ref Topic]]", json!("Topic")),
        ("!FindInMap [M, a, b]", json!("from-map")),
        ("!FindInMap [M, !Sub a, list]", json!([1, 2])),
        ("!If [Any, yes-it-is, !Ref Nowhere]", json!("yes-it-is")),
        ("!If [Not, a, !Ref AWS::NoValue]", Json::Null),
        ("{'Fn::Base64': !Sub 'x${Topic}'}", json!("eHJlZi1Ub3BpYw==")),
        ("!Select [0, !Cidr [10.0.0.0/16, 2, 8]]", json!("10.0.0.0/24")),
        ("!GetAZs ''", json!(["eu-west-1a", "eu-west-1b"])),
        ("!Select [0, !GetAZs us-east-1]", json!("us-east-1a")),
        ("!ImportValue {'Fn::Sub': 'net:Subnet'}", json!("subnet-1")),
        ("{'Fn::GetStackOutput': {StackName: net, OutputName: Vpc}}", json!("vpc-1")),
        ("'{{resolve:ssm:/ami:2}}'", json!("{{resolve:ssm:/ami:2}}")),
    ] {
        assert_eq!(value(expression), Ok(wanted), "{expression}");
    }
}

#[test]
fn what_has_no_answer_is_refused() {
    for (expression, wanted) in [
        (
            "!Ref Nowhere",
            "Template format error: Unresolved resource dependencies [Nowhere] in the Resources block of the template",
        ),
        (
            "!Ref Gone",
            "Template format error: Unresolved resource dependencies [Gone] in the Resources block of the template",
        ),
        (
            "!Sub '${Nowhere}'",
            "Template format error: Unresolved resource dependencies [Nowhere] in the Resources block of the template",
        ),
        (
            "!Sub '${Nowhere.Arn}'",
            "Template error: instance of Fn::Sub references invalid resource attribute Nowhere.Arn",
        ),
        ("{Ref: [a]}", "Template error: every Ref object must have a single String value."),
        ("!GetAtt Nowhere.Arn", "Template error: instance of Fn::GetAtt references undefined resource Nowhere"),
        ("!GetAtt Topic.None", "Template error: resource Topic does not support attribute type None in Fn::GetAtt"),
        ("!FindInMap [M, a, c]", "Template error: Unable to get mapping for M::a::c"),
        (
            "!FindInMap [N, a, c]",
            "Template error: Mapping named 'N' is not present in the 'Mappings' section of template.",
        ),
        ("!If [Nothing, 1, 2]", "Template error: unresolved condition dependency Nothing in Fn::If"),
        ("!ImportValue nothing", "No export named nothing found."),
        ("!Sub '${a b}'", "Template error: variable names in Fn::Sub syntax must contain only alphanumeric characters"),
        ("!GetAZs [!Ref Word]", "Template error: every Fn::GetAZs object must have a String-typed value."),
        ("{'Fn::Transform': {Name: x}}", "Template format error: Unrecognized function: Fn::Transform"),
        ("!Length [1]", "Template format error: Unrecognized function: Fn::Length"),
    ] {
        let message = value(expression).expect_err(expression);
        assert!(message.starts_with(wanted), "{expression}: {message}");
    }
}

#[test]
fn dynamic_references_are_answered_when_asked() {
    let value = json!({"a": ["x {{resolve:ssm:/ami:2}} y"]});
    assert_eq!(dynamic::resolve(&value, &Around), Ok(json!({"a": ["x ami-2 y"]})));
    let missing = dynamic::resolve(&json!("{{resolve:ssm:/ami:1}}"), &Around).expect_err("there is no version 1");
    assert_eq!(missing.0, "Parameters: [ssm:/ami:1] cannot be found.");
}

#[test]
fn dependencies_are_explicit_and_implicit_and_only_of_what_is_wanted() {
    let body = "
Conditions: {Never: !Equals [a, b]}
Resources:
  A: {Type: AWS::SNS::Topic}
  B: {Type: AWS::SNS::Topic, Condition: Never}
  C: {Type: AWS::SNS::Topic}
  D:
    Type: Custom::D
    DependsOn: [A, B]
    Metadata: {x: !Ref C}
    Properties: {X: !If [Never, !Ref B, !Sub 'x${E.TopicName}'], Y: !GetAtt A.TopicArn}
  E: {Type: AWS::SNS::Topic}
Outputs:
  O: {Value: !Ref A, Export: {Name: !Sub '${AWS::StackName}:O'}}
  P: {Condition: Never, Value: !Ref B}
";
    let design = design(body).expect("it is right");
    assert_eq!(design.resources["D"].depends_on, ["A", "E", "C"]);
    assert_eq!(design.outputs.keys().collect::<Vec<_>>(), ["O"]);
    let export = design.outputs["O"].export.clone().expect("it has one");
    assert_eq!(design.evaluate(&export, &There), Ok(json!("s:O")));
}

#[test]
fn circles_and_lost_references_are_refused() {
    let circle = "
Resources:
  A: {Type: Custom::A, Properties: {X: !Ref B}}
  B: {Type: Custom::A, DependsOn: C}
  C: {Type: Custom::A, Properties: {X: !GetAtt A.Y}}
  D: {Type: Custom::A}
";
    assert_eq!(design(circle).expect_err("a circle").message, "Circular dependency between resources: [A, B, C]");
    let lost = "Resources: {A: {Type: Custom::A, DependsOn: [X, Y]}}";
    let message = design(lost).expect_err("lost").message;
    assert_eq!(
        message,
        "Template format error: Unresolved resource dependencies [X, Y] in the Resources block of the template"
    );
    let output = "
Conditions: {Never: !Equals [a, b]}
Resources: {A: {Type: Custom::A}, B: {Type: Custom::A, Condition: Never}}
Outputs: {O: {Value: !Ref B}}
";
    let message = design(output).expect_err("lost").message;
    assert_eq!(message, "Unresolved resource dependencies [B] in the Outputs block of the template");
    let condition = "Conditions: {C: !Equals [!Ref A, b]}\nResources: {A: {Type: Custom::A, Condition: C}}";
    let message = design(condition).expect_err("a condition on a resource").message;
    assert!(
        message.contains("Unresolved dependencies [A]. Cannot reference resources in the Conditions block"),
        "{message}"
    );
    let round =
        "Conditions: {C: !Not [!Condition D], D: !Not [!Condition C]}\nResources: {A: {Type: Custom::A, Condition: C}}";
    assert!(design(round).is_err());
}

#[test]
fn rules_are_kept() {
    let body = |version: &str| {
        format!(
            "
Parameters: {{Version: {{Type: String, Default: '{version}'}}, Zones: {{Type: CommaDelimitedList, Default: 'a,b'}}}}
Rules:
  Newer: {{Assertions: [{{Assert: !Not [!Contains [['1', '2'], !Ref Version]], AssertDescription: Too old}}]}}
  Known: {{Assertions: [{{Assert: !EachMemberIn [!Ref Zones, [a, b, c]]}}, {{Assert: !Not [!EachMemberEquals [!Ref Zones, a]]}}]}}
  Other: {{RuleCondition: !Equals [!Ref Version, '7'], Assertions: [{{Assert: !Contains [!Ref Zones, z]}}]}}
Resources: {{A: {{Type: AWS::SNS::Topic}}}}
"
        )
    };
    assert!(design(&body("3")).is_ok());
    let broken = |version| design(&body(version)).expect_err("it is broken").message;
    assert_eq!(broken("2"), "Template validation error: rule Newer failed: Too old");
    assert_eq!(broken("7"), "Template validation error: rule Other failed: an assertion");
}

#[test]
fn loops_are_unrolled() {
    let body = "
Transform: AWS::LanguageExtensions
Parameters: {Names: {Type: CommaDelimitedList, Default: 'a,b'}}
Resources:
  Fn::ForEach::Topics:
    - Name
    - !Ref Names
    - Topic${Name}:
        Type: AWS::SNS::Topic
        Properties: {TopicName: !Sub 'x-${Name}', DisplayName: !Ref Name}
  Count: {Type: Custom::A, Properties: {N: !Length [1, 2], J: {'Fn::ToJsonString': {a: !Ref Topica}}, D: !FindInMap [M, a, b, {DefaultValue: d}]}}
Mappings: {M: {a: {c: 1}}}
";
    let design = design(body).expect("it is right");
    assert_eq!(design.resources.keys().collect::<Vec<_>>(), ["Topica", "Topicb", "Count"]);
    let topic = design.properties("Topicb", &There).expect("it is known");
    assert_eq!(topic, json!({"TopicName": "x-b", "DisplayName": "b"}));
    let count = design.properties("Count", &There).expect("it is known");
    assert_eq!(count, json!({"N": 2, "J": "{\"a\":\"ref-Topica\"}", "D": "d"}));
}

#[test]
fn the_form_is_checked_in_the_words_of_aws() {
    let resources = |number: usize| (0..number).map(|it| format!("  R{it}: {{Type: Custom::A}}\n")).collect::<String>();
    let many = format!("Resources:\n{}", resources(501));
    for (body, wanted) in [
        ("Resources: {}", "Template format error: At least one Resources member must be defined."),
        ("Parameters: {}", "Template format error: At least one Resources member must be defined."),
        ("Resource: {}", "Invalid template property or properties [Resource]"),
        (
            "AWSTemplateFormatVersion: 2010-09-10",
            "Template format error: 2010-09-10 is not a supported value for AWSTemplateFormatVersion.",
        ),
        (
            "Resources: {A: {Properties: {}}}",
            "Template format error: [/Resources/A] Every Resources object must contain a Type member.",
        ),
        ("Resources: {A-b: {Type: Custom::A}}", "Template format error: Resource name A-b is non alphanumeric."),
        ("Resources: {A: {Type: Custom::A, Propertys: {}}}", "Invalid template resource property 'Propertys'"),
        (
            "Resources: {A: {Type: AWS::No::Thing}, B: {Type: AWS::An::Other}}",
            "Template format error: Unrecognized resource types: [AWS::An::Other, AWS::No::Thing]",
        ),
        (
            "Parameters: {P: {Default: a}}\nResources: {A: {Type: Custom::A}}",
            "Template format error: Every Parameters object must contain a Type member.",
        ),
        (
            "Parameters: {P: {Type: Text}}\nResources: {A: {Type: Custom::A}}",
            "Template format error: Unrecognized parameter type: Text",
        ),
        (
            "Parameters: {P: {Type: String, Default: [a]}}\nResources: {A: {Type: Custom::A}}",
            "Template format error: Every Default member must be a string.",
        ),
        (
            "Resources: {A: {Type: Custom::A, DeletionPolicy: Keep}}",
            "Template format error: Unrecognized DeletionPolicy Keep for resource A",
        ),
        (
            "Conditions: {C: !Equals [a, a]}\nResources: {A: {Type: Custom::A, Properties: {X: !If [C, 1, !Sub '${D}']}, DependsOn: B}}",
            "Template format error: Unresolved resource dependencies [D, B] in the Resources block of the template",
        ),
        (
            "Resources: {A: {Type: AWS::SNS::Topic}, B: {Type: Custom::B, Properties: {X: !GetAtt A.Colour}}}",
            "Template error: resource A does not support attribute type Colour in Fn::GetAtt",
        ),
        (&many, "Template format error: Number of resources, 501, is greater than maximum allowed, 500"),
        ("Transform: Mine\nResources: {A: {Type: Custom::A}}", "No transform named Mine found"),
    ] {
        let template = Template::parse(body).expect("it is YAML");
        let message = check(&template).expect_err(body).message;
        assert!(message.starts_with(wanted), "{message}");
    }
    let right = format!("Resources:\n{}", resources(500));
    assert_eq!(check(&Template::parse(&right).expect("it is YAML")), Ok(()));
}

#[test]
fn a_type_that_the_region_lacks_is_not_recognized() {
    let template = Template::parse("Resources: {A: {Type: AWS::BCMDataExports::Export}}").expect("it is YAML");
    assert_eq!(check_region(&template, "us-east-1"), Ok(()));
    let message = check_region(&template, "ap-northeast-1").expect_err("it is only in us-east-1").message;
    assert_eq!(message, "Template format error: Unrecognized resource types: [AWS::BCMDataExports::Export]");
}

#[test]
fn capabilities_follow_from_the_types() {
    let needs = |body: &str| capabilities(&Template::parse(body).expect("it is YAML"));
    assert!(needs("Resources: {A: {Type: AWS::SNS::Topic}}").is_empty());
    let role = "  R: {Type: AWS::IAM::Role}\n";
    assert_eq!(needs(&format!("Resources:\n{role}")), ["CAPABILITY_IAM"]);
    let named = "  N: {Type: AWS::IAM::User, Properties: {UserName: x}}\n";
    assert_eq!(needs(&format!("Resources:\n{role}{named}")), ["CAPABILITY_NAMED_IAM"]);
}

#[test]
fn early_validation_finds_what_the_type_does_not_have() {
    let body = "
Resources:
  V: {Type: AWS::EC2::Volume, Properties: {Size: 1, Colour: red}}
  P: {Type: AWS::IAM::Policy}
  I: {Type: AWS::EC2::Instance, Properties: {BlockDeviceMappings: [{DeviceName: a, Ebs: {Sise: 1}}]}}
";
    let found = early_validation(&design(body).expect("it is right"));
    let found: Vec<String> = found
        .iter()
        .map(|it| format!("{} {}", it["ValidationPath"], it["ValidationStatusReason"]).replace('"', ""))
        .collect();
    assert_eq!(
        found,
        [
            "/Resources/V/Properties/Colour Unsupported property [Colour]",
            "/Resources/P/Properties Required property [PolicyDocument] not found",
            "/Resources/P/Properties Required property [PolicyName] not found",
            "/Resources/I/Properties/BlockDeviceMappings/0/Ebs/Sise Unsupported property [Sise]",
        ]
    );
}

/// The templates of the repository itself.
fn own(name: &str) -> String {
    let path = format!("{}/../../snapshots/{name}.yaml.snap", env!("CARGO_MANIFEST_DIR"));
    let snapshot = std::fs::read_to_string(&path).expect("the snapshot is there");
    snapshot.splitn(3, "---\n").nth(2).expect("it has a head").to_owned()
}

#[test]
fn the_templates_of_the_repository_are_right() {
    let network = own("prod-network");
    assert_eq!(check(&Template::parse(&network).expect("it is YAML")), Ok(()));
    let network = design(&network).expect("it is right");
    assert!(early_validation(&network).is_empty());
    let compute = Template::parse(&own("prod-compute")).expect("it is YAML");
    assert_eq!(check(&compute), Ok(()));
    assert_eq!(capabilities(&compute), ["CAPABILITY_IAM"]);
}

fn expressions() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(json!("text")),
        Just(json!("${Word}${A.b}${!x}${")),
        Just(json!(7)),
        Just(json!(true)),
        Just(json!({"Ref": "Word"})),
        Just(json!({"Ref": "A"})),
        Just(json!({"Ref": "AWS::NoValue"})),
        Just(json!({"Fn::GetAtt": ["A", "b"]})),
        Just(json!({"Fn::GetAtt": "A.b"})),
        Just(json!(KNOWN_AFTER_APPLY)),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let name = prop::sample::select(vec![
            "Fn::Join",
            "Fn::Sub",
            "Fn::Select",
            "Fn::Split",
            "Fn::FindInMap",
            "Fn::If",
            "Fn::Base64",
            "Fn::Cidr",
            "Fn::GetAZs",
            "Fn::ImportValue",
            "Fn::Length",
            "Fn::ToJsonString",
            "Fn::Equals",
            "Ref",
            "Key",
        ]);
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Json::Array),
            (name.clone(), inner.clone()).prop_map(|(name, argument)| json!({ name: argument })),
            (name, prop::collection::vec(inner, 0..4)).prop_map(|(name, argument)| json!({ name: argument })),
        ]
    })
}

proptest! {
    #[test]
    fn evaluating_never_panics_and_leaves_no_function(value in expressions()) {
        let document = json!({
            "Transform": "AWS::LanguageExtensions",
            "Conditions": {"text": {"Fn::Equals": [value.clone(), "a"]}},
            "Mappings": {"text": {"text": {"text": [1]}}},
            "Resources": {"A": {"Type": "AWS::SNS::Topic"}, "B": {"Type": "AWS::SNS::Topic", "Properties": {"V": value}}},
        });
        let template = Template { document };
        let word = Parameter { value: "w".to_owned(), ..Parameter::default() };
        let source = Source { parameters: IndexMap::from([("Word".to_owned(), word)]), ..Source::default() };
        if let Ok(design) = Design::new(&template, &source, &around())
            && let Ok(value) = design.properties("B", &There)
        {
            prop_assert!(!functions::has_call(&value), "{value}");
        }
    }

    #[test]
    fn parsing_never_panics(body in "[ -~\n]{0,80}") {
        if let Ok(template) = Template::parse(&body) {
            let _ = check(&template);
            let _ = design(&body);
        }
    }
}
