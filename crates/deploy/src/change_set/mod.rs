//! Change sets: what CloudFormation would do.
mod capability;
mod create;
mod delete;
mod name;
mod read;

pub(crate) use capability::needed as needed_capabilities;
pub(crate) use create::create;
pub use delete::{delete, delete_if_unused, sweep};
pub(crate) use delete::{forget, forget_of};
pub use name::{name_of, operation_of};
pub(crate) use name::{new_operation, token};
pub use read::{ChangeSetEntry, list};
pub(crate) use read::{Described, describe, execution, template, wait};
