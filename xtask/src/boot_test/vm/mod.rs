//! The same boots in a machine of their own.

/// Runs them.
pub(super) fn exec() -> anyhow::Result<()> {
    anyhow::bail!("`--vm` is not there yet")
}
