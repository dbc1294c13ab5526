//! Permissions: documents, ARNs, and grants that give a host just what it needs.
mod actions;
pub mod arn;
mod document;
mod grant;

pub use document::{PolicyDocument, Statement};
pub use grant::Grant;
