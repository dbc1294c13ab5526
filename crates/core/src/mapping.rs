//! Mappings: tables in a template.
use crate::node::{Local, Name, Node, Object};
use crate::value::{IntoValue, Value};

/// A table with two levels of keys.
#[derive(Clone, Debug)]
pub struct Mapping {
    /// The stack and the name, once it was added.
    home: Option<Local>,
    pub(crate) table: Object,
}

impl<V: IntoValue<String>, const N: usize, const M: usize> From<[(&str, [(&str, V); M]); N]> for Mapping {
    fn from(rows: [(&str, [(&str, V); M]); N]) -> Self {
        let cell = |(key, value): (&str, V)| (key.to_owned(), value.into_value().into_node());
        let row = |cells: [(&str, V); M]| Node::Object(cells.into_iter().map(cell).collect());
        let table = rows.into_iter().map(|(key, cells)| (key.to_owned(), row(cells))).collect();
        Mapping { home: None, table }
    }
}

impl Mapping {
    pub(crate) fn named(mut self, stack: &Name, id: &str) -> Self {
        self.home = Some(Local { stack: stack.clone(), id: id.into() });
        self
    }

    /// The value under two keys.
    pub fn find(&self, first: impl IntoValue<String>, second: impl IntoValue<String>) -> Value<String> {
        Value::raw(Node::call("Fn::FindInMap", self.path(first, second)))
    }

    /// The value under two keys, or another one if there is none.
    pub fn find_or(
        &self,
        first: impl IntoValue<String>,
        second: impl IntoValue<String>,
        otherwise: impl IntoValue<String>,
    ) -> Value<String> {
        let default = [("DefaultValue", otherwise.into_value().into_node())];
        let default = Node::Object(default.into_iter().collect());
        Value::raw(Node::call("Fn::FindInMap", self.path(first, second).into_iter().chain([default])))
    }

    fn path(&self, first: impl IntoValue<String>, second: impl IntoValue<String>) -> [Node; 3] {
        let name = match &self.home {
            Some(home) => Node::Local(Box::new(home.clone())),
            None => Node::fault("the mapping is in no stack; look values up in what `Stack::mapping` gives back"),
        };
        [name, first.into_value().into_node(), second.into_value().into_node()]
    }
}
