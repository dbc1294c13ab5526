//! A CloudFormation on this machine, with what of EC2, IAM, SSM, STS, S3 and CloudWatch Logs a deploy and a host need.
//!
//! Everything that exists is in one [`World`], plain data that can be written to a file and read back. Time in it is virtual:
//! what takes time is entered in its [`agenda`](world::World::at), and [`World::advance`] goes there. Nothing else moves, so the
//! same calls at the same times give the same world, byte for byte.
//!
//! - [`cloudformation`]: templates, change sets and the operations that carry them out;
//! - [`resources`]: what making, changing and deleting a resource of a type means, by [`resources::Provider`]. Types without a
//!   provider of their own follow what `crates/schema` knows of them;
//! - [`ec2`], [`iam`], [`ssm`], `s3`, `logs`: the things themselves and their APIs;
//! - [`wire`]: requests and replies as the AWS SDKs speak them;
//! - [`server`]: a loopback port, faults by script, and a journal of all calls;
//! - [`adopt`]: a world as an account is, to try things in.
//!
//! What it does differently from AWS, and what it does not do, is in `docs/local.md`.

pub mod adopt;
pub mod cloudformation;
pub mod ec2;
pub mod iam;
pub mod lambda;
pub mod logs;
pub mod resources;
pub mod s3;
pub mod server;
pub mod ssm;
pub mod sts;
pub mod wire;
pub mod world;

pub use world::World;
