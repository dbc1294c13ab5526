//! Names and endings that somebody typed, and that stand for nothing.
use stackgen_schema::names;

use super::{CANDIDATES, CliError, Kind};
use crate::commands::graph::UnknownEnding;
use crate::explain::NotFound;
use crate::select::NoStack;

impl From<NoStack> for CliError {
    fn from(error: NoStack) -> Self {
        let known = error.known.join(", ");
        let hint = match &error.near {
            _ if error.known.is_empty() => "this project has no stacks".to_owned(),
            Some(near) => format!("did you mean `{near}`? this project has: {known}"),
            None => format!("this project has: {known}"),
        };
        CliError::failed(error).hints([hint])
    }
}

impl From<NotFound> for CliError {
    fn from(error: NotFound) -> Self {
        let hint = match &error {
            NotFound::Type { near: Some(near), .. } => Some(format!("did you mean `{near}`?")),
            NotFound::Type { near: None, .. } => {
                Some("a name has the form AWS::EC2::Volume; its last parts will do".to_owned())
            }
            NotFound::Ambiguous { candidates, .. } => {
                let shown = &candidates[..candidates.len().min(CANDIDATES)];
                let more = match candidates.len() - shown.len() {
                    0 => String::new(),
                    more => format!("\nand {more} more"),
                };
                Some(format!("say which one:\n{}{more}", shown.join("\n")))
            }
            NotFound::Property { near, known, .. } => {
                let near = near.as_ref().map(|near| format!("did you mean `{near}`? ")).unwrap_or_default();
                Some(format!("{near}it has: {}", known.join(", ")))
            }
            NotFound::Attribute { name, .. } => {
                Some(format!("`.{}()` of the resource's handle stands for its value", names::snake(name)))
            }
            NotFound::Plain { .. } => None,
        };
        CliError::failed(error).hints(hint)
    }
}

impl From<UnknownEnding> for CliError {
    fn from(error: UnknownEnding) -> Self {
        let hint = "end it with .svg, .html, .dot or .mmd, or say --format svg";
        CliError::new(Kind::Usage, error).hints([hint])
    }
}
