//! Which server runs, in `server.json`.
use std::fs;
use std::io;
use std::path::Path;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::output;

const FILE: &str = "server.json";

/// A server as it wrote itself down.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Record {
    pub(crate) pid: u32,
    pub(crate) port: u16,
    pub(crate) pace: String,
    /// When it was started.
    pub(crate) started: String,
}

impl Record {
    /// Nothing if there is none, or none that makes sense: then it is no record of a server of ours.
    pub(crate) fn read(folder: &Path) -> Option<Record> {
        serde_json::from_str(&fs::read_to_string(folder.join(FILE)).ok()?).ok()
    }

    pub(crate) fn write(&self, folder: &Path) -> Result<(), output::OutputError> {
        let text = serde_json::to_string(self).expect("plain data with text for keys");
        output::write(folder, &[(FILE.to_owned(), text + "\n")])
    }

    /// Takes itself away, and no other.
    pub(crate) fn remove(&self, folder: &Path) -> io::Result<()> {
        match Record::read(folder) {
            Some(found) if found == *self => fs::remove_file(folder.join(FILE)),
            _ => Ok(()),
        }
    }

    /// For how long it has been running, in seconds.
    pub(crate) fn uptime(&self, now: Timestamp) -> i64 {
        self.started.parse::<Timestamp>().map_or(0, |started| (now - started).get_seconds().max(0))
    }
}
