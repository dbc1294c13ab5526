//! What keeps the local engine from starting, answering and stopping.
use stackgen_local::server::{StartError, StateError};

use super::{CliError, Kind};
use crate::local::LocalError;

impl From<LocalError> for CliError {
    fn from(error: LocalError) -> Self {
        let kind = if matches!(error, LocalError::Unconfirmed) { Kind::Refused } else { Kind::Failed };
        let hint = match &error {
            LocalError::Start(StartError::Port { .. }) => {
                Some("leave --port out, or take any free one: --port 0".to_owned())
            }
            LocalError::Start(StartError::State(error)) => state_hint(error).map(str::to_owned),
            LocalError::NotRunning { .. } => Some("start one: `stackgen local start`".to_owned()),
            LocalError::Differs { .. } => Some("stop it first: `stackgen local stop`; what it has is kept".to_owned()),
            LocalError::Died { .. } | LocalError::Slow { .. } => {
                Some("`stackgen local start --foreground` shows what happens".to_owned())
            }
            LocalError::NotStopped { pid } | LocalError::Ask { pid, .. } => {
                Some(format!("end it by force: kill -9 {pid}; at most its last second is lost"))
            }
            LocalError::Unconfirmed => Some("say --yes to forget without a question".to_owned()),
            LocalError::Start(StartError::Thread(_))
            | LocalError::Folder { .. }
            | LocalError::Spawn(_)
            | LocalError::Answer(_)
            | LocalError::Refused { .. }
            | LocalError::Declined(_) => None,
        };
        CliError::new(kind, error).hints(hint)
    }
}

fn state_hint(error: &StateError) -> Option<&'static str> {
    Some(match error {
        StateError::Version { .. } => "use the stackgen that wrote it, or forget what is in it: `stackgen local reset`",
        StateError::Damaged { .. } => "put a copy in its place, or forget what is in it: `stackgen local reset`",
        StateError::InUse { .. } => "it has just started or is about to end: try again in a second",
        StateError::Read { .. } | StateError::Write { .. } => return None,
    })
}
