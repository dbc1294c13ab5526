//! What is noted on disk before each call that changes something, so that another process can go on after this one is gone.
//!
//! One small file a stack, `<folder>/<stack>.json`, written whole or not at all and readable only by its owner. What it says
//! is a help and never the truth: that is what CloudFormation says of the stack.
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::failure::{Failure, Kind};
use crate::observe;
use crate::plan::{StackPlan, Verb};
use crate::private_file;

/// The version of the form of records.
pub const RECORD_VERSION: u32 = 1;

/// The folder of records.
#[derive(Clone, Debug)]
pub struct Records {
    folder: PathBuf,
    seen: Vec<PathBuf>,
}

/// How far an operation on a stack has come.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// [`RECORD_VERSION`] of the writer.
    pub version: u32,
    /// The region.
    pub region: String,
    /// What is going to be called next, or was called last.
    pub phase: Phase,
    /// The token by which CloudFormation knows the call again.
    pub token: String,
    /// The plan of the stack.
    pub plan: StackPlan,
}

/// What is going to be called next, or was called last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// A change set is made; nothing of it was approved.
    Proposed,
    /// The plan was approved, and the stack's turn has not come.
    Waiting,
    /// What a failed creation left is deleted, and the stack is then made again.
    Clearing,
    /// The change set is carried out.
    Executing,
    /// The stack is deleted.
    Deleting,
    /// The stack is rolled back.
    RollingBack,
    /// A host takes the place of another one. The token is the name of the work; how far it is, is in the plan.
    HandingOver,
    /// What stands beside the template is set: protection, stack policy.
    Settling,
}

impl Records {
    /// In a folder, which need not be there.
    pub fn new(folder: impl Into<PathBuf>) -> Records {
        Records { folder: folder.into(), seen: Vec::new() }
    }

    /// With the folders of what was seen of stacks ([`observe::save`]): as soon as something is done to a stack, that is marked as
    /// out of date.
    #[must_use]
    pub fn outdating(self, seen: Vec<PathBuf>) -> Records {
        Records { seen, ..self }
    }

    /// The record of a stack, if there is one.
    ///
    /// # Errors
    ///
    /// If it is there and cannot be read.
    pub fn read(&self, stack: &str) -> Result<Option<Record>, Failure> {
        let path = self.path(stack);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(unreadable(&path, &error)),
        };
        let record: Record = serde_json::from_str(&text).map_err(|error| unreadable(&path, &error))?;
        if record.version == RECORD_VERSION {
            Ok(Some(record))
        } else {
            Err(unreadable(&path, &"another version wrote it"))
        }
    }

    /// The names of the stacks that have a record.
    ///
    /// # Errors
    ///
    /// If the folder cannot be read.
    pub fn stacks(&self) -> Result<Vec<String>, Failure> {
        let entries = match fs::read_dir(&self.folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(unreadable(&self.folder, &error)),
        };
        let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        let mut stacks: Vec<String> = names.filter_map(|name| Some(name.strip_suffix(".json")?.to_owned())).collect();
        stacks.sort();
        Ok(stacks)
    }

    /// Notes what is going to be called.
    ///
    /// # Errors
    ///
    /// If it cannot be written; then nothing must be called.
    pub fn write(&self, record: &Record) -> Result<(), Failure> {
        let path = self.path(&record.plan.stack);
        private_file::replace(&path, record).map_err(|error| {
            Failure::new(Kind::Refused, format!("cannot note the operation in `{}`: {error}", path.display()))
        })?;
        self.outdate(record)
    }

    /// Forgets a stack: nothing is open.
    ///
    /// # Errors
    ///
    /// If the file cannot be deleted.
    pub fn clear(&self, stack: &str) -> Result<(), Failure> {
        // Somebody may have looked meanwhile.
        if let Ok(Some(record)) = self.read(stack) {
            self.outdate(&record)?;
        }
        let path = self.path(stack);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(Failure::new(Kind::Refused, format!("cannot delete `{}`: {error}", path.display())))
            }
            _ => Ok(()),
        }
    }

    /// Notes that a stack's turn does not come any more. What was made for it is then like a plan that nobody approved.
    ///
    /// # Errors
    ///
    /// As of the others.
    pub(crate) fn give_up(&self, stack: &str) -> Result<(), Failure> {
        match self.read(stack)? {
            Some(record) if record.phase == Phase::Waiting && record.plan.change_set.is_some() => {
                self.write(&Record { phase: Phase::Proposed, ..record })
            }
            Some(record) if record.phase == Phase::Waiting => self.clear(stack),
            _ => Ok(()),
        }
    }

    /// Marks what was seen of a stack, if the operation has come to what changes it.
    fn outdate(&self, record: &Record) -> Result<(), Failure> {
        match done(record) {
            Some(done) => observe::outdate(&self.seen, &record.region, &record.plan, done),
            None => Ok(()),
        }
    }

    fn path(&self, stack: &str) -> PathBuf {
        self.folder.join(format!("{stack}.json"))
    }
}

/// What is done to the stack, if anything was begun.
fn done(record: &Record) -> Option<&'static str> {
    match record.phase {
        Phase::Proposed | Phase::Waiting => None,
        Phase::Deleting => Some("destroyed"),
        Phase::RollingBack => Some("rolled back"),
        Phase::HandingOver => Some("handed over"),
        Phase::Clearing | Phase::Executing | Phase::Settling if record.plan.verb == Verb::Import => {
            Some("imported into")
        }
        Phase::Clearing | Phase::Executing | Phase::Settling => Some("deployed"),
    }
}

fn unreadable(path: &Path, error: &dyn std::fmt::Display) -> Failure {
    Failure::new(Kind::Refused, format!("cannot read `{}`: {error}", path.display()))
}
