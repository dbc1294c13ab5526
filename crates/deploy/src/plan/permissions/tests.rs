use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::*;

fn role(statements: Json) -> Json {
    json!({"Resources": {"Role": {"Type": "AWS::IAM::Role", "Properties": {
        "Policies": [{"PolicyName": "All", "PolicyDocument": {"Statement": statements}}],
    }}}})
}

fn compared(before: &Json, after: &Json) -> Vec<PermissionChange> {
    let parameters = BTreeMap::new();
    let side = |template| Side { template, parameters: &parameters };
    compare(&side(before), &side(after))
}

/// Such as `+ Allow Role s3:GetObject on *; widens`.
fn lines(changes: &[PermissionChange]) -> Vec<String> {
    let line = |one: &PermissionChange| {
        let sign = if one.is_added { '+' } else { '-' };
        let widens = if one.widens { "; widens" } else { "" };
        let (who, what, on) = (one.principals.join(","), one.actions.join(","), one.resources.join(","));
        format!("{sign} {} {who} {what} on {on}{widens}", one.effect)
    };
    changes.iter().map(line).collect()
}

fn told(before: Json, after: Json) -> Vec<String> {
    lines(&compared(&role(before), &role(after)))
}

fn allow(action: &str, resource: &str) -> Json {
    json!({"Effect": "Allow", "Action": action, "Resource": resource})
}

#[test]
fn form_makes_no_difference() {
    let one = json!({"Effect": "Allow", "Action": ["s3:GetObject"], "Resource": "*"});
    assert_eq!(told(json!([one]), json!(allow("s3:GetObject", "*"))), [""; 0]);
}

#[test]
fn a_list_that_grows_is_told_by_what_it_wins() {
    let after = json!([{"Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"], "Resource": "*"}]);
    let before = || json!([allow("s3:GetObject", "*")]);
    assert_eq!(told(before(), after.clone()), ["+ Allow Role s3:PutObject on *; widens"]);
    assert_eq!(told(after, before()), ["- Allow Role s3:PutObject on *"]);
}

#[test]
fn what_was_allowed_already_widens_nothing() {
    let wide = || json!([allow("s3:*", "arn:aws:s3:::a/*")]);
    let narrow = || json!([allow("S3:Get*", "arn:aws:s3:::a/b/*")]);
    assert!(told(wide(), narrow()).iter().all(|line| !line.contains("widens")));
    assert!(told(narrow(), wide()).iter().any(|line| line.contains("widens")));
    let split = json!([allow("s3:Get*", "arn:aws:s3:::a/*"), allow("s3:Put*", "arn:aws:s3:::a/*")]);
    let joined =
        json!([{"Effect": "Allow", "Action": ["s3:PutObject", "s3:GetObject"], "Resource": "arn:aws:s3:::a/*"}]);
    assert!(told(split, joined).iter().all(|line| !line.contains("widens")));
}

#[test]
fn conditions() {
    let with = |condition: Json| json!([{"Effect": "Allow", "Action": "a:b", "Resource": "*", "Condition": condition}]);
    let widens = |before: Json, after: Json| told(before, after).iter().any(|line| line.contains("widens"));
    let one = || with(json!({"StringEquals": {"aws:x": "1"}}));
    let two = || with(json!({"StringEquals": {"AWS:X": ["1", "2"]}}));
    let more = || with(json!({"StringEquals": {"aws:x": "1"}, "Bool": {"aws:y": "true"}}));
    assert!(widens(one(), json!([allow("a:b", "*")])));
    assert!(!widens(json!([allow("a:b", "*")]), one()));
    assert!(widens(one(), two()) && !widens(two(), one()));
    assert!(widens(more(), one()) && !widens(one(), more()));
    let not = |values: Json| with(json!({"StringNotEquals": {"aws:x": values}}));
    assert!(widens(not(json!(["1", "2"])), not(json!("1"))) && !widens(not(json!("1")), not(json!(["1", "2"]))));
    let from = |network: &str| with(json!({"IpAddress": {"aws:SourceIp": network}}));
    assert!(widens(from("10.1.0.0/16"), from("10.0.0.0/8")) && !widens(from("10.0.0.0/8"), from("10.1.0.0/16")));
    let before = |date: &str| with(json!({"DateLessThan": {"aws:CurrentTime": date}}));
    assert!(widens(before("2026-01-01"), before("2027-01-01")), "dates are not compared, and so may be wider");
}

