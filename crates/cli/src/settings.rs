//! What the environment says, read once when the command starts.

/// Settings that come from environment variables. Colours are missing here: the terminal library reads those.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Settings {
    /// `COLUMNS`: how wide the terminal is, where it cannot be measured.
    pub(crate) columns: Option<usize>,
    /// Whether `CARGO_TERM_COLOR` says how cargo is to colour.
    pub(crate) sets_cargo_color: bool,
    /// Whether `RUST_BACKTRACE` asks for more than a message.
    pub(crate) wants_backtrace: bool,
}

impl Settings {
    #[expect(clippy::disallowed_methods, reason = "this is the edge")]
    pub(crate) fn from_environment() -> Self {
        let number = |name| std::env::var(name).ok().and_then(|text| text.parse().ok());
        Settings {
            columns: number("COLUMNS").filter(|&columns| columns > 0),
            sets_cargo_color: std::env::var_os("CARGO_TERM_COLOR").is_some(),
            wants_backtrace: std::env::var_os("RUST_BACKTRACE").is_some_and(|wanted| wanted != "0"),
        }
    }
}
