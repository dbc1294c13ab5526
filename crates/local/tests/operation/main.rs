//! Operations of stacks, driven without a server.
mod back;
mod calls;
mod create;
mod custom;
mod delete;
mod engine;
mod exports;
mod import;
mod live;
mod nested;
mod restart;
mod services;
mod signals;
mod statuses;
mod transforms;
mod update;
mod words;
