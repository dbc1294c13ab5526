//! JUnit's XML: a suite for each file, a test case for each finding, and one that passes for a file without any.
use std::fmt::Write as _;

use super::word;
use crate::graph::escape::xml;
use crate::lint::{Found, Outcome};

pub(super) fn text(outcome: &Outcome) -> String {
    let (mut suites, mut tests) = (String::new(), 0);
    for (file, findings) in by_file(outcome) {
        let name = xml(file);
        let cases = findings.len().max(1);
        tests += cases;
        put(
            &mut suites,
            format_args!(
                "  <testsuite name=\"{name}\" tests=\"{cases}\" failures=\"{}\" errors=\"0\">\n",
                findings.len()
            ),
        );
        for found in &findings {
            case(&mut suites, found);
        }
        if findings.is_empty() {
            put(&mut suites, format_args!("    <testcase name=\"clean\" classname=\"{name}\"/>\n"));
        }
        suites += "  </testsuite>\n";
    }
    let failures = outcome.findings.len();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"stackgen lint\" tests=\"{tests}\" \
         failures=\"{failures}\" errors=\"0\">\n{suites}</testsuites>\n"
    )
}

fn case(text: &mut String, found: &Found) {
    let finding = &found.finding;
    let (file, start) = (xml(&found.file), finding.span.start);
    let name = xml(&format!("{} {}", finding.rule, finding.path));
    let (kind, message, fix) = (word(finding.severity), xml(&finding.message), xml(finding.fix));
    put(
        text,
        format_args!(
            "    <testcase name=\"{}\" classname=\"{file}\" file=\"{file}\" line=\"{}\">\n      \
         <failure type=\"{kind}\" message=\"{message}\">{file}:{}:{}: {fix}</failure>\n    </testcase>\n",
            name.trim_end(),
            start.line,
            start.line,
            start.column
        ),
    );
}

/// The files with findings or without, in the order in which they were linted; then those of findings elsewhere.
fn by_file(outcome: &Outcome) -> Vec<(&str, Vec<&Found>)> {
    let mut files: Vec<(&str, Vec<&Found>)> = Vec::new();
    for found in &outcome.findings {
        match files.last_mut().filter(|(file, _)| *file == found.file) {
            Some((_, findings)) => findings.push(found),
            None => files.push((&found.file, vec![found])),
        }
    }
    let is_found = |name: &str| outcome.findings.iter().any(|it| it.file == name || it.stack.as_deref() == Some(name));
    files.extend(outcome.templates.iter().filter(|name| !is_found(name)).map(|name| (name.as_str(), Vec::new())));
    files
}

fn put(text: &mut String, words: std::fmt::Arguments<'_>) {
    text.write_fmt(words).expect("writing to text never fails");
}
