//! `stackgen.lock`: the images that are deployed until somebody pins others.
//!
//! Where an image comes from stands in the values of an environment; which one it is, in the lock. Commands write it
//! (`stackgen lock update`, `stackgen ami bump`), an app only reads it.
use std::path::PathBuf;

pub use stackgen_assembly::lock::{LOCK_FILE, Lock, LockError, Pin, PinSource, Restored};

/// The variable in which `stackgen` names another file: that of the AWS on this machine.
pub const LOCK_VARIABLE: &str = "STACKGEN_LOCK";

/// Reads the lock of the project, in whose root the app runs. Without the file, nothing is pinned.
///
/// # Errors
/// Names the file and says what is wrong with it.
pub fn load() -> Result<Lock, LockError> {
    #[expect(clippy::disallowed_methods, reason = "this is the edge at which the command talks to the app")]
    let named = std::env::var_os(LOCK_VARIABLE);
    Lock::read(&named.map_or_else(|| PathBuf::from(LOCK_FILE), PathBuf::from))
}
