//! Outputs: what a stack tells people and programs.
use crate::condition::Condition;
use crate::node::{Node, Object};
use crate::value::IntoValue;

/// An output of a stack.
#[derive(Clone, Debug)]
pub struct Output(pub(crate) Object);

impl Output {
    pub(crate) fn new(value: Node) -> Self {
        Output([("Value", value)].into_iter().collect())
    }

    /// What it is.
    pub fn description(&mut self, text: &str) -> &mut Self {
        self.set("Description", Node::text(text.to_owned()))
    }

    /// Exports it under a name that is unique in the account and region. Nobody can then change or drop it while a stack
    /// imports it.
    pub fn export(&mut self, name: impl IntoValue<String>) -> &mut Self {
        let export = [("Name", name.into_value().into_node())];
        self.set("Export", Node::Object(export.into_iter().collect()))
    }

    /// Only there if the condition holds.
    pub fn only_if(&mut self, condition: &Condition) -> &mut Self {
        self.set("Condition", condition.node())
    }

    fn set(&mut self, key: &'static str, node: Node) -> &mut Self {
        self.0.set(key, node);
        self
    }
}
