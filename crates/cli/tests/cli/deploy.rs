//! Deploys and what goes with them, on a server of this machine that leaps through time.
use serde_json::{Value as Json, json};

use crate::env::{Run, TestEnv, assembly, stack};

/// A project with two stacks and a server, which is stopped whatever happens.
struct Deploys(TestEnv);

impl Deploys {
    fn new() -> Self {
        let env = TestEnv::new();
        env.write("stackgen.toml", "app = 'none'\n");
        let deploys = Deploys(env);
        deploys.describe("a topic");
        let started = deploys.0.run(&["local", "start", "--port", "0", "--pace", "leap"]);
        assert_eq!(started.code, Some(0), "{started}");
        deploys
    }

    /// What the app says. The name of a topic shows in the console only, so that it changes in place.
    fn describe(&self, title: &str) {
        let topic = json!({
            "Resources": {"Topic": {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": title}}},
            "Outputs": {"Name": {"Value": {"Fn::GetAtt": ["Topic", "TopicName"]}, "Export": {"Name": "topic"}}},
        });
        let value = json!({"Fn::ImportValue": "topic"});
        let parameter = json!({
            "Resources": {"Note": {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": value}}},
        });
        let mut reader = stack("reader", &parameter);
        reader.0.dependencies.push("teller".to_owned());
        self.0.assembly("ready", &assembly(vec![stack("teller", &topic), reader]));
    }

    fn run(&self, arguments: &[&str]) -> Run {
        self.0.run(&[arguments, &["--local", "--assembly", "ready"]].concat())
    }

    fn json(&self, arguments: &[&str]) -> Json {
        serde_json::from_str(&self.run(arguments).stdout).unwrap()
    }
}

impl Drop for Deploys {
    fn drop(&mut self) {
        self.0.run(&["local", "stop"]);
    }
}

#[test]
fn a_deploy_and_the_way_back() {
    let project = Deploys::new();
    let first = project.run(&["deploy", "--yes"]);
    assert_eq!(first.code, Some(0), "{first}");
    assert!(first.stdout.starts_with("teller.Name = teller-Topic-"), "{first}");
    for line in
        ["    Creating teller\n", "        Done teller (CREATE_COMPLETE)\n", "        Done reader (CREATE_COMPLETE)\n"]
    {
        assert!(first.stderr.contains(line), "{first}");
    }
    let second = project.run(&["deploy", "--yes"]);
    assert_eq!((second.code, second.stdout.as_str()), (Some(0), ""));
    assert!(second.stderr.contains("  No changes teller\n  No changes reader\n"), "{second}");
    assert!(project.json(&["outputs", "--json"])["teller"]["Name"].is_string());
    let status = project.run(&["status"]).stdout;
    assert!(status.contains("teller  CREATE_COMPLETE"), "{status}");
    let chart = project.run(&["events", "teller", "--chart"]).stdout;
    assert!(chart.starts_with("Topic  █"), "{chart}");
    let gone = project.run(&["destroy", "--all", "--yes"]);
    assert_eq!(gone.code, Some(0), "{gone}");
    assert!(project.run(&["status"]).stdout.contains("teller  not there"));
}

#[test]
fn nobody_says_yes() {
    let project = Deploys::new();
    let refused = project.run(&["deploy", "teller"]);
    assert_eq!(refused.code, Some(3));
    assert!(refused.stderr.ends_with("error: this needs a yes, and there is no terminal to ask on; nothing was done\nhint: say --yes to go on without a question\n"), "{refused}");
    // Not even the change set stays.
    assert!(project.run(&["status", "--all"]).stderr.contains("there are no stacks in eu-west-1"));
    let limited = project.run(&["deploy", "teller", "--yes", "--capability", "CAPABILITY_IAM"]);
    assert_eq!(limited.code, Some(0), "{limited}");
}

#[test]
fn a_plan_is_carried_out_later() {
    let project = Deploys::new();
    let kept = project.run(&["deploy", "teller", "--no-execute", "--out", "plan.json"]);
    assert_eq!(kept.code, Some(0), "{kept}");
    assert!(project.json(&["changeset", "list", "teller", "--json"])[0]["execution"] == "AVAILABLE");
    let done = project.0.run(&["deploy", "--plan", "plan.json", "--yes", "--local", "--quiet"]);
    assert_eq!((done.code, done.stderr.as_str()), (Some(0), ""));
    project.0.write("plan.json", r#"{"version": 99}"#);
    let other = project.0.run(&["deploy", "--plan", "plan.json", "--yes", "--local"]);
    assert_eq!(other.code, Some(3));
    assert!(other.stderr.contains("it has version 99, and this stackgen reads 1"), "{other}");
}

#[test]
fn programs_read_events() {
    let project = Deploys::new();
    let lines = project.run(&["deploy", "teller", "--yes", "--json", "--timings"]).stdout;
    let events: Vec<Json> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let names: Vec<&str> = events.iter().filter_map(|event| event["event"].as_str()).collect();
    assert_eq!((names.first(), names.last()), (Some(&"plan"), Some(&"end")));
    assert!(names.contains(&"resource"), "{lines}");
    let end = events.last().unwrap();
    assert_eq!(end["calls"]["ExecuteChangeSet"]["calls"], 1);
    assert!(end["stacks"][0]["outputs"]["Name"].is_string(), "{lines}");
}

#[test]
fn stacks_that_are_not_there() {
    let project = Deploys::new();
    assert_eq!(project.run(&["deploy", "teller", "--yes"]).code, Some(0));
    let near = project.run(&["events", "tellr"]);
    assert_eq!(near.code, Some(1));
    assert!(
        near.stderr.ends_with("error: no stack named `tellr` in eu-west-1\nhint: did you mean `teller`?\n"),
        "{near}"
    );
    let other = project.run(&["watch", "reader"]);
    let said = other.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(said.contains("`stackgen deploy reader --local`"), "{other}");
    assert_eq!(project.run(&["destroy"]).code, Some(2));
    assert!(project.run(&["resume"]).stderr.contains("Nothing was left unfinished here"));
    assert_eq!(project.run(&["rollback", "teller"]).code, Some(3));
}