#[test]
fn what_goes_on_is_not_told_as_lost() {
    let statement = |action: Json| {
        json!([{
            "Effect": "Allow", "Action": action,
            "Resource": [{"Fn::Sub": "arn:${AWS::Partition}:ses:${AWS::Region}:${AWS::AccountId}:identity/example.org"}],
            "Condition": {"ForAllValues:StringEquals": {"ses:Recipients": "ops@example.org"}},
        }])
    };
    let told = told(statement(json!(["ses:SendEmail", "ses:SendRawEmail"])), statement(json!("ses:*")));
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].starts_with("+ Allow Role ses:*"), "{told:?}");
}

#[test]
fn bans() {
    let deny = |action: &str| json!({"Effect": "Deny", "Action": action, "Resource": "*"});
    let all = allow("*", "*");
    assert_eq!(told(json!([all, deny("iam:*")]), json!([all])), ["- Deny Role iam:* on *; widens"]);
    assert_eq!(told(json!([all]), json!([all, deny("iam:*")])), ["+ Deny Role iam:* on *"]);
    assert!(told(json!([deny("iam:*")]), json!([deny("*")])).iter().all(|line| !line.contains("widens")));
    assert!(told(json!([deny("*")]), json!([deny("iam:*")])).iter().any(|line| line.contains("widens")));
    let gone = compared(&role(json!([deny("*")])), &json!({"Resources": {}}));
    assert!(gone.iter().all(|one| !one.widens), "who is gone does nothing");
}

#[test]
fn all_but() {
    let not = |actions: Json| json!([{"Effect": "Allow", "NotAction": actions, "Resource": "*"}]);
    assert_eq!(told(not(json!(["iam:*"])), not(json!(["iam:*", "s3:*"])))[1], "+ Allow Role not iam:*,not s3:* on *");
    assert_eq!(told(not(json!(["iam:*", "s3:*"])), not(json!(["iam:*"]))), ["+ Allow Role not iam:* on *; widens"]);
    assert!(!told(not(json!("iam:*")), json!([allow("s3:GetObject", "*")]))[1].contains("widens"));
    assert!(told(not(json!("iam:*")), json!([allow("*", "*")])).iter().any(|line| line.contains("widens")));
}

#[test]
fn an_inline_policy_may_become_one_of_its_own() {
    let before = role(json!([allow("s3:*", "*")]));
    let mut after = role(json!([]));
    after["Resources"]["Own"] = json!({"Type": "AWS::IAM::Policy", "Properties": {
        "Roles": [{"Ref": "Role"}], "PolicyDocument": {"Statement": allow("s3:*", "*")},
    }});
    assert_eq!(compared(&before, &after), [], "nobody may do more or less");
    after["Resources"]["Own"]["Properties"]["Roles"] = json!([{"Ref": "Role"}, "other"]);
    assert_eq!(lines(&compared(&before, &after)), ["+ Allow Role,other s3:* on *; widens"]);
}

