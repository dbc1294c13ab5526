//! What happens, while it happens: on a terminal a line for each resource that is moving, and above them what is done; off a
//! terminal only that, in plain lines; for programs one JSON object a line.
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::time::Instant;

use jiff::Timestamp;
use serde_json::{Value as Json, json};
use stackgen_deploy::plan::{PLAN_VERSION, Plan, StackPlan};
use stackgen_deploy::progress::{Progress, ResourceEvent};

use super::words;
use crate::shell::{ERROR, FAINT, STATUS, Shell, WARNING};
use crate::{plan_view, table, time};

/// How many cells a bar has.
const BAR: usize = 10;
/// Names of types are of use only as far as they are readable.
const TYPE: usize = 34;

/// What is going on in all stacks of a command.
pub(crate) struct View<'a> {
    shell: &'a Shell,
    /// Whether each line says of which stack it is.
    is_many: bool,
    /// Whether programs read it.
    is_json: bool,
    /// How many seconds pass there in one of ours.
    speed: f64,
    state: RefCell<State>,
}

#[derive(Default)]
struct State {
    stacks: BTreeMap<String, Stack>,
    /// The resources that are moving, in the order in which they began.
    rows: Vec<Row>,
}

/// A stack whose turn it is.
struct Stack {
    verb: String,
    step: Option<String>,
    since: Instant,
    /// Seconds by logical id.
    expected: BTreeMap<String, u64>,
    is_over: bool,
}

/// A resource that is moving.
struct Row {
    stack: String,
    name: String,
    type_name: String,
    verb: &'static str,
    began: Timestamp,
    since: Instant,
    expected: Option<u64>,
}

impl<'a> View<'a> {
    pub(crate) fn new(shell: &'a Shell, is_many: bool, is_json: bool, speed: f64) -> Self {
        View { shell, is_many, is_json, speed, state: RefCell::default() }
    }

    /// Takes note of something.
    pub(crate) fn say(&self, progress: Progress) {
        if self.is_json {
            let line = serde_json::to_string(&shown(&progress)).expect("events have text keys");
            // Whoever read it and left cannot stop what AWS does.
            let _ = self.shell.data(&(line + "\n"));
        }
        match progress {
            Progress::StackBegins { stack, verb, expected } => self.begin(stack, verb, expected),
            Progress::Planned { plan } => self.planned(&plan),
            Progress::Step { stack, what } => self.step(stack, what),
            Progress::Resource(event) => self.resource(event),
            Progress::StackEnds { stack, status, good, .. } => self.end(&stack, &status, good),
            Progress::Waiting { stack, why } => self.status("Waiting", &format!("{stack}: {why}")),
        }
    }

    /// Draws what is going on now. To be called every [`crate::shell::TICK`].
    pub(crate) fn draw(&self) {
        let rows = self.shell.rows();
        if self.is_json || rows == 0 {
            return;
        }
        let state = self.state.borrow();
        let mut lines: Vec<String> = state.rows.iter().map(|row| self.row(row)).collect();
        // A stack none of whose resources moves is doing something else.
        let idle = state
            .stacks
            .iter()
            .filter(|(name, stack)| !stack.is_over && !state.rows.iter().any(|row| row.stack == **name));
        lines.extend(idle.map(|(name, stack)| self.idle(name, stack)));
        if lines.len() > rows {
            let more = lines.len() - rows + 1;
            lines.truncate(rows - 1);
            lines.push(format!("{:>12} {more} more", "and"));
        }
        self.shell.live(&lines);
    }

    /// The stacks whose turn it is, and whether CloudFormation is updating them.
    pub(crate) fn running(&self) -> Vec<(String, bool)> {
        let state = self.state.borrow();
        let open = state.stacks.iter().filter(|(_, stack)| !stack.is_over);
        open.map(|(name, stack)| (name.clone(), stack.verb == "update")).collect()
    }

    /// Whether a stack's turn has come.
    pub(crate) fn has_begun(&self, stack: &str) -> bool {
        self.state.borrow().stacks.contains_key(stack)
    }

