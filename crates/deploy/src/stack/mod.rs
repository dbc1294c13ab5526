//! What is there: stacks as CloudFormation shows them, and what their status lets us do.

mod describe;
mod drift;
mod resources;
pub mod state;
pub mod status;

pub use describe::{StackNow, describe, list, template};
pub(crate) use describe::{pairs, policy, resources};
pub use drift::{Drift, Drifted, DriftedProperty, detect_drift};
pub use resources::{ResourceNow, contents};
pub use state::{Move, Wish, next_move};
pub use status::Status;
