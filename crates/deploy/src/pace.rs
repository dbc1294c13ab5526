//! How long to wait between two looks at something that takes its time.
use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::aws::Connection;

/// How often to look: never oftener than the first, never more seldom than the second. That is what an account's rate allows
/// several stacks at once, and what people bear.
const BOUNDS: [Duration; 2] = [Duration::from_secs(2), Duration::from_secs(10)];
/// The same where time flies: it does not fly for people.
const FLYING: [Duration; 2] = [Duration::from_millis(300), Duration::from_secs(3)];
/// The same for what is over soon, such as a change set.
const SHORT_BOUNDS: [Duration; 2] = [Duration::from_millis(700), Duration::from_secs(5)];
/// The same where time flies.
const SHORT_FLYING: [Duration; 2] = [Duration::from_millis(50), Duration::from_millis(500)];
/// How much of the time that something took so far is waited until the next look, once it takes longer than expected.
const SHARE: f64 = 0.15;

/// The time that something takes, in the time of the other end.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    shortest: Duration,
    longest: Duration,
    speed: f64,
    begun: Instant,
    /// How long it is expected to take.
    expected: Duration,
}

impl Pace {
    /// For an operation.
    pub(crate) fn new(connection: &Connection) -> Pace {
        Pace::between(connection.speed, BOUNDS, FLYING, Duration::ZERO)
    }

    /// For what AWS does in a few seconds.
    pub(crate) fn short(connection: &Connection, expected: Duration) -> Pace {
        Pace::between(connection.speed, SHORT_BOUNDS, SHORT_FLYING, expected)
    }

    fn between(speed: f64, usual: [Duration; 2], flying: [Duration; 2], expected: Duration) -> Pace {
        let bound = |at: usize| match speed {
            // On an engine that leaps from look to look, there is nothing to wait for.
            f64::INFINITY => Duration::ZERO,
            speed => usual[at].div_f64(speed.max(1.0)).max(flying[at]),
        };
        Pace { shortest: bound(0), longest: bound(1), speed, begun: Instant::now(), expected }
    }

    /// How long it has taken so far, at the other end.
    pub(crate) fn elapsed(&self) -> Duration {
        let speed = if self.speed.is_finite() { self.speed } else { 1.0 };
        self.begun.elapsed().mul_f64(speed)
    }

    /// The pause until something that is expected after a while, at the other end. What is late is looked for seldomer the longer
    /// it takes, so that long operations are asked about seldom and the end of short ones is not missed.
    pub(crate) fn pause(&self, left: Duration) -> Duration {
        let late = self.elapsed().mul_f64(SHARE);
        let wanted = if left.is_zero() { late } else { left };
        wanted.div_f64(self.speed).clamp(self.shortest, self.longest)
    }

    /// Waits for the next look at something that is expected after a while.
    pub(crate) async fn wait_for(&self, left: Duration) {
        let pause = self.pause(left);
        // Even a leap lets others go first.
        if pause.is_zero() { tokio::task::yield_now().await } else { sleep(pause).await }
    }

    /// Waits for the next look at something short.
    pub(crate) async fn wait(&self) {
        self.wait_for(self.expected.saturating_sub(self.elapsed())).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(speed: f64) -> Pace {
        Pace::between(speed, BOUNDS, FLYING, Duration::ZERO)
    }

    #[tokio::test(start_paused = true)]
    async fn a_long_operation_is_asked_about_seldom_and_never_too_often() {
        let pace = at(1.0);
        let mut looks = 0;
        while pace.elapsed() < Duration::from_secs(300) {
            let left = Duration::from_secs(100).saturating_sub(pace.elapsed());
            assert!((2..=10).contains(&pace.pause(left).as_secs()), "{:?}", pace.pause(left));
            pace.wait_for(left).await;
            looks += 1;
        }
        assert_eq!(looks, 30);
    }

    #[tokio::test(start_paused = true)]
    async fn the_time_of_the_other_end_counts() {
        let fast = at(30.0);
        assert_eq!(fast.pause(Duration::from_secs(45)), Duration::from_millis(1_500));
        assert_eq!(fast.pause(Duration::from_secs(450)), FLYING[1]);
        assert_eq!(fast.pause(Duration::from_secs(1)), FLYING[0]);
        assert_eq!(at(f64::INFINITY).pause(Duration::from_secs(45)), Duration::ZERO);
    }
}
