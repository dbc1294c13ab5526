//! What is wrong with a boot script, told from its text. Nothing is run.
//!
//! `reader` makes commands of the text, `script` knows how they hang together, and each rule under `rules` looks for one
//! mistake. A script that a script writes with a heredoc is checked like one of its own. Only scripts of bash and sh are
//! read; cloud-config, archives of several parts and other interpreters have no findings.

mod allow;
mod guards;
mod reader;
mod rules;
mod script;
mod secret;
pub mod shellcheck;
mod syntax;
mod wrappers;

pub use rules::RULES;

use script::Script;

/// One thing that is wrong, and where.
#[derive(Debug, Clone)]
pub struct Finding {
    /// The rule that found it.
    pub rule: &'static Rule,
    /// The line, counted from 1.
    pub line: usize,
    /// What is wrong here and why. It never holds the value of a secret.
    pub message: String,
}

/// One mistake that boot scripts make.
#[derive(Debug)]
pub struct Rule {
    /// `S2001` and so on.
    pub id: &'static str,
    /// A name in words with dashes.
    pub name: &'static str,
    /// Why it is a mistake.
    pub reason: &'static str,
    /// What to write instead.
    pub fix: &'static str,
    /// A script without the mistake. A first line that is missing is a strict bash script's.
    pub good: &'static str,
    /// A script that makes this mistake and no other.
    pub bad: &'static str,
    check: fn(&Script<'_>) -> Vec<Found>,
}

/// What a rule found. Comments that allow it may stand at the line or where its statement begins.
#[derive(Debug)]
struct Found {
    line: usize,
    statement: usize,
    message: String,
}

/// A script with a plain word where CloudFormation puts a value in: the shell never sees a `${…}` of CloudFormation's.
/// `names` are the values as they are written in the text, such as `AWS::Region`.
#[must_use]
pub fn with_plain_values<'a>(text: &str, names: impl IntoIterator<Item = &'a str>) -> String {
    names.into_iter().fold(text.to_owned(), |text, name| text.replace(&format!("${{{name}}}"), "x"))
}

/// Everything that is wrong with a script, by line and then by rule.
#[must_use]
pub fn check(script: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    for script in script::with_written_scripts(script) {
        for rule in RULES {
            let found = (rule.check)(&script).into_iter().filter(|found| !allow::allows(&script, rule, found));
            findings.extend(found.map(|found| Finding { rule, line: found.line, message: found.message }));
        }
    }
    findings.sort_by(|one, other| (one.line, one.rule.id).cmp(&(other.line, other.rule.id)));
    findings
        .dedup_by(|one, other| one.line == other.line && one.rule.id == other.rule.id && one.message == other.message);
    findings
}

#[cfg(test)]
mod tests {
    use super::with_plain_values;

    #[test]
    fn only_values_of_cloudformation_become_plain_words() {
        let text = "aws --region '${AWS::Region}' \"${HOME}\" ${Disk.VolumeId} ${AWS::Region}\n";
        let plain = with_plain_values(text, ["AWS::Region", "Disk.VolumeId"]);
        assert_eq!(plain, "aws --region 'x' \"${HOME}\" x x\n");
    }
}
