//! A plan as a comment of a pull request: first what a reviewer has to decide, then what happens, then details to open.
use std::fmt::Write;

use stackgen_deploy::collision::Collision;
use stackgen_deploy::plan::{Change, Plan, PropertyChange, StackPlan, Verb};

use super::value::{self, Shown, cut};
use super::{boot, sentence, words};

/// GitHub takes comments of 65,536 characters; what other tools put around a comment has some room.
const MOST: usize = 64_000;
/// How long a value in a table may be.
const VALUE: usize = 80;
/// How many lines of a boot script's difference are shown.
const SCRIPT: usize = 200;

/// The whole plan; what does not fit is left out, and said so.
pub(crate) fn markdown(plan: &Plan) -> String {
    let mut text = format!("### Plan for {}\n\n{}\n", code(&plan.region), escaped(&words::summary(plan)));
    text += &decisions(plan);
    for (at, stack) in plan.stacks.iter().enumerate() {
        let left = plan.stacks.len() - at;
        // What comes after needs room to say that it is missing.
        let room = MOST.saturating_sub(text.chars().count() + 200);
        let mut told = whole(stack);
        if told.chars().count() > room {
            told = brief(stack);
        }
        if told.chars().count() > room {
            let _ = write!(text, "\n*{left} more stacks do not fit here; `stackgen diff` shows them.*\n");
            break;
        }
        text += &told;
    }
    text
}

/// What somebody has to decide, over all stacks.
fn decisions(plan: &Plan) -> String {
    let dangers: Vec<String> = plan
        .stacks
        .iter()
        .flat_map(|stack| stack.dangers.iter().map(move |danger| (stack, danger)))
        .map(|(stack, danger)| {
            let typed = code(&format!("--approve {danger}"));
            format!("> - {typed} in {}: {}\n", code(&stack.stack), escaped(&cut(&danger.reason, 400)))
        })
        .collect();
    if dangers.is_empty() {
        return String::new();
    }
    let shown = &dangers[..dangers.len().min(50)];
    let more = dangers.len() - shown.len();
    let more = if more > 0 { format!("> - and {more} more\n") } else { String::new() };
    format!("\n> [!WARNING]\n> **This needs approval:**\n{}{more}", shown.concat())
}

fn title(stack: &StackPlan) -> String {
    let mut facts = vec![words::verb(stack).to_owned()];
    facts.extend((!stack.changes.is_empty()).then(|| words::tally(&stack.changes)));
    facts.extend((stack.verb != Verb::Nothing && stack.seconds > 0).then(|| words::duration(stack.seconds)));
    format!("<b>{}</b>: {}", html(&stack.stack), html(&facts.join("; ")))
}

/// A stack of which only the counts fit.
fn brief(stack: &StackPlan) -> String {
    format!("\n{}\n\n*Its details do not fit here; `stackgen diff {}` shows them.*\n", title(stack), stack.stack)
}

fn whole(stack: &StackPlan) -> String {
    if stack.verb == Verb::Nothing && stack.remarks.is_empty() {
        return format!("\n{}\n", title(stack));
    }
    let open = if stack.dangers.is_empty() { "" } else { " open" };
    let mut text = format!("\n<details{open}><summary>{}</summary>\n\n", title(stack));
    if !stack.waits_for.is_empty() {
        let first: Vec<String> = stack.waits_for.iter().map(|name| code(name)).collect();
        let _ =
            writeln!(text, "Told from its template: CloudFormation is asked once {} is done.\n", first.join(" and "));
    }
    text += &resources(stack);
    text += &list("Collisions", stack.collisions.iter().map(collision));
    text += &list("Handover", stack.handover.iter().map(sentence::handover));
    text += &permissions(stack);
    let openings = stack.openings.iter();
    text += &fenced("Network", openings.map(|one| marked(one.is_added, one.widens, &sentence::opening(one), stack)));
    text += &boot_scripts(stack);
    text += &values(stack);
    text += &list("Exports", stack.exports.iter().map(sentence::export));
    text += &list("Remarks", stack.remarks.iter().cloned());
    text + "</details>\n"
}

fn collision(collision: &Collision) -> String {
    let (name, ids) = (collision.kind.name(), collision.ids.join(", "));
    format!("{name} {ids}: {}. Way: {}", sentence::collision(collision), collision.way)
}

fn resources(stack: &StackPlan) -> String {
    if stack.changes.is_empty() {
        return String::new();
    }
    let mut text = "| | Resource | What happens |\n|---|---|---|\n".to_owned();
    let mut details = String::new();
    for (group, rows) in words::grouped(&stack.changes) {
        for row in rows {
            let change = row.change;
            let word = if group.is_grave { format!("**{}**", group.word) } else { group.word.to_owned() };
            let source = row.source().map_or(String::new(), |source| format!("<br>{}", code(source)));
            let symbol = code(group.symbol);
            let resource = format!("{}<br>{}", code(&row.name()), escaped(&change.type_name));
            let meaning = escaped(row.meaning().unwrap_or(&change.meaning));
            let _ = writeln!(text, "| {symbol} {word} | {resource}{source} | {meaning} |");
            details += &properties(stack, change);
        }
    }
    if !details.is_empty() {
        let _ = write!(text, "\n<details><summary>Properties</summary>\n\n{details}</details>\n");
    }
    text + "\n"
}

