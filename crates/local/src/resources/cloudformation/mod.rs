//! Resources of CloudFormation itself.
mod custom;
mod nested;
mod wait;

pub use custom::Custom;
pub use nested::Nested;
pub use wait::{Handle, WaitCondition, receive};
