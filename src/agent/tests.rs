use std::cell::Cell;
use std::fmt::Debug;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use serde_json::{Value as Json, json};
use stackgen_core::{App, Problem, RawResource, Stack};

use super::{Agent, Cpu, Disk, DiskIo, LogFile, LogGroup, Memory, Net, Netstat, Processes, Swap, Timezone, rules};
use crate::iam::PolicyDocument;

/// A log group to be, in the words of a test.
type Group = (&'static str, String, u32, Vec<LogFile>);

fn built(mut agent: Agent, groups: Vec<Group>) -> Result<(Json, Json), Vec<Problem>> {
    let mut stack = Stack::new("test");
    for (id, name, retention_days, files) in groups {
        agent.log_group(&mut stack, id, LogGroup { name, retention_days }, files);
    }
    let statements = agent.grants().into_iter().flat_map(|grant| grant.statements);
    let host = RawResource::new("Some::Host").property("Agent", agent.json());
    stack.add("Host", host.property("Policy", PolicyDocument::new(statements)));
    let template = App::from(stack).synth()?.stacks[0].template.json();
    let text = template["Resources"]["Host"]["Properties"]["Agent"].as_str().expect("one literal text").to_owned();
    Ok((serde_json::from_str(&text).expect("the agent reads JSON"), template))
}

fn messages(agent: Agent, groups: Vec<Group>) -> Vec<String> {
    let problems = built(agent, groups).err().unwrap_or_default();
    assert!(problems.iter().all(|problem| problem.hint.is_some()), "{problems:?}");
    problems.into_iter().map(|problem| problem.message).collect()
}

fn group(files: Vec<LogFile>) -> Vec<Group> {
    vec![("Logs", "/shop/api".to_owned(), 30, files)]
}

fn measured() -> Agent {
    Agent::new("shop").cpu([Cpu::UsageActive])
}

fn of_file(file: LogFile) -> Vec<String> {
    messages(Agent::new("shop"), group(vec![file]))
}

#[test]
fn a_configuration_is_written_as_the_agent_reads_it() {
    let agent = Agent::new("shop")
        .every_seconds(30)
        .cpu([Cpu::UsageActive, Cpu::UsageIowait])
        .memory([Memory::UsedPercent])
        .swap([Swap::UsedPercent])
        .disk(["/", "/data"], [Disk::UsedPercent, Disk::InodesFree])
        .disk_io([DiskIo::IoTime])
        .net(["ens5"], [Net::DropIn])
        .netstat([Netstat::TcpEstablished])
        .processes([Processes::Zombies]);
    let api = LogFile::new("/var/log/api.log")
        .timestamp("%Y-%m-%dT%H:%M:%S", Timezone::Utc)
        .entries_start_with("{timestamp_format}");
    let all = LogFile::new("/var/log/pg/*.log").stream("pg-{instance_id}").every_match();
    let (document, _) = built(agent, group(vec![api, all])).expect("a right configuration");
    let expected = json!({
        "agent": {"metrics_collection_interval": 30},
        "metrics": {
            "namespace": "shop",
            "append_dimensions": {"InstanceId": "${aws:InstanceId}"},
            "metrics_collected": {
                "cpu": {"measurement": ["usage_active", "usage_iowait"], "totalcpu": true},
                "disk": {"measurement": ["used_percent", "inodes_free"], "resources": ["/", "/data"], "drop_device": true},
                "diskio": {"measurement": ["io_time"], "resources": ["*"]},
                "mem": {"measurement": ["used_percent"]},
                "net": {"measurement": ["drop_in"], "resources": ["ens5"]},
                "netstat": {"measurement": ["tcp_established"]},
                "processes": {"measurement": ["zombies"]},
                "swap": {"measurement": ["used_percent"]},
            },
        },
        "logs": {"logs_collected": {"files": {"collect_list": [
            {
                "file_path": "/var/log/api.log", "log_group_name": "/shop/api", "log_stream_name": "{instance_id}",
                "timestamp_format": "%Y-%m-%dT%H:%M:%S", "timezone": "UTC",
                "multi_line_start_pattern": "{timestamp_format}",
            },
            {
                "file_path": "/var/log/pg/*.log", "log_group_name": "/shop/api", "log_stream_name": "pg-{instance_id}",
                "publish_multi_logs": true,
            },
        ]}}},
    });
    assert_eq!(document, expected);
}

/// A name that is there twice in a plug-in would be a problem, and one that is mistyped is not like its variant.
#[test]
fn every_measurement_has_a_name_of_its_own() {
    fn named<M: Copy + Debug + Into<&'static str>>(all: &'static [M]) -> impl Iterator<Item = M> {
        for measurement in all {
            let name: &str = (*measurement).into();
            assert_eq!(name.replace('_', ""), format!("{measurement:?}").to_lowercase());
        }
        all.iter().copied()
    }
    let agent = Agent::new("shop")
        .cpu(named(Cpu::ALL))
        .memory(named(Memory::ALL))
        .swap(named(Swap::ALL))
        .disk(["*"], named(Disk::ALL))
        .disk_io(named(DiskIo::ALL))
        .net(["*"], named(Net::ALL))
        .netstat(named(Netstat::ALL))
        .processes(named(Processes::ALL));
    let (document, _) = built(agent, vec![]).expect("a right configuration");
    check_against_schema(&document);
    let measured = document["metrics"]["metrics_collected"].as_object().expect("an object").values();
    let count: usize = measured.map(|plugin| plugin["measurement"].as_array().map_or(0, Vec::len)).sum();
    assert_eq!(count, 22 + 11 + 3 + 7 + 8 + 8 + 13 + 11);
}

