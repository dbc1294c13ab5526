//! Commands that GitHub's workflows show beside the lines of a pull request.
//! Source: *Workflow commands for GitHub Actions*, "Setting an error message".
use stackgen_lint::Severity;

use crate::lint::{Found, Outcome};

pub(super) fn text(outcome: &Outcome) -> String {
    outcome.findings.iter().map(line).collect()
}

fn line(found: &Found) -> String {
    let finding = &found.finding;
    let kind = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "notice",
    };
    let (start, end) = (finding.span.start, finding.span.end);
    let file = property(&found.file);
    // A column is only taken where beginning and end are on one line.
    let columns = match start.line == end.line && start.column < end.column && !found.in_source {
        true => format!(",col={},endColumn={}", start.column, end.column),
        false => String::new(),
    };
    let words = text_of(&format!("{}\n{}", finding.message, finding.fix));
    format!("::{kind} file={file},line={},endLine={}{columns},title={}::{words}\n", start.line, end.line, finding.rule)
}

fn text_of(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    text_of(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::{property, text_of};

    #[test]
    fn what_ends_a_command_is_written_otherwise() {
        assert_eq!(text_of("50 %\n::error::"), "50 %25%0A::error::");
        assert_eq!(property("a,b:c"), "a%2Cb%3Ac");
    }
}
