//! Requests and replies as the AWS SDKs speak them.
//!
//! A [`Call`] is a request of HTTP. [`Call::decode`] finds out which service it is for and in which [`Protocol`] it speaks, and
//! makes a [`Request`] of it; [`Protocol::done`] and [`Protocol::refused`] make a [`Reply`] of what the service says. S3 and
//! Lambda also get the call as it came ([`Rest`]) and may answer with a whole reply. Signatures are read for the service and the
//! region, and never checked.

mod aws_chunked;
mod call;
mod decode;
mod encode;
mod error;
mod form;
mod percent;
mod request;
mod rest;
mod scope;
pub mod xml;

pub use call::{Answer, Call, Reply};
pub use decode::{Decoded, Undecoded};
pub use encode::Protocol;
pub use error::ApiError;
pub use percent::pairs;
pub use request::{Request, Service};
pub use rest::Rest;
