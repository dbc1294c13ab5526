//! Commands against an account, which is a server in this process: one for all tests, each with stacks of its own names.
use std::sync::OnceLock;

use serde_json::{Value as Json, json};
use stackgen_local::server::{Handle, Options, Server};

use crate::env::{Run, TestEnv, assembly, stack};

mod bootstrap;
mod ends;
mod logins;
mod plans;
mod strangers;

fn server() -> &'static Handle {
    static SERVER: OnceLock<Handle> = OnceLock::new();
    SERVER.get_or_init(|| Server::start(Options::default()).unwrap())
}

/// A project with one stack.
struct Account {
    env: TestEnv,
    name: &'static str,
}

impl Account {
    fn new(name: &'static str, template: &Json) -> Self {
        let env = TestEnv::new();
        env.write("stackgen.toml", "app = 'none'\n");
        let account = Account { env, name };
        account.describe(template);
        account
    }

    /// One whose stack is deployed.
    fn deployed(name: &'static str, template: &Json) -> Self {
        let account = Account::new(name, template);
        let made = account.run(&["deploy", "--yes"]);
        assert_eq!(made.code, Some(0), "{made}");
        account
    }

    /// What the app says now.
    fn describe(&self, template: &Json) {
        self.env.assembly("ready", &assembly(vec![stack(self.name, template)]));
    }

    fn run(&self, arguments: &[&str]) -> Run {
        let url = server().endpoint();
        let mut command = self.env.command(&[arguments, &["--endpoint-url", &url, "--assembly", "ready"]].concat());
        command.env("AWS_ACCESS_KEY_ID", "test").env("AWS_SECRET_ACCESS_KEY", "test");
        let mut run = self.env.outcome(&command.output().unwrap());
        for text in [&mut run.stdout, &mut run.stderr] {
            *text = text.replace(&url, "[URL]");
        }
        run
    }

    fn json(&self, arguments: &[&str]) -> Json {
        let run = self.run(arguments);
        serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {run}"))
    }

    /// Change sets that wait.
    fn waiting(&self) -> Vec<String> {
        let all = self.json(&["changeset", "list", self.name, "--json"]);
        let waiting = all.as_array().unwrap().iter().filter(|entry| entry["execution"] == "AVAILABLE");
        waiting.map(|entry| entry["name"].as_str().unwrap().to_owned()).collect()
    }
}

/// A group that lets somebody in, a table that holds data, and a queue.
fn service(cidr: &str, table: &str, delay: u32) -> Json {
    json!({
        "Resources": {
            "Web": {"Type": "AWS::EC2::SecurityGroup", "Properties": {
                "GroupDescription": "web", "SecurityGroupIngress": [
                    {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "CidrIp": cidr, "Description": "web"}]}},
            "Table": {"Type": "AWS::DynamoDB::Table", "Properties": {
                "TableName": table, "BillingMode": "PAY_PER_REQUEST",
                "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
                "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}]}},
            "Queue": {"Type": "AWS::SQS::Queue", "Properties": {"DelaySeconds": delay}},
        },
        "Outputs": {"Table": {"Value": {"Ref": "Table"}}},
    })
}

/// A parameter that stays when its stack goes.
fn note(name: &str) -> Json {
    json!({"Resources": {"Note": {
        "Type": "AWS::SSM::Parameter", "DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain",
        "Properties": {"Name": name, "Type": "String", "Value": "as written"}}}})
}

/// A template of 60,000 bytes.
fn large(note: &str) -> Json {
    let text = format!("{note}{}", "x".repeat(4000));
    let parameter = |number| {
        let properties = json!({"Type": "String", "Value": text});
        (format!("Text{number}"), json!({"Type": "AWS::SSM::Parameter", "Properties": properties}))
    };
    json!({"Resources": (0..15).map(parameter).collect::<serde_json::Map<_, _>>()})
}
