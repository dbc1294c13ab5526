//! What synth refuses around the resources: parameters, mappings, conditions, rules, outputs, policies, tags and places.
use stackgen_core::condition::{self, Test, equals};
use stackgen_core::{App, Handle, Parameter, Problem, RawResource, Rule, Stack, Value, aws};

fn stack() -> Stack {
    let mut stack = Stack::new("all");
    stack.add("Topic", RawResource::new("AWS::SNS::Topic"));
    stack
}

fn body(stack: Stack) -> serde_json::Value {
    match App::from(stack).synth() {
        Ok(app) => app.stacks[0].template.json(),
        Err(problems) => panic!("this stack is right: {problems:#?}"),
    }
}

#[track_caller]
fn only_problem(app: impl Into<App>) -> Problem {
    let mut problems = app.into().synth().map(|app| app.stacks.len()).expect_err("this app is wrong");
    assert_eq!(problems.len(), 1, "{problems:#?}");
    problems.remove(0)
}

#[track_caller]
fn refused(stack: Stack, path: &str, words: &str) {
    let problem = only_problem(stack);
    assert_eq!(problem.path, path, "{problem:#?}");
    assert!(problem.message.contains(words), "{problem:#?}");
}

mod parameters {
    use super::*;

    #[track_caller]
    fn refuses(parameter: Parameter<String>, path: &str, words: &str) {
        let mut stack = stack();
        stack.parameter("Choice", parameter);
        refused(stack, path, words);
    }

    #[test]
    fn take_literals_only() {
        refuses(Parameter::string().default(aws::region()), "/Default", "only a literal");
        refuses(Parameter::string().allowed_values([Value::from("a"), aws::region()]), "/AllowedValues/1", "literal");
    }

    #[test]
    fn report_a_value_that_could_not_be_made_in_its_own_words() {
        refuses(
            Parameter::string().default(Value::fault("no image is locked", None)),
            "/Default",
            "no image is locked",
        );
    }

    #[test]
    fn let_their_default_through() {
        let mut stack = stack();
        stack.parameter("Choice", Parameter::string().default("on").allowed_values(["on", "off"]));
        stack.parameter("Count", Parameter::integer().default(3).range(1..=5));
        assert_eq!(body(stack)["Parameters"]["Choice"]["AllowedValues"], serde_json::json!(["on", "off"]));
        refuses(Parameter::string().default("onn").allowed_values(["on", "off"]), "/Default", "none of the allowed");
        refuses(Parameter::string().default("").length(1..=5), "/Default", "0 characters");
        refuses(Parameter::string().description(&"x".repeat(4001)), "/Description", "4001 bytes");
        let mut stack = super::stack();
        stack.parameter("Count", Parameter::integer().default(6).range(1..=5));
        refused(stack, "/Default", "outside");
    }
}

mod lists {
    use super::*;

    fn parameter(parameter: Parameter<Vec<String>>) -> Stack {
        let mut stack = stack();
        stack.parameter("Choices", parameter);
        stack
    }

    #[test]
    fn are_written_with_commas_and_allow_items() {
        let right = Parameter::strings().default(["a", "b"]).allowed_values(["a", "b", "c"]).allowed_pattern("[a-z]");
        let expected = serde_json::json!({"Type": "CommaDelimitedList", "Default": "a,b",
            "AllowedValues": ["a", "b", "c"], "AllowedPattern": "[a-z]"});
        assert_eq!(body(parameter(right))["Parameters"]["Choices"], expected);
        refused(
            parameter(Parameter::strings().default(["a", "d"]).allowed_values(["a", "b"])),
            "/Default",
            "`d` is none",
        );
    }

    #[test]
    fn lose_no_item() {
        let dynamic = Parameter::strings().default(vec![Value::from("a"), aws::region()]);
        refused(parameter(dynamic), "/Default/1", "only a literal");
        refused(parameter(Parameter::strings().default(["a,b"])), "/Default", "cannot be an item");
    }

    #[test]
    fn raw_parameters_are_checked_too() {
        let mut right = stack();
        right.set_raw(
            "Parameters",
            "Size",
            serde_json::json!({"Type": "Number", "Default": 2, "AllowedValues": [1, 2.0]}),
        );
        body(right);
        let mut wrong = stack();
        wrong.set_raw("Parameters", "Size", serde_json::json!({"Type": "Number", "Default": "two"}));
        refused(wrong, "/Default", "no number");
    }
}

