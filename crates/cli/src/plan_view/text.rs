//! A plan on a terminal.
use anstyle::{AnsiColor, Style};
use stackgen_deploy::plan::{Change, Plan, PropertyChange, StackPlan, Verb};
use unicode_width::UnicodeWidthStr;

use super::value::{self, Shown, cut};
use super::words::{self, Group, Row};
use super::{boot, sentence};
use crate::shell::{ERROR, FAINT, STATUS, STRONG, WARNING};
use crate::table;

/// How many lines of a boot script's difference are shown.
const SCRIPT: usize = 40;
/// How far what belongs to a line is moved in.
const INNER: usize = 6;
/// A line is told in at most so many.
const FOLDED: usize = 6;
/// A value is readable with so many letters.
const READABLE: usize = 12;

const ADDED: Style = AnsiColor::Green.on_default();
const GONE: Style = AnsiColor::Red.on_default();

/// The whole plan, in lines of that width.
pub(crate) fn text(plan: &Plan, width: usize) -> String {
    let mut page = Page { text: String::new(), width };
    for stack in &plan.stacks {
        page.stack(plan, stack);
    }
    page.line(&format!("{STRONG}{}{STRONG:#}", words::summary(plan)));
    page.text
}

struct Page {
    text: String,
    width: usize,
}

impl Page {
    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    /// Words in as many lines as they take, all but the first moved in further.
    fn words(&mut self, indent: usize, start: &str, style: Style, text: &str) {
        let hang = indent + start.width();
        let room = self.width.saturating_sub(hang).max(READABLE);
        let lines = table::wrap(text, room).into_iter();
        let lines = lines.flat_map(|line| table::fold(&line, room));
        for (at, line) in lines.enumerate() {
            let front = if at == 0 { format!("{:indent$}{style}{start}{style:#}", "") } else { " ".repeat(hang) };
            self.line(&format!("{front}{}", line.replace(sentence::TIE, " ")));
        }
    }

    fn section(&mut self, title: &str) {
        self.line("");
        self.line(&format!("  {STRONG}{title}{STRONG:#}"));
    }

    fn stack(&mut self, plan: &Plan, stack: &StackPlan) {
        self.head(plan, stack);
        for (group, rows) in words::grouped(&stack.changes) {
            let style = if group.is_grave { WARNING } else { STRONG };
            self.line("");
            self.line(&format!("  {style}{} {}{style:#}", group.symbol, group.word));
            rows.iter().for_each(|row| self.row(stack, group, row));
        }
        self.collisions(stack);
        self.permissions(stack);
        self.openings(stack);
        self.boot_scripts(stack);
        self.values(stack);
        self.exports(stack);
        if !stack.remarks.is_empty() {
            self.section("Remarks");
            stack.remarks.iter().for_each(|remark| self.words(2, "* ", STRONG, remark));
        }
        self.approvals(stack);
        self.line("");
    }

    fn head(&mut self, plan: &Plan, stack: &StackPlan) {
        let mut facts = vec![words::verb(stack).to_owned()];
        if stack.verb != Verb::Nothing {
            facts[0] += &format!(" in {}", plan.region);
            facts.extend((stack.seconds > 0).then(|| words::duration(stack.seconds)));
        }
        let name = format!("{STRONG}{}{STRONG:#}", stack.stack);
        self.line(&format!("{name}: {}", facts.join(", ")));
        let mut counts = words::tally(&stack.changes);
        if !stack.dangers.is_empty() {
            counts += &format!("; {}", words::approvals(stack.dangers.len()));
        }
        if !counts.is_empty() {
            self.words(2, "", STRONG, &counts);
        }
        if !stack.waits_for.is_empty() {
            let first = stack.waits_for.join(" and ");
            let told = format!("told from its template: CloudFormation is asked once {first} is done");
            self.words(2, "", STRONG, &told);
        }
        if !stack.capabilities.is_empty() && stack.verb != Verb::Nothing {
            self.words(2, "acknowledges ", Style::new(), &stack.capabilities.join(", "));
        }
    }

