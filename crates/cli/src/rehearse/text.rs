//! A story for people.
use std::collections::BTreeMap;

use anstyle::Style;
use jiff::Timestamp;
use stackgen_deploy::run::{Ending, StackOutcome};
use unicode_width::UnicodeWidthStr as _;

use super::story::{Moment, Story, What};
use super::things::Remnant;
use super::{Seen, downtime::Downtime};
use crate::deploy::words;
use crate::shell::{ERROR, FAINT, HINT, STATUS, STRONG, WARNING};
use crate::{plan_view, table, time};

/// How wide a time is: `1:59:59`.
const TIME: usize = 7;
/// How wide a verb is, such as `Rolling back`.
const VERB: usize = 12;
/// A line with less room than this for words is not worth it.
const READABLE: usize = 20;

/// The whole story, in lines of that width.
pub(crate) fn text(seen: &Seen, story: &Story, now: Timestamp, width: usize) -> String {
    let mut page = Page { text: String::new(), width, start: story.start };
    page.from(seen, story, now);
    if let Some(plan) = &story.plan {
        page.text += &plan_view::text(plan, width);
    }
    page.approvals(story);
    page.events(story);
    page.calls(story);
    page.death(story);
    page.downtimes(story);
    page.afterwards(story);
    page.verdict(story);
    page.text
}

struct Page {
    text: String,
    width: usize,
    start: Timestamp,
}

impl Page {
    fn line(&mut self, line: &str) {
        self.text += line;
        self.text.push('\n');
    }

    fn title(&mut self, title: &str) {
        self.line("");
        self.line(&format!("{STRONG}{title}{STRONG:#}"));
    }

    /// Words in as many lines as they take, behind a beginning that the further lines are moved in by.
    fn words(&mut self, start: &str, style: Style, text: &str) {
        let hang = start.width();
        let lines = table::wrap(text, self.width.saturating_sub(hang).max(READABLE));
        for (at, line) in lines.iter().enumerate() {
            let front = if at == 0 { format!("{style}{start}{style:#}") } else { " ".repeat(hang) };
            self.line(&format!("{front}{line}"));
        }
    }

    fn from(&mut self, seen: &Seen, story: &Story, now: Timestamp) {
        let observed = &seen.observed;
        if seen.is_old {
            let age = time::age(now, observed.at);
            let text =
                format!("from what was seen {age} ago, at {}; it may have changed since", time::minute(observed.at));
            self.words("offline: ", WARNING, &text);
        }
        for note in observed.notes.iter().chain(&story.notes) {
            self.words("note: ", WARNING, note);
        }
        if !self.text.is_empty() {
            self.line("");
        }
    }

    fn approvals(&mut self, story: &Story) {
        let stacks = story.plan.iter().flat_map(|plan| &plan.stacks);
        let dangers: Vec<(String, String)> = stacks
            .flat_map(|stack| stack.dangers.iter().map(|it| (format!("{}/{it}", stack.stack), it.reason.clone())))
            .collect();
        if dangers.is_empty() {
            return;
        }
        self.title("Taken as approved");
        for (name, _) in dangers {
            self.words("  ! ", WARNING, &name);
        }
    }

