//! Carries an assembly out through the CloudFormation API. Knows no terminal: it answers questions with plans, and tells what
//! happens as typed [`progress`].
//!
//! The way of a deploy through the modules:
//!
//! 1. [`aws`] connects, counts calls and keeps to the rate that the account allows;
//! 2. [`stack`] says what is there, and [`stack::state`] what that status lets us do;
//! 3. [`change_set`] asks CloudFormation what would change, and [`plan`] says what that means for people;
//! 4. [`run`] carries a plan out, with a [`record`] on disk from which another process can go on;
//! 5. [`follow`] tells what happens, and why it failed if it did.
//!
//! Before any of it, [`observe`] can look at what is there, for whoever tries the change elsewhere first.

pub mod aws;
pub mod bootstrap;
pub mod change_set;
pub mod collision;
pub mod failure;
pub mod follow;
pub mod handover;
pub mod host;
pub mod image;
pub mod lease;
pub mod observe;
pub mod plan;
pub mod progress;
pub mod record;
pub mod run;
pub mod stack;
pub mod template_body;
pub mod vitals;
pub mod volume;

mod machines;
mod pace;
mod private_file;

#[cfg(test)]
mod scenarios;
