//! Not asking more often than the account allows: one bucket of tokens for all stacks of a run.
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

/// How many calls a second. About 5 `DescribeStacks` a second were seen to be allowed (aws/aws-sam-cli#2671), and others use
/// the account too.
const FAR: Duration = Duration::from_millis(300);
/// How many calls may come at once after a pause.
const BURST: u32 = 5;

/// Lets calls pass, each in its time.
#[derive(Clone, Debug)]
pub(super) struct Limiter {
    next: Arc<Mutex<Instant>>,
    gap: Duration,
}

impl Limiter {
    pub(super) fn new(is_near: bool) -> Limiter {
        let gap = if is_near { Duration::ZERO } else { FAR };
        Limiter { next: Arc::new(Mutex::new(Instant::now())), gap }
    }

    /// Waits until the next call may go.
    pub(super) async fn pass(&self) {
        let turn = {
            let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
            let now = Instant::now();
            let earliest = now.checked_sub(self.gap * BURST).unwrap_or(now);
            *next = (*next).max(earliest) + self.gap;
            *next
        };
        sleep_until(turn).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_burst_passes_at_once_and_the_rest_in_its_time() {
        let limiter = Limiter::new(false);
        tokio::time::advance(Duration::from_secs(60)).await;
        let start = Instant::now();
        for _ in 0..BURST {
            limiter.pass().await;
        }
        assert_eq!(start.elapsed(), Duration::ZERO);
        for _ in 0..10 {
            limiter.pass().await;
        }
        assert_eq!(start.elapsed().as_millis(), FAR.as_millis() * 10);
    }
}
