//! Deploys against the local engine over the wire: what it says of resources is what a plan tells, and its faults fail nothing.
use serde_json::{Value as Json, json};
use stackgen_assembly::{Assembly, FORMAT_VERSION, InputEntry, Manifest, ResourceEntry, StackEntry};
use stackgen_deploy::aws::{Connection, Settings, connect};
use stackgen_deploy::failure::{Failure, Kind};
use stackgen_deploy::plan::{self, Approvals, Consequence, Plan, Selection, Verb, Wishes};
use stackgen_deploy::record::Records;
use stackgen_deploy::run::{self, Ending, Outcome};
use stackgen_deploy::stack;
use stackgen_local::server::{Fault, Handle, Options, Script, Server, Then, When};

struct Desk {
    server: Handle,
    connection: Connection,
    folder: tempfile::TempDir,
}

impl Desk {
    async fn new() -> Desk {
        let server = Server::start(Options::default()).expect("a port is free");
        let settings = Settings {
            region: Some("eu-west-1".to_owned()),
            endpoint: Some(server.endpoint()),
            is_local: true,
            ..Settings::default()
        };
        let connection = connect(&settings).await.expect("there is a region");
        Desk { server, connection, folder: tempfile::tempdir().expect("a folder can be made") }
    }

    fn records(&self) -> Records {
        Records::new(self.folder.path())
    }

    async fn plan(&self, assembly: &Assembly) -> Result<Plan, Failure> {
        let (selection, wishes) = (Selection::default(), Wishes::default());
        plan::make(&self.connection, &self.records(), assembly, &selection, &wishes).await
    }

    async fn run(&self, plan: &Plan) -> Result<Outcome, Failure> {
        run::deploy(&self.connection, &self.records(), plan, &approvals(plan), &|_| {}).await
    }

    async fn deploy(&self, assembly: &Assembly) -> Outcome {
        let plan = self.plan(assembly).await.expect("it is planned");
        self.run(&plan).await.expect("it runs")
    }

    async fn status(&self, name: &str) -> Option<String> {
        let now = stack::describe(&self.connection, name).await.expect("the engine answers");
        now.map(|now| now.status.word().to_owned())
    }

    fn play(&self, seed: u64, faults: &[(&str, When, Then)]) {
        let fault = |(operation, when, then): &(&str, When, Then)| Fault {
            operation: (*operation).to_owned(),
            when: *when,
            then: then.clone(),
        };
        self.server.faults(Script { seed, faults: faults.iter().map(fault).collect() });
    }
}

fn approvals(plan: &Plan) -> Approvals {
    Approvals::new(plan.stacks.iter().flat_map(|stack| stack.dangers.iter().map(ToString::to_string)))
}

fn stack(name: &str, template: Json, inputs: &[(&str, &str, &str)]) -> (StackEntry, Json) {
    let resources = template["Resources"].as_object().into_iter().flatten().map(|(id, resource)| ResourceEntry {
        id: id.clone(),
        type_name: resource["Type"].as_str().unwrap_or_default().to_owned(),
        source: format!("stacks/{name}.rs:1"),
        stateful: false,
    });
    let input = |&(parameter, stack, output): &(&str, &str, &str)| InputEntry {
        parameter: parameter.to_owned(),
        stack: stack.to_owned(),
        output: output.to_owned(),
    };
    let entry = json!({"name": name, "template": format!("{name}.template.json"), "resources": []});
    let mut entry: StackEntry = serde_json::from_value(entry).expect("it is an entry");
    entry.resources = resources.collect();
    entry.inputs = inputs.iter().map(input).collect();
    (entry, template)
}

fn assembly(stacks: Vec<(StackEntry, Json)>) -> Assembly {
    let files = stacks.iter().map(|(entry, json)| (entry.template.clone(), json.to_string())).collect();
    let stacks = stacks.into_iter().map(|(entry, _)| entry).collect();
    let manifest = Manifest {
        version: FORMAT_VERSION,
        generator: "test".to_owned(),
        stacks,
        problems: Vec::new(),
        images: Vec::new(),
    };
    Assembly { manifest, files }
}

fn network() -> Json {
    json!({
        "Resources": {
            "Vpc": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.0.0.0/16"}},
            "Subnet": {"Type": "AWS::EC2::Subnet", "Properties": {"VpcId": {"Ref": "Vpc"}, "CidrBlock": "10.0.0.0/24"}},
        },
        "Outputs": {"Vpc": {"Value": {"Ref": "Vpc"}}, "Subnet": {"Value": {"Ref": "Subnet"}}},
    })
}