mod mappings {
    use super::*;

    #[track_caller]
    fn refuses((first, (second, cell)): (&str, (&str, Value<String>)), path: &str, words: &str) {
        let mut stack = stack();
        stack.mapping("Sizes", [(first, [(second, cell)])]);
        refused(stack, path, words);
    }

    #[test]
    fn have_two_levels_of_plain_keys_and_literals() {
        let mut stack = stack();
        stack.mapping("Sizes", [("eu-west-1", [("disk", "20")]), ("1.2", [("disk", "30")])]);
        body(stack);
        refuses(("a b", ("disk", "20".into())), "/a b", "cannot be a key");
        refuses(("a", ("disk-size", "20".into())), "/a/disk-size", "cannot be a key");
        refuses(("a", ("disk", aws::region())), "/a/disk", "only a literal");
        refuses(("a", ("disk", Value::fault("no size", None))), "/a/disk", "no size");
    }

    #[test]
    fn have_rows_with_keys() {
        let mut stack = super::stack();
        let row: [(&str, &str); 0] = [];
        stack.mapping("Sizes", [("a", row)]);
        refused(stack, "/a", "at least one key");
        let mut stack = super::stack();
        stack.mapping("Sizes", [("a", [("disk", "1"), ("disk", "2")])]);
        refused(stack, "/a/disk", "twice");
    }

    #[test]
    fn have_what_is_looked_up() {
        let look = |first: Value<String>, second: &str| {
            let mut stack = stack();
            let sizes = stack.mapping("Sizes", [("big", [("disk", "20")]), ("small", [("disk", "8")])]);
            stack.output("Size", sizes.find(first, second));
            stack
        };
        body(look("big".into(), "disk"));
        body(look(aws::region(), "disk"));
        assert_eq!(only_problem(look("bigg".into(), "disk")).hint.as_deref(), Some("did you mean `big`?"));
        assert_eq!(only_problem(look("big".into(), "disc")).hint.as_deref(), Some("did you mean `disk`?"));
        refused(look(aws::region(), "memory"), "/Value", "no key of the mapping");
    }
}

mod places {
    use super::*;

    fn in_zones(zones: [&str; 2]) -> Stack {
        let mut stack = Stack::new("all");
        stack.region("eu-west-1");
        let subnet = RawResource::new("AWS::EC2::Subnet").property("AvailabilityZone", zones[0]);
        let subnet = stack.add("Subnet", subnet.property("VpcId", "vpc-1"));
        let instance = RawResource::new("AWS::EC2::Instance").property("SubnetId", subnet.reference());
        stack.add("Host", instance.property("AvailabilityZone", zones[1]));
        stack
    }

    #[test]
    fn a_resource_that_names_itself_leads_nowhere() {
        let mut stack = Stack::new("all");
        let itself = serde_json::json!({"Ref": "Host"});
        let host = stack.add("Host", RawResource::new("AWS::EC2::Instance").property("SubnetId", itself));
        let attachment = RawResource::new("AWS::EC2::VolumeAttachment").property("InstanceId", host.reference());
        stack.add("Attachment", attachment.property("VolumeId", host.reference()).property("Device", "/dev/sdf"));
        assert!(only_problem(stack).message.contains("need each other"));
    }

    #[test]
    fn a_region_is_one() {
        for region in ["eu-west-1", "us-gov-west-1", "us-iso-east-1", "eusc-de-east-1", "xx-north-1"] {
            let mut stack = stack();
            stack.region(region);
            body(stack);
        }
        let mut stack = stack();
        stack.region("eu-wset-1");
        assert_eq!(only_problem(stack).hint.as_deref(), Some("did you mean `eu-west-1`?"));
    }

    #[test]
    fn a_zone_is_of_its_region() {
        body(in_zones(["eu-west-1-lon-1a", "eu-west-1-lon-1a"]));
        for zone in ["eu-west-12a", "eu-west-1", "eu-central-1a"] {
            assert!(App::from(in_zones([zone, zone])).synth().is_err(), "{zone}");
        }
        let mut stack = stack();
        stack.region("eu-west-1");
        let zones = serde_json::json!(["eu-west-1a", "eu-west-2a"]);
        stack.add("Group", RawResource::new("AWS::AutoScaling::AutoScalingGroup").property("AvailabilityZones", zones));
        refused(stack, "/Properties/AvailabilityZones/1", "not in the stack's region");
    }

