//! The other way: the machine stays, and gets another root volume (`CreateReplaceRootVolumeTask`).
//!
//! Volumes, addresses and the machine's id stay where they are, and nothing has to be let go. What it takes is that nothing but
//! the image of the host changes, and that EC2 can do it: *Replace the root volume for an Amazon EC2 instance*.
mod against;

pub(super) use against::against;
