//! Comments that allow a finding: `# stackgen allow=S2003: the reason`, on its line or above it.

use crate::script::Script;
use crate::syntax::Comment;
use crate::{Found, Rule};

/// What such a comment says.
pub struct Allowance<'a> {
    pub rules: &'a str,
    pub reason: &'a str,
}

/// Reads a comment if it allows something.
pub fn allowance<'a>(comment: &Comment<'a>) -> Option<Allowance<'a>> {
    let rest = comment.text.split_once("stackgen allow=").filter(|(before, _)| before.trim().is_empty())?.1;
    let end = rest.find([':', ' ']).unwrap_or(rest.len());
    Some(Allowance { rules: &rest[..end], reason: rest[end..].trim_start_matches(':').trim() })
}

/// True if a comment with a reason allows what was found.
pub fn allows(script: &Script<'_>, rule: &Rule, found: &Found) -> bool {
    script.comments.iter().any(|comment| {
        let is_there = comment.line == found.line || comment.line == found.statement;
        let is_above = comment.is_alone && (comment.line + 1 == found.statement || comment.line + 1 == found.line);
        // Nothing can stand above the first line.
        let is_below_first = found.line == script.first_line && comment.line == found.line + 1;
        (is_there || is_above || is_below_first)
            && allowance(comment).is_some_and(|allowance| {
                !allowance.reason.is_empty() && allowance.rules.split(',').any(|one| one == rule.id || one == rule.name)
            })
    })
}
