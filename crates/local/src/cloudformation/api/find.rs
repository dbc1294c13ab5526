//! Which stack a call means.
use crate::cloudformation::stack::{Stack, Status};
use crate::wire::{ApiError, Request};
use crate::world::World;

/// How the refusal of a call names a stack that is not there; calls differ.
#[derive(Clone, Copy, Debug)]
pub(super) enum Missing {
    /// As `DescribeStacks`: "Stack with id X does not exist".
    WithId,
    /// As `DescribeStackEvents` and those that change something: "Stack [X] does not exist".
    Brackets,
}

impl Missing {
    fn error(self, name: &str) -> ApiError {
        ApiError::validation(match self {
            Missing::WithId => format!("Stack with id {name} does not exist"),
            Missing::Brackets => format!("Stack [{name}] does not exist"),
        })
    }
}

/// The stack that `StackName` means: by name only one that is not deleted, by ARN also a deleted one. Source: `DescribeStacks`
/// in the API reference.
pub(super) fn named<'w>(world: &'w mut World, request: &Request, missing: Missing) -> Result<&'w mut Stack, ApiError> {
    let name = request.required("StackName")?.to_owned();
    stack(world, &request.region, &name).ok_or_else(|| missing.error(&name))
}

/// As [`named`], without what is deleted.
pub(super) fn id_of_live(world: &mut World, request: &Request) -> Result<String, ApiError> {
    let stack = named(world, request, Missing::Brackets)?;
    if stack.status == Status::DeleteComplete {
        return Err(Missing::Brackets.error(request.required("StackName")?));
    }
    Ok(stack.id.clone())
}

/// A stack by name or ARN.
pub(super) fn stack<'w>(world: &'w mut World, region: &str, name: &str) -> Option<&'w mut Stack> {
    let stacks = &mut world.region(region).stacks;
    if name.starts_with("arn:") {
        return stacks.get_mut(name);
    }
    stacks.values_mut().find(|stack| stack.name == name && stack.status != Status::DeleteComplete)
}

/// The id of the stack of a name that is not deleted.
pub(super) fn live(world: &mut World, region: &str, name: &str) -> Option<String> {
    stack(world, region, name).filter(|stack| stack.status != Status::DeleteComplete).map(|stack| stack.id.clone())
}
