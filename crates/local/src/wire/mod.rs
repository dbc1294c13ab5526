//! Requests and replies, whatever the protocol that carries them.

mod error;
mod request;

pub use error::ApiError;
pub use request::{Request, Service};
