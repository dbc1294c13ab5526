//! A panic is a bug in stackgen, and says so.
use std::io::Write as _;
use std::panic::{self, PanicHookInfo};

/// Replaces the runtime's message, which is for those who wrote the program, unless they want it too.
pub(crate) fn install_hook(wants_backtrace: bool) {
    let original = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        // The shell may be what panicked.
        let _ = std::io::stderr().write_all(report(info).as_bytes());
        if wants_backtrace {
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
