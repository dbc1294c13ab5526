//! Carrying plans out, and going on with what another process began.
mod outcome;

use crate::aws::Connection;
use crate::failure::Failure;
use crate::plan::{Approvals, Plan};
use crate::progress::Progress;
use crate::record::Records;

pub use outcome::{Ending, Kept, Outcome, Span, StackOutcome};

/// Carries a plan out. A stack that fails stops only those that depend on it.
///
/// # Errors
///
/// If nothing could be begun: a danger is not approved, or the plan is of another account or region. What happens to each
/// stack afterwards is told in the outcome.
pub async fn deploy(
    connection: &Connection,
    records: &Records,
    plan: &Plan,
    approvals: &Approvals,
    say: &dyn Fn(Progress),
) -> Result<Outcome, Failure> {
    todo!("{connection:?}{records:?}{plan:?}{approvals:?}{}", std::any::type_name_of_val(say))
}

/// Deletes stacks, those first on which no other depends. The plan is one of [`crate::plan::make_destroy`].
///
/// # Errors
///
/// As of [`deploy`].
pub async fn destroy(
    connection: &Connection,
    records: &Records,
    plan: &Plan,
    approvals: &Approvals,
    say: &dyn Fn(Progress),
) -> Result<Outcome, Failure> {
    todo!("{connection:?}{records:?}{plan:?}{approvals:?}{}", std::any::type_name_of_val(say))
}

/// Tells what happens to a stack until it settles. Needs nothing but the stack's name, so any machine can.
///
/// # Errors
///
/// If there is no such stack, or CloudFormation does not say.
pub async fn watch(connection: &Connection, stack: &str, say: &dyn Fn(Progress)) -> Result<StackOutcome, Failure> {
    todo!("{connection:?}{stack}{}", std::any::type_name_of_val(say))
}

/// Goes on with what was begun here and not ended, of some stacks or of all.
///
/// # Errors
///
/// If a record cannot be read, or CloudFormation does not say.
pub async fn resume(
    connection: &Connection,
    records: &Records,
    stacks: &[String],
    say: &dyn Fn(Progress),
) -> Result<Outcome, Failure> {
    todo!("{connection:?}{records:?}{stacks:?}{}", std::any::type_name_of_val(say))
}

/// Rolls back a stack that failed and was kept, or goes on with a rollback that failed, without the resources in `skip`.
///
/// # Errors
///
/// If the stack's status does not allow it, or a resource is not one that may be skipped.
pub async fn rollback(
    connection: &Connection,
    records: &Records,
    stack: &str,
    skip: &[String],
    say: &dyn Fn(Progress),
) -> Result<StackOutcome, Failure> {
    todo!("{connection:?}{records:?}{stack}{skip:?}{}", std::any::type_name_of_val(say))
}

/// Cancels a running update, which is then rolled back.
///
/// # Errors
///
/// If no update runs.
pub async fn cancel(connection: &Connection, stack: &str) -> Result<(), Failure> {
    todo!("{connection:?}{stack}")
}