/// A group and a table in it, so to speak: what is replaced by name holds data.
fn storage(table: &str, description: &str) -> Json {
    json!({
        "Parameters": {"Vpc": {"Type": "String"}},
        "Resources": {
            "Group": {"Type": "AWS::EC2::SecurityGroup",
                      "Properties": {"GroupDescription": "storage", "VpcId": {"Ref": "Vpc"},
                                     "Tags": [{"Key": "Note", "Value": description}]}},
            "Table": {"Type": "AWS::DynamoDB::Table", "Properties": {
                "TableName": table, "BillingMode": "PAY_PER_REQUEST",
                "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
                "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}]}},
        },
    })
}

fn both(table: &str, description: &str) -> Assembly {
    let storage = stack("storage", storage(table, description), &[("Vpc", "network", "Vpc")]);
    assembly(vec![stack("network", network(), &[]), storage])
}

#[tokio::test]
async fn two_stacks_are_made_changed_and_destroyed() {
    let desk = Desk::new().await;
    let made = desk.deploy(&both("a", "one")).await;
    assert!(made.is_good(), "{made:?}");
    let calls: u32 = desk.connection.call_counts().values().map(|count| count.calls).sum();
    assert!(calls <= 16, "{:?}", desk.connection.call_counts());

    let plan = desk.plan(&both("a", "two")).await.expect("it is planned");
    assert_eq!((plan.stacks[0].verb, plan.stacks[1].verb), (Verb::Nothing, Verb::Update));
    let change = &plan.stacks[1].changes[0];
    assert_eq!((&*change.id, change.consequence), ("Group", Consequence::InPlace), "{change:?}");
    assert!(
        change.properties.iter().any(|property| property.after.as_ref().is_some_and(|after| after.contains("two")))
    );
    assert!(desk.run(&plan).await.expect("it runs").is_good());

    let plan = desk.plan(&both("b", "two")).await.expect("it is planned");
    let dangers: Vec<String> = plan.stacks[1].dangers.iter().map(ToString::to_string).collect();
    assert_eq!(dangers, ["replace:Table"], "{plan:?}");
    let nobody = Approvals::default();
    let refused = run::deploy(&desk.connection, &desk.records(), &plan, &nobody, &|_| {}).await;
    assert_eq!(refused.expect_err("nobody approved it").kind, Kind::Refused);
    assert!(desk.run(&plan).await.expect("it runs").is_good());

    let same = desk.plan(&both("b", "two")).await.expect("it is planned");
    assert!(same.stacks.iter().all(|stack| stack.verb == Verb::Nothing), "{same:?}");

    let assembly = both("b", "two");
    let plan = plan::make_destroy(&desk.connection, Some(&assembly), &[], &[]).await.expect("it is planned");
    let order: Vec<&str> = plan.stacks.iter().map(|stack| &*stack.stack).collect();
    assert_eq!(order, ["storage", "network"]);
    let gone =
        run::destroy(&desk.connection, &desk.records(), &plan, &approvals(&plan), &|_| {}).await.expect("it runs");
    assert!(gone.is_good(), "{gone:?}");
    assert_eq!(desk.status("network").await, None);
}

#[tokio::test]
async fn an_export_in_use_goes_in_two_steps() {
    let desk = Desk::new().await;
    let producer = |exports: bool| {
        let mut template = network();
        if exports {
            template["Outputs"]["Vpc"]["Export"] = json!({"Name": "network:Vpc"});
        }
        template
    };
    let consumer = |imports: bool| {
        let value = if imports { json!({"Fn::ImportValue": "network:Vpc"}) } else { json!("nothing") };
        json!({"Resources": {"Text": {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": value}}}})
    };
    let all = |exports, imports| {
        let mut consumer = stack("consumer", consumer(imports), &[]);
        consumer.0.dependencies = vec!["network".to_owned()];
        assembly(vec![stack("network", producer(exports), &[]), consumer])
    };
    assert!(desk.deploy(&all(true, true)).await.is_good());
    let plan = desk.plan(&all(false, false)).await.expect("it is planned");
    assert_eq!(plan.stacks[0].exports[0].importers, ["consumer"]);
    assert!(plan.stacks[0].remarks.iter().any(|remark| remark.contains("network:Vpc")), "{plan:?}");
    let outcome = desk.run(&plan).await.expect("it runs");
    assert!(outcome.is_good(), "{outcome:?}");
    let plan = desk.plan(&all(false, false)).await.expect("it is planned");
    assert!(plan.stacks[0].exports.iter().all(|export| export.importers.is_empty()), "{plan:?}");
    assert!(desk.run(&plan).await.expect("it runs").is_good());
}

#[tokio::test]
async fn a_failure_is_told_by_its_first_cause() {
    let desk = Desk::new().await;
    let template = json!({"Resources": {
        "Vpc": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.0.0.0/16"}},
        "Subnet": {"Type": "AWS::EC2::Subnet", "Properties": {"VpcId": {"Ref": "Vpc"}, "CidrBlock": "192.168.0.0/24"}},
    }});
    let outcome = desk.deploy(&assembly(vec![stack("broken", template, &[])])).await;
    let broken = &outcome.stacks[0];
    assert!(matches!(broken.ending, Ending::Failed(_)), "{outcome:?}");
    let cause = broken.cause.as_ref().expect("there is a cause");
    assert_eq!((&*cause.id, cause.source.as_deref()), ("Subnet", Some("stacks/broken.rs:1")), "{outcome:?}");
    let plan = desk.plan(&assembly(vec![stack("broken", network(), &[])])).await.expect("it is planned");
    assert_eq!(plan.stacks[0].verb, Verb::Recreate);
    assert!(desk.run(&plan).await.expect("it runs").is_good());
}

#[tokio::test]
async fn faults_on_the_way_change_nothing() {
    let faults = [
        ("DescribeStackEvents", When::Always, Then::Throttle),
        ("DescribeStacks", When::Every(2), Then::Stale),
        ("CreateChangeSet", When::Nth(1), Then::DropAfter),
        ("ExecuteChangeSet", When::Nth(1), Then::DropAfter),
        ("ExecuteChangeSet", When::Nth(1), Then::FailAfter { status: 500 }),
        ("DescribeChangeSet", When::Nth(1), Then::DropBefore),
    ];
    for (operation, when, then) in faults {
        let what = format!("{operation} {when:?} {then:?}");
        let desk = Desk::new().await;
        desk.play(1, &[(operation, when, then)]);
        let outcome = desk.deploy(&assembly(vec![stack("network", network(), &[])])).await;
        assert!(outcome.is_good(), "{what}: {outcome:?}");
        desk.play(1, &[]);
        assert_eq!(desk.status("network").await.as_deref(), Some("CREATE_COMPLETE"), "{what}");
    }
}

#[tokio::test]
async fn whatever_goes_wrong_by_chance_the_verdict_is_right_and_nothing_is_begun_twice() {
    by_chance(0..2).await;
}

/// A thousand scripts: each seed plays four.
#[tokio::test]
#[ignore = "takes long"]
async fn the_same_a_thousand_times() {
    by_chance(2..252).await;
}

async fn by_chance(seeds: std::ops::Range<u64>) {
    for seed in seeds {
        let desk = Desk::new().await;
        for (round, table, note) in [(0, "a", "one"), (1, "a", "two"), (2, "b", "two"), (3, "b", "two")] {
            desk.play(
                seed * 10 + round,
                &[
                    ("*", When::Chance(0.1), Then::Throttle),
                    ("*", When::Chance(0.1), Then::DropAfter),
                    ("Describe*", When::Chance(0.1), Then::Stale),
                    ("*", When::Chance(0.05), Then::FailAfter { status: 503 }),
                ],
            );
            // An old answer may make a plan impossible; then nothing was done, and the next one is good.
            let mut plan = desk.plan(&both(table, note)).await;
            for _ in 0..3 {
                if plan.is_err() {
                    plan = desk.plan(&both(table, note)).await;
                }
            }
            let plan = plan.unwrap_or_else(|failure| panic!("seed {seed}, round {round}: {failure}"));
            let outcome = desk.run(&plan).await.expect("it runs");
            assert!(outcome.is_good(), "seed {seed}, round {round}: {outcome:?}");
        }
        desk.play(0, &[]);
        let journal = desk.server.journal(0);
        let begun = journal.iter().filter(|entry| entry.operation == "ExecuteChangeSet").count();
        assert!(begun >= 4, "two made, two changed");
        for (stack, updates) in [("network", 0), ("storage", 2)] {
            let events = stackgen_deploy::follow::history(&desk.connection, stack).await.expect("there are events");
            let started =
                events.iter().filter(|event| event.id == stack && event.status == "UPDATE_IN_PROGRESS").count();
            assert_eq!(started, updates, "seed {seed}: {stack}");
        }
    }
}

const IMAGE: &str = "ami-0123456789abcdef0";

/// A host whose boot script mounts its disk.
fn host() -> Json {
    let zone = json!("eu-west-1a");
    json!({"Resources": {
        "Disk": {"Type": "AWS::EC2::Volume", "Properties": {"AvailabilityZone": zone, "Size": 10, "VolumeType": "gp3"}},
        "Host": {"Type": "AWS::EC2::Instance", "Properties": {
            "ImageId": IMAGE, "InstanceType": "m7g.medium", "AvailabilityZone": zone,
            "UserData": {"Fn::Base64": {"Fn::Sub": "#!/bin/sh\nmount ${Disk} /data\n"}}}},
        "Attachment": {"Type": "AWS::EC2::VolumeAttachment", "Properties": {
            "Device": "/dev/sdf", "InstanceId": {"Ref": "Host"}, "VolumeId": {"Ref": "Disk"}}},
    }})
}

#[tokio::test]
async fn a_host_stops_before_its_disk_is_detached() {
    let desk = Desk::new().await;
    desk.server.world(|world| {
        stackgen_local::ec2::image::promise(
            &mut stackgen_local::ec2::Place::new(world, "eu-west-1"),
            [IMAGE.to_owned()],
        );
    });
    let made = desk.deploy(&assembly(vec![stack("host", host(), &[])])).await;
    assert!(made.is_good(), "{made:?}");
    desk.server.advance(Some(jiff::SignedDuration::from_mins(30)));
    let is_mounted = |world: &mut stackgen_local::world::World| {
        world
            .region("eu-west-1")
            .ec2
            .volumes
            .values()
            .flat_map(|it| &it.attachments)
            .any(|it| it.mounted && it.device == "/dev/sdf")
    };
    assert!(desk.server.world(is_mounted));
    let plan = plan::make_destroy(&desk.connection, None, &["host".to_owned()], &[]).await.expect("it is planned");
    let steps = std::sync::Mutex::new(Vec::new());
    let say = |progress| {
        if let stackgen_deploy::progress::Progress::Step { what, .. } = progress {
            steps.lock().expect("nobody panics with it").push(what);
        }
    };
    let gone = run::destroy(&desk.connection, &desk.records(), &plan, &approvals(&plan), &say).await.expect("it runs");
    assert!(gone.is_good(), "{gone:?}");
    let steps = steps.into_inner().expect("nobody panics with it");
    assert!(steps.iter().any(|step| step.starts_with("stopping i-")), "{steps:?}");
    let called: Vec<String> = desk.server.journal(0).into_iter().map(|entry| entry.operation).collect();
    let place = |name: &str| called.iter().position(|call| call == name);
    assert!(place("StopInstances").is_some() && place("StopInstances") < place("DeleteStack"), "{called:?}");
}

#[tokio::test]
async fn a_plan_is_carried_out_once() {
    let desk = Desk::new().await;
    let plan = desk.plan(&assembly(vec![stack("network", network(), &[])])).await.expect("it is planned");
    plan::check(&desk.connection, &plan).await.expect("nobody carried it out");
    assert!(desk.run(&plan).await.expect("it runs").is_good());
    let refused = plan::check(&desk.connection, &plan).await.expect_err("it was carried out");
    assert!(refused.message.contains("carried out"), "{refused}");
}

#[tokio::test]
async fn a_look_for_drift_ends() {
    let desk = Desk::new().await;
    assert!(desk.deploy(&assembly(vec![stack("network", network(), &[])])).await.is_good());
    for _ in 0..2 {
        let looking = stack::detect_drift(&desk.connection, "network");
        let drift = tokio::time::timeout(std::time::Duration::from_secs(20), looking).await.expect("it ends");
        assert!(!drift.expect("it is told").is_drifted());
    }
}

#[tokio::test(start_paused = true)]
async fn nobody_at_an_endpoint_of_this_machine_is_told_soon() {
    let port =
        std::net::TcpListener::bind("127.0.0.1:0").and_then(|it| it.local_addr()).expect("a port is free").port();
    let endpoint = Some(format!("http://127.0.0.1:{port}"));
    let settings = Settings { region: Some("eu-west-1".to_owned()), endpoint, is_local: true, ..Settings::default() };
    let connection = connect(&settings).await.expect("nothing is sent yet");
    let asked = tokio::time::timeout(std::time::Duration::from_secs(15), stack::describe(&connection, "network"));
    let refused = asked.await.expect("it is told soon").expect_err("nobody is there");
    assert!(refused.message.contains("nobody answers at http://127.0.0.1:"), "{refused}");
}
