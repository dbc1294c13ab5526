//! An engine with a host on it, and what can be seen of them.
use std::cell::RefCell;
use std::collections::BTreeMap;

use serde_json::{Value as Json, json};
use stackgen_assembly::{Assembly, FORMAT_VERSION, Manifest, ResourceEntry, StackEntry};
use stackgen_deploy::aws::{Connection, Settings, connect};
use stackgen_deploy::failure::Failure;
use stackgen_deploy::handover::{self, Chosen, Direction, Strategy};
use stackgen_deploy::lease::Claim;
use stackgen_deploy::plan::{self, Approvals, Plan, Selection, Wishes};
use stackgen_deploy::progress::Progress;
use stackgen_deploy::record::Records;
use stackgen_deploy::run::{self, Outcome, StackOutcome};
use stackgen_deploy::stack;
use stackgen_local::ec2::{Place, image};
use stackgen_local::server::{Fault, Handle, Options, Script, Server, Then, When};
use stackgen_local::world::World;

pub const REGION: &str = "eu-west-1";
pub const OLD: &str = "ami-0123456789abcdef0";
pub const NEW: &str = "ami-0fedcba9876543210";

/// An engine and one person at it.
pub struct Desk {
    pub server: std::sync::Arc<Handle>,
    pub connection: Connection,
    pub folder: tempfile::TempDir,
    pub name: &'static str,
    /// How hosts are handed over.
    pub strategy: Strategy,
}

impl Desk {
    /// An engine with nothing but images.
    pub async fn empty() -> Desk {
        let server = Server::start(Options::default()).expect("a port is free");
        server.world(|world| image::promise(&mut Place::new(world, REGION), [OLD.to_owned(), NEW.to_owned()]));
        Desk::at(std::sync::Arc::new(server), "first@desk").await
    }

    /// An engine with a host on it, whose volume has something on it.
    pub async fn with_host() -> Desk {
        Desk::with(&host("A", OLD, "one")).await
    }

    /// The same, and how it is handed over.
    pub async fn with_host_for(strategy: Strategy) -> Desk {
        Desk { strategy, ..Desk::with_host().await }
    }

    /// The same with a host of somebody's choice.
    pub async fn with(template: &Json) -> Desk {
        let desk = Desk::empty().await;
        let made = desk.deploy(template).await;
        assert!(made.is_good(), "{made:?}");
        desk.world(|world| {
            for volume in region(world).volumes.values_mut().filter(|it| it.spec.size == 20) {
                volume.content.insert("rows".to_owned(), "1 2 3".to_owned());
            }
        });
        desk
    }

    /// Somebody else at an engine, with a folder of their own.
    pub async fn at(server: std::sync::Arc<Handle>, name: &'static str) -> Desk {
        let settings = Settings {
            region: Some(REGION.to_owned()),
            endpoint: Some(server.endpoint()),
            is_local: true,
            ..Settings::default()
        };
        let mut connection = connect(&settings).await.expect("there is a region");
        connection.speed = f64::INFINITY;
        let folder = tempfile::tempdir().expect("a folder can be made");
        Desk { server, connection, folder, name, strategy: Strategy::Stop }
    }

    /// The next process of the same person.
    pub async fn again(&self) -> Connection {
        Desk::at(self.server.clone(), self.name).await.connection
    }

    pub fn records(&self) -> Records {
        Records::new(self.folder.path())
    }

    pub fn world<T>(&self, with: impl FnOnce(&mut World) -> T) -> T {
        self.server.world(with)
    }

    pub fn claim(&self) -> Claim {
        Claim { owner: self.name.to_owned(), command: "stackgen deploy prod --handover".to_owned(), takes_over: false }
    }

    pub async fn plan(&self, template: &Json) -> Result<Plan, Failure> {
        let (selection, wishes) = (Selection::default(), Wishes::default());
        plan::make(&self.connection, &self.records(), &assembly(template), &selection, &wishes).await
    }

    /// A plan of a handover.
    pub async fn proposal(&self, template: &Json, snapshot: bool) -> Plan {
        let mut plan = self.plan(template).await.expect("it is planned");
        assert!(plan.stacks[0].handover.is_some(), "{plan:?}");
        let chosen = Chosen { claim: self.claim(), snapshot, strategy: self.strategy };
        plan.stacks[0].choose_handover(chosen).expect("the way is open");
        plan
    }

    pub async fn run(&self, plan: &Plan) -> Result<Outcome, Failure> {
        run::deploy(&self.connection, &self.records(), plan, &approvals(plan), &|_| {}).await
    }

    pub async fn deploy(&self, template: &Json) -> StackOutcome {
        let plan = self.plan(template).await.expect("it is planned");
        self.run(&plan).await.expect("it runs").stacks.remove(0)
    }

    pub async fn hand_over(&self, template: &Json) -> StackOutcome {
        let plan = self.proposal(template, false).await;
        self.run(&plan).await.expect("it runs").stacks.remove(0)
    }

