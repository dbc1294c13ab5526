//! E3027: when a rule of EventBridge runs.
use crate::report::Report;
use crate::rule::{Check, Rule};
use crate::walk::Place;

/// Source: *Setting a schedule pattern for scheduled rules* in the EventBridge user guide.
pub static RULE: Rule = Rule {
    id: "E3027",
    name: "schedule-expression",
    reason: "EventBridge knows `rate(5 minutes)` and `cron(…)` with six parts, one of the two days being `?`.",
    fix: "Write `rate(number unit)`, or `cron(minutes hours day-of-month month day-of-week year)`.",
    good: "Resources:\n  Nightly:\n    Type: AWS::Events::Rule\n    Properties:\n      ScheduleExpression: cron(0 3 * * ? *)\n",
    bad: "Resources:\n  Nightly:\n    Type: AWS::Events::Rule\n    Properties:\n      ScheduleExpression: cron(0 3 * * * *)\n",
    check: Check::Value(check),
};

fn check(place: &Place<'_, '_>, report: &mut Report<'_>) {
    if place.resource.type_name != "AWS::Events::Rule" || place.property_path() != "/ScheduleExpression" {
        return;
    }
    let Some(text) = place.literal().and(place.node.text()) else { return };
    if let Some(message) = wrong(text) {
        report.at(place.node, || message);
    }
}

fn wrong(text: &str) -> Option<String> {
    let inner = |name: &str| text.strip_prefix(name)?.strip_suffix(')');
    if let Some(rate) = inner("rate(") {
        return wrong_rate(rate);
    }
    let Some(cron) = inner("cron(") else {
        return Some(format!("`{text}` is neither `rate(…)` nor `cron(…)`"));
    };
    match cron.split(' ').collect::<Vec<_>>().as_slice() {
        [_, _, month, _, week, _] if *month != "?" && *week != "?" => {
            Some(format!("`{cron}` names days of the month and of the week; one of the two is `?`"))
        }
        [_, _, _, _, _, _] => None,
        parts => Some(format!("`cron(…)` has six parts with one space between, and these are {}", parts.len())),
    }
}

fn wrong_rate(rate: &str) -> Option<String> {
    let Some((number, unit)) = rate.split_once(' ') else {
        return Some(format!("`{rate}` is no number and unit, such as `5 minutes`"));
    };
    let units = if number == "1" { ["minute", "hour", "day"] } else { ["minutes", "hours", "days"] };
    match number.parse::<u64>() {
        Ok(0) | Err(_) => Some(format!("`{number}` is no whole number above 0")),
        Ok(_) if !units.contains(&unit) => Some(format!("`{unit}` is not one of {}", units.join(", "))),
        Ok(_) => None,
    }
}