    fn row(&mut self, stack: &StackPlan, group: Group, row: &Row<'_>) {
        let change = row.change;
        let title = format!("{} {}", group.symbol, row.name());
        let mut used = 4 + title.width();
        let mut line = format!("    {title}");
        let source = row.source().unwrap_or_default();
        if used + 2 + change.type_name.width() <= self.width {
            used += 2 + change.type_name.width();
            line += &format!("  {FAINT}{}{FAINT:#}", change.type_name);
        }
        let fits = !source.is_empty() && used + 2 + source.width() <= self.width;
        if fits {
            line += &format!("{:>1$}", source, self.width - used);
        }
        self.line(&line);
        if !source.is_empty() && !fits {
            self.words(INNER, "", STRONG, source);
        }
        if let Some(meaning) = row.meaning() {
            self.words(INNER, "", STRONG, meaning);
        }
        change.properties.iter().for_each(|property| self.property(stack, change, property));
    }

    fn property(&mut self, stack: &StackPlan, of: &Change, property: &PropertyChange) {
        let is_script = property.path.ends_with("UserData") && stack.boot_scripts.iter().any(|one| one.id == of.id);
        let mut notes = Vec::new();
        notes.extend(words::effect(of, property).map(str::to_owned));
        notes.extend(property.cause.as_ref().map(|cause| format!("because of {cause}")));
        let note = if notes.is_empty() { String::new() } else { format!("  ({})", notes.join(", ")) };
        if is_script {
            return self.words(INNER, "", STRONG, &format!("{}: see the boot script below{note}", property.path));
        }
        match value::shown(property) {
            Shown::Short { before, after } => {
                self.short(INNER, &property.path, [before.as_deref(), after.as_deref()], &note)
            }
            Shown::Lines(lines) => {
                self.words(INNER, "", STRONG, &format!("{}:{note}", property.path));
                lines.iter().for_each(|line| self.diff(INNER + 2, line));
            }
        }
    }

    /// Old and new on one line if both are readable there, else below each other.
    fn short(&mut self, indent: usize, path: &str, values: [Option<&str>; 2], note: &str) {
        let [old, new] = values.map(|value| value.unwrap_or("(none)"));
        let used = indent + path.width() + ": ".width() + old.width() + " → ".width() + new.width();
        if used > self.width {
            self.words(indent, "", STRONG, &format!("{path}:{note}"));
            self.diff(indent + 2, &format!("- {old}"));
            return self.diff(indent + 2, &format!("+ {new}"));
        }
        let line = format!("{:indent$}{path}: {GONE}{old}{GONE:#} → {ADDED}{new}{ADDED:#}", "");
        if used + note.width() <= self.width {
            return self.line(&format!("{line}{FAINT}{note}{FAINT:#}"));
        }
        self.line(&line);
        self.words(indent + 2, "", STRONG, note.trim());
    }

    /// A line with its sign in front, in as many lines as it takes. Only what is very long is cut, in its middle.
    fn diff(&mut self, indent: usize, line: &str) {
        let style = match line.as_bytes().first() {
            Some(b'+') => ADDED,
            Some(b'-') => GONE,
            Some(b'@') => FAINT,
            _ => Style::new(),
        };
        let line = line.trim_end();
        let room = self.width.saturating_sub(indent).max(READABLE);
        let hang = (line.len() - line.get(1..).unwrap_or_default().trim_start().len()).min(room / 2);
        let room = if line.width() > room { room - hang } else { room };
        for (at, part) in table::fold(&cut(line, room * FOLDED), room).iter().enumerate() {
            let indent = if at == 0 { indent } else { indent + hang };
            let part = if part.is_empty() { String::new() } else { format!("{:indent$}{style}{part}{style:#}", "") };
            self.line(&part);
        }
    }

    fn collisions(&mut self, stack: &StackPlan) {
        let (title, prefix) = if stack.collisions.is_empty() { ("Handover", "") } else { ("Collisions", "handover: ") };
        if stack.collisions.is_empty() && stack.handover.is_none() {
            return;
        }
        self.section(title);
        for collision in &stack.collisions {
            let style = if collision.fails { ERROR } else { WARNING };
            self.line(&format!("    {style}! {}{style:#}  {}", collision.kind.name(), collision.ids.join(", ")));
            self.words(INNER, "", STRONG, &sentence::collision(collision));
            self.words(INNER, "way: ", STRONG, &collision.way);
        }
        if let Some(handover) = &stack.handover {
            self.words(4, prefix, STRONG, &sentence::handover(handover));
        }
    }

