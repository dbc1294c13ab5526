//! Resources of CloudFormation itself.
mod refused;
mod wait;

pub use refused::{CUSTOM, NESTED};
pub use wait::{Handle, WaitCondition, receive};
