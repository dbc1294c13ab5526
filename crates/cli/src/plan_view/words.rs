//! What things are called in plans.
use stackgen_deploy::plan::{Action, Change, Consequence, Fate, Plan, PropertyChange, StackPlan, Verb};

use crate::table::counted;
use crate::time;

/// A group of changes that mean the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Group {
    pub(super) symbol: &'static str,
    pub(super) word: &'static str,
    /// Whether a reader has to stop at it.
    pub(super) is_grave: bool,
}

/// From what is hard to undo to what is not.
const GROUPS: [Group; 10] = [
    Group { symbol: "!", word: "data at risk", is_grave: true },
    Group { symbol: "x", word: "fails", is_grave: true },
    Group { symbol: "-", word: "removed", is_grave: true },
    Group { symbol: "<", word: "left behind", is_grave: true },
    Group { symbol: "-/+", word: "replaced", is_grave: true },
    Group { symbol: "-/+", word: "may be replaced", is_grave: true },
    Group { symbol: "~", word: "stops and starts", is_grave: true },
    Group { symbol: "~", word: "changed in place", is_grave: false },
    Group { symbol: ">", word: "taken in", is_grave: false },
    Group { symbol: "+", word: "new", is_grave: false },
];

/// The place of what is replaced.
const REPLACED: usize = 4;
/// How many letters the number of a host has.
const NUMBER: usize = 8;

/// The group of a change, as a place in [`GROUPS`].
fn group(change: &Change) -> usize {
    match change.consequence {
        Consequence::DataAtRisk(_) => 0,
        Consequence::Fails => 1,
        Consequence::Removed(Fate::Kept) => 3,
        Consequence::Removed(_) => 2,
        Consequence::Replaced if change.action == Action::MayReplace => 5,
        Consequence::Replaced => REPLACED,
        Consequence::Restart => 6,
        Consequence::InPlace if change.action == Action::Import => 8,
        Consequence::InPlace => 7,
        Consequence::New => 9,
    }
}

/// A change as it is listed: a resource that goes and the one that takes its place are one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row<'a> {
    pub(super) change: &'a Change,
    pub(super) heir: Option<&'a Change>,
}

/// The changes by group, those without any left out.
pub(super) fn grouped(changes: &[Change]) -> Vec<(Group, Vec<Row<'_>>)> {
    let heirs: Vec<(&str, &Change)> =
        changes.iter().filter_map(|change| Some((&*change.id, heir(change, changes)?))).collect();
    let mut groups: Vec<(Group, Vec<Row<'_>>)> = GROUPS.iter().map(|group| (*group, Vec::new())).collect();
    for change in changes {
        let heir = heirs.iter().find(|(id, _)| *id == change.id).map(|(_, heir)| *heir);
        let is_heir = heirs.iter().any(|(_, heir)| heir.id == change.id);
        let at = if heir.is_some() { REPLACED } else { group(change) };
        if !is_heir {
            groups[at].1.push(Row { change, heir });
        }
    }
    groups.retain(|(_, rows)| !rows.is_empty());
    groups
}

/// What takes the place of a resource that goes: one of its type and its name, but with another number. Hosts get a new one
/// whenever a new machine has to boot.
fn heir<'a>(gone: &Change, changes: &'a [Change]) -> Option<&'a Change> {
    let name = without_number(&gone.id).filter(|_| matches!(gone.consequence, Consequence::Removed(_)))?;
    changes.iter().find(|change| {
        change.consequence == Consequence::New
            && change.type_name == gone.type_name
            && without_number(&change.id) == Some(name)
    })
}

fn without_number(id: &str) -> Option<&str> {
    let (name, number) = id.split_at_checked(id.len().checked_sub(NUMBER)?)?;
    let is_number = number.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'A'..=b'F'));
    (is_number && !name.is_empty()).then_some(name)
}

impl Row<'_> {
    /// Its name, or both names.
    pub(super) fn name(&self) -> String {
        match self.heir {
            Some(heir) => format!("{} → {}", self.change.id, heir.id),
            None => self.change.id.clone(),
        }
    }

    /// What happens, unless the group and the properties say it already.
    pub(super) fn meaning(&self) -> Option<&str> {
        let meaning = match self.heir {
            Some(_) => "a new one takes its place, and then it is deleted",
            None => &self.change.meaning,
        };
        let said = ["is made", "is deleted", "comes into the stack as it is"];
        let is_said = said.contains(&meaning) || meaning.starts_with("changes in place");
        (!is_said).then_some(meaning)
    }

    /// The Rust `file:line` that makes it.
    pub(super) fn source(&self) -> Option<&str> {
        self.heir.unwrap_or(self.change).source.as_deref()
    }
}

/// What the change of a property does to its resource, if more than to change it.
pub(super) fn effect(change: &Change, property: &PropertyChange) -> Option<&'static str> {
    property.replaces.then_some(match (change.consequence, change.action) {
        (Consequence::Restart, _) => "stops it",
        (_, Action::MayReplace) => "may replace it",
        _ => "replaces it",
    })
}

/// Such as `1 replaced, 2 new`.
pub(super) fn tally(changes: &[Change]) -> String {
    let groups = grouped(changes);
    let parts: Vec<String> = groups.iter().map(|(group, rows)| format!("{} {}", rows.len(), group.word)).collect();
    parts.join(", ")
}

/// What is done to a stack.
pub(super) fn verb(stack: &StackPlan) -> &'static str {
    match stack.verb {
        Verb::Nothing => "no changes",
        Verb::Create => "create",
        Verb::Update => "update",
        Verb::Recreate => "delete what failed, and create",
        Verb::Import => "import",
        Verb::Destroy => "destroy",
    }
}

/// How long it takes, as far as anybody knows.
pub(super) fn duration(seconds: u64) -> String {
    // Nobody knows it to the second.
    let rounded = if seconds > 60 { seconds.div_ceil(30) * 30 } else { seconds.div_ceil(5) * 5 };
    let spoken = time::spoken(i64::try_from(rounded).unwrap_or(i64::MAX));
    format!("about {}", spoken.trim_end_matches(" 0 s"))
}

/// What a stack still needs from people: nothing, or a count.
pub(super) fn approvals(count: usize) -> String {
    format!("{} needed", counted(count, "approval"))
}

/// One line over all stacks.
pub(super) fn summary(plan: &Plan) -> String {
    let count = |verbs: &[Verb]| plan.stacks.iter().filter(|stack| verbs.contains(&stack.verb)).count();
    let counts = [
        (count(&[Verb::Create, Verb::Recreate]), "to create"),
        (count(&[Verb::Update]), "to update"),
        (count(&[Verb::Import]), "to import into"),
        (count(&[Verb::Destroy]), "to destroy"),
        (count(&[Verb::Nothing]), "without changes"),
    ];
    let mut parts: Vec<String> =
        counts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect();
    let dangers: usize = plan.stacks.iter().map(|stack| stack.dangers.len()).sum();
    if dangers > 0 {
        parts.push(approvals(dangers));
    }
    let busy = plan.stacks.iter().filter(|stack| stack.verb != Verb::Nothing && stack.seconds > 0);
    let seconds: Vec<u64> = busy.map(|stack| stack.seconds).collect();
    if seconds.len() > 1 {
        // Stacks that do not wait for each other take their time together; so much is the most.
        parts.push(format!("at most {}", duration(seconds.iter().sum())));
    }
    format!("{}: {}", counted(plan.stacks.len(), "stack"), parts.join(", "))
}