#[test]
fn the_text_is_the_same_whatever_the_order_of_calls() {
    let one = measured().memory([Memory::Free]).json().preview();
    let other = Agent::new("shop").memory([Memory::Free]).cpu([Cpu::UsageActive]).json().preview();
    assert_eq!(one, other);
    assert!(one.starts_with("{\n  \"metrics\": {\n    \"namespace\": \"shop\",\n"), "{one}");
}

#[test]
fn the_stack_makes_the_groups_and_they_go_with_it() {
    let (_, template) = built(Agent::new("shop"), group(vec!["/var/log/a".into()])).expect("a right configuration");
    let expected = json!({
        "Type": "AWS::Logs::LogGroup",
        "Properties": {"LogGroupName": "/shop/api", "RetentionInDays": 30},
        "DeletionPolicy": "Delete",
        "UpdateReplacePolicy": "Delete",
    });
    assert_eq!(template["Resources"]["Logs"], expected);
}

#[test]
fn grants_are_what_the_configuration_needs() {
    let statements = |agent, groups| {
        let (_, template) = built(agent, groups).expect("a right configuration");
        template["Resources"]["Host"]["Properties"]["Policy"]["Statement"].as_array().expect("a list").clone()
    };
    let metrics = statements(measured(), vec![]);
    assert_eq!(metrics.len(), 1);
    assert_eq!(metrics[0]["Action"], json!(["cloudwatch:PutMetricData"]));
    assert_eq!(metrics[0]["Condition"], json!({"StringEquals": {"cloudwatch:namespace": "shop"}}));
    let logs = statements(Agent::new("shop"), group(vec!["/var/log/a".into()]));
    assert_eq!(logs.len(), 1);
    let group_arn = "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:${Logs}";
    let arns = json!([{"Fn::Sub": group_arn}, {"Fn::Sub": format!("{group_arn}:*")}]);
    assert_eq!(logs[0]["Resource"], arns);
    assert_eq!(statements(measured(), group(vec!["/var/log/a".into()])).len(), 2);
}