    /// Goes on with what is open; nothing if nothing is.
    pub async fn go_on(
        &self,
        direction: Direction,
        takes_over: bool,
        own: Option<&Json>,
    ) -> Result<Option<StackOutcome>, Failure> {
        let connection = self.again().await;
        let Some(open) = handover::find(&connection, &self.records(), "prod").await? else { return Ok(None) };
        let claim = Claim { takes_over, ..self.claim() };
        let assembly = own.map(assembly);
        handover::go_on(&connection, &self.records(), open, &claim, direction, assembly.as_ref(), &|_| {})
            .await
            .map(Some)
    }

    pub fn play(&self, operation: &str, when: When, then: Then) {
        let operation = operation.to_owned();
        self.server.faults(Script { seed: 1, faults: vec![Fault { operation, when, then }] });
    }

    pub fn calm(&self) {
        self.server.faults(Script::default());
    }

    pub async fn now(&self) -> Option<stack::StackNow> {
        stack::describe(&self.connection, "prod").await.expect("the engine answers")
    }

    pub fn parameter(&self, name: &str) -> Option<String> {
        self.world(|world| Some(world.region(REGION).ssm.parameters.get(name)?.last().value.clone()))
    }

    /// What is there of hosts and their volume: images of running machines, machines that are neither running nor gone, the
    /// images of the machines that have the volume, and what is on it.
    pub fn seen(&self) -> Found {
        self.world(|world| {
            let ec2 = region(world);
            let state = |one: &stackgen_local::ec2::Instance| format!("{:?}", one.state);
            let running = ec2.instances.values().filter(|it| state(it) == "Running").map(|it| it.image.clone());
            let other = ec2.instances.values().filter(|it| !["Running", "Terminated"].contains(&&*state(it)));
            let data: Vec<_> = ec2.volumes.values().filter(|it| it.spec.size == 20).collect();
            let on = data.iter().flat_map(|it| &it.attachments).map(|it| ec2.instances[&it.instance].image.clone());
            let content = data.iter().map(|it| it.content.clone()).collect();
            // Of a boot that fails nobody says how far it comes.
            let fails = |it: &str| ec2.settings.boot_of_image.contains_key(&ec2.instances[it].image);
            let is_mounted = data.iter().flat_map(|it| &it.attachments).all(|it| it.mounted || fails(&it.instance));
            let other = other.map(|it| format!("{} {}", it.image, state(it))).collect();
            Found { running: running.collect(), other, holders: on.collect(), content, is_mounted }
        })
    }

    /// That one host runs, has the volume, and nothing else is left; which of the two images it has is the answer.
    #[track_caller]
    pub fn assert_one_host(&self, what: &str) -> String {
        let seen = self.seen();
        assert_eq!((seen.running.len(), &*seen.other), (1, &[][..]), "{what}: {seen:?}");
        assert_eq!(seen.holders, seen.running, "{what}: {seen:?}");
        let rows = BTreeMap::from([("rows".to_owned(), "1 2 3".to_owned())]);
        assert_eq!(seen.content, [rows], "{what}: {seen:?}");
        assert!(seen.is_mounted, "{what}: {seen:?}");
        seen.running[0].clone()
    }
}

/// What there is of hosts and volumes.
#[derive(Clone, Debug, Default)]
pub struct Found {
    pub running: Vec<String>,
    pub other: Vec<String>,
    pub holders: Vec<String>,
    pub content: Vec<BTreeMap<String, String>>,
    pub is_mounted: bool,
}

pub fn region(world: &mut World) -> &mut stackgen_local::ec2::Ec2 {
    &mut world.region(REGION).ec2
}

pub fn approvals(plan: &Plan) -> Approvals {
    let names = plan.stacks.iter().flat_map(|stack| stack.dangers.iter().map(ToString::to_string));
    Approvals::new(names.filter(|name| !name.starts_with("collision:")))
}

/// Steps as they are told.
#[derive(Default)]
pub struct Steps(pub RefCell<Vec<String>>);

impl Steps {
    pub fn hear(&self, progress: Progress) {
        if let Progress::Step { what, .. } = progress {
            self.0.borrow_mut().push(what);
        }
    }
}

pub fn host(number: &str, image: &str, word: &str) -> Json {
    let mut host = crate::samples::host(number, image, word);
    let agent = json!(["arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"]);
    host["Resources"]["Role"]["Properties"]["ManagedPolicyArns"] = agent;
    host
}

pub fn assembly(template: &Json) -> Assembly {
    let resources = template["Resources"].as_object().into_iter().flatten().map(|(id, resource)| ResourceEntry {
        id: id.clone(),
        type_name: resource["Type"].as_str().unwrap_or_default().to_owned(),
        source: "stacks/prod.rs:1".to_owned(),
        stateful: false,
    });
    let entry = json!({"name": "prod", "template": "prod.template.json", "resources": []});
    let mut entry: StackEntry = serde_json::from_value(entry).expect("it is an entry");
    entry.resources = resources.collect();
    let files = [(entry.template.clone(), template.to_string())].into_iter().collect();
    let manifest = Manifest {
        version: FORMAT_VERSION,
        generator: "test".to_owned(),
        stacks: vec![entry],
        problems: Vec::new(),
        images: Vec::new(),
    };
    Assembly { manifest, files }
}
