//! What the environment says, read once when the command starts.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use jiff::Timestamp;

/// Settings that come from environment variables. Colours are missing here: the terminal library reads those.
#[derive(Clone, Debug, Default)]
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
    /// The day in Greenwich, such as `2027-01-01`.
    pub(crate) today: String,
    /// When the command started.
    pub(crate) now: Timestamp,
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
            today: day(now),
            now: Timestamp::try_from(now).unwrap_or_default(),
            wants_backtrace: std::env::var_os("RUST_BACKTRACE").is_some_and(|wanted| wanted != "0"),
        }
    }
}

/// The day of a time, by the calendar that repeats every 400 years and begins its years in March.
fn day(time: SystemTime) -> String {
    let days = time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs() / 86_400) + 719_468;
    let (cycle, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (month, next) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    format!("{:04}-{month:02}-{day:02}", cycle * 400 + year + next)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn days_of_the_calendar() {
        let of = |seconds| day(UNIX_EPOCH + Duration::from_secs(seconds));
        assert_eq!(of(0), "1970-01-01");
        assert_eq!(of(951_782_400), "2000-02-29");
        assert_eq!(of(951_868_800), "2000-03-01");
        assert_eq!(of(1_798_761_599), "2026-12-31");
        assert_eq!(of(1_798_761_600), "2027-01-01");
    }
}