    #[test]
    fn an_instance_is_in_the_zone_of_its_subnet() {
        body(in_zones(["eu-west-1a", "eu-west-1a"]));
        refused(in_zones(["eu-west-1a", "eu-west-1b"]), "/Properties/AvailabilityZone", "its subnet is in");
    }
}

mod homes {
    use super::*;

    /// A stack with a condition and a mapping that look like those of any other.
    fn furnished(name: &str) -> (Stack, stackgen_core::Condition, stackgen_core::Mapping) {
        let mut stack = Stack::new(name);
        let production = stack.condition("Production", equals(aws::stack_name(), "production"));
        let sizes = stack.mapping("Sizes", [("eu-west-1", [("disk", "20")])]);
        stack.add("Topic", RawResource::new("AWS::SNS::Topic"));
        (stack, production, sizes)
    }

    #[test]
    fn conditions_and_mappings_are_used_in_their_own_stack() {
        let (mut stack, production, sizes) = furnished("one");
        let name = production.choose::<String>(sizes.find(aws::region(), "disk"), "none");
        stack.add("Other", RawResource::new("AWS::SNS::Topic").property("TopicName", name)).only_if(&production);
        stack.output("Name", "x").only_if(&production);
        let name = serde_json::json!({"Fn::If": ["Production",
            {"Fn::FindInMap": ["Sizes", {"Ref": "AWS::Region"}, "disk"]}, "none"]});
        let expected = serde_json::json!({"Type": "AWS::SNS::Topic", "Condition": "Production",
            "Properties": {"TopicName": name}});
        assert_eq!(body(stack)["Resources"]["Other"], expected);
    }

    #[test]
    fn those_of_another_stack_are_refused_even_if_the_name_is_known() {
        type Use = fn(&mut Stack, &stackgen_core::Condition, &stackgen_core::Mapping);
        let uses: [Use; 5] = [
            |stack, theirs, _| {
                stack.add("Other", RawResource::new("AWS::SNS::Topic")).only_if(theirs);
            },
            |stack, theirs, _| {
                stack.output("Name", theirs.choose::<String>("a", "b"));
            },
            |stack, theirs, _| {
                stack.output("Name", "x").only_if(theirs);
            },
            |stack, theirs, _| {
                stack.condition("Mine", !Test::from(theirs));
            },
            |stack, _, theirs| {
                stack.output("Name", theirs.find("eu-west-1", "disk"));
            },
        ];
        for (index, one) in uses.iter().enumerate() {
            let (theirs, condition, mapping) = furnished("theirs");
            let (mut mine, _, _) = furnished("mine");
            one(&mut mine, &condition, &mapping);
            let mut app = App::new();
            app.add(theirs).add(mine);
            assert!(only_problem(app).message.contains("is of stack `theirs`"), "use {index}");
        }
    }
}

mod conditions {
    use super::*;

    fn tests(number: usize) -> impl Iterator<Item = Test> {
        (0..number).map(|_| equals(aws::region(), "eu-west-1"))
    }

    fn stack_with(test: impl Into<Test>) -> Stack {
        let mut stack = stack();
        stack.condition("Wanted", test);
        stack
    }

    #[test]
    fn join_one_to_ten_tests() {
        let one = serde_json::json!({"Fn::Equals": [{"Ref": "AWS::Region"}, "eu-west-1"]});
        assert_eq!(body(stack_with(condition::all(tests(1))))["Conditions"]["Wanted"], one);
        body(stack_with(condition::any(tests(10))));
        refused(stack_with(condition::any(tests(0))), "", "no tests");
        refused(stack_with(condition::all(tests(11))), "", "11 tests");
    }

    #[test]
    fn leave_to_rules_what_only_rules_can_ask() {
        refused(stack_with(condition::contains(["a"], "a")), "", "only rules");
        refused(stack_with(equals(condition::value_of("Vpc", "CidrBlock"), "a")), "/0", "only rules");
        refused(stack_with(equals(stackgen_core::intrinsic::base64("a"), "a")), "/0", "Fn::Base64");
        let mut elsewhere = stack();
        elsewhere.output("Block", condition::value_of("Vpc", "CidrBlock"));
        refused(elsewhere, "/Value", "only rules");
        let mut raw = stack();
        raw.set_raw("Conditions", "Wanted", serde_json::json!("yes"));
        refused(raw, "", "a condition is made of");
    }

