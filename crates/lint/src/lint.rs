//! From text to findings.
use stackgen_schema::{Date, Facts};

use crate::Span;
use crate::context::Context;
use crate::document::{self, Document, Entry, Node, ReadError};
use crate::report::{Finding, Report, Sink};
use crate::rules::{self, structure};
use crate::suppress::Suppressions;
use crate::template::Template;
use crate::walk::Walker;

/// What the caller wants to know.
#[derive(Debug, Clone)]
pub struct Options {
    /// The regions that the template is meant for.
    pub regions: Vec<String>,
    /// Ids of rules, or beginnings of ids such as `W` or `E30`, that are not wanted.
    pub ignore: Vec<String>,
    /// If there are any, only these rules are wanted: ids or beginnings of ids.
    pub only: Vec<String>,
    /// The day for which it is asked what has ended. Nothing here looks at a clock.
    pub today: Date,
}

impl Default for Options {
    /// Every rule, for us-east-1, as cfn-lint does, on the day that the facts are of.
    fn default() -> Self {
        let collected = Facts::embedded().sources().first().and_then(|source| source.date.parse().ok());
        let today = collected.unwrap_or(Date::since_1970(0));
        Options { regions: vec!["us-east-1".to_owned()], ignore: Vec::new(), only: Vec::new(), today }
    }
}

/// Everything that is wrong with a template, by position. What cannot be read is a finding too: `E0000`, alone.
#[must_use]
pub fn lint(text: &str, options: &Options) -> Vec<Finding> {
    lint_read(&document::read(text), options)
}

/// The same for a text that is perhaps something else, such as a pipeline's description: nothing, if it can be read and is no
/// template.
#[must_use]
pub fn lint_if_template(text: &str, options: &Options) -> Option<Vec<Finding>> {
    let read = document::read(text);
    let is_other = read.as_ref().is_ok_and(|document| !is_template(document.root()));
    (!is_other).then(|| lint_read(&read, options))
}

/// Other formats have a section `Resources` too: CodeDeploy's is a list.
fn is_template(root: Node<'_>) -> bool {
    let has_type = |entry: &Entry<'_>| entry.key.text.starts_with("Fn::") || entry.value.get("Type").is_some();
    let resources = root.get("Resources").filter(|resources| resources.is_map());
    root.get("AWSTemplateFormatVersion").is_some() || resources.is_some_and(|it| it.entries().any(|it| has_type(&it)))
}

fn lint_read(read: &Result<Document, ReadError>, options: &Options) -> Vec<Finding> {
    let mut sink = Sink::default();
    match read {
        Ok(document) if document.duplicates.is_empty() => lint_document(document, options, &mut sink),
        Ok(document) => {
            let mut report = Report::new(&structure::readable::RULE, &mut sink);
            structure::readable::report_duplicates(document, &mut report);
        }
        Err(error) => {
            let span = Span { start: error.position, end: error.position };
            Report::new(&structure::readable::RULE, &mut sink).add(span, String::new(), error.message.clone());
        }
    }
    let mut findings = sink.findings;
    findings.retain(|finding| options.wants(finding.rule));
    findings.sort_by(|one, other| (one.span, one.rule, &one.message).cmp(&(other.span, other.rule, &other.message)));
    findings.dedup_by(|one, other| one.span == other.span && one.rule == other.rule && one.message == other.message);
    findings
}

fn lint_document(document: &Document, options: &Options, sink: &mut Sink) {
    if !document.root().is_map() {
        let message = "a template is a map with the section `Resources`; this text is none".to_owned();
        return Report::new(&structure::readable::RULE, sink).add(Span::START, String::new(), message);
    }
    let template = Template::new(document);
    let context = Context::new(&template, &options.regions, options.today);
    for (rule, check) in &rules::checks().templates {
        if options.wants(rule.id) {
            check(&context, &mut Report::new(rule, sink));
        }
    }
    Walker::walk(&context, sink);
    let suppressions = Suppressions::new(&template);
    sink.findings.retain(|finding| !suppressions.cover(finding));
}

impl Options {
    fn wants(&self, id: &str) -> bool {
        let named = |list: &[String]| list.iter().any(|wanted| !wanted.is_empty() && id.starts_with(wanted.as_str()));
        (self.only.is_empty() || named(&self.only)) && !named(&self.ignore)
    }
}
