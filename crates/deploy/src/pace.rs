//! How long to wait between two looks at something that takes its time.
use std::time::Duration;

use tokio::time::{Instant, sleep};

/// Where to look, and how often.
#[derive(Clone, Debug)]
pub(crate) struct Pace {
    first: Duration,
    longest: Duration,
    /// When it is expected to be done.
    due: Instant,
    begun: Instant,
}

impl Pace {
    /// For what is expected to take some seconds. Far away we look every two to ten seconds, which is what an account's rate
    /// allows several stacks at once; on this machine as often as nobody minds.
    pub(crate) fn new(is_near: bool, expected: Duration) -> Pace {
        let (first, longest) = if is_near { (50, 500) } else { (2_000, 10_000) };
        let begun = Instant::now();
        Pace {
            first: Duration::from_millis(first),
            longest: Duration::from_millis(longest),
            due: begun + expected,
            begun,
        }
    }

    /// For what AWS computes in a few seconds, such as a change set.
    pub(crate) fn short(is_near: bool) -> Pace {
        let mut pace = Pace::new(is_near, Duration::ZERO);
        if !is_near {
            pace.first = Duration::from_millis(700);
            pace.longest = Duration::from_secs(5);
        }
        pace
    }

    /// The next pause: a third of what is left, and once it is late a fifth of what has passed, so that long operations are
    /// asked about seldom and the end of short ones is not missed.
    pub(crate) fn pause(&self) -> Duration {
        let now = Instant::now();
        let left = self.due.saturating_duration_since(now) / 3;
        let wanted = if left.is_zero() { (now - self.begun) / 5 } else { left };
        wanted.clamp(self.first, self.longest)
    }

    /// Waits for the next look.
    pub(crate) async fn wait(&self) {
        sleep(self.pause()).await;
    }

    /// How long it has taken so far.
    pub(crate) fn elapsed(&self) -> Duration {
        self.begun.elapsed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_long_operation_is_asked_about_seldom_and_never_too_often() {
        let pace = Pace::new(false, Duration::from_secs(300));
        let mut looks = 0;
        while pace.elapsed() < Duration::from_secs(300) {
            assert!((2..=10).contains(&pace.pause().as_secs()), "{:?}", pace.pause());
            pace.wait().await;
            looks += 1;
        }
        assert!((30..50).contains(&looks), "{looks}");
    }
}
