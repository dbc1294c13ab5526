//! What things are called in plans.
use stackgen_deploy::plan::{Change, Consequence, Plan, StackPlan, Verb};

use crate::deploy::words::counted;
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
pub(super) const GROUPS: [Group; 7] = [
    Group { symbol: "!", word: "data at risk", is_grave: true },
    Group { symbol: "x", word: "fails", is_grave: true },
    Group { symbol: "-", word: "removed", is_grave: true },
    Group { symbol: "-/+", word: "replaced", is_grave: true },
    Group { symbol: "~", word: "stops and starts", is_grave: true },
    Group { symbol: "~", word: "changed in place", is_grave: false },
    Group { symbol: "+", word: "new", is_grave: false },
];

/// The group of a change, as a place in [`GROUPS`].
pub(super) fn group(change: &Change) -> usize {
    match change.consequence {
        Consequence::DataAtRisk(_) => 0,
        Consequence::Fails => 1,
        Consequence::Removed(_) => 2,
        Consequence::Replaced => 3,
        Consequence::Restart => 4,
        Consequence::InPlace => 5,
        Consequence::New => 6,
    }
}

/// The changes by group, those without any left out.
pub(super) fn grouped(changes: &[Change]) -> Vec<(Group, Vec<&Change>)> {
    let groups = GROUPS.iter().enumerate();
    let all =
        groups.map(|(at, named)| (*named, changes.iter().filter(|change| group(change) == at).collect::<Vec<_>>()));
    all.filter(|(_, changes)| !changes.is_empty()).collect()
}

/// Such as `1 replaced, 2 new`.
pub(super) fn tally(changes: &[Change]) -> String {
    let groups = grouped(changes);
    let parts: Vec<String> =
        groups.iter().map(|(group, changes)| format!("{} {}", changes.len(), group.word)).collect();
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
