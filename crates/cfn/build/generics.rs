//! The type parameters of builders and property types: one for each required property, saying whether it was set.
use std::collections::HashSet;

use super::model::{Record, Setter};
use super::names::pascal;

/// The parameters of one type, in the forms that Rust wants.
pub struct Generics {
    /// `<DeviceName, Size>`, or nothing.
    pub names: String,
    parameters: Vec<Parameter>,
}

struct Parameter {
    name: String,
    /// The method that sets the property, which is also what the marker is called.
    method: String,
}

impl Generics {
    /// The parameters that a type needs. Each is named after its property, unless that would hide a type that is used.
    pub fn of(record: &Record) -> Self {
        let used: HashSet<&str> = record.mentions().chain([record.name.as_str()]).collect();
        let parameter = |setter: &Setter| {
            let name = pascal(&setter.property);
            let name = if used.contains(name.as_str()) { name + "State" } else { name };
            Parameter { name, method: setter.method.clone() }
        };
        let parameters = record.setters.iter().filter(|setter| setter.required).map(parameter).collect();
        let mut generics = Generics { names: String::new(), parameters };
        generics.names = generics.list(|parameter| parameter.name.clone());
        generics
    }

    /// With what they are when nobody writes them: all set.
    pub fn defaults(&self) -> String {
        self.list(|parameter| format!("{} = k::Set", parameter.name))
    }

    /// With the demand that all are set.
    pub fn given(&self) -> String {
        self.list(|parameter| format!("{}: k::Given", parameter.name))
    }

    /// What they are in the beginning: all missing.
    pub fn empty(&self) -> String {
        self.list(|parameter| format!("crate::missing::{}", parameter.method))
    }

    /// What they are after one method was called.
    pub fn after(&self, method: &str) -> String {
        self.list(|parameter| if parameter.method == method { "k::Set".to_owned() } else { parameter.name.clone() })
    }

    /// All of them as one type.
    pub fn state(&self) -> String {
        let names: Vec<&str> = self.parameters.iter().map(|parameter| parameter.name.as_str()).collect();
        match names[..] {
            [name] => name.to_owned(),
            _ => format!("({})", names.join(", ")),
        }
    }

    fn list(&self, form: impl Fn(&Parameter) -> String) -> String {
        if self.parameters.is_empty() {
            return String::new();
        }
        let forms: Vec<String> = self.parameters.iter().map(form).collect();
        format!("<{}>", forms.join(", "))
    }
}
