//! Rules: what the parameters of a stack must satisfy together.
use crate::condition::Test;
use crate::node::{Node, Object};

/// Assertions on parameters, checked before anything is created or changed.
#[derive(Clone, Debug, Default)]
pub struct Rule(pub(crate) Object);

impl Rule {
    /// A rule without assertions yet.
    pub fn new() -> Self {
        Rule::default()
    }

    /// Only checked if the test holds.
    #[must_use]
    pub fn when(mut self, test: impl Into<Test>) -> Self {
        self.0.set("RuleCondition", test.into().into_node());
        self
    }

    /// What must hold, and what to say if it does not.
    #[must_use]
    pub fn assert(mut self, test: impl Into<Test>, otherwise: &str) -> Self {
        let fields = [("Assert", test.into().into_node()), ("AssertDescription", Node::text(otherwise.to_owned()))];
        let assertion = Node::Object(fields.into_iter().collect());
        match self.0.entry("Assertions") {
            Node::List(assertions) => assertions.push(assertion),
            empty => *empty = Node::List(vec![assertion]),
        }
        self
    }
}