    #[test]
    fn do_not_need_each_other() {
        let mut right = stack();
        let first = right.condition("First", equals(aws::region(), "eu-west-1"));
        right.condition("Second", !Test::from(&first));
        body(right);
        let mut wrong = stack();
        wrong.set_raw("Conditions", "First", serde_json::json!({"Fn::Not": [{"Condition": "Second"}]}));
        wrong.set_raw("Conditions", "Second", serde_json::json!({"Fn::Not": [{"Condition": "First"}]}));
        refused(wrong, "", "First -> Second -> First");
    }
}

mod rules {
    use super::*;

    fn stack_with(rule: Rule) -> Stack {
        let mut stack = stack();
        stack.parameter("Vpc", Parameter::of(stackgen_core::AwsType::VpcId));
        stack.rule("Network", rule);
        stack
    }

    #[test]
    fn assert_something_about_parameters_that_there_are() {
        let about = |parameter| equals(condition::value_of(parameter, "Tags.Stage"), "production");
        body(stack_with(Rule::new().assert(about("Vpc"), "wrong network")));
        refused(stack_with(Rule::new().when(about("Vpc"))), "/Assertions", "something to assert");
        let problem = only_problem(stack_with(Rule::new().assert(about("Vpcs"), "wrong network")));
        assert_eq!(problem.hint.as_deref(), Some("did you mean `Vpc`?"));
        assert_eq!(problem.path, "/Assertions/0/Assert/0");
    }
}

mod outputs {
    use super::*;

    fn exported(name: impl Fn(&stackgen_core::Resource) -> Value<String>) -> Stack {
        let mut stack = Stack::new("all");
        let topic = stack.add("Topic", RawResource::new("AWS::SNS::Topic"));
        stack.output("Arn", &topic).description("where alarms go").export(name(&topic));
        stack
    }

    #[test]
    fn are_exported_under_plain_names_that_are_known_early() {
        let concat = stackgen_core::intrinsic::concat;
        body(exported(|_| concat([aws::stack_name(), ":topic-1".into()])));
        refused(exported(|_| "alarm topic".into()), "/Export/Name", "cannot stand");
        refused(exported(|_| "".into()), "/Export/Name", "has a name");
        refused(exported(|_| concat([aws::stack_name(), "/topic".into()])), "/Export/Name", "cannot stand");
        refused(exported(|topic| concat(["t-".into(), topic.reference()])), "/Export/Name", "from a resource");
        let given = || stackgen_core::intrinsic::sub_with("t-${Topic}", [("Topic", aws::stack_name())]);
        body(exported(|_| given()));
        body(exported(|_| {
            stackgen_core::intrinsic::select(0, stackgen_core::intrinsic::split("/", aws::stack_name()))
        }));
        refused(exported(|_| stackgen_core::intrinsic::sub("t-${Topic.TopicName}")), "/Export/Name", "from a resource");
    }

    #[test]
    fn have_short_descriptions() {
        let mut stack = stack();
        stack.output("Name", "x").description(&"x".repeat(1025));
        refused(stack, "/Description", "1025 bytes");
    }
}

mod policies {
    use stackgen_core::{CreationPolicy, DeletionPolicy, RollingUpdate, UpdatePolicy, UpdateReplacePolicy};

    use super::*;

    fn with(type_name: &'static str, change: impl Fn(stackgen_core::Resource) -> stackgen_core::Resource) -> Stack {
        let mut stack = Stack::new("all");
        change(stack.add("Thing", RawResource::new(type_name)));
        stack
    }

    #[test]
    fn snapshots_are_of_types_that_have_them() {
        body(with("AWS::EC2::Volume", |volume| volume.deletion_policy(DeletionPolicy::Snapshot)));
        let topic = "AWS::SNS::Topic";
        refused(
            with(topic, |topic| topic.deletion_policy(DeletionPolicy::Snapshot)),
            "/DeletionPolicy",
            "no snapshots",
        );
        let replaced = with(topic, |topic| topic.update_replace_policy(UpdateReplacePolicy::Snapshot));
        refused(replaced, "/UpdateReplacePolicy", "no snapshots");
        refused(
            with(topic, |topic| topic.set_raw("/DeletionPolicy", "Keep".into())),
            "/DeletionPolicy",
            "`Keep` is no",
        );
    }

