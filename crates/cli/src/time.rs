//! Times as people say them.
use jiff::Timestamp;

/// How long something takes: its two largest parts.
pub(crate) fn spoken(seconds: i64) -> String {
    match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, 0, seconds) => format!("{seconds} s"),
        (0, minutes, seconds) => format!("{minutes} min {seconds} s"),
        (hours, minutes, _) => format!("{hours} h {minutes} min"),
    }
}

/// How long ago something was: its largest part. What lies ahead is now.
pub(crate) fn age(now: Timestamp, then: Timestamp) -> String {
    let seconds = between(then, now);
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3600 => format!("{} min", seconds / 60),
        3600..172_800 => format!("{} h", seconds / 3600),
        _ => format!("{} d", seconds / 86_400),
    }
}

/// How many seconds there are from one time to another; none if it lies before.
pub(crate) fn between(from: Timestamp, to: Timestamp) -> i64 {
    (to.as_second() - from.as_second()).max(0)
}

/// The hour, such as `16:09:35`, in Greenwich.
pub(crate) fn hour(at: Timestamp) -> String {
    let seconds = at.as_second().rem_euclid(86_400);
    format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

/// Day and minute, such as `2027-01-01 16:09`, in Greenwich.
pub(crate) fn minute(at: Timestamp) -> String {
    let text = at.to_string();
    text.get(..16).unwrap_or(&text).replace('T', " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_spoken() {
        assert_eq!(
            [0, 59, 61, 3599, 3600, 90_061].map(spoken),
            ["0 s", "59 s", "1 min 1 s", "59 min 59 s", "1 h 0 min", "25 h 1 min"]
        );
    }

    #[test]
    fn ages_have_one_part() {
        let now: Timestamp = "2027-01-10T12:00:00Z".parse().unwrap();
        let at = |text: &str| age(now, text.parse().unwrap());
        assert_eq!(at("2027-01-10T11:59:30Z"), "30 s");
        assert_eq!(at("2027-01-10T11:01:00Z"), "59 min");
        assert_eq!(at("2027-01-09T11:01:00Z"), "24 h");
        assert_eq!(at("2027-01-01T12:00:00Z"), "9 d");
        assert_eq!(at("2027-02-01T12:00:00Z"), "0 s");
        assert_eq!((hour(now), minute(now)), ("12:00:00".to_owned(), "2027-01-10 12:00".to_owned()));
    }
}