#[test]
fn trust_and_policies_of_things() {
    let trust = |principal: Json| {
        json!({"Resources": {"Role": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": {"Statement": [
            {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"},
        ]}}}}})
    };
    let (ec2, both) = (json!({"Service": "ec2.amazonaws.com"}), json!({"Service": ["ec2.amazonaws.com"], "AWS": "*"}));
    assert_eq!(lines(&compared(&trust(ec2), &trust(both))), ["+ Allow * sts:AssumeRole on Role; widens"]);
    for (type_name, key) in [
        ("AWS::S3::BucketPolicy", "PolicyDocument"),
        ("AWS::KMS::Key", "KeyPolicy"),
        ("AWS::SQS::QueuePolicy", "PolicyDocument"),
        ("AWS::OpenSearchService::Domain", "AccessPolicies"),
    ] {
        let thing = |principal: &str| {
            let statement = json!({"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "*", "Resource": "*"});
            json!({"Resources": {"Thing": {"Type": type_name, "Properties": {"Bucket": "b", key: {"Statement": statement}}}}})
        };
        assert_eq!(lines(&compared(&thing("1"), &thing("*"))).join(" "), "+ Allow * * on *; widens");
        let mut moved = thing("1");
        moved["Resources"]["Thing"]["Properties"]["Bucket"] = json!("other");
        assert!(compared(&thing("1"), &moved).iter().any(|one| one.widens), "the same words on another thing");
    }
}

#[test]
fn managed_policies_boundaries_profiles() {
    let with = |properties: Json| json!({"Resources": {"Role": {"Type": "AWS::IAM::Role", "Properties": properties}}});
    let managed = |arns: &[&str]| with(json!({"ManagedPolicyArns": arns}));
    let read = "arn:aws:iam::aws:policy/ReadOnlyAccess";
    assert_eq!(
        lines(&compared(&managed(&[]), &managed(&[read]))),
        [format!("+ Allow Role policy {read} on *; widens")]
    );
    assert!(!compared(&managed(&[read]), &managed(&[]))[0].widens);
    assert!(
        compared(&managed(&["arn:aws:iam::1:policy/own"]), &managed(&[]))[0].widens,
        "it may have forbidden something"
    );
    let bound = with(json!({"PermissionsBoundary": "arn:x"}));
    assert!(compared(&bound, &with(json!({})))[0].widens);
    assert!(!compared(&with(json!({})), &bound)[0].widens);
    let profile = json!({"Resources": {"Profile": {"Type": "AWS::IAM::InstanceProfile", "Properties": {"Roles": [{"Ref": "Role"}]}}}});
    let told = lines(&compared(&json!({}), &profile));
    assert_eq!(told, ["+ Allow machines with Profile act as Role on *; widens"]);
}

#[test]
fn what_nobody_knows_may_be_wider() {
    let unknown = json!([{"Fn::If": ["Here", allow("*", "*"), {"Ref": "AWS::NoValue"}]}]);
    let told = told(json!([]), unknown.clone());
    assert!(told[0].ends_with("widens"), "{told:?}");
    assert_eq!(self::told(unknown.clone(), unknown), [""; 0]);
}

fn any_json() -> impl Strategy<Value = Json> {
    let words = prop::sample::select(vec!["*", "s3:*", "s3:Get?", "Allow", "Deny", "${X}", "", "10.0.0.0/8", "a b"]);
    let keys = prop::sample::select(vec![
        "Effect",
        "Action",
        "NotAction",
        "Resource",
        "Principal",
        "NotPrincipal",
        "AWS",
        "Service",
        "Condition",
        "Ref",
        "Fn::Sub",
        "Fn::If",
        "StringLike",
        "Statement",
        "Fn::Select",
        "Fn::GetAtt",
    ]);
    let leaf =
        prop_oneof![words.prop_map(|word| json!(word)), Just(Json::Null), any::<bool>().prop_map(|flag| json!(flag))];
    leaf.prop_recursive(4, 32, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Json::Array),
            prop::collection::vec((keys.clone(), inner), 0..5).prop_map(|members| Json::Object(
                members.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
            )),
        ]
    })
}

fn any_statement() -> impl Strategy<Value = Json> {
    let names = || prop::sample::select(vec!["*", "s3:*", "s3:Get*", "s3:GetObject", "ec2:*", "${X}"]);
    let keys =
        (prop::sample::select(vec!["Action", "NotAction"]), prop::sample::select(vec!["Resource", "NotResource"]));
    let condition = prop_oneof![
        Just(json!({})),
        Just(json!({"StringLike": {"k": "a*"}})),
        Just(json!({"StringNotLike": {"k": ["a*", "b"]}})),
    ];
    let lists = (prop::collection::vec(names(), 1..3), prop::collection::vec(names(), 1..3));
    (keys, lists, condition).prop_map(|((action, resource), (actions, resources), condition)| {
        json!({"Effect": "Allow", action: actions, resource: resources, "Condition": condition})
    })
}

