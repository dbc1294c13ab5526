//! What the agent reads: log files, and the groups that their lines go to.
use serde::Serialize;

/// A log group that the stack makes. How long it keeps lines is no option: a group that nobody limits keeps them for ever.
#[derive(Clone, Debug)]
pub struct LogGroup {
    /// Its name, such as `/shop/prod/api`. It is a literal, since the agent reads it on the host.
    pub name: String,
    /// The days for which it keeps a line: one of the numbers that CloudWatch Logs knows.
    pub retention_days: u32,
}

/// A log file, or a pattern of which the agent follows the newest file.
#[derive(Clone, Debug)]
pub struct LogFile {
    pub(super) path: String,
    pub(super) stream: String,
    pub(super) timestamp: Option<(String, Timezone)>,
    pub(super) entry_start: Option<String>,
    pub(super) every_match: bool,
}

/// The time zone of timestamps that do not say theirs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Timezone {
    /// Universal time.
    #[serde(rename = "UTC")]
    Utc,
    /// The zone of the host.
    Local,
}

impl LogFile {
    /// A file, whose lines go to a stream that is named after the host's id. Of the files that a pattern such as
    /// `/var/log/redis/*.log` names the agent follows only the one that was changed last, which suits rotated logs;
    /// [`every_match`](LogFile::every_match) follows all.
    pub fn new(path: impl Into<String>) -> Self {
        let stream = "{instance_id}".to_owned();
        LogFile { path: path.into(), stream, timestamp: None, entry_start: None, every_match: false }
    }

    /// Names the stream. `{instance_id}`, `{hostname}`, `{local_hostname}` and `{ip_address}` stand for what they say.
    #[must_use]
    pub fn stream(mut self, name: impl Into<String>) -> Self {
        self.stream = name.into();
        self
    }

    /// Takes the time of an entry from its text, such as `%Y-%m-%d %H:%M:%S`, and not from when the agent read it.
    #[must_use]
    pub fn timestamp(mut self, format: impl Into<String>, zone: Timezone) -> Self {
        self.timestamp = Some((format.into(), zone));
        self
    }

    /// Says with what an entry of several lines begins: a regular expression as Go has them, or `{timestamp_format}` for
    /// the timestamp. Every line is an entry otherwise.
    #[must_use]
    pub fn entries_start_with(mut self, pattern: impl Into<String>) -> Self {
        self.entry_start = Some(pattern.into());
        self
    }

    /// Follows all files that the path's pattern names, each in a stream of its own.
    #[must_use]
    pub fn every_match(mut self) -> Self {
        self.every_match = true;
        self
    }
}

impl From<&str> for LogFile {
    fn from(path: &str) -> Self {
        LogFile::new(path)
    }
}

impl From<String> for LogFile {
    fn from(path: String) -> Self {
        LogFile::new(path)
    }
}
