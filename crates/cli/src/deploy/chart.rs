//! Where the time went: a bar for each resource.
use jiff::Timestamp;
use stackgen_deploy::progress::ResourceEvent;
use stackgen_deploy::run::Span;
use unicode_width::UnicodeWidthStr as _;

use crate::shell::{ERROR, FAINT, STATUS};
use crate::{table, time};

/// How wide a time is: `59 min 59 s`.
const TIME: usize = 11;

/// Bars under each other on one axis of time, in the order in which they began.
pub(crate) fn text(spans: &[Span], width: usize) -> String {
    let Some(from) = spans.iter().map(|span| span.from).min() else { return String::new() };
    let to = spans.iter().map(|span| span.to).max().unwrap_or(from);
    let mut spans: Vec<&Span> = spans.iter().collect();
    spans.sort_by_key(|span| (span.from, span.to));
    let names = spans.iter().map(|span| span.id.width()).max().unwrap_or(0).min(width / 3);
    let room = width.saturating_sub(names + TIME + 4).max(10);
    let axis = Axis { from, to, room };
    let mut text = String::new();
    for span in spans {
        let name = table::shorten(&span.id, names);
        let blanks = " ".repeat(names.saturating_sub(name.width()));
        let took = time::spoken(time::between(span.from, span.to));
        text += &format!("{name}{blanks}  {}  {took:>TIME$}\n", axis.bar(span));
    }
    let total = time::spoken(time::between(from, to));
    let line = format!("{}{total:>room$}", " ".repeat(names + 2));
    text + &format!("{FAINT}{line}{FAINT:#}\n")
}

/// Columns in place of seconds.
struct Axis {
    from: Timestamp,
    to: Timestamp,
    room: usize,
}

impl Axis {
    fn column(&self, at: Timestamp) -> usize {
        let part = (at.as_millisecond() - self.from.as_millisecond()).max(0);
        let whole = (self.to.as_millisecond() - self.from.as_millisecond()).max(1);
        usize::try_from(i64::try_from(self.room).unwrap_or(0) * part / whole).unwrap_or(0).min(self.room)
    }

    /// A bar is one column wide at least. One that failed ends with a cross, whatever the colour.
    fn bar(&self, span: &Span) -> String {
        let start = self.column(span.from).min(self.room - 1);
        let length = self.column(span.to).saturating_sub(start).max(1);
        let is_bad = span.status.ends_with("FAILED");
        let (style, end) = if is_bad { (ERROR, "x") } else { (STATUS, "█") };
        let after = self.room - start - length;
        format!("{}{style}{}{end}{style:#}{}", " ".repeat(start), "█".repeat(length - 1), " ".repeat(after))
    }
}

/// Whether an event is about the stack itself.
pub(crate) fn is_stack(event: &ResourceEvent) -> bool {
    event.path.is_empty() && event.type_name == "AWS::CloudFormation::Stack" && event.id == event.stack
}

#[cfg(test)]
mod tests {
    use stackgen_deploy::follow::spans;

    use super::*;

    fn event(id: &str, status: &str, second: i64) -> ResourceEvent {
        ResourceEvent {
            stack: "prod".into(),
            path: Vec::new(),
            id: id.into(),
            type_name: if id == "prod" { "AWS::CloudFormation::Stack" } else { "AWS::EC2::VPC" }.into(),
            physical_id: None,
            status: status.into(),
            reason: None,
            at: Timestamp::from_second(second).unwrap(),
        }
    }

    #[test]
    fn bars_stand_where_the_time_went() {
        let events = [
            event("prod", "CREATE_IN_PROGRESS", 0),
            event("Vpc", "CREATE_IN_PROGRESS", 0),
            event("Vpc", "CREATE_IN_PROGRESS", 1),
            event("Vpc", "CREATE_COMPLETE", 10),
            event("Gateway", "CREATE_IN_PROGRESS", 10),
            event("Gateway", "CREATE_FAILED", 40),
            event("prod", "ROLLBACK_IN_PROGRESS", 40),
        ];
        let own: Vec<ResourceEvent> = events.into_iter().filter(|event| !is_stack(event)).collect();
        let shown = anstream::adapter::strip_str(&text(&spans(&own), 50)).to_string();
        let expected =
            ["Vpc      ███████                            10 s", "Gateway         █████████████████████x         30 s"];
        assert_eq!(shown.lines().count(), 3, "{shown}");
        assert!(shown.lines().all(|line| line.width() <= 50), "{shown}");
        for (line, wanted) in shown.lines().zip(expected) {
            let squeezed = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
            assert_eq!(squeezed(line).split(' ').next(), squeezed(wanted).split(' ').next());
        }
        assert!(shown.lines().nth(1).unwrap().contains('x'), "{shown}");
        assert!(shown.lines().nth(2).unwrap().contains("40 s"), "{shown}");
    }
}
