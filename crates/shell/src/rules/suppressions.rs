//! Comments that silence rules.

use crate::rules::RULES;
use crate::script::Script;
use crate::{Found, Rule, allow};

pub static WITHOUT_REASON: Rule = Rule {
    id: "S2029",
    name: "allow-without-reason",
    reason: "A comment that silences a rule must say why, or nobody can tell later whether it still holds.",
    fix: "Write `# stackgen allow=S2003: the reason`, with ids or names of rules that exist.",
    good: "# stackgen allow=S2003: the image may lack this user\nuserdel games || true\n",
    bad: "# stackgen allow=S2012\necho 'mounting'\n",
    check: without_reason,
};

fn without_reason(script: &Script<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for comment in &script.comments {
        let Some(allowance) = allow::allowance(comment) else { continue };
        let unknown =
            allowance.rules.split(',').find(|one| !RULES.iter().any(|rule| rule.id == *one || rule.name == *one));
        let message = match unknown {
            _ if allowance.reason.is_empty() => {
                format!("`allow={}` has no reason and silences nothing", allowance.rules)
            }
            Some(unknown) => format!("no rule is called {unknown}"),
            None => continue,
        };
        found.push(Found { line: comment.line, statement: comment.line, message });
    }
    found
}
