//! What is wrong with boot scripts and their trials.
use super::{CliError, Kind};
use crate::boot_script::NoScript;
use crate::trial::{FIRST, ImageError, TrialError};

impl From<NoScript> for CliError {
    fn from(error: NoScript) -> Self {
        let hint = match error {
            NoScript::Stack(error) => return error.into(),
            NoScript::None { ref with, .. } if with.is_empty() => "no stack of this project has one".to_owned(),
            NoScript::None { ref with, .. } => format!("these stacks have one: {}", with.join(", ")),
            NoScript::Several { ref hosts, .. } | NoScript::Host { ref hosts, .. } => {
                format!("say which: --host {}", hosts.join(", or --host "))
            }
            NoScript::Section { ref near, ref known, .. } => {
                let near = near.as_ref().map(|near| format!("did you mean `{near}`? ")).unwrap_or_default();
                format!("{near}it has: {}", known.join(", "))
            }
        };
        CliError::failed(error).hints([hint])
    }
}

impl From<ImageError> for CliError {
    fn from(error: ImageError) -> Self {
        let hint = match &error {
            ImageError::Read { .. } | ImageError::Fault { .. } => None,
            ImageError::Syntax { .. } => {
                Some("it has: users (name: number), files and programs (path: text), services (names)")
            }
        };
        CliError::failed(error).hints(hint)
    }
}

impl From<TrialError> for CliError {
    fn from(error: TrialError) -> Self {
        let list = |names: &[String]| if names.is_empty() { "none".to_owned() } else { names.join(", ") };
        let mut hints = Vec::new();
        let mut kind = Kind::Usage;
        match &error {
            TrialError::Machine(_) => kind = Kind::Failed,
            TrialError::UserData { .. } => {
                kind = Kind::Failed;
                hints.push("give what it misses: --value NAME=VALUE".to_owned());
            }
            TrialError::Failed { failed, .. } => {
                kind = Kind::Failed;
                if failed.first().is_some_and(|name| name == FIRST) {
                    hints.push("the other scenarios were not run: they begin with a first boot that works".to_owned());
                }
                let again = failed.first().map(|name| shlex::try_quote(name).unwrap_or_default().into_owned());
                hints.extend(again.map(|name| format!("run it again and see all that it prints: --only {name} --log")));
            }
            TrialError::NoScenario { known, is_all, .. } => {
                let more = if *is_all { "" } else { "\nand what the first boot tells of; --list prints it" };
                hints.push(format!("there are:\n{}{more}", known.join("\n")));
            }
            TrialError::NoValue { known, .. } => hints.push(format!("it has: {}", list(known))),
            TrialError::NotAsked { asked, .. } => hints.push(format!("it asks for: {}", list(asked))),
        }
        CliError::new(kind, error).hints(hints)
    }
}