    #[test]
    fn creation_waits_where_something_can_signal() {
        let waiting = |timeout: &'static str| {
            with("AWS::EC2::Instance", move |host| host.creation_policy(CreationPolicy::signals(1, timeout)))
        };
        for timeout in ["PT15M", "PT12H", "PT1H30M5S", "PT0S", "PT43200S"] {
            body(waiting(timeout));
        }
        for timeout in ["15M", "PT", "P1D", "PT15", "PT5M1H", "PT+5M", "PT12H1S", "PT99999999999S"] {
            assert_eq!(only_problem(waiting(timeout)).path, "/CreationPolicy/ResourceSignal/Timeout", "{timeout}");
        }
        let topic = with("AWS::SNS::Topic", |topic| topic.creation_policy(CreationPolicy::signals(1, "PT15M")));
        refused(topic, "/CreationPolicy/ResourceSignal", "has no `ResourceSignal`");
        let percent = |host: stackgen_core::Resource| {
            host.creation_policy(CreationPolicy::signals(1, "PT5M").min_successful_percent(101))
        };
        let group = with("AWS::AutoScaling::AutoScalingGroup", percent);
        refused(group, "/CreationPolicy/AutoScalingCreationPolicy/MinSuccessfulInstancesPercent", "no share");
    }

    #[test]
    fn updates_are_treated_specially_where_they_can_be() {
        let rolling = |time| UpdatePolicy::rolling_update(RollingUpdate::new().pause_time(time));
        let group = "AWS::AutoScaling::AutoScalingGroup";
        body(with(group, |group| group.update_policy(rolling("PT1H"))));
        let path = "/UpdatePolicy/AutoScalingRollingUpdate";
        refused(with("AWS::SNS::Topic", |topic| topic.update_policy(rolling("PT1H"))), path, "has no");
        refused(with(group, |group| group.update_policy(rolling("PT2H"))), &format!("{path}/PauseTime"), "longer");
        let upgrade =
            with("AWS::OpenSearchService::Domain", |domain| domain.update_policy(UpdatePolicy::version_upgrade()));
        body(upgrade);
    }
}

mod tags {
    use super::*;

    fn tagged(tags: serde_json::Value) -> Stack {
        let mut stack = Stack::new("all");
        stack.tag("Stage", "test");
        stack.add("Topic", RawResource::new("AWS::SNS::Topic").property("Tags", tags));
        stack
    }

    fn numbered(count: usize) -> serde_json::Value {
        (0..count).map(|number| serde_json::json!({"Key": format!("Tag{number}"), "Value": ""})).collect()
    }

    #[test]
    fn of_resources_are_as_aws_takes_them() {
        let tag = |key: &str, value: &str| tagged(serde_json::json!([{"Key": key, "Value": value}]));
        body(tag("Name", ""));
        body(tag("Stage", "production"));
        body(tagged(numbered(49)));
        let first = "/Properties/Tags/0";
        refused(tag("", "web"), first, "no key");
        refused(tag("AWS:name", "web"), first, "AWS's own");
        refused(tag(&"k".repeat(129), "web"), first, "129 characters");
        refused(tag("Name", &"v".repeat(257)), first, "257 characters");
        refused(tagged(numbered(50)), "/Properties/Tags", "51 tags, 1 of them");
        let twice = serde_json::json!([{"Key": "Name", "Value": "a"}, {"Key": "Name", "Value": "b"}]);
        refused(tagged(twice), "/Properties/Tags/1", "there twice");
    }

    #[test]
    fn of_maps_stacks_and_apps_too() {
        let mut map = stack();
        let parameter = RawResource::new("AWS::SSM::Parameter").property("Type", "String").property("Value", "x");
        map.add("Parameter", parameter.property("Tags", serde_json::json!({"aws:name": "x"})));
        refused(map, "/Properties/Tags/aws:name", "AWS's own");
        let mut own = stack();
        own.tag("aws:name", "x");
        refused(own, "/Tags", "AWS's own");
        let mut app = App::new();
        app.tag("", "x").add(stack());
        let mut second = Stack::new("second");
        second.add("Topic", RawResource::new("AWS::SNS::Topic"));
        app.add(second);
        assert_eq!(only_problem(app).path, "/Tags");
    }
}
