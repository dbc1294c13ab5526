//! Runs the unit tests of the build script, which cargo itself cannot.
#[allow(dead_code, reason = "only the tests in it are wanted")]
#[path = "../build/main.rs"]
mod build;
