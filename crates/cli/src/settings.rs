//! What the environment says, read once when the command starts.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use jiff::Timestamp;
use stackgen_lint::Date;

/// Settings that come from environment variables. Colours are missing here: the terminal library reads those.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    /// `COLUMNS`: how wide the terminal is, where it cannot be measured.
    pub(crate) columns: Option<usize>,
    /// Whether `CARGO_TERM_COLOR` says how cargo is to colour.
    pub(crate) sets_cargo_color: bool,
    /// Whether `RUST_BACKTRACE` asks for more than a message.
    pub(crate) wants_backtrace: bool,
    /// `PATH`: where programs are.
    pub(crate) search_path: Option<OsString>,
    /// `XDG_CACHE_HOME`, or what stands for it: a folder for what can be made again.
    pub(crate) cache: Option<PathBuf>,
    /// The day in Greenwich.
    pub(crate) today: Date,
    /// When the command started.
    pub(crate) now: Timestamp,
    /// Who works here, as others are told: `USER` and the name of the machine.
    pub(crate) owner: String,
    /// `AWS_PROFILE`: the profile, where none is named.
    pub(crate) profile: Option<String>,
}

impl Settings {
    #[expect(clippy::disallowed_methods, reason = "this is the edge")]
    pub(crate) fn from_environment() -> Self {
        let number = |name| std::env::var(name).ok().and_then(|text| text.parse().ok());
        let folder = |name| std::env::var_os(name).filter(|name| !name.is_empty()).map(PathBuf::from);
        let cache = folder("XDG_CACHE_HOME").or_else(|| Some(folder("HOME")?.join(".cache")));
        let now = SystemTime::now();
        Settings {
            columns: number("COLUMNS").filter(|&columns| columns > 0),
            sets_cargo_color: std::env::var_os("CARGO_TERM_COLOR").is_some(),
            search_path: std::env::var_os("PATH"),
            cache: cache.map(|folder| folder.join("stackgen")),
            owner: owner(),
            today: day(now),
            profile: std::env::var("AWS_PROFILE").ok().filter(|name| !name.is_empty()),
            now: Timestamp::try_from(now).unwrap_or_default(),
            wants_backtrace: std::env::var_os("RUST_BACKTRACE").is_some_and(|wanted| wanted != "0"),
        }
    }
}

/// `user@machine`, as far as it is known.
#[expect(clippy::disallowed_methods, reason = "this is the edge")]
fn owner() -> String {
    let known = |name| std::env::var(name).ok().filter(|text| !text.is_empty());
    let user = known("USER").or_else(|| known("LOGNAME")).or_else(|| known("USERNAME"));
    let machine = std::fs::read_to_string("/etc/hostname").ok().map(|name| name.trim().to_owned());
    let machine =
        machine.filter(|name| !name.is_empty()).or_else(|| known("HOSTNAME")).or_else(|| known("COMPUTERNAME"));
    format!("{}@{}", user.as_deref().unwrap_or("somebody"), machine.as_deref().unwrap_or("a machine"))
}

fn day(time: SystemTime) -> Date {
    let days = time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs() / 86_400);
    Date::since_1970(u32::try_from(days).unwrap_or(u32::MAX))
}