#[test]
fn an_agent_reports_something() {
    assert_eq!(messages(Agent::new("shop"), vec![]), ["the agent has nothing to report"]);
    assert_eq!(messages(Agent::new("shop"), group(vec![])), ["no file is sent to the log group `/shop/api`"]);
}

#[test]
fn all_problems_are_told_at_once() {
    assert_eq!(messages(Agent::new("").every_seconds(0).cpu([]), vec![]).len(), 3);
}

#[test]
fn intervals_have_limits() {
    let message = |seconds| messages(measured().every_seconds(seconds), vec![]);
    assert_eq!(message(0), ["the agent cannot measure every 0 seconds"]);
    assert_eq!(message(172_801).len(), 1);
    assert!(message(1).is_empty() && message(172_800).is_empty());
}

#[test]
fn namespaces_are_those_of_cloudwatch() {
    let message = |name: &str| messages(Agent::new(name).cpu([Cpu::UsageActive]), vec![]).pop();
    for name in ["zmanim", "Shop/prod", "a.b-c_d/e#f:g", "two words", &"x".repeat(255)] {
        assert_eq!(message(name), None);
    }
    for (name, why) in [
        ("", "it is empty"),
        ("  ", "it is empty"),
        ("AWS/EC2", "what begins with `AWS/` belongs to AWS"),
        (":a", "it begins with a colon"),
        ("a*", "`*` may not stand in one"),
        ("läden", "`ä` may not stand in one"),
        (&"x".repeat(256), "it has more than 255 characters"),
    ] {
        assert_eq!(message(name), Some(format!("`{name}` is no namespace for metrics: {why}")));
    }
}

#[test]
fn nothing_measured_is_lost() {
    let message = |agent: Agent| messages(agent, vec![]);
    assert_eq!(message(measured().cpu([Cpu::UsageIdle])), ["cpu is measured twice"]);
    assert_eq!(message(Agent::new("shop").memory([])), ["mem is measured, but nothing of it"]);
    assert_eq!(message(Agent::new("shop").swap([Swap::Free; 3])), ["swap has the measurement `free` twice"]);
}

#[test]
fn places_are_mounts_and_interfaces() {
    let disk = |places: &[&str]| messages(Agent::new("shop").disk(places.iter().copied(), [Disk::Used]), vec![]);
    assert!(disk(&["*"]).is_empty() && disk(&["/", "/data"]).is_empty());
    assert_eq!(disk(&[]), ["disk is measured nowhere"]);
    assert_eq!(disk(&["*", "/"]), ["disk names `*` and others"]);
    assert_eq!(disk(&["/", "/"]), ["disk names `/` twice"]);
    for wrong in ["data", "", "/a\nb", "/data*", &format!("/{}", "x".repeat(4096))] {
        assert_eq!(disk(&[wrong]), [format!("`{}` is no place of a mount", wrong.escape_debug())]);
    }
    let many: Vec<String> = (0..257).map(|number| format!("/{number}")).collect();
    assert_eq!(messages(Agent::new("shop").disk(many, [Disk::Used]), vec![]), ["disk names 257 places"]);
    let net = |name: &str| messages(Agent::new("shop").net([name], [Net::ErrIn]), vec![]);
    assert!(net("ens5").is_empty() && net("*").is_empty());
    for wrong in ["", "eth*", "/dev/x", "a-name-too-long!"] {
        assert_eq!(net(wrong), [format!("`{wrong}` is no network interface")]);
    }
}