    fn begin(&self, stack: String, verb: String, expected: Vec<(String, String, u64)>) {
        self.status(words::doing_stack(&verb), &stack);
        let expected = expected.into_iter().map(|(id, _, seconds)| (id, seconds)).collect();
        let entry = Stack { verb, step: None, since: Instant::now(), expected, is_over: false };
        self.state.borrow_mut().stacks.insert(stack, entry);
    }

    fn planned(&self, plan: &StackPlan) {
        let object = format!("{}: {}", plan.stack, table::counted(plan.changes.len(), "change"));
        self.status("Planned", &object);
    }

    fn step(&self, stack: String, what: String) {
        if self.shell.rows() == 0 {
            self.status("Working", &format!("{stack}: {what}"));
        }
        if let Some(stack) = self.state.borrow_mut().stacks.get_mut(&stack) {
            (stack.step, stack.since) = (Some(what), Instant::now());
        }
    }

    fn end(&self, stack: &str, status: &str, good: bool) {
        let mut state = self.state.borrow_mut();
        state.rows.retain(|row| row.stack != stack);
        let took = state.stacks.get_mut(stack).map(|stack| std::mem::replace(&mut stack.is_over, true));
        drop(state);
        if took == Some(true) {
            return;
        }
        let (style, verb) = if good { (STATUS, "Done") } else { (ERROR, "Failed") };
        self.styled(style, verb, &format!("{stack} ({status})"));
    }

    fn resource(&self, event: ResourceEvent) {
        let (action, phase) = words::parts(&event.status);
        if event.path.is_empty() && event.type_name == "AWS::CloudFormation::Stack" && event.id == event.stack {
            return self.stack_itself(&event, action, phase);
        }
        let name = self.name(&event);
        let mut state = self.state.borrow_mut();
        let found = state.rows.iter().position(|row| row.stack == event.stack && row.name == name);
        if phase == "IN_PROGRESS" {
            let verb = words::doing(action);
            match found {
                // It says so twice: when it begins, and when it knows the physical id.
                Some(at) if state.rows[at].verb == verb => {}
                _ => {
                    found.map(|at| state.rows.remove(at));
                    let expected =
                        state.stacks.get(&event.stack).and_then(|stack| stack.expected.get(&event.id).copied());
                    let (stack, type_name) = (event.stack, event.type_name);
                    state.rows.push(Row {
                        stack,
                        name,
                        type_name,
                        verb,
                        began: event.at,
                        since: Instant::now(),
                        expected,
                    });
                }
            }
            return;
        }
        let took = found.map(|at| time::between(state.rows.remove(at).began, event.at));
        drop(state);
        self.done(&event, &name, action, phase, took);
    }

    fn done(&self, event: &ResourceEvent, name: &str, action: &str, phase: &str, took: Option<i64>) {
        let took = took.map(|seconds| format!("  {}", time::spoken(seconds))).unwrap_or_default();
        let room = self.shell.width().saturating_sub(13 + name.chars().count() + 2 + took.len());
        let kind = if room < TYPE.min(event.type_name.len()) {
            String::new()
        } else {
            format!("  {FAINT}{}{FAINT:#}", table::shorten(&event.type_name, room))
        };
        let object = format!("{name}{kind}{took}");
        let reason = event.reason.as_deref().unwrap_or_default();
        match phase {
            "FAILED" if words::is_cancelled(reason) => self.styled(WARNING, "Cancelled", &object),
            "FAILED" => {
                self.styled(ERROR, "Failed", &object);
                // Whoever wants to hear nothing hears the first cause at the end.
                if !(self.is_json || self.shell.is_quiet()) {
                    let lines = table::wrap(words::plain(reason), self.shell.width().saturating_sub(13));
                    self.shell.message(&lines.iter().map(|line| format!("{:13}{line}\n", "")).collect::<String>());
                }
            }
            "SKIPPED" => self.status("Kept", &object),
            _ => self.status(words::done(action), &object),
        }
    }

