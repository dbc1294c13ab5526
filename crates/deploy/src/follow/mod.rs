//! What happens to a stack, and why it failed if it did.
//!
//! Events are for people; the verdict is what `DescribeStacks` says of the stack's ARN. So an event that cannot be had never
//! fails an operation, and an operation is over only when the stack says so.
mod cause;
mod feed;
mod forecast;
mod spans;
mod verdict;

pub(crate) use cause::{is_cancelled, leftovers, root};
pub use feed::history;
pub(crate) use feed::{STACK, was_begun};
pub(crate) use forecast::Forecast;
pub use spans::spans;
pub(crate) use verdict::{Followed, Operation, follow};
