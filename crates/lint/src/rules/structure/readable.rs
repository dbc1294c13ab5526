//! E0000: the text is a template at all.
use crate::document::Document;
use crate::report::Report;
use crate::rule::{Check, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    id: "E0000",
    name: "readable",
    reason: "A text that is neither YAML nor JSON, or a key that stands twice in a map, is refused by CloudFormation or, worse, \
             one of the two values is lost without a word.",
    fix: "Correct the syntax at this line; of two equal keys keep one.",
    good: "Resources:\n  Topic:\n    Type: AWS::SNS::Topic\n",
    bad: "Resources:\n  Topic:\n    Type: AWS::SNS::Topic\n  Topic:\n    Type: AWS::SNS::Topic\n",
    check: Check::Elsewhere,
};

/// Both places of every key that stands twice.
pub(crate) fn report_duplicates(document: &Document, report: &mut Report<'_>) {
    for duplicate in &document.duplicates {
        let path = if duplicate.path.is_empty() {
            duplicate.name.clone()
        } else {
            format!("{}/{}", duplicate.path, duplicate.name)
        };
        let (first, again) = (duplicate.first.start.line, duplicate.again.start.line);
        let message =
            |other: u32| format!("the key `{}` stands in this map twice; the other is in line {other}", duplicate.name);
        report.add(duplicate.first, path.clone(), message(again));
        report.add(duplicate.again, path, message(first));
    }
}
