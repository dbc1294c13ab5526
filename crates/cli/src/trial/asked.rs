//! What a script asks AWS for: found by watching it, and made up.
use stackgen_boot::{Outcome, World};

/// What is shorter stands in every log by chance.
pub(super) const FINDABLE: usize = 6;

/// A parameter or secret.
pub(super) struct Asked {
    pub(super) name: String,
    pub(super) kind: Kind,
    pub(super) value: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Plain,
    Secure,
    Secret,
}

impl Asked {
    /// A world that has it.
    pub(super) fn given(&self, world: World, value: &str) -> World {
        match self.kind {
            Kind::Plain => world.parameter(&self.name, value),
            Kind::Secure => world.secure_parameter(&self.name, value),
            Kind::Secret => world.secret(&self.name, value),
        }
    }

    pub(super) fn is_secret(&self) -> bool {
        self.kind != Kind::Plain
    }

    pub(super) fn can_be_found(&self) -> bool {
        self.value.len() >= FINDABLE
    }

    /// Whether a log says that it is this one. Of an ARN its last part is enough: people know a secret by that.
    pub(super) fn is_named_in(&self, log: &str) -> bool {
        let last = self.name.strip_prefix("arn:").and_then(|arn| arn.rsplit(':').next());
        log.contains(&self.name) || last.is_some_and(|last| log.contains(last))
    }
}

/// Names and kinds of what a script asked for.
pub(super) fn asked(outcome: &Outcome) -> Vec<(String, Kind)> {
    let calls = outcome.calls.iter().filter(|call| call.program == "aws");
    calls
        .filter_map(|call| {
            let has = |word: &str| call.arguments.iter().any(|argument| argument == word);
            let behind = |option: &str| {
                let at = call.arguments.iter().position(|argument| argument == option)?;
                call.arguments.get(at + 1).cloned()
            };
            match () {
                () if has("get-parameter") && has("--with-decryption") => Some((behind("--name")?, Kind::Secure)),
                () if has("get-parameter") => Some((behind("--name")?, Kind::Plain)),
                () if has("get-secret-value") => Some((behind("--secret-id")?, Kind::Secret)),
                () => None,
            }
        })
        .collect()
}
