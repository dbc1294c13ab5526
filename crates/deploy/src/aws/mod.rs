//! The way to AWS: credentials and region as every AWS tool finds them, and one door for all calls, which counts them, keeps
//! to the rate that the account allows, and tries again what may work a moment later.

mod calls;
mod command;
mod connect;
mod credentials;
pub(crate) mod ec2;
mod inside;
mod limiter;
mod profile;
mod s3;
mod signed;
pub(crate) mod ssm;

pub use calls::{CallCount, Retry};
pub use connect::{Connection, Settings, connect};
pub use inside::{Asked, Heard, Stage};
pub(crate) use s3::{NewObject, ONE_VERSION};

use aws_sdk_cloudformation::primitives::DateTime;
use jiff::Timestamp;

/// AWS's time as ours.
pub(crate) fn timestamp(time: &DateTime) -> Option<Timestamp> {
    Timestamp::new(time.secs(), i32::try_from(time.subsec_nanos()).ok()?).ok()
}
