//! What is there: stacks as CloudFormation shows them, and what their status lets us do.

pub mod state;
pub mod status;

pub use state::{Move, Wish, next_move};
pub use status::Status;
