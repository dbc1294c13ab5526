//! Making plans.
use std::path::Path;

use stackgen_assembly::Assembly;

use super::{Plan, Selection, StackPlan, Wishes};
use crate::aws::Connection;
use crate::failure::Failure;
use crate::record::Records;

/// Plans a deploy of some stacks of an assembly: asks CloudFormation for a change set of each stack whose inputs are there.
///
/// # Errors
///
/// If CloudFormation refuses a template, or a stack's status does not allow a deploy. Change sets made so far are deleted.
pub async fn make(
    connection: &Connection,
    records: &Records,
    assembly: &Assembly,
    selection: &Selection,
    wishes: &Wishes,
) -> Result<Plan, Failure> {
    todo!("{connection:?}{records:?}{assembly:?}{selection:?}{wishes:?}")
}

/// Plans the deletion of stacks: with an assembly in its order reversed, else as they are named. `retain` names resources
/// (`id` or `stack/id`) that stay.
///
/// # Errors
///
/// If CloudFormation does not say what is there.
pub async fn make_destroy(
    connection: &Connection,
    assembly: Option<&Assembly>,
    stacks: &[String],
    retain: &[String],
) -> Result<Plan, Failure> {
    todo!("{connection:?}{assembly:?}{stacks:?}{retain:?}")
}

/// The plan of a change set that is there, whoever made it.
///
/// # Errors
///
/// If there is no such change set.
pub async fn of_change_set(
    connection: &Connection,
    id: &str,
    assembly: Option<&Assembly>,
) -> Result<StackPlan, Failure> {
    todo!("{connection:?}{id}{assembly:?}")
}

/// Deletes the change sets of a plan that nobody wants, and stacks that are nothing but a change set.
///
/// # Errors
///
/// If CloudFormation refuses.
pub async fn discard(connection: &Connection, records: &Records, plan: &Plan) -> Result<(), Failure> {
    todo!("{connection:?}{records:?}{plan:?}")
}

/// Writes a plan file, readable only by its owner, since it may hold values of parameters.
///
/// # Errors
///
/// If it cannot be written.
pub fn save(plan: &Plan, path: &Path) -> Result<(), Failure> {
    todo!("{plan:?}{path:?}")
}

/// Reads a plan file.
///
/// # Errors
///
/// If it cannot be read, or another version wrote it.
pub fn load(path: &Path) -> Result<Plan, Failure> {
    todo!("{path:?}")
}
