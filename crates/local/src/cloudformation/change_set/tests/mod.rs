//! Change sets of small templates, and what they apply put in force without an operation.
use indexmap::IndexMap;
use serde_json::{Map, Value as Json, json};

use super::*;
use crate::cloudformation::stack::{Resource, ResourceStatus, Status};
use crate::cloudformation::template::{Design, Given, KNOWN_AFTER_APPLY, Known, Place, Seen, Template};
use crate::wire::ApiError;
use crate::world::World;

mod refused;
mod same;
mod shown;

const REGION: &str = "eu-west-1";

fn world() -> World {
    World::new("123456789012", Timestamp::UNIX_EPOCH)
}

fn proposal(kind: Kind, body: &str) -> Proposal {
    Proposal {
        stack: "s".to_owned(),
        name: "c".to_owned(),
        kind,
        description: None,
        body: Some(body.to_owned()),
        parameters: IndexMap::new(),
        tags: None,
        capabilities: ["CAPABILITY_NAMED_IAM".to_owned()].into(),
        on_failure: None,
        role_arn: None,
        notification_arns: None,
        imports: Vec::new(),
        revert_drift: false,
        token: None,
        include_nested: false,
    }
}

/// Makes a change set, waits until it is computed, and takes it out again.
fn computed(world: &mut World, proposal: Proposal) -> Result<ChangeSet, ApiError> {
    let (id, stack) = create(world, REGION, proposal)?;
    let later = world.now().checked_add(jiff::SignedDuration::from_secs(5)).expect("it is not late");
    world.advance(later);
    let stack = world.region(REGION).stacks.get_mut(&stack).expect("it was made");
    let index = stack.change_sets.iter().position(|it| it.id == id).expect("it was made");
    Ok(stack.change_sets.remove(index))
}

/// What a resource is known by once it is there.
struct Made;

impl Known for Made {
    fn reference(&self, logical_id: &str) -> Option<Json> {
        Some(json!(format!("id-of-{logical_id}")))
    }
    fn attribute(&self, logical_id: &str, name: &str) -> Option<Json> {
        Some(json!(format!("{logical_id}.{name}")))
    }
}

/// Puts in force what a change set says, without an operation.
fn apply(world: &mut World, change_set: &ChangeSet) {
    let id = world.region(REGION).stacks.keys().next().expect("there is a stack").clone();
    let stack = world.region(REGION).stacks[&id].clone();
    let seen = Seen { world, region: REGION };
    let template = Template::parse(&change_set.source.body).expect("it was read before");
    let design = Design::new(&template, &change_set.source, &Place::of(world, REGION, &stack, &seen));
    let design = design.expect("it was made before");
    let resource = |id: &String| Resource {
        type_name: design.resources[id].type_name.clone(),
        physical_id: Some(format!("id-of-{id}")),
        status: ResourceStatus::CreateComplete,
        reason: None,
        since: world.now(),
        properties: design.properties(id, &Made).expect("all is known"),
        attributes: ["Arn", "TopicArn", "TopicName", "Name"]
            .iter()
            .map(|name| ((*name).to_owned(), json!(format!("{id}.{name}"))))
            .collect::<Map<_, _>>(),
        reference: format!("id-of-{id}"),
        depends_on: Vec::new(),
        deletion_policy: design.resources[id].deletion_policy.clone(),
        update_replace_policy: None,
        metadata: None,
        drift: None,
    };
    let resources = design.resources.keys().map(|id| (id.clone(), resource(id))).collect();
    let stack = world.region(REGION).stacks.get_mut(&id).expect("it is there");
    stack.resources = resources;
    stack.source = change_set.source.clone();
    stack.status = Status::UpdateComplete;
}

/// The changes from one template to another.
fn between(before: &str, after: &str) -> Result<ChangeSet, ApiError> {
    let mut world = world();
    let first = computed(&mut world, proposal(Kind::Create, before))?;
    assert_eq!(first.status, "CREATE_COMPLETE", "{:?}", first.reason);
    apply(&mut world, &first);
    computed(&mut world, proposal(Kind::Update, after))
}

fn change<'c>(change_set: &'c ChangeSet, id: &str) -> &'c Json {
    let mut changes = change_set.changes.iter().map(|it| &it["ResourceChange"]);
    changes.find(|it| it["LogicalResourceId"] == id).unwrap_or(&Json::Null)
}

/// The details of a change, each as `Attribute Name RequiresRecreation ChangeSource Entity Evaluation`.
fn briefly(change: &Json) -> Vec<String> {
    let word = |value: &Json| value.as_str().unwrap_or("-").to_owned();
    let brief = |detail: &Json| {
        let target = &detail["Target"];
        let parts = [
            &target["Attribute"],
            &target["Name"],
            &target["RequiresRecreation"],
            &detail["ChangeSource"],
            &detail["CausingEntity"],
            &detail["Evaluation"],
        ];
        parts.map(word).join(" ")
    };
    change["Details"].as_array().into_iter().flatten().map(brief).collect()
}

const EMPTY: &str =
    "The submitted information didn't contain changes. Submit different information to create a change set.";