    fn offset(&self, at: Timestamp) -> String {
        let seconds = time::between(self.start, at);
        let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        let told =
            if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes}:{seconds:02}") };
        format!("{told:>TIME$}")
    }

    fn events(&mut self, story: &Story) {
        if story.moments.is_empty() {
            return;
        }
        self.title("What would happen");
        let stacks: BTreeMap<&str, ()> =
            story.moments.iter().filter(|it| !it.stack.is_empty()).map(|it| (it.stack.as_str(), ())).collect();
        let mut last = BTreeMap::new();
        for moment in &story.moments {
            if is_said(&mut last, moment) {
                continue;
            }
            self.moment(moment, stacks.len() > 1);
        }
    }

    fn moment(&mut self, moment: &Moment, is_many: bool) {
        let at = self.offset(moment.at);
        let prefix = if is_many { format!("{}/", moment.stack) } else { String::new() };
        let (style, verb, object, reason) = match &moment.what {
            What::Step { step } => (STATUS, "Client", format!("{}: {step}", moment.stack), None),
            What::Death { killed_at } => (ERROR, "Client", format!("dies at call {killed_at}"), None),
            What::Resume { .. } => (STATUS, "Client", "another one goes on with `stackgen resume`".to_owned(), None),
            What::Status { id, type_name, status, reason, .. } => {
                let (action, phase) = words::parts(status);
                let is_stack = *id == moment.stack;
                let (style, verb) = said(action, phase, reason.as_deref().unwrap_or_default());
                let object = match is_stack {
                    true => format!("{STRONG}{}{STRONG:#} {FAINT}{status}{FAINT:#}", moment.stack),
                    false => {
                        let name = format!("{prefix}{id}");
                        let room = self.width.saturating_sub(TIME + VERB + 2 + name.width() + 2);
                        let kind = if room < 12 { String::new() } else { table::shorten(type_name, room) };
                        format!("{name}  {FAINT}{kind}{FAINT:#}")
                    }
                };
                let is_telling = phase == "FAILED" || is_stack && action.contains("ROLLBACK") && phase == "IN_PROGRESS";
                let is_telling = is_telling && verb != "Cancelled";
                (style, verb, object, reason.as_deref().filter(|_| is_telling))
            }
        };
        let indent = " ".repeat(TIME + VERB + 2);
        let front = format!("{FAINT}{at}{FAINT:#} {style}{verb:>VERB$}{style:#}");
        // What the client says are sentences; names are not torn apart.
        let room = self.width.saturating_sub(indent.len()).max(READABLE);
        let lines = if verb == "Client" { table::wrap(&object, room) } else { vec![object] };
        self.line(format!("{front} {}", lines.join(&format!("\n{indent}"))).trim_end());
        if let Some(reason) = reason {
            self.words(&indent, Style::new(), words::plain(reason));
        }
    }

    fn calls(&mut self, story: &Story) {
        if story.calls.is_empty() {
            return;
        }
        self.title("Calls that change something");
        for call in &story.calls {
            let about = call.about.as_deref().unwrap_or_default();
            let text = format!("{}:{} {about}", call.service, call.operation);
            let line = format!("{:>4}  {FAINT}{}{FAINT:#}  {}", call.number, self.offset(call.at), text.trim_end());
            self.line(&line);
        }
    }

    fn death(&mut self, story: &Story) {
        let Some(death) = &story.death else { return };
        self.title(&format!("When the client dies at call {}, {}", death.number, death.call));
        for (stack, status) in &death.statuses {
            self.line(&format!("  {stack}  {status}"));
        }
        death.hosts.iter().for_each(|host| self.line(&format!("  {host}")));
        for stack in &story.left {
            let text = format!("{stack} was not begun, or nothing of it was approved: {} it again", story.command());
            self.words("  * ", WARNING, &text);
        }
    }

    fn downtimes(&mut self, story: &Story) {
        if story.downtimes.is_empty() || story.calls.is_empty() {
            return;
        }
        self.title("Downtime");
        for one in &story.downtimes {
            let text = self.downtime(one, story);
            let style = if one.gaps.is_empty() { STATUS } else { WARNING };
            self.words(&format!("  {}/{}  ", one.stack, one.host), style, &text);
        }
    }

    fn downtime(&self, one: &Downtime, story: &Story) -> String {
        let Some(first) = one.gaps.first() else { return "none".to_owned() };
        let from = self.offset(first.from).trim().to_owned();
        if !one.is_over() {
            return format!("from {from} on: it does not come back by itself");
        }
        let end = story.moments.last().map_or(self.start, |moment| moment.at);
        let to = one.gaps.last().and_then(|gap| gap.to).unwrap_or(end);
        let times = if one.gaps.len() == 1 { String::new() } else { format!(", in {} pieces", one.gaps.len()) };
        let took = time::spoken(one.seconds(end));
        format!("about {took}{times}, from {from} to {}", self.offset(to).trim())
    }

    fn afterwards(&mut self, story: &Story) {
        let stacks: Vec<&StackOutcome> =
            story.outcome.stacks.iter().filter(|stack| stack.ending != Ending::Nothing).collect();
        let remains = &story.remains;
        let is_still = remains.retained.is_empty() && remains.deleted.is_empty() && remains.left_over.is_empty();
        if stacks.is_empty() && is_still && remains.snapshots.is_empty() {
            return;
        }
        self.title("Afterwards");
        for stack in stacks {
            let style = if stack.is_good() { STATUS } else { ERROR };
            let told = match (&stack.status, &stack.ending) {
                (_, Ending::Skipped(why)) => format!("left out: {why}"),
                (_, Ending::Refused(why)) => format!("refused: {why}"),
                (Some(status), _) => status.clone(),
                (None, Ending::Failed(why)) => why.clone(),
                (None, _) => String::new(),
            };
            self.words(&format!("  {}  ", stack.stack), style, &told);
        }
        let (lost, deleted): (Vec<&Remnant>, Vec<&Remnant>) =
            remains.deleted.iter().partition(|one| one.stateful && !one.has_copy);
        self.remnants("is deleted for good", WARNING, lost);
        self.remnants("stays, belongs to no stack and goes on to cost", WARNING, &remains.retained);
        self.remnants("is deleted", STATUS, deleted);
        self.remnants("was made and belongs to no stack", ERROR, &remains.left_over);
        for snapshot in &remains.snapshots {
            self.words("  * ", STRONG, &format!("{snapshot} was made, stays and costs"));
        }
    }

    fn remnants<'a>(&mut self, what: &str, style: Style, all: impl IntoIterator<Item = &'a Remnant>) {
        for one in all {
            let data = if one.stateful { ", which holds data," } else { "" };
            let text = format!("{}/{} ({}) {}{data} {what}", one.stack, one.id, one.type_name, one.physical_id);
            let style = if one.stateful { WARNING } else { style };
            self.words("  * ", style, &text);
        }
    }

    fn verdict(&mut self, story: &Story) {
        self.line("");
        let took = time::spoken(story.seconds());
        let is_idle = story.calls.is_empty() || story.moments.is_empty();
        if let Some(refused) = &story.refused {
            self.words("It would be refused: ", ERROR, refused);
            return story.hints.iter().for_each(|hint| self.words("hint: ", HINT, hint));
        }
        match story.cause() {
            _ if story.works && is_idle => self.words("It would work: ", STATUS, "there is nothing to do."),
            _ if story.works && story.death.is_some() => {
                let text = match story.left.as_slice() {
                    [] => "`stackgen resume` goes on where the client died.".to_owned(),
                    left => {
                        let left = left.join(" and ");
                        format!("`stackgen resume` clears up, and another `stackgen {}` does {left}.", story.command())
                    }
                };
                self.words("It would end well: ", STATUS, &text);
            }
            _ if story.works => self.words("It would work, ", STATUS, &format!("in about {took}.")),
            Some((stack, cause)) => {
                let text = format!("{stack}/{} ({}): {}", cause.id, cause.type_name, words::plain(&cause.reason));
                self.words("It would fail: ", ERROR, &text);
                if let Some(hint) = &cause.hint {
                    self.words("hint: ", HINT, hint);
                }
            }
            None => self.words("It would fail: ", ERROR, &ends(&story.outcome.stacks)),
        }
    }
}