    /// What is said of the stack itself is of interest when it turns back.
    fn stack_itself(&self, event: &ResourceEvent, action: &str, phase: &str) {
        match (action, phase) {
            // What follows a rollback is called after it.
            (action, "IN_PROGRESS") if action.ends_with("CLEANUP") => self.status("Cleaning up", &event.stack),
            (action, "IN_PROGRESS") if action.contains("ROLLBACK") => {
                self.styled(WARNING, "Rolling back", &event.stack);
            }
            _ => {}
        }
    }

    fn name(&self, event: &ResourceEvent) -> String {
        let stack = self.is_many.then_some(&event.stack);
        stack.into_iter().chain(&event.path).chain([&event.id]).map(String::as_str).collect::<Vec<_>>().join("/")
    }

    fn row(&self, row: &Row) -> String {
        let elapsed = self.elapsed(row.since);
        let time = match row.expected.filter(|seconds| *seconds > 0) {
            Some(expected) => {
                format!("{} {} of ~{}", bar(elapsed, expected), time::spoken(elapsed), time::spoken(whole(expected)))
            }
            None => time::spoken(elapsed),
        };
        let kind = table::shorten(&row.type_name, TYPE);
        self.line(row.verb, &row.name, &kind, &time)
    }

    fn idle(&self, name: &str, stack: &Stack) -> String {
        let step = stack.step.clone().unwrap_or_else(|| "waiting for CloudFormation".to_owned());
        self.line("Working", &format!("{name}: {step}"), "", &time::spoken(self.elapsed(stack.since)))
    }

    /// Name and time stay whole; the type gives way. Room for a `^C` is left.
    fn line(&self, verb: &str, name: &str, kind: &str, time: &str) -> String {
        let room = self.shell.width().saturating_sub(13 + time.chars().count() + 2 + 3);
        let name = table::shorten(name, room);
        let left = room.saturating_sub(name.chars().count() + 2);
        let kind = if left < 12 { String::new() } else { table::shorten(kind, left) };
        let gap = if kind.is_empty() { "" } else { "  " };
        format!("{STATUS}{verb:>12}{STATUS:#} {name}{gap}{FAINT}{kind}{FAINT:#}  {time}")
    }

    /// Seconds since then, as they pass there.
    #[expect(clippy::cast_possible_truncation, reason = "nobody waits that long")]
    fn elapsed(&self, since: Instant) -> i64 {
        (since.elapsed().as_secs_f64() * self.speed) as i64
    }

    fn status(&self, verb: &str, object: &str) {
        self.styled(STATUS, verb, object);
    }

    fn styled(&self, style: anstyle::Style, verb: &str, object: &str) {
        if !self.is_json {
            self.shell.styled(style, verb, object);
        }
    }
}

/// What programs are shown: of a plan, nothing that is sent, which may hold secrets.
fn shown(progress: &Progress) -> Json {
    let Progress::Planned { plan } = progress else { return json!(progress) };
    let whole =
        Plan { version: PLAN_VERSION, account: String::new(), region: String::new(), stacks: vec![(**plan).clone()] };
    let whole: Json = serde_json::from_str(&plan_view::json(&whole)).expect("it is JSON");
    json!({"event": "planned", "plan": whole["stacks"][0]})
}

/// How far it is, as text.
fn bar(elapsed: i64, expected: u64) -> String {
    let elapsed = usize::try_from(elapsed).unwrap_or(0);
    let full = (elapsed * BAR / usize::try_from(expected).unwrap_or(usize::MAX).max(1)).min(BAR);
    format!("[{}{}]", "=".repeat(full), " ".repeat(BAR - full))
}

fn whole(seconds: u64) -> i64 {
    i64::try_from(seconds).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::bar;

    #[test]
    fn a_bar_fills_and_never_runs_over() {
        assert_eq!(bar(0, 10), "[          ]");
        assert_eq!(bar(5, 10), "[=====     ]");
        assert_eq!(bar(50, 10), "[==========]");
    }
}