fn properties(stack: &StackPlan, change: &Change) -> String {
    if change.properties.is_empty() {
        return String::new();
    }
    let lines: Vec<String> = change.properties.iter().flat_map(|one| property(stack, change, one)).collect();
    format!("{}\n{}\n", code(&change.id), fence(&lines.join("\n")))
}

/// In a diff the sign is the first letter of its line.
fn property(stack: &StackPlan, of: &Change, property: &PropertyChange) -> Vec<String> {
    let cause = property.cause.as_ref().map_or(String::new(), |cause| format!("  (because of {cause})"));
    let effect = words::effect(of, property).map_or(String::new(), |effect| format!("  ({effect})"));
    let mut lines = vec![format!("  {}{effect}{cause}", property.path)];
    if property.path.ends_with("UserData") && stack.boot_scripts.iter().any(|one| one.id == of.id) {
        lines.push("  see the boot script below".to_owned());
        return lines;
    }
    match value::shown(property) {
        Shown::Short { before, after } => {
            lines.extend(before.map(|old| format!("- {}", cut(&old, VALUE))));
            lines.extend(after.map(|new| format!("+ {}", cut(&new, VALUE))));
        }
        Shown::Lines(shown) => lines.extend(shown.iter().map(|line| cut(line, VALUE))),
    }
    lines
}

fn permissions(stack: &StackPlan) -> String {
    let lines = stack.permissions.iter().map(|one| {
        let on = sentence::resources(one).map_or(String::new(), |on| format!(" on {on}"));
        let condition = one.condition.as_ref().map_or(String::new(), |condition| format!(" if {condition}"));
        let by = sentence::holder(one).map_or(String::new(), |holder| format!(" by {holder}"));
        let said = format!("{}{by}{on}{condition}", sentence::permission(one));
        marked(one.is_added, one.widens, &said, stack)
    });
    fenced("Permissions", lines)
}

fn marked(is_added: bool, widens: bool, said: &str, stack: &StackPlan) -> String {
    let sign = if is_added { '+' } else { '-' };
    let wide = if widens && stack.verb != Verb::Create { "  (more than before)" } else { "" };
    format!("{sign} {said}{wide}")
}

fn boot_scripts(stack: &StackPlan) -> String {
    let mut text = String::new();
    for change in &stack.boot_scripts {
        let _ = writeln!(text, "**Boot script of** {}: {}\n", code(&change.id), escaped(&change.meaning));
        if boot::is_new(change) {
            continue;
        }
        let trimmed = boot::trimmed(change, SCRIPT);
        let sections = trimmed.sections.join(", ");
        let sections = if sections.is_empty() { String::new() } else { format!(" of {}", html(&sections)) };
        let more = if trimmed.more > 0 { format!("\n… {} lines more", trimmed.more) } else { String::new() };
        let diff = fence(&format!("{}{more}", trimmed.lines.join("\n")));
        let _ = write!(text, "<details><summary>Lines{sections}</summary>\n\n{diff}\n</details>\n\n");
    }
    text
}

fn values(stack: &StackPlan) -> String {
    if stack.values.is_empty() {
        return String::new();
    }
    let mut text = "| | Name | Before | After |\n|---|---|---|---|\n".to_owned();
    for changed in &stack.values {
        let cell = |text: &Option<String>| {
            text.as_ref().map_or_else(|| "none".to_owned(), |text| code(&cut(&value::readable(text), VALUE)))
        };
        let (before, after) = (cell(&changed.before), cell(&changed.after));
        let _ = writeln!(text, "| {} | {} | {before} | {after} |", changed.section, code(&changed.name));
    }
    text + "\n"
}

fn list(title: &str, items: impl Iterator<Item = String>) -> String {
    let items: String = items.map(|item| format!("- {}\n", escaped(&item))).collect();
    if items.is_empty() { items } else { format!("**{title}**\n\n{items}\n") }
}

fn fenced(title: &str, lines: impl Iterator<Item = String>) -> String {
    let lines: Vec<String> = lines.collect();
    if lines.is_empty() { String::new() } else { format!("**{title}**\n\n{}\n", fence(&lines.join("\n"))) }
}

/// A block of code that no text inside can end.
fn fence(text: &str) -> String {
    let ticks = "`".repeat(longest_ticks(text).max(2) + 1);
    format!("{ticks}diff\n{text}\n{ticks}\n")
}

/// A piece of code on a line of a table.
fn code(text: &str) -> String {
    let text = text.replace('\n', "⏎").replace('|', "\\|");
    let ticks = "`".repeat(longest_ticks(&text) + 1);
    let gap = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{ticks}{gap}{text}{gap}{ticks}")
}

fn longest_ticks(text: &str) -> usize {
    text.split(|letter| letter != '`').map(str::len).max().unwrap_or(0)
}

/// Text in which nothing is markup, and nobody is called by an `@`.
fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for letter in text.chars() {
        match letter {
            '\n' => escaped.push(' '),
            '<' => escaped.push_str("&lt;"),
            '&' => escaped.push_str("&amp;"),
            '@' => escaped.push_str("&#64;"),
            '\\' | '`' | '*' | '_' | '|' | '[' | ']' | '#' | '~' => {
                escaped.push('\\');
                escaped.push(letter);
            }
            _ => escaped.push(letter),
        }
    }
    escaped
}

fn html(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('@', "&#64;")
}
