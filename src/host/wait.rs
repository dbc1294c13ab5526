//! How long a stack waits for a host.
use std::fmt;
use std::str::FromStr;

use serde::Deserialize;
use thiserror::Error;

const LEAST: u32 = 5 * 60;
/// Source: *WaitCondition* in the CloudFormation Template Reference.
const MOST: u32 = 12 * 3600;

/// How long a stack waits for a host, in ISO 8601: `PT15M`, `PT1H30M`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Wait(u32);

/// A time that no stack waits.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("`{0}` is no time to wait for a host; write it as `PT15M`, from PT5M to PT12H")]
pub struct WaitError(String);

impl Wait {
    /// In seconds.
    pub fn seconds(self) -> u32 {
        self.0
    }
}

impl Default for Wait {
    fn default() -> Self {
        Wait(15 * 60)
    }
}

impl FromStr for Wait {
    type Err = WaitError;

    fn from_str(text: &str) -> Result<Self, WaitError> {
        let seconds = text.strip_prefix("PT").and_then(seconds);
        let possible = seconds.filter(|seconds| (LEAST..=MOST).contains(seconds));
        possible.map(Wait).ok_or_else(|| WaitError(text.to_owned()))
    }
}

impl TryFrom<String> for Wait {
    type Error = WaitError;

    fn try_from(text: String) -> Result<Self, WaitError> {
        text.parse()
    }
}

/// The seconds of `1H30M`: each unit once, the largest first.
fn seconds(mut text: &str) -> Option<u32> {
    let mut sum = 0_u32;
    for (unit, worth) in [('H', 3600), ('M', 60), ('S', 1)] {
        if let Some((count, rest)) = text.split_once(unit) {
            let is_number = !count.is_empty() && count.bytes().all(|byte| byte.is_ascii_digit());
            let count = if is_number { count.parse::<u32>().ok()? } else { return None };
            sum = sum.checked_add(count.checked_mul(worth)?)?;
            text = rest;
        }
    }
    text.is_empty().then_some(sum)
}

impl fmt::Display for Wait {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("PT")?;
        for (count, unit) in [(self.0 / 3600, 'H'), (self.0 / 60 % 60, 'M'), (self.0 % 60, 'S')] {
            if count > 0 {
                write!(formatter, "{count}{unit}")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Wait;

    #[test]
    fn times_are_read_and_written() {
        for (text, seconds) in [("PT15M", 900), ("PT1H30M", 5400), ("PT12H", 43_200), ("PT5M1S", 301), ("PT8M20S", 500)]
        {
            let wait: Wait = text.parse().expect("a stack waits as long");
            assert_eq!((wait.seconds(), wait.to_string().as_str()), (seconds, text));
        }
        assert_eq!("PT900S".parse(), Ok(Wait::default()));
    }

    #[test]
    fn other_text_and_other_times_are_refused() {
        for text in ["soon", "", "PT", "15M", "PT15", "PTM", "PT15m", "PT1M1H", "PT4M59S", "PT12H1S", "PT+9M", "PT9.5M"]
        {
            assert!(text.parse::<Wait>().is_err(), "{text}");
        }
        assert!("PT99999999999H".parse::<Wait>().is_err() && "PT4000000H".parse::<Wait>().is_err());
    }
}
