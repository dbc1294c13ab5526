//! What happens to a stack, and why it failed if it did.
use crate::aws::Connection;
use crate::failure::Failure;
use crate::progress::ResourceEvent;

/// All events of a stack that CloudFormation still has, oldest first.
///
/// # Errors
///
/// If there is no such stack, or CloudFormation does not say.
pub async fn history(connection: &Connection, stack: &str) -> Result<Vec<ResourceEvent>, Failure> {
    todo!("{connection:?}{stack}")
}
