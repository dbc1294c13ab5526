//! What goes wrong on purpose.
//!
//! A script is JSON: `{"seed": 1, "faults": [{"operation": "DescribeStacks", "when": {"nth": 2}, "then": "drop_after"}]}`. Chance
//! is drawn from the seed alone, so the same calls meet the same faults.
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::wire::{ApiError, Service};

/// Faults, and the seed of their chances.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Script {
    /// Where chance begins.
    #[serde(default)]
    pub seed: u64,
    /// The faults. The first that strikes decides; stalls add up.
    #[serde(default)]
    pub faults: Vec<Fault>,
}

/// One fault.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// On what: `DescribeStacks`, `ec2:RunInstances`, `ec2:*`, `Describe*` or `*`.
    #[serde(default = "all")]
    pub operation: String,
    /// At which of the calls that this is about.
    #[serde(default)]
    pub when: When,
    /// What happens.
    pub then: Then,
}

fn all() -> String {
    "*".to_owned()
}

/// At which calls, counted from 1 for each fault.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// At all.
    #[default]
    Always,
    /// At the nth only.
    Nth(u64),
    /// At every kth.
    Every(u64),
    /// By chance, from 0 to 1.
    Chance(f64),
    /// At so many in a row.
    Burst {
        /// The first.
        from: u64,
        /// How many.
        count: u64,
    },
}

/// What happens.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Then {
    /// The call is not taken and refused.
    Error {
        /// The code.
        code: String,
        /// The message.
        #[serde(default)]
        message: String,
        /// The status; 400 if nothing is said.
        #[serde(default = "bad_request")]
        status: u16,
    },
    /// The call is not taken: too many.
    Throttle,
    /// The connection ends before the call is taken.
    DropBefore,
    /// The call is taken, and the connection ends without an answer.
    DropAfter,
    /// The call is taken, and the answer is an internal failure.
    FailAfter {
        /// The status; 500 if nothing is said.
        #[serde(default = "internal")]
        status: u16,
    },
    /// The call is taken, and the answer comes late.
    Stall {
        /// How late, in seconds of this machine.
        seconds: f64,
    },
    /// A look sees the world as it was before the last change.
    Stale,
}

fn bad_request() -> u16 {
    400
}

fn internal() -> u16 {
    500
}

impl Then {
    /// The refusal that it stands for, if it is one.
    #[must_use]
    pub fn error(&self) -> Option<ApiError> {
        Some(match self {
            Then::Error { code, message, status } => {
                ApiError { code: code.clone(), message: message.clone(), status: *status }
            }
            // Source: the words of a throttled CloudFormation, in many issues of aws/aws-cdk and hashicorp/terraform.
            Then::Throttle => ApiError::new("Throttling", "Rate exceeded"),
            Then::FailAfter { status } => ApiError {
                code: "InternalFailure".to_owned(),
                message: "The request processing has failed because of an unknown error, exception or failure."
                    .to_owned(),
                status: *status,
            },
            Then::DropBefore | Then::DropAfter | Then::Stall { .. } | Then::Stale => return None,
        })
    }

    /// Whether the call is not taken.
    #[must_use]
    pub fn is_before(&self) -> bool {
        matches!(self, Then::Error { .. } | Then::Throttle | Then::DropBefore)
    }
}

/// What a call meets.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Fate {
    pub(super) stall: Duration,
    pub(super) then: Option<Then>,
}

/// A script that is being played.
#[derive(Debug, Default)]
pub(super) struct Faults {
    script: Script,
    counts: Vec<u64>,
    chance: u64,
}

impl Faults {
    pub(super) fn new(script: Script) -> Faults {
        Faults { counts: vec![0; script.faults.len()], chance: script.seed, script }
    }

    pub(super) fn script(&self) -> &Script {
        &self.script
    }

    /// Whether a look may need the world as it was.
    pub(super) fn has_stale(&self) -> bool {
        self.script.faults.iter().any(|fault| fault.then == Then::Stale)
    }

