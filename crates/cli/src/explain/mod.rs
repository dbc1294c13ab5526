//! What is known about resource types, for people and as JSON.
//!
//! A question is resolved to a type and a path of properties ([`find`]), answered from the facts ([`answer`]), and shown
//! ([`show`]).
mod answer;
mod find;
mod show;
mod values;

pub(crate) use answer::Answer;
pub(crate) use find::{NotFound, Question};
