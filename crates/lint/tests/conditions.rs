//! What can hold together, what is left of values then, and what references give.
use stackgen_lint::document::{Document, read};
use stackgen_lint::template::{Scenario, Template};
use stackgen_lint::{Options, lint};

const CONDITIONS: &str = "
Parameters:
  Env: {Type: String, AllowedValues: [dev, test, prod]}
  Zone: {Type: String}
Conditions:
  IsProd: !Equals [!Ref Env, prod]
  IsDev: !Equals [dev, !Ref Env]
  IsTest: !Equals [!Ref Env, test]
  Small: !Or [!Condition IsDev, !Condition IsTest]
  Large: !Not [!Condition Small]
  HasZone: !Not [!Equals [!Ref Zone, '']]
  Never: !And [!Condition IsProd, !Condition Small]
  Odd: !Equals [!Ref Zone, !Ref Env]
  Loop: !Not [!Condition Loop]
";

fn document() -> Document {
    read(CONDITIONS).expect("it is YAML")
}

fn scenario<'d>(assumed: &[(&'d str, bool)]) -> Scenario<'d> {
    let with = |scenario: Scenario<'d>, (name, holds): &(&'d str, bool)| scenario.with(name, *holds);
    assumed.iter().try_fold(Scenario::default(), with).expect("the assumptions do not contradict")
}

#[test]
fn what_is_possible() {
    let document = document();
    let template = Template::new(&document);
    let possible = |assumed: &[(&'static str, bool)]| template.conditions.possible(&scenario(assumed));
    assert!(possible(&[("IsProd", true), ("HasZone", true)]));
    assert!(!possible(&[("IsProd", true), ("IsDev", true)]));
    assert!(!possible(&[("IsProd", false), ("Small", false)]));
    assert!(possible(&[("IsProd", false), ("IsDev", false)]));
    assert!(!possible(&[("Never", true)]));
    assert!(possible(&[("Odd", true), ("IsProd", true)]));
    assert!(possible(&[("Unknown", true)]));
}

#[test]
fn what_follows() {
    let document = document();
    let template = Template::new(&document);
    let implies = |first, second| template.conditions.implies(&scenario(&[first]), &scenario(&[second]));
    assert!(implies(("IsDev", true), ("Small", true)));
    assert!(implies(("Large", true), ("IsProd", true)));
    assert!(!implies(("Small", true), ("IsDev", true)));
    assert!(!implies(("HasZone", true), ("IsProd", true)));
}

#[test]
fn too_many_combinations_are_given_up() {
    let names: Vec<String> = (0..20).map(|at| format!("C{at}")).collect();
    let parameters: String = (0..20).map(|at| format!("  P{at}: {{Type: String}}\n")).collect();
    let conditions: String = (0..20).map(|at| format!("  C{at}: !Equals [!Ref P{at}, x]\n")).collect();
    let text = format!("Parameters:\n{parameters}Conditions:\n{conditions}");
    let document = read(&text).expect("it is YAML");
    let template = Template::new(&document);
    let all: Vec<(&str, bool)> = names.iter().map(|name| (name.as_str(), true)).collect();
    assert!(template.conditions.possible(&scenario(&all[..5])));
    assert!(!template.conditions.possible(&scenario(&all)));
}

/// Messages of a rule on a parameter of the store whose properties are `properties`.
fn messages(rule: &str, properties: &str) -> Vec<String> {
    let resource = format!("Resources:\n  It:\n    Type: AWS::SSM::Parameter\n    Properties:{properties}\n");
    let options = Options { only: vec![rule.to_owned()], ..Options::default() };
    lint(&format!("{CONDITIONS}{resource}"), &options).into_iter().map(|finding| finding.message).collect()
}

#[test]
fn a_property_that_a_condition_takes_away_is_missing() {
    let missing = messages("E3003", "\n      Type: String\n      Value: !If [IsProd, x, !Ref AWS::NoValue]");
    assert_eq!(missing, ["the property `Value` is missing when IsProd does not hold"]);
    let fine =
        messages("E3003", "\n      Type: String\n      Value: !If [IsProd, x, !If [Small, y, !Ref AWS::NoValue]]");
    assert_eq!(fine, Vec::<String>::new(), "IsProd and Small leave nothing over");
    let whole = messages("E3003", " !If [IsProd, {Type: String, Value: x}, {Type: String}]");
    assert_eq!(whole, ["the property `Value` is missing when IsProd does not hold"]);
}

#[test]
fn every_branch_has_its_type() {
    let found = messages("E3012", "\n      Type: String\n      Value: !If [IsProd, [x], !If [IsDev, {a: b}, y]]");
    assert_eq!(found, ["this must be text, and it is a list", "this must be text, and it is a map"]);
}

#[test]
fn what_references_give() {
    let text = "
Parameters:
  Ids: {Type: 'AWS::SSM::Parameter::Value<List<AWS::EC2::Subnet::Id>>'}
  Size: {Type: Number}
Resources:
  Web: {Type: AWS::EC2::Instance}
  Nested: {Type: AWS::CloudFormation::Stack}
Outputs:
  A: {Value: !Ref Ids}
  B: {Value: !Ref Size}
  C: {Value: !Ref Web}
  D: {Value: !GetAtt Web.PrivateIp}
  E: {Value: !GetAtt Web.Nothing}
  F: {Value: !Split [',', x]}
  G: {Value: !Ref AWS::NotificationARNs}
  H: {Value: !Ref Nobody}
";
    let document = read(text).expect("it is YAML");
    let template = Template::new(&document);
    let kinds =
        template.calls.iter().map(|call| template.returned(call).map(|returned| format!("{:?}", returned.kind)));
    let kinds: Vec<String> = kinds.map(|kind| kind.unwrap_or_else(|| "?".to_owned())).collect();
    let (text, texts) = ("String", "List(String)");
    assert_eq!(kinds, [texts, "Number", text, text, "?", texts, texts, "?"]);
    let web = template.of_ref("Web").expect("it is known");
    assert_eq!(web.attribute.as_deref(), Some("InstanceId"));
}
