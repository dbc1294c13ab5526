//! What keeps the linter from its work, and what it stops.
use super::{CliError, Kind};
use crate::lint::explain::NoRule;
use crate::lint::input::NothingFound;
use crate::lint::policies::PolicyError;
use crate::lint::region::NoRegion;
use crate::lint::stacks::LintErrors;

impl From<NoRule> for CliError {
    fn from(error: NoRule) -> Self {
        let hint = match error.near {
            Some(near) => format!("did you mean {near}? docs/rules.md lists all"),
            None => "ids look like E3012; docs/rules.md lists all".to_owned(),
        };
        CliError::new(Kind::Usage, error).hints([hint])
    }
}

impl From<NoRegion> for CliError {
    fn from(error: NoRegion) -> Self {
        let hint = match error.near {
            Some(near) => format!("did you mean {near}?"),
            None => "regions look like eu-west-1; several have commas between them".to_owned(),
        };
        CliError::new(Kind::Usage, error).hints([hint])
    }
}

impl From<LintErrors> for CliError {
    fn from(error: LintErrors) -> Self {
        let hint =
            "`stackgen lint --explain ID` says why; what is wanted is allowed in stackgen.toml under [[lint.ignore]]";
        CliError::failed(error).hints([hint])
    }
}

impl From<NothingFound> for CliError {
    fn from(error: NothingFound) -> Self {
        CliError::failed(error).hints(["templates end in .yaml, .yml, .json or .template"])
    }
}

impl From<PolicyError> for CliError {
    fn from(error: PolicyError) -> Self {
        let hint = match &error {
            PolicyError::Read { .. } => None,
            PolicyError::Nothing(_) => Some("rule files end in .guard or .ruleset"),
            PolicyError::Syntax { .. } => {
                Some("the language of rules: https://docs.aws.amazon.com/cfn-guard/latest/ug/writing-rules.html")
            }
            PolicyError::NotBuilt(_) => Some(
                "released binaries have it; from source it takes a feature: cargo install stackgen-cli --features guard",
            ),
        };
        CliError::failed(error).hints(hint)
    }
}