#[test]
fn groups_have_the_names_and_retentions_of_cloudwatch_logs() {
    let message = |name: &str, days| {
        let groups = vec![("Logs", name.to_owned(), days, vec!["/var/log/a".into()])];
        messages(Agent::new("shop"), groups)
    };
    assert!(message(&"x".repeat(512), 3653).is_empty());
    for (name, why) in [
        ("", "it is empty"),
        ("aws/x", "what begins with `aws/` belongs to AWS"),
        ("/shop/{instance_id}", "`{` may not stand in one"),
        ("/shop:api", "`:` may not stand in one"),
        (&"x".repeat(513), "it has more than 512 characters"),
    ] {
        assert_eq!(message(name, 30), [format!("`{name}` is no name for a log group: {why}")]);
    }
    assert_eq!(message("/shop", 31), ["CloudWatch Logs does not keep lines for 31 days"]);
    assert_eq!(message("/shop", 0).len(), 1);
    let hint = rules::retention(31).and_then(|fault| fault.hint).expect("a hint");
    assert!(hint.starts_with("30 is near; it takes 1, 3, 5, 7, 14, 30, 60"), "{hint}");
    let twice = [("A", "/var/log/a"), ("B", "/var/log/b")];
    let twice = twice.map(|(id, file)| (id, "/shop".to_owned(), 30, vec![file.into()]));
    let taken = "`/shop` is no name for a log group: the agent has it already; give all its files in one call";
    assert_eq!(messages(Agent::new("shop"), twice.into()), [taken]);
}

/// If AWS changes what a name may be, this says so.
#[test]
fn the_facts_say_the_same_of_names() {
    let name = rules::property("LogGroupName");
    assert_eq!(name.pattern.as_deref(), Some(r"^[.\-_/#A-Za-z0-9]{1,512}\Z"));
    assert!(rules::property("RetentionInDays").allowed.len() > 20);
}

#[test]
fn files_are_those_that_the_agent_can_follow() {
    for (path, why) in [
        ("log", "is not absolute"),
        ("", "is not absolute"),
        ("/var/log/", "is a directory"),
        ("/var/log/a.gz", "is compressed, and the agent passes over it"),
        ("/var/log/a\nb", "has a control character"),
        (&format!("/{}", "x".repeat(4096)), "is too long"),
    ] {
        assert_eq!(of_file(path.into()), [format!("the log file `{}` {why}", path.escape_debug())]);
    }
    let twice = vec![
        ("A", "/a".to_owned(), 1, vec!["/var/log/a".into()]),
        ("B", "/b".to_owned(), 1, vec!["/var/log/a".into()]),
    ];
    assert_eq!(messages(Agent::new("shop"), twice), ["the file `/var/log/a` is read twice"]);
    let many = (0..16_385).map(|number| format!("/var/log/{number}").into()).collect();
    assert_eq!(messages(Agent::new("shop"), group(many)), ["the agent takes 16384 files, and these are 16385"]);
}

#[test]
fn streams_have_known_placeholders() {
    let message = |name: &str| of_file(LogFile::new("/var/log/a").stream(name)).pop();
    for name in ["{instance_id}", "{hostname}/{ip_address}", "{local_hostname}-api", "plain", &"x".repeat(512)] {
        assert_eq!(message(name), None);
    }
    for (name, why) in [
        ("", "it is empty"),
        ("{instance-id}", "what stands in braces is not known"),
        ("{instance_id", "what stands in braces is not known"),
        ("a:b", "it has a colon or an asterisk"),
        ("a*", "it has a colon or an asterisk"),
        ("a\tb", "it has a control character"),
        (&"x".repeat(513), "it has more than 512 bytes"),
    ] {
        assert_eq!(message(name), Some(format!("`{}` is no name for a log stream: {why}", name.escape_debug())));
    }
}

#[test]
fn timestamps_are_made_of_what_the_agent_knows() {
    let message = |path: &str, format: &str| of_file(LogFile::new(path).timestamp(format, Timezone::Local)).pop();
    for format in ["%b %-d %H:%M:%S", "%Y-%m-%d %H:%M:%S.%f %z"] {
        assert_eq!(message("/var/log/a", format), None);
    }
    for (format, why) in [
        ("", "it has no part of a time"),
        ("YYYY-MM-DD", "it has no part of a time"),
        ("%Y-%m-%d %T", "it has a part that the agent does not know"),
        ("%Y\n", "it has a control character"),
        (&"%Y".repeat(2049), "it is too long"),
    ] {
        let expected = format!("`{}` is no format of a timestamp: {why}", format.escape_debug());
        assert_eq!(message("/var/log/a", format), Some(expected));
    }
    let own = message("/opt/aws/amazon-cloudwatch-agent/logs/amazon-cloudwatch-agent.log", "%Y");
    assert_eq!(own.as_deref(), Some("`%Y` is no format of a timestamp: the agent reads none in its own log"));
}

