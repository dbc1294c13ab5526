//! Resources of CloudFormation itself.
mod custom;
pub mod exchange;
mod nested;
mod wait;

pub use custom::CustomResource;
pub use nested::Nested;
pub(crate) use nested::propose;
pub use wait::{Handle, WaitCondition, receive};
