//! Where findings are gathered.
use crate::Span;
use crate::document::Node;
use crate::rule::{Rule, Severity, severity_of};

/// One thing that is wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The id of the rule.
    pub rule: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong here and why.
    pub message: String,
    /// What to write instead.
    pub fix: &'static str,
    /// Where in the file.
    pub span: Span,
    /// Where in the template, such as `Resources/Web/Properties/Size`.
    pub path: String,
}

/// Takes the findings of one rule after the other. A rule says what and where; its id and fix are known here.
#[derive(Debug)]
pub struct Report<'r> {
    id: &'static str,
    fix: &'static str,
    sink: &'r mut Sink,
}

/// What gathers findings: either all of them, or only whether there are any.
#[derive(Debug, Default)]
pub(crate) struct Sink {
    pub(crate) findings: Vec<Finding>,
    /// Asked whether a value fits a shape: findings are not made, only noticed.
    pub(crate) only_notice: bool,
    pub(crate) noticed: bool,
    /// Asked the same: it cannot be told, because a function gives part of the value.
    pub(crate) unknown: bool,
    /// Findings are about alternatives none of which the value satisfies.
    pub(crate) alternative: bool,
}

impl<'r> Report<'r> {
    pub(crate) fn new(rule: &'static Rule, sink: &'r mut Sink) -> Report<'r> {
        Report { id: rule.id, fix: rule.fix, sink }
    }

    /// The rule that finds something here.
    #[must_use]
    pub fn rule_id(&self) -> &'static str {
        self.id
    }

    /// Something is wrong with a value. The finding stands where cfn-lint puts it: at the key of the value, or at the item of
    /// a list ([`Node::place`]).
    pub fn at(&mut self, node: Node<'_>, message: impl FnOnce() -> String) {
        if !self.notice() {
            self.add(node.place(), node.path(), message());
        }
    }

    /// Something is wrong with the key of an entry below `node` that may not be there itself, such as `Fn::Sub` of a tag.
    pub fn at_value(&mut self, node: Node<'_>, message: impl FnOnce() -> String) {
        if !self.notice() {
            self.add(node.span(), node.path(), message());
        }
    }

    /// Something is wrong at a place in a value, such as a line of a script.
    pub fn at_span(&mut self, span: Span, node: Node<'_>, message: impl FnOnce() -> String) {
        if !self.notice() {
            self.add(span, node.path(), message());
        }
    }

    /// For findings of another rule than the one that looks.
    #[must_use]
    pub fn as_rule(&mut self, id: &'static str, fix: &'static str) -> Report<'_> {
        Report { id, fix, sink: self.sink }
    }

    fn notice(&mut self) -> bool {
        self.sink.noticed = true;
        self.sink.only_notice
    }

    pub(crate) fn add(&mut self, span: Span, path: String, mut message: String) {
        if self.sink.alternative {
            message.push_str(" (in one of the forms that are allowed here, none of which fits)");
        }
        let Report { id, fix, .. } = *self;
        self.sink.findings.push(Finding { rule: id, severity: severity_of(id), message, fix, span, path });
    }
}