#[test]
fn entries_start_as_go_can_tell() {
    let message = |pattern: &str| of_file(LogFile::new("/var/log/a").entries_start_with(pattern)).pop();
    assert_eq!(message(r"^\d{4}-"), None);
    for (pattern, why) in [
        ("{timestamp_format}", "the file has no timestamp"),
        ("", "it is empty"),
        ("^[", "a bracket is not closed"),
        (&"x".repeat(4097), "it is too long"),
    ] {
        assert_eq!(message(pattern), Some(format!("entries cannot start with `{}`: {why}", pattern.escape_debug())));
    }
}

/// Asserts what the agent's schema says of such a document, read from the schema and not from the rules.
fn check_against_schema(document: &Json) {
    let object = |value: &Json, required: &[&str], optional: &[&str]| {
        let keys: Vec<&str> = value.as_object().expect("an object").keys().map(String::as_str).collect();
        assert!(required.iter().all(|key| keys.contains(key)), "{value}");
        assert!(keys.iter().all(|key| required.contains(key) || optional.contains(key)), "{value}");
    };
    let list = |value: &Json, least: usize, most: usize| {
        let items = value.as_array().expect("a list").clone();
        assert!((least..=most).contains(&items.len()));
        assert!((1..items.len()).all(|index| !items[..index].contains(&items[index])), "{value}");
        items
    };
    let text = |value: &Json, most: usize| {
        let length = value.as_str().expect("a text").chars().count();
        assert!((1..=most).contains(&length), "{value}");
    };
    object(document, &[], &["agent", "metrics", "logs"]);
    if let Some(agent) = document.get("agent") {
        let seconds = agent["metrics_collection_interval"].as_u64().expect("a number");
        assert!((1..=172_800).contains(&seconds));
    }
    if let Some(metrics) = document.get("metrics") {
        object(metrics, &["metrics_collected"], &["namespace", "append_dimensions"]);
        text(&metrics["namespace"], 255);
        for measured in metrics["metrics_collected"].as_object().expect("an object").values() {
            object(measured, &["measurement"], &["resources", "totalcpu", "drop_device"]);
            list(&measured["measurement"], 1, 64).iter().for_each(|name| text(name, 255));
            let resources = measured.get("resources").map(|resources| list(resources, 1, 256)).unwrap_or_default();
            resources.iter().for_each(|place| text(place, 4096));
        }
    }
    let Some(logs) = document.get("logs") else { return };
    let optional = ["timestamp_format", "timezone", "multi_line_start_pattern", "publish_multi_logs"];
    for file in list(&logs["logs_collected"]["files"]["collect_list"], 1, 16_384) {
        object(&file, &["file_path", "log_group_name", "log_stream_name"], &optional);
        text(&file["file_path"], 4096);
        text(&file["log_group_name"], 512);
        text(&file["log_stream_name"], 512);
        for key in ["timestamp_format", "multi_line_start_pattern"] {
            file.get(key).into_iter().for_each(|value| text(value, 4096));
        }
    }
}

