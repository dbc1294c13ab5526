//! The command as its users meet it: a file or a folder for each command, and for each way in which an app can go wrong.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]
mod account;
mod app;
mod deploy;
mod env;
mod explain;
mod graph;
mod guard;
mod help;
mod lint;
mod list;
mod local;
mod lock;
mod policies;
mod project;
mod rehearse;
mod synth;
mod terminal;
mod userdata;
mod volume;
