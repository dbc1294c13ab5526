//! CloudFormation itself.
//!
//! - [`template`]: what a template says, and what it says once parameters and resources are known;
//! - [`change_set`]: what would change, computed before anything does;
//! - [`operation`]: carrying it out: create, update, clean up, roll back, delete;
//! - [`stack`]: what is remembered of a stack, its resources and its events;
//! - [`api`]: the calls.

pub mod api;
pub mod change_set;
pub mod operation;
pub mod stack;
pub mod template;

pub use change_set::compute;
pub use operation::go_on;
pub use stack::{Stack, Stacks};
