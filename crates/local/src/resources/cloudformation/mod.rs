//! Resources of CloudFormation itself.
mod nested;
mod refused;
mod wait;

pub use nested::Nested;
pub use refused::CUSTOM;
pub use wait::{Handle, WaitCondition, receive};
