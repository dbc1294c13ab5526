//! A panic is a bug in stackgen, and says so.
use std::io::Write as _;
use std::panic::{self, PanicHookInfo};

/// Replaces the runtime's message, which is for those who wrote the program. With RUST_BACKTRACE it comes too.
pub(crate) fn install_hook() {
    let original = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        // The shell may be what panicked.
        let _ = std::io::stderr().write_all(report(info).as_bytes());
        if std::env::var_os("RUST_BACKTRACE").is_some_and(|wanted| wanted != "0") {
            original(info);
        }
    }));
}

fn report(info: &PanicHookInfo<'_>) -> String {
    let message = info.payload_as_str().unwrap_or("it gave no reason");
    let place = info.location().map(|location| format!(" ({}:{})", location.file(), location.line()));
    let version = env!("CARGO_PKG_VERSION");
    let issues = concat!(env!("CARGO_PKG_REPOSITORY"), "/issues");
    format!(
        "error: stackgen {version} has a bug: {message}{}\nhint: please report this line and what you typed at {issues}\n",
        place.unwrap_or_default()
    )
}
