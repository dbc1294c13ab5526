//! What a boot did.
/// A call to something that is played here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// `aws`, `curl`, `systemctl`; or what came of one: `signal`, `started`, `blocked`.
    pub program: String,
    /// Its arguments.
    pub arguments: Vec<String>,
}

impl Call {
    /// Records end with a separator of records, their fields are parted by separators of units.
    pub(crate) fn all(text: &str) -> Vec<Call> {
        let records = text.split_terminator('\u{1e}').map(|record| record.split('\u{1f}').map(str::to_owned));
        let call = |mut fields: Vec<String>| Call { program: fields.remove(0), arguments: fields };
        records.map(|record| call(record.collect())).collect()
    }
}

/// A signal that the stack took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signal {
    /// `SUCCESS` or `FAILURE`.
    pub status: String,
    /// The logical id of what was signalled.
    pub resource: String,
}

/// How a script ended, and what it did on the way.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Its exit status; nothing if it was killed.
    pub status: Option<i32>,
    /// What it printed, as cloud-init would log it.
    pub log: String,
    /// Whether it was killed since it took too long.
    pub is_late: bool,
    /// What it asked of AWS, of systemd and of the metadata service.
    pub calls: Vec<Call>,
    /// Units that were active when it ended.
    pub active: Vec<String>,
}

impl Outcome {
    /// Signals that the stack took, in order.
    pub fn signals(&self) -> Vec<Signal> {
        let signals = self.calls.iter().filter(|call| call.program == "signal");
        let field = |call: &Call, place: usize| call.arguments.get(place).cloned().unwrap_or_default();
        signals.map(|call| Signal { status: field(call, 0), resource: field(call, 1) }).collect()
    }

    /// Units whose programs were started, each with what it saw of the watched paths.
    pub fn started(&self) -> Vec<(&str, &str)> {
        let started = self.calls.iter().filter(|call| call.program == "started");
        started.filter_map(|call| Some((call.arguments.first()?.as_str(), call.arguments.get(1)?.as_str()))).collect()
    }

    /// Units whose start would have waited for the script that asked for it.
    pub fn blocked(&self) -> Vec<&str> {
        let blocked = self.calls.iter().filter(|call| call.program == "blocked");
        blocked.filter_map(|call| Some(call.arguments.first()?.as_str())).collect()
    }
}
