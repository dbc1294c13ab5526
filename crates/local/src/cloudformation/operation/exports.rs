//! Values that stacks give to others, and who uses them.
use std::cell::RefCell;
use std::collections::BTreeSet;

use indexmap::IndexMap;

use crate::cloudformation::stack::{Output, Source, Stack, Status};
use crate::cloudformation::template::{Design, Outside, Place, Seen};
use crate::wire::ApiError;
use crate::world::World;

/// What a source wants for a stack.
pub(super) fn design(
    world: &World,
    region: &str,
    stack: &Stack,
    source: &Source,
    outside: &dyn Outside,
) -> Result<Design, ApiError> {
    let place = Place::of(world, region, stack, outside);
    Design::new(&source.template()?, source, &place)
}

/// The exports of a region: the stack, the name and the value of each.
pub fn exports<'w>(world: &'w World, region: &str) -> impl Iterator<Item = (&'w Stack, &'w str, &'w str)> {
    let stacks = world.regions.get(region).into_iter().flat_map(|region| region.stacks.values());
    stacks.filter(|stack| stack.status != Status::DeleteComplete).flat_map(|stack| {
        let named =
            stack.outputs.values().filter_map(|output| Some((output.export.as_deref()?, output.value.as_str())));
        named.map(move |(name, value)| (stack, name, value))
    })
}

/// The stack that exports a name.
#[must_use]
pub fn export_owner<'w>(world: &'w World, region: &str, name: &str) -> Option<&'w Stack> {
    exports(world, region).find(|(_, export, _)| *export == name).map(|(stack, ..)| stack)
}

/// The names of the stacks that import an export.
#[must_use]
pub fn importers(world: &World, region: &str, export: &str) -> Vec<String> {
    let Some(stacks) = world.regions.get(region).map(|region| &region.stacks) else { return Vec::new() };
    let users = stacks.values().filter(|stack| imports(world, region, stack).contains(export));
    users.map(|stack| stack.name.clone()).collect()
}

/// The names that a stack imports: those that its template, once conditions are decided, asks for.
fn imports(world: &World, region: &str, stack: &Stack) -> BTreeSet<String> {
    // Most templates import nothing, and then nothing needs to be decided.
    let sources = [Some(&stack.source), stack.operation.as_ref().map(|op| &op.target)];
    let candidates = sources.into_iter().flatten().filter(|source| source.text().contains("ImportValue"));
    if matches!(stack.status, Status::DeleteComplete | Status::ReviewInProgress | Status::RollbackComplete) {
        return BTreeSet::new();
    }
    let mut names = BTreeSet::new();
    for source in candidates {
        let listener = Listener { seen: Seen { world, region }, asked: RefCell::default() };
        // A template that cannot be decided any more has asked for what it imports all the same.
        let _ = design(world, region, stack, source, &listener);
        names.append(&mut listener.asked.into_inner());
    }
    names
}

/// The world, remembering which exports were asked for.
struct Listener<'w> {
    seen: Seen<'w>,
    asked: RefCell<BTreeSet<String>>,
}

impl Outside for Listener<'_> {
    fn stored(&self, name: &str) -> Option<String> {
        self.seen.stored(name)
    }

    fn export(&self, name: &str) -> Option<String> {
        self.asked.borrow_mut().insert(name.to_owned());
        self.seen.export(name)
    }

    fn output(&self, stack: &str, name: &str, region: Option<&str>) -> Option<String> {
        self.seen.output(stack, name, region)
    }

    fn zones(&self, region: &str) -> Vec<String> {
        self.seen.zones(region)
    }
}

/// Refuses exports that another stack has, and the loss or change of those that others use. Source: *Get exported outputs from
/// a deployed CloudFormation stack*; the sentence of a removal stands in
/// aws-samples/iam-identity-center-team#474 (until some years ago: "Export X cannot be deleted as it is in use by Y", anomalyco/sst#1256).
pub(super) fn check(
    world: &World,
    region: &str,
    stack_id: &str,
    outputs: &IndexMap<String, Output>,
) -> Result<(), String> {
    let named = || outputs.values().filter_map(|output| Some((output.export.as_deref()?, output.value.as_str())));
    for (name, _) in named() {
        let owner = export_owner(world, region, name).filter(|owner| owner.id != stack_id);
        if let Some(owner) = owner {
            return Err(format!("Export with name {name} is already exported by stack {}.", owner.name));
        }
    }
    for (_, name, value) in exports(world, region).filter(|(stack, ..)| stack.id == stack_id) {
        match named().find(|(other, _)| *other == name) {
            Some((_, new)) if new == value => {}
            Some(_) => in_use(world, region, name, "Update canceled. Cannot update")?,
            None => in_use(world, region, name, DELETE)?,
        }
    }
    Ok(())
}

/// Refuses the deletion of a stack whose exports are in use.
pub(super) fn check_delete(world: &World, region: &str, stack_id: &str) -> Result<(), String> {
    let mut own = exports(world, region).filter(|(stack, ..)| stack.id == stack_id);
    own.try_for_each(|(_, name, _)| in_use(world, region, name, DELETE))
}

const DELETE: &str = "Delete canceled. Cannot delete";

fn in_use(world: &World, region: &str, name: &str, what: &str) -> Result<(), String> {
    let mut users = importers(world, region, name);
    let Some(last) = users.pop() else { return Ok(()) };
    let users = if users.is_empty() { last } else { format!("{} and {last}", users.join(", ")) };
    Err(format!("{what} export {name} as it is in use by {users}."))
}
