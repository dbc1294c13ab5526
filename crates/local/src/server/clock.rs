//! How the time of the world passes.
use std::fmt;
use std::str::FromStr;
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};

use crate::world::World;

/// How the time of the world passes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Pace {
    /// So many seconds in one second.
    Scaled(f64),
    /// Whenever somebody looks, to the next thing that is due: nobody waits, and each look sees one step.
    Leap,
    /// Only when it is told to.
    Manual,
}

/// A deploy that takes five minutes on AWS takes ten seconds.
impl Default for Pace {
    fn default() -> Self {
        Pace::Scaled(30.0)
    }
}

impl fmt::Display for Pace {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Pace::Scaled(factor) => write!(formatter, "{factor}"),
            Pace::Leap => formatter.write_str("leap"),
            Pace::Manual => formatter.write_str("manual"),
        }
    }
}

impl FromStr for Pace {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "leap" => Ok(Pace::Leap),
            "manual" => Ok(Pace::Manual),
            _ => match text.parse() {
                Ok(factor) if (0.001..=1_000_000.0).contains(&factor) => Ok(Pace::Scaled(factor)),
                _ => Err("a pace is `leap`, `manual`, or how many seconds pass in one: 0.001 to 1000000".to_owned()),
            },
        }
    }
}

/// The clock of a world.
#[derive(Debug)]
pub(super) struct Clock {
    pace: Pace,
    /// A moment of this machine, and what time it was in the world.
    since: Instant,
    from: Timestamp,
}

impl Clock {
    pub(super) fn new(pace: Pace, from: Timestamp) -> Clock {
        Clock { pace, since: Instant::now(), from }
    }

    pub(super) fn pace(&self) -> Pace {
        self.pace
    }

    /// Lets the time pass that has passed, and, before a look, leaps. Says whether anything was due.
    pub(super) fn tick(&self, world: &mut World, is_look: bool) -> bool {
        let now = world.now();
        let until = match self.pace {
            Pace::Scaled(factor) => scaled(self.from, self.since.elapsed(), factor),
            Pace::Leap if is_look => world.next().unwrap_or(now),
            Pace::Leap | Pace::Manual => now,
        };
        let until = until.max(now);
        let is_due = world.next().is_some_and(|at| at <= until);
        world.advance(until);
        is_due
    }

    /// Lets time pass at once: so much, or, if nothing is said, until the next thing is due.
    pub(super) fn jump(&mut self, world: &mut World, by: Option<SignedDuration>) {
        self.tick(world, false);
        let until = match by {
            Some(by) => world.now().saturating_add(by).unwrap_or(Timestamp::MAX),
            None => world.next().unwrap_or(world.now()),
        };
        world.advance(until.max(world.now()));
        *self = Clock::new(self.pace, world.now());
    }
}

fn scaled(from: Timestamp, elapsed: Duration, factor: f64) -> Timestamp {
    // AWS shows milliseconds at most.
    let passed = (elapsed.as_secs_f64() * factor * 1_000.0) as i64;
    from.saturating_add(SignedDuration::from_millis(passed)).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::Due;

    fn world() -> World {
        let mut world = World::new("1", Timestamp::UNIX_EPOCH);
        for seconds in [10, 20, 20] {
            world.after(SignedDuration::from_secs(seconds), "r", Due::Stack("none".into()));
        }
        world
    }

    #[test]
    fn a_leap_goes_to_the_next_thing_and_only_for_a_look() {
        let (mut world, clock) = (world(), Clock::new(Pace::Leap, Timestamp::UNIX_EPOCH));
        let mut seen = |is_look| (clock.tick(&mut world, is_look), world.now().as_second());
        assert_eq!(
            [seen(false), seen(true), seen(true), seen(true)],
            [(false, 0), (true, 10), (true, 20), (false, 20)]
        );
    }

    #[test]
    fn a_manual_clock_goes_when_told() {
        let (mut world, mut clock) = (world(), Clock::new(Pace::Manual, Timestamp::UNIX_EPOCH));
        assert!(!clock.tick(&mut world, true));
        clock.jump(&mut world, None);
        assert_eq!(world.now().as_second(), 10);
        clock.jump(&mut world, Some(SignedDuration::from_secs(3600)));
        assert_eq!((world.now().as_second(), world.next()), (3610, None));
    }

    #[test]
    fn a_scaled_clock_multiplies() {
        let at = |seconds, factor| scaled(Timestamp::UNIX_EPOCH, Duration::from_secs(seconds), factor).as_second();
        assert_eq!([at(2, 30.0), at(10, 0.5), at(0, 5.0)], [60, 5, 0]);
        assert_eq!(scaled(Timestamp::UNIX_EPOCH, Duration::MAX, 1e6), Timestamp::MAX);
    }

    #[test]
    fn paces_have_words() {
        for text in ["leap", "manual", "30", "0.5"] {
            assert_eq!(text.parse::<Pace>().unwrap().to_string(), text);
        }
        for text in ["", "-1", "0", "NaN", "inf", "fast"] {
            assert!(text.parse::<Pace>().is_err(), "{text}");
        }
    }
}
