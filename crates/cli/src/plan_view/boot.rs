//! Differences of boot scripts, cut where nobody reads on.
use stackgen_deploy::plan::BootScriptChange;

/// A difference as it is shown.
pub(super) struct Trimmed<'a> {
    /// The sections that change, each once.
    pub(super) sections: Vec<&'a str>,
    pub(super) lines: Vec<&'a str>,
    /// How many lines are not shown.
    pub(super) more: usize,
}

/// The first lines of a difference, and which sections it touches.
pub(super) fn trimmed(change: &BootScriptChange, most: usize) -> Trimmed<'_> {
    let all: Vec<&str> = change.diff.lines().collect();
    let mut sections: Vec<&str> = Vec::new();
    for line in &all {
        let name = line.strip_prefix("@@ ").and_then(|rest| rest.split_once(" @@ ")).map(|(_, name)| name);
        sections.extend(name.filter(|name| !sections.contains(name)));
    }
    let shown = if all.len() <= most + 1 { all.len() } else { most };
    Trimmed { sections, more: all.len() - shown, lines: all.into_iter().take(shown).collect() }
}

/// Whether the whole script is new: then its lines are no news.
pub(super) fn is_new(change: &BootScriptChange) -> bool {
    change.diff.starts_with("@@ -0,0 ")
}
