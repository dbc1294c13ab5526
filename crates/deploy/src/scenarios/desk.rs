//! Somebody at a desk, with a folder for records and a line to an engine; and the assemblies that they deploy.
use std::cell::RefCell;

use serde_json::{Value as Json, json};
use stackgen_assembly::{Assembly, FORMAT_VERSION, InputEntry, Manifest, ResourceEntry, StackEntry};
use stackgen_local::cloudformation::operation::Mishap;
use stackgen_local::resources::Doing;

use super::line::{Kill, Line};
use crate::aws::Connection;
use crate::failure::{Failure, Kind};
use crate::plan::{self, Approvals, Plan, Selection, Wishes};
use crate::progress::Progress;
use crate::record::Records;
use crate::run::{self, Ending, Outcome, StackOutcome};

pub(super) struct Desk {
    pub(super) line: Line,
    pub(super) connection: Connection,
    pub(super) folder: tempfile::TempDir,
    pub(super) told: RefCell<Vec<Progress>>,
}

impl Desk {
    pub(super) fn new() -> Desk {
        // Each record is synced to its disk, which takes longer than all the rest; in memory there is nothing to sync.
        let folder = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir());
        Desk::at(Line::new(), folder.expect("a folder can be made"))
    }

    pub(super) fn at(line: Line, folder: tempfile::TempDir) -> Desk {
        Desk { connection: Connection::with_http_client(line.clone()), line, folder, told: RefCell::default() }
    }

    /// Another process, with the same folder and the same engine.
    pub(super) fn again(self, kill: Option<Kill>) -> Desk {
        Desk::at(self.line.again(kill), self.folder)
    }

    pub(super) fn records(&self) -> Records {
        Records::new(self.folder.path().join("ops"))
    }

    pub(super) async fn plan(&self, assembly: &Assembly, wishes: &Wishes) -> Result<Plan, Failure> {
        plan::make(&self.connection, &self.records(), assembly, &Selection::default(), wishes).await
    }

    pub(super) async fn run(&self, plan: &Plan) -> Result<Outcome, Failure> {
        let say = |progress| self.told.borrow_mut().push(progress);
        run::deploy(&self.connection, &self.records(), plan, &approvals(plan), &say).await
    }

    pub(super) async fn deploy(&self, assembly: &Assembly, wishes: &Wishes) -> Result<Outcome, Failure> {
        self.run(&self.plan(assembly, wishes).await?).await
    }

    pub(super) async fn destroy(&self, assembly: &Assembly) -> Result<Outcome, Failure> {
        let plan = plan::make_destroy(&self.connection, Some(assembly), &[], &[]).await?;
        let say = |progress| self.told.borrow_mut().push(progress);
        run::destroy(&self.connection, &self.records(), &plan, &approvals(&plan), &say).await
    }

    pub(super) async fn roll_back(&self, stack: &str, skip: &[String]) -> Result<StackOutcome, Failure> {
        run::rollback(&self.connection, &self.records(), stack, skip, &|_| {}).await
    }

    pub(super) async fn resume(&self) -> Result<Outcome, Failure> {
        run::resume(&self.connection, &self.records(), &[], &|_| {}).await
    }

    /// Waits until nothing happens with a stack any more.
    pub(super) async fn settled(&self, stack: &str) -> Result<(), Failure> {
        while self.line.stack(stack).is_some_and(|stack| stack.status.is_moving()) {
            match run::watch(&self.connection, stack, &|_| {}).await {
                // It was about to go.
                Err(failure) if failure.kind == Kind::NoStack => {}
                watched => drop(watched?),
            }
        }
        Ok(())
    }

    pub(super) fn status(&self, stack: &str) -> Option<&'static str> {
        self.line.stack(stack).map(|stack| stack.status.word())
    }

    /// Whether nothing is left to resume.
    pub(super) fn is_clear(&self) -> bool {
        self.records().stacks().expect("the folder can be read").is_empty()
    }

    /// Lets something fail the next time that it is tried.
    pub(super) fn fails(&self, stack: &str, logical_id: &str, doing: Doing, times: u32) {
        let mishap = Mishap {
            stack: stack.to_owned(),
            logical_id: logical_id.to_owned(),
            doing,
            reason: "it is a test".to_owned(),
            times,
            late: false,
        };
        self.line.world(|world| world.mishaps.push(mishap));
    }
}

/// Everything that a plan is afraid of.
pub(super) fn approvals(plan: &Plan) -> Approvals {
    Approvals::new(plan.stacks.iter().flat_map(|stack| stack.dangers.iter().map(ToString::to_string)))
}

/// A parameter of the parameter store with a value, and the value as output.
pub(super) fn note(value: &str) -> Json {
    json!({"Resources": {"Note": {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": value}}},
           "Outputs": {"Value": {"Value": {"Fn::GetAtt": ["Note", "Value"]}}, "Name": {"Value": {"Ref": "Note"}}}})
}

pub(super) fn stack(name: &str, template: &Json) -> (StackEntry, String) {
    let resources = template["Resources"].as_object().into_iter().flatten();
    let resources = resources.map(|(id, resource)| ResourceEntry {
        id: id.clone(),
        type_name: resource["Type"].as_str().unwrap_or_default().to_owned(),
        source: format!("stacks/{name}.rs:1"),
        stateful: false,
    });
    let entry = json!({"name": name, "template": format!("{name}.template.json"), "resources": []});
    let mut entry: StackEntry = serde_json::from_value(entry).expect("it is an entry");
    entry.resources = resources.collect();
    entry.tags = [("app".to_owned(), "test".to_owned())].into();
    (entry, template.to_string())
}

pub(super) fn assembly(stacks: Vec<(StackEntry, String)>) -> Assembly {
    let files = stacks.iter().map(|(entry, text)| (entry.template.clone(), text.clone())).collect();
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

pub(super) fn one(template: &Json) -> Assembly {
    assembly(vec![stack("prod", template)])
}

/// A stack that is told an output of another.
pub(super) fn user_of(name: &str, teller: &str, value: &str) -> (StackEntry, String) {
    let mut template = note(value);
    template["Parameters"] = json!({"Told": {"Type": "String"}});
    template["Resources"]["Note"]["Properties"]["Description"] = json!({"Ref": "Told"});
    let mut user = stack(name, &template);
    let input = InputEntry { parameter: "Told".to_owned(), stack: teller.to_owned(), output: "Value".to_owned() };
    user.0.inputs.push(input);
    user
}

pub(super) fn endings(outcome: &Outcome) -> Vec<(&str, &Ending)> {
    outcome.stacks.iter().map(|stack| (&*stack.stack, &stack.ending)).collect()
}