    fn permissions(&mut self, stack: &StackPlan) {
        if stack.permissions.is_empty() {
            return;
        }
        self.section("Permissions");
        for change in &stack.permissions {
            let (start, style) = sign(change.is_added);
            // In a new stack all is new, and a sentence for each is enough.
            let wide = if change.widens && stack.verb != Verb::Create { " (more than before)" } else { "" };
            let said = sentence::permission(change);
            let on = sentence::short_resources(change);
            if stack.verb == Verb::Create {
                let by = sentence::holder(change).map_or(String::new(), |holder| format!(" by {holder}"));
                let on = on.map_or(String::new(), |on| format!(" on {on}"));
                self.words(4, start, style, &format!("{said}{by}{on}"));
                continue;
            }
            self.words(4, start, style, &format!("{said}{wide}"));
            if let Some(on) = on {
                self.words(INNER, "on ", FAINT, &on);
            }
            if let Some(condition) = &change.condition {
                self.words(INNER, "if ", FAINT, condition);
            }
            if let Some(holder) = sentence::holder(change) {
                self.words(INNER, "by ", FAINT, holder);
            }
        }
    }

    fn openings(&mut self, stack: &StackPlan) {
        if stack.openings.is_empty() {
            return;
        }
        self.section("Network");
        for change in &stack.openings {
            let (start, style) = sign(change.is_added);
            let wide = if change.widens && stack.verb != Verb::Create { " (more than before)" } else { "" };
            self.words(4, start, style, &format!("{}{wide}", sentence::opening(change)));
        }
    }

    fn boot_scripts(&mut self, stack: &StackPlan) {
        if stack.boot_scripts.is_empty() {
            return;
        }
        self.section("Boot scripts");
        for change in &stack.boot_scripts {
            self.words(4, &format!("{}: ", change.id), STRONG, &change.meaning);
            if boot::is_new(change) {
                let lines = change.diff.lines().count().saturating_sub(1);
                let told = format!("{lines} lines; `stackgen userdata show {}` prints them", stack.stack);
                self.words(INNER, "", STRONG, &told);
                continue;
            }
            let trimmed = boot::trimmed(change, SCRIPT);
            if !trimmed.sections.is_empty() {
                self.words(INNER, "sections: ", Style::new(), &trimmed.sections.join(", "));
            }
            trimmed.lines.iter().for_each(|line| self.diff(INNER, line));
            if trimmed.more > 0 {
                self.line(&format!("{:INNER$}… {} lines more", "", trimmed.more));
            }
        }
    }

    fn values(&mut self, stack: &StackPlan) {
        for (section, title) in
            [("parameter", "Parameters"), ("output", "Outputs"), ("tag", "Tags"), ("setting", "Settings")]
        {
            let values: Vec<_> = stack.values.iter().filter(|value| value.section == section).collect();
            if values.is_empty() {
                continue;
            }
            self.section(title);
            for changed in values {
                let [before, after] = [&changed.before, &changed.after].map(|one| one.as_deref().map(value::readable));
                match (before.as_deref(), after.as_deref()) {
                    (None, Some(new)) => self.diff(4, &format!("+ {}: {new}", changed.name)),
                    (Some(old), None) => self.diff(4, &format!("- {}: {old}", changed.name)),
                    (old, new) => self.short(4, &format!("~ {}", changed.name), [old, new], ""),
                }
            }
        }
    }

    fn exports(&mut self, stack: &StackPlan) {
        if stack.exports.is_empty() {
            return;
        }
        self.section("Exports");
        for change in &stack.exports {
            let (start, style) = if change.is_removed { ("- ", GONE) } else { ("~ ", WARNING) };
            self.words(4, start, style, &sentence::export(change));
        }
    }

    fn approvals(&mut self, stack: &StackPlan) {
        if stack.dangers.is_empty() {
            return;
        }
        self.section("Approvals needed");
        for danger in &stack.dangers {
            self.line(&format!("    {ERROR}!{ERROR:#} {STATUS}--approve {danger}{STATUS:#}"));
            self.words(INNER, "", STRONG, &danger.reason);
        }
    }
}

fn sign(is_added: bool) -> (&'static str, Style) {
    if is_added { ("+ ", ADDED) } else { ("- ", GONE) }
}
