//! Days on which things at AWS end: runtimes of Lambda, and whole services.
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::file::FactsError;

/// A day of the calendar. Days compare as they follow one another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Date {
    year: u16,
    month: u8,
    day: u8,
}

/// The text is no day such as `2027-01-31`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DateError(String);

/// When a runtime of Lambda ends. What has no date has none yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuntimeLife {
    /// The runtime, such as `python3.9`.
    pub name: String,
    /// From when on it has no updates.
    pub deprecated: Option<Date>,
    /// From when on no function can be made with it.
    pub create_block: Option<Date>,
    /// From when on no function with it can be changed.
    pub update_block: Option<Date>,
    /// The runtime that follows it.
    pub successor: Option<String>,
}

/// How far the end of a service is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Phase {
    /// AWS keeps it running and adds nothing to it.
    Maintenance,
    /// AWS has said that it ends.
    Sunset,
    /// It is no longer there.
    Shutdown,
}

/// The end of the service that a resource type belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceEnd {
    /// The resource type.
    pub type_name: String,
    /// How far it is.
    pub phase: Phase,
    /// The day that AWS names for this phase.
    pub date: Option<Date>,
}

/// All of it as the file has it: runtimes by name, ends by the number of their type.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct WireDates {
    pub(crate) runtimes: Vec<RuntimeLife>,
    pub(crate) ends: Vec<(u32, Phase, Option<Date>)>,
}

impl Date {
    /// A day, if the calendar has it.
    #[must_use]
    pub fn new(year: u16, month: u8, day: u8) -> Option<Date> {
        let is_leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
        let days = match month {
            2 if is_leap => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            1..=12 => 31,
            _ => return None,
        };
        (1..=days).contains(&day).then_some(Date { year, month, day })
    }

    /// The day that is so many days after the first of January 1970, by the calendar that repeats every 400 years and begins
    /// its years in March.
    #[must_use]
    pub fn since_1970(days: u32) -> Date {
        let days = u64::from(days) + 719_468;
        let (cycle, day) = (days / 146_097, days % 146_097);
        let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
        let day = day - (365 * year + year / 4 - year / 100);
        let month = (5 * day + 2) / 153;
        let day = day - (153 * month + 2) / 5 + 1;
        let (month, next) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
        let year = u16::try_from(cycle * 400 + year + next).unwrap_or(u16::MAX);
        Date { year, month: month as u8, day: day as u8 }
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

impl FromStr for Date {
    type Err = DateError;

    fn from_str(text: &str) -> Result<Date, DateError> {
        let parts: Vec<&str> = text.split('-').collect();
        let number = |at: usize, digits: usize| {
            let part = parts.get(at).filter(|part| part.len() == digits && part.bytes().all(|it| it.is_ascii_digit()));
            part.and_then(|part| part.parse::<u16>().ok())
        };
        let date = || Date::new(number(0, 4)?, number(1, 2)? as u8, number(2, 2)? as u8);
        date().filter(|_| parts.len() == 3).ok_or_else(|| DateError(text.to_owned()))
    }
}

impl fmt::Display for DateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is no day; write one such as 2027-01-31", self.0)
    }
}

impl std::error::Error for DateError {}

impl WireDates {
    /// Whether both lists can be searched and name types that are there.
    pub(crate) fn verify(&self, types: usize) -> Result<(), FactsError> {
        let runtimes = self.runtimes.is_sorted_by(|one, other| one.name < other.name);
        let ends = self.ends.is_sorted_by(|one, other| one.0 < other.0);
        let known = self.ends.last().is_none_or(|(last, ..)| (*last as usize) < types);
        if runtimes && ends && known { Ok(()) } else { Err(FactsError::Corrupt("dates")) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_of_the_calendar() {
        let of = |days| Date::since_1970(days).to_string();
        assert_eq!([of(0), of(59), of(20_778)], ["1970-01-01", "1970-03-01", "2026-11-21"]);
        assert_eq!([of(11_016), of(11_017)], ["2000-02-29", "2000-03-01"]);
        assert_eq!([of(20_818), of(20_819)], ["2026-12-31", "2027-01-01"]);
    }

    #[test]
    fn days_are_read() {
        let read = |text: &str| text.parse::<Date>().ok();
        assert_eq!(read("2028-02-29"), Date::new(2028, 2, 29));
        assert_eq!(read("2028-02-29").unwrap().to_string(), "2028-02-29");
        assert!(read("2027-09-30") < read("2027-10-01"));
        for text in ["2027-02-29", "2027-13-01", "2027-1-01", "2027-01", "2027-01-01-01", "+027-01-01", ""] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