    pub(super) fn fate(&mut self, service: Service, operation: &str) -> Fate {
        let mut fate = Fate::default();
        for (fault, count) in self.script.faults.iter().zip(&mut self.counts) {
            if !is_about(&fault.operation, service, operation) {
                continue;
            }
            *count += 1;
            if !strikes(fault.when, *count, &mut self.chance) {
                continue;
            }
            match &fault.then {
                Then::Stall { seconds } => {
                    fate.stall = fate.stall.saturating_add(Duration::try_from_secs_f64(*seconds).unwrap_or_default());
                }
                then if fate.then.is_none() => fate.then = Some(then.clone()),
                _ => {}
            }
        }
        fate
    }
}

fn is_about(pattern: &str, service: Service, operation: &str) -> bool {
    let pattern = match pattern.split_once(':') {
        Some((word, _)) if word != service.word() => return false,
        Some((_, pattern)) => pattern,
        None => pattern,
    };
    match pattern.strip_suffix('*') {
        Some(start) => operation.starts_with(start),
        None => operation == pattern,
    }
}

fn strikes(when: When, count: u64, chance: &mut u64) -> bool {
    match when {
        When::Always => true,
        When::Nth(nth) => count == nth,
        When::Every(kth) => kth > 0 && count.is_multiple_of(kth),
        When::Chance(likely) => drawn(chance) < likely,
        When::Burst { from, count: length } => count >= from && count - from < length,
    }
}

/// A number from 0 to 1: SplitMix64.
fn drawn(state: &mut u64) -> f64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut mixed = *state;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (mixed ^ (mixed >> 31)) as f64 / u64::MAX as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn struck(when: &str, calls: u64) -> Vec<u64> {
        let script = format!(r#"{{"seed": 7, "faults": [{{"when": {when}, "then": "throttle"}}]}}"#);
        let mut faults = Faults::new(serde_json::from_str(&script).unwrap());
        (1..=calls).filter(|_| faults.fate(Service::Ec2, "RunInstances").then.is_some()).collect()
    }

    #[test]
    fn faults_strike_when_they_should() {
        assert_eq!(struck(r#""always""#, 3), [1, 2, 3]);
        assert_eq!(struck(r#"{"nth": 2}"#, 5), [2]);
        assert_eq!(struck(r#"{"every": 3}"#, 7), [3, 6]);
        assert_eq!(struck(r#"{"burst": {"from": 2, "count": 2}}"#, 5), [2, 3]);
        assert_eq!(struck(r#"{"every": 0}"#, 2), Vec::<u64>::new());
        let by_chance = struck(r#"{"chance": 0.25}"#, 400);
        assert!((60..140).contains(&by_chance.len()), "{}", by_chance.len());
        assert_eq!(by_chance, struck(r#"{"chance": 0.25}"#, 400));
    }

    #[test]
    fn patterns_name_a_service_or_a_beginning() {
        let about = |pattern: &str| is_about(pattern, Service::Ec2, "DescribeVolumes");
        for pattern in ["*", "ec2:*", "Describe*", "ec2:DescribeVolumes", "DescribeVolumes"] {
            assert!(about(pattern), "{pattern}");
        }
        for pattern in ["iam:*", "DescribeVolume", "ec2:DescribeInstances"] {
            assert!(!about(pattern), "{pattern}");
        }
    }

    #[test]
    fn stalls_add_up_and_the_first_other_decides() {
        let script = r#"{"faults": [{"then": {"stall": {"seconds": 1}}}, {"then": "drop_after"}, {"then": "stale"},
            {"then": {"stall": {"seconds": 0.5}}}]}"#;
        let fate = Faults::new(serde_json::from_str(script).unwrap()).fate(Service::Ssm, "GetParameter");
        assert_eq!(fate, Fate { stall: Duration::from_millis(1500), then: Some(Then::DropAfter) });
    }

    #[test]
    fn a_script_that_is_misspelt_is_refused() {
        for script in [
            r#"{"fault": []}"#,
            r#"{"faults": [{"then": "explode"}]}"#,
            r#"{"faults": [{"on": "*", "then": "stale"}]}"#,
        ] {
            assert!(serde_json::from_str::<Script>(script).is_err(), "{script}");
        }
    }
}
