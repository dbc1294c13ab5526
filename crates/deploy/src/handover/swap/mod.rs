//! The other way: the machine stays, and gets another root volume (`CreateReplaceRootVolumeTask`).
//!
//! Volumes, addresses and the machine's id stay where they are, and nothing has to be let go. What it takes is that nothing but
//! the image of the host changes, and that EC2 can do it: *Replace the root volume for an Amazon EC2 instance*. The old root
//! is kept until the host is well on the new one; going back puts it in its place again, as it was.
//!
//! CloudFormation is told afterwards, by a change set that looks at what is really there (*Drift-aware change sets*): the image
//! that the template then names is the one that the machine has, so that nothing is replaced. Nobody confirms that it does so
//! for a property that can only be set at creation. So the change set is read before it is carried out, and where it would
//! replace the machine, the stack keeps its old template and the outcome says so.
mod against;
mod check;
mod next;
mod roots;
mod tell;

pub(super) use against::against;
pub(super) use check::check;
pub(super) use next::{At, Seen, Step, next};
pub(super) use roots::{Placed, attach, delete, describe, detach, is_swapping, placed, replace};
pub(super) use tell::{READY, refusal};
