//! Whether this machine can boot hosts.
/// Nothing is tested where hosts cannot be booted, unless nothing may be skipped.
#[expect(clippy::print_stdout, reason = "people want to know what was not tested")]
pub fn can_boot() -> bool {
    let missing = stackgen_boot::missing();
    #[expect(clippy::disallowed_methods, reason = "the environment of a test is read where tests start")]
    let must_run = std::env::var_os("STACKGEN_SKIP_NOTHING").is_some_and(|value| value == "1");
    assert!(missing.is_empty() || !must_run, "{}", missing.join("; "));
    if !missing.is_empty() {
        println!("not tested: {}", missing.join("; "));
    }
    missing.is_empty()
}