proptest! {
    #[test]
    fn the_same_is_no_change(statement in any_json()) {
        let template = role(json!([statement]));
        prop_assert_eq!(compared(&template, &template), []);
    }

    #[test]
    fn nothing_makes_it_panic(one in any_json(), other in any_json()) {
        compared(&role(one.clone()), &role(other.clone()));
        compared(&json!({"Resources": {"A": {"Type": "A::B::C", "Properties": one}}}), &json!({"Resources": {"A": other}}));
    }

    #[test]
    fn of_a_strict_containment_one_way_widens(wide in any_statement(), narrow in any_statement()) {
        let read = |statement: &Json| Statement::read(statement, &Names::of(["Role"]), "*");
        let (one, other) = (read(&wide), read(&narrow));
        let covers = (Statement::is_covered(&other, &[&one]), Statement::is_covered(&one, &[&other]));
        prop_assert!(Statement::is_covered(&one, &[&one]) || one.actions.is_not || one.resources.is_not);
        if covers == (true, false) {
            let widens = |before: &Json, after: &Json| {
                compared(&role(json!([before])), &role(json!([after]))).iter().any(|one| one.is_added && one.widens)
            };
            prop_assert!(!widens(&wide, &narrow));
            prop_assert!(widens(&narrow, &wide));
        }
    }
}

fn machines(profile: Option<&str>, role: &str) -> Json {
    let mut properties = json!({"ImageId": "ami-1"});
    if let Some(profile) = profile {
        properties["IamInstanceProfile"] = json!({"Ref": profile});
    }
    let profile = |role: &str| json!({"Type": "AWS::IAM::InstanceProfile", "Properties": {"Roles": [role]}});
    json!({"Resources": {
        "Host": {"Type": "AWS::EC2::Instance", "Properties": properties},
        "Reader": profile("reader"), "Writer": profile(role),
    }})
}

#[test]
fn a_machine_with_another_profile_may_do_more() {
    let compared = |before: &Json, after: &Json| lines(&compared(before, after));
    let none = machines(None, "writer");
    let writer = machines(Some("Writer"), "writer");
    assert_eq!(compared(&none, &writer), ["+ Allow Host act as Writer on *; widens"]);
    assert_eq!(compared(&writer, &none), ["- Allow Host act as Writer on *"]);
    assert_eq!(
        compared(&machines(Some("Reader"), "writer"), &writer),
        ["- Allow Host act as Reader on *", "+ Allow Host act as Writer on *; widens"]
    );
    let mut successor = writer.clone();
    let resources = successor["Resources"].as_object_mut().expect("it is one");
    let host = resources.remove("Host").expect("it is there");
    resources.insert("NextHost".to_owned(), host);
    assert_eq!(
        compared(&writer, &successor),
        ["- Allow Host act as Writer on *", "+ Allow NextHost act as Writer on *"]
    );
    let admin = compared(&writer, &machines(Some("Writer"), "admin"));
    assert!(admin.contains(&"+ Allow machines with Writer act as admin on *; widens".to_owned()), "{admin:?}");
}

#[test]
fn a_function_with_another_role_may_do_more_and_a_new_role_speaks_for_itself() {
    let function = |role: Json, more: Json| {
        let mut template = json!({"Resources": {"Run": {"Type": "AWS::Lambda::Function", "Properties": {
            "Role": role, "Environment": {"Variables": {"RoleArn": "arn:aws:iam::1:role/none"}}}}}});
        if more.is_object() {
            template["Resources"]["New"] = more;
        }
        template
    };
    let before = function(json!("arn:aws:iam::1:role/a"), Json::Null);
    let other = lines(&compared(&before, &function(json!("arn:aws:iam::1:role/b"), Json::Null)));
    assert!(other.contains(&"+ Allow Run act as arn:aws:iam::1:role/b on *; widens".to_owned()), "{other:?}");
    let new = json!({"Type": "AWS::IAM::Role", "Properties": {
        "Policies": [{"PolicyName": "p", "PolicyDocument": {"Statement": allow("s3:GetObject", "*")}}]}});
    let told = lines(&compared(&before, &function(json!({"Fn::GetAtt": ["New", "Arn"]}), new)));
    let widening: Vec<&String> = told.iter().filter(|line| line.contains("widens")).collect();
    assert_eq!(widening, ["+ Allow New s3:GetObject on *; widens"], "{told:?}");
}