fn ends(stacks: &[StackOutcome]) -> String {
    let why = stacks.iter().filter(|stack| !stack.is_good()).map(|stack| match &stack.ending {
        Ending::Failed(why) | Ending::Refused(why) | Ending::Skipped(why) => format!("{}: {why}", stack.stack),
        _ => stack.stack.clone(),
    });
    why.collect::<Vec<_>>().join("; ")
}

/// Whether there is nothing new in it: a status is told when it begins, and again when the physical id is known.
fn is_said<'a>(last: &mut BTreeMap<(&'a str, &'a str), &'a str>, moment: &'a Moment) -> bool {
    let What::Status { id, status, .. } = &moment.what else { return false };
    // A stack that is in review is nothing but a change set.
    if status == "REVIEW_IN_PROGRESS" {
        return true;
    }
    last.insert((&moment.stack, id), status) == Some(status)
}

fn said(action: &str, phase: &str, reason: &str) -> (Style, &'static str) {
    match phase {
        "IN_PROGRESS" if action.contains("CLEANUP") => (STATUS, "Cleaning up"),
        "IN_PROGRESS" if action.contains("ROLLBACK") => (WARNING, "Rolling back"),
        "IN_PROGRESS" => (STATUS, words::doing(action)),
        "FAILED" if words::is_cancelled(reason) => (WARNING, "Cancelled"),
        "FAILED" => (ERROR, "Failed"),
        "SKIPPED" => (WARNING, "Kept"),
        _ => (STATUS, words::done(action)),
    }
}
