//! Somebody at a desk, with a folder for records and a connection to an engine that leaps through time, so that nobody waits; and
//! the stacks that they deploy.
use serde_json::{Value as Json, json};
use stackgen_assembly::{Assembly, FORMAT_VERSION, InputEntry, Manifest, ResourceEntry, StackEntry};
use stackgen_deploy::aws::{Connection, Settings, connect};
use stackgen_deploy::failure::Failure;
use stackgen_deploy::plan::{self, Approvals, Plan, Selection, Wishes};
use stackgen_deploy::record::Records;
use stackgen_deploy::run::{self, Outcome};
use stackgen_deploy::stack;
use stackgen_local::cloudformation::operation::Mishap;
use stackgen_local::resources::Doing;
use stackgen_local::server::{Fault, Handle, Options, Script, Server, Then, When};
use stackgen_local::wire::Call;

pub struct Desk {
    pub server: Handle,
    pub connection: Connection,
    pub folder: tempfile::TempDir,
}

impl Desk {
    pub async fn new() -> Desk {
        let server = Server::start(Options::default()).expect("a port is free");
        let settings = Settings {
            region: Some("eu-west-1".to_owned()),
            endpoint: Some(server.endpoint()),
            is_local: true,
            ..Settings::default()
        };
        let mut connection = connect(&settings).await.expect("there is a region");
        connection.speed = f64::INFINITY;
        Desk { server, connection, folder: tempfile::tempdir().expect("a folder can be made") }
    }

    pub fn records(&self) -> Records {
        Records::new(self.folder.path())
    }

    pub async fn plan(&self, assembly: &Assembly) -> Result<Plan, Failure> {
        self.wish(assembly, &Wishes::default()).await
    }

    /// A plan with more to it.
    pub async fn wish(&self, assembly: &Assembly, wishes: &Wishes) -> Result<Plan, Failure> {
        plan::make(&self.connection, &self.records(), assembly, &Selection::default(), wishes).await
    }

    /// A deploy with more to it.
    pub async fn deploy_as(&self, assembly: &Assembly, wishes: &Wishes) -> Outcome {
        let plan = self.wish(assembly, wishes).await.expect("it is planned");
        self.run(&plan).await.expect("it runs")
    }

    pub async fn destroy(&self, names: &[&str]) -> Outcome {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let plan = plan::make_destroy(&self.connection, None, &names, &[]).await.expect("it is planned");
        let gone = run::destroy(&self.connection, &self.records(), &plan, &approvals(&plan), &|_| {}).await;
        gone.expect("it runs")
    }

    /// Lets something fail the next time that it is tried: at once, or after a while.
    pub fn fails(&self, stack: &str, logical_id: &str, doing: Doing, late: bool) {
        let (stack, logical_id) = (stack.to_owned(), logical_id.to_owned());
        let mishap = Mishap { stack, logical_id, doing, reason: "it is a test".to_owned(), times: 1, late };
        self.server.world(|world| world.mishaps.push(mishap));
    }

    /// Asks the parameter store behind everybody's back.
    pub fn ssm(&self, operation: &str, input: &Json) -> Json {
        let target = ("x-amz-target".to_owned(), format!("AmazonSSM.{operation}"));
        let signed =
            "AWS4-HMAC-SHA256 Credential=a/20260101/eu-west-1/ssm/aws4_request, SignedHeaders=host, Signature=0";
        let call = Call {
            method: "POST".to_owned(),
            path: "/".to_owned(),
            headers: vec![target, ("authorization".to_owned(), signed.to_owned())],
            body: input.to_string().into_bytes(),
            ..Call::default()
        };
        let reply = self.server.answer(call).0.expect("it answers");
        serde_json::from_slice(&reply.body).expect("it is JSON")
    }

    pub async fn run(&self, plan: &Plan) -> Result<Outcome, Failure> {
        run::deploy(&self.connection, &self.records(), plan, &approvals(plan), &|_| {}).await
    }

    pub async fn deploy(&self, assembly: &Assembly) -> Outcome {
        let plan = self.plan(assembly).await.expect("it is planned");
        self.run(&plan).await.expect("it runs")
    }

    pub async fn status(&self, name: &str) -> Option<String> {
        let now = stack::describe(&self.connection, name).await.expect("the engine answers");
        now.map(|now| now.status.word().to_owned())
    }

    pub fn play(&self, seed: u64, faults: &[(&str, When, Then)]) {
        let fault = |(operation, when, then): &(&str, When, Then)| Fault {
            operation: (*operation).to_owned(),
            when: *when,
            then: then.clone(),
        };
        self.server.faults(Script { seed, faults: faults.iter().map(fault).collect() });
    }
}

pub fn approvals(plan: &Plan) -> Approvals {
    Approvals::new(plan.stacks.iter().flat_map(|stack| stack.dangers.iter().map(ToString::to_string)))
}

pub fn stack(name: &str, template: Json, inputs: &[(&str, &str, &str)]) -> (StackEntry, Json) {
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

pub fn assembly(stacks: Vec<(StackEntry, Json)>) -> Assembly {
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

pub fn network() -> Json {
    json!({
        "Resources": {
            "Vpc": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.0.0.0/16"}},
            "Subnet": {"Type": "AWS::EC2::Subnet", "Properties": {"VpcId": {"Ref": "Vpc"}, "CidrBlock": "10.0.0.0/24"}},
        },
        "Outputs": {"Vpc": {"Value": {"Ref": "Vpc"}}, "Subnet": {"Value": {"Ref": "Subnet"}}},
    })
}

/// A group and a table in it, so to speak: what is replaced by name holds data.
pub fn storage(table: &str, description: &str) -> Json {
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

pub fn both(table: &str, description: &str) -> Assembly {
    let storage = stack("storage", storage(table, description), &[("Vpc", "network", "Vpc")]);
    assembly(vec![stack("network", network(), &[]), storage])
}

/// A parameter of the parameter store with a value, and the value as output.
pub fn note(value: &str) -> Json {
    json!({"Resources": {"Note": {"Type": "AWS::SSM::Parameter",
                                  "Properties": {"Type": "String", "Name": "/note", "Value": value}}},
           "Outputs": {"Value": {"Value": {"Fn::GetAtt": ["Note", "Value"]}}}})
}

pub fn one(template: Json) -> Assembly {
    assembly(vec![stack("prod", template, &[])])
}