/// Mostly texts that are right; few enough are wrong that many a configuration is right as a whole.
fn texts(right: &'static [&'static str], wrong: &'static [&'static str]) -> impl Strategy<Value = String> {
    let some = |texts| proptest::sample::select(texts).prop_map(|text: &'static str| text.to_owned());
    prop_oneof![60 => some(right), 1 => some(wrong), 1 => any::<String>()]
}

fn files() -> impl Strategy<Value = LogFile> {
    let path = (texts(&["/var/log/", "/srv/*/"], &["", "a"]), "[a-z]{6}", texts(&["", ".log", "*"], &[".gz", "/"]));
    let path = path.prop_map(|(folder, name, ending)| format!("{folder}{name}{ending}"));
    let stream = texts(&["{instance_id}", "{hostname}-x"], &["{date}", ""]);
    let format = proptest::option::of(texts(&["%Y-%m-%d", "%H:%M:%S"], &["%Q"]));
    let start = proptest::option::of(texts(&["^\\[", "\\S"], &["{timestamp_format}", "(?!x)"]));
    (path, stream, format, start, any::<bool>()).prop_map(|(path, stream, format, start, every)| {
        let mut file = LogFile::new(path).stream(stream);
        file = format.into_iter().fold(file, |file, format| file.timestamp(format, Timezone::Utc));
        file = start.into_iter().fold(file, LogFile::entries_start_with);
        if every { file.every_match() } else { file }
    })
}

fn agents() -> impl Strategy<Value = Agent> {
    let cpu = prop_oneof![20 => proptest::sample::subsequence(Cpu::ALL, 1..5), 1 => Just(vec![Cpu::UsageIdle; 2])];
    let disk = prop_oneof![20 => proptest::sample::subsequence(Disk::ALL, 1..4), 1 => Just(vec![])];
    let places = prop_oneof![10 => vec("/[a-z]{5}", 1..4), 1 => vec(texts(&["/", "*"], &["data"]), 0..3)];
    let disk = proptest::option::of((places, disk));
    let namespace = texts(&["shop", "Shop/prod"], &["AWS/EC2", ":"]);
    let seconds = proptest::option::of(prop_oneof![20 => 1_u32..=172_800, 1 => any::<u32>(), 1 => Just(0)]);
    (namespace, seconds, proptest::option::of(cpu), disk).prop_map(|(namespace, seconds, cpu, disk)| {
        let agent = seconds.into_iter().fold(Agent::new(namespace), Agent::every_seconds);
        let agent = cpu.into_iter().fold(agent, Agent::cpu);
        disk.into_iter().fold(agent, |agent, (places, disk)| agent.disk(places, disk))
    })
}

/// What is written has everything that was asked for and is what the schema allows; anything else is a problem with a hint.
#[test]
fn whatever_is_built_is_written_whole_or_refused() {
    let days = prop_oneof![20 => proptest::sample::select(&[1_u32, 30, 3653][..]), 1 => 0_u32..4000];
    let name = texts(&["/shop/a", "shop.b"], &["/x:y", "/shop/other", "aws/x"]);
    let groups = (agents(), name, days, vec(files(), 0..3), vec(files(), 0..3));
    let mut runner = TestRunner::deterministic();
    let right = Cell::new(0);
    let outcome = runner.run(&groups, |(agent, name, days, some, others)| {
        let (count, plugins) = (some.len() + others.len(), agent.plugins.len());
        let groups = vec![("A", name, days, some), ("B", "/shop/other".to_owned(), 365, others)];
        let groups: Vec<Group> = groups.into_iter().filter(|(_, _, _, files)| !files.is_empty()).collect();
        match built(agent, groups) {
            Ok((document, _)) => {
                check_against_schema(&document);
                let written =
                    document["logs"]["logs_collected"]["files"]["collect_list"].as_array().map_or(0, Vec::len);
                let measured = document["metrics"]["metrics_collected"].as_object().map_or(0, serde_json::Map::len);
                prop_assert_eq!((written, measured), (count, plugins));
                right.set(right.get() + 1);
            }
            Err(problems) => prop_assert!(problems.iter().all(|problem| problem.hint.is_some()), "{:?}", problems),
        }
        Ok(())
    });
    outcome.expect("every configuration");
    let cases = runner.config().cases;
    assert!((cases / 4..cases).contains(&right.get()), "{} of {cases} are right", right.get());
}
