//! Mappings: tables in a template.
use stackgen_schema::nearest;

use crate::node::{Fault, Key, Local, Name, Node, Object};
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
        let row = |cells: [(&str, V); M]| {
            Node::Object(unique(cells.map(|(key, value)| (key, value.into_value().into_node()))))
        };
        Mapping { home: None, table: unique(rows.map(|(key, cells)| (key, row(cells)))) }
    }
}

/// An object in which a key that came twice is a fault, since one of its values would be lost.
fn unique<const N: usize>(entries: [(&str, Node); N]) -> Object {
    let mut object = Object::new();
    for (key, node) in entries {
        let twice = object.get(key).is_some();
        object.set(key.to_owned(), if twice { Node::fault(format!("the key `{key}` is there twice")) } else { node });
    }
    object
}

impl Mapping {
    pub(crate) fn named(mut self, stack: &Name, id: &str) -> Self {
        self.home = Some(Local { stack: stack.clone(), id: id.into() });
        self
    }

    /// The value under two keys.
    pub fn find(&self, first: impl IntoValue<String>, second: impl IntoValue<String>) -> Value<String> {
        let path = self.path(first, second);
        match self.missing(&path[1], &path[2]) {
            Some(fault) => Value::raw(Node::Fault(Box::new(fault))),
            None => Value::raw(Node::call("Fn::FindInMap", path)),
        }
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

    /// Why nothing can be under two keys, as far as they are literals.
    fn missing(&self, first: &Node, second: &Node) -> Option<Fault> {
        let row = match first.as_text() {
            Some(key) if self.table.get(key).is_none() => {
                return Some(no_key(key, self.table.iter().map(|(key, _)| key)));
            }
            Some(key) => Some(self.table.get(key).and_then(Node::as_object)?),
            None => None,
        };
        let key = second.as_text()?;
        let rows =
            || self.table.iter().filter_map(|(_, row)| row.as_object()).filter(|one| row.is_none_or(|row| row == *one));
        let known = rows().any(|row| row.get(key).is_some());
        (!known).then(|| no_key(key, rows().flat_map(Object::iter).map(|(key, _)| key)))
    }
}

fn no_key<'a>(key: &str, known: impl Iterator<Item = &'a Key>) -> Fault {
    let near = nearest(key, known.map(|key| &**key)).map(|near| format!("did you mean `{near}`?"));
    Fault::new(format!("`{key}` is no key of the mapping"), near)
}
