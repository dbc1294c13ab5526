//! What is going to be written: Rust names and documentation, with nothing left to decide.
use std::fmt;

/// A module with the resource types of one service.
#[derive(Debug)]
pub struct Service {
    /// The name of the module, such as `ec2`.
    pub module: String,
    /// The service as AWS spells it.
    pub name: String,
    /// Its types, in the order of their names.
    pub resources: Vec<Resource>,
}

/// A resource type: a handle, and a module with its builder and everything the builder takes.
#[derive(Debug, Default)]
pub struct Resource {
    /// The CloudFormation name.
    pub type_name: String,
    /// The name of the handle, such as `Volume`.
    pub handle: String,
    /// The name of the module, such as `volume`.
    pub module: String,
    /// Facts about the type.
    pub docs: Vec<String>,
    /// What `Fn::GetAtt` reads.
    pub attributes: Vec<Attribute>,
    /// The builder.
    pub builder: Record,
    /// The property types.
    pub types: Vec<Record>,
    /// Texts with known values.
    pub choices: Vec<Choice>,
    /// Names that another module of the service defines, by module.
    pub shared: Vec<(String, Vec<String>)>,
}

/// A builder or a property type.
#[derive(Debug, Default, PartialEq, Eq, Hash)]
pub struct Record {
    /// The name of the type.
    pub name: String,
    /// Facts about it.
    pub docs: Vec<String>,
    /// One for each property that a template may set.
    pub setters: Vec<Setter>,
}

impl Record {
    /// The types of the same module that its methods name.
    pub fn mentions(&self) -> impl Iterator<Item = &str> {
        self.setters.iter().filter_map(|setter| setter.kind.local())
    }
}

/// A method that sets a property.
#[derive(Debug, PartialEq, Eq, Hash)]
pub struct Setter {
    /// The property as AWS spells it.
    pub property: String,
    /// The name of the method.
    pub method: String,
    /// The Rust type that the property takes.
    pub kind: Type,
    /// Whether the property must be set, which the type then tracks.
    pub required: bool,
    /// Facts about the property.
    pub docs: String,
}

/// A Rust type.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Type {
    /// One that all modules know.
    Known(&'static str),
    /// One of the same module.
    Local(String),
    /// A list of one type.
    List(Box<Type>),
    /// Names to values of one type.
    Map(Box<Type>),
}

impl Type {
    /// The type of the same module that is in it.
    pub fn local(&self) -> Option<&str> {
        match self {
            Type::Known(_) => None,
            Type::Local(name) => Some(name),
            Type::List(inner) | Type::Map(inner) => inner.local(),
        }
    }
}

impl fmt::Display for Type {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Type::Known(name) => formatter.write_str(name),
            Type::Local(name) => formatter.write_str(name),
            Type::List(inner) => write!(formatter, "k::Vec<{inner}>"),
            Type::Map(inner) => write!(formatter, "k::Map<{inner}>"),
        }
    }
}

/// A method of a handle that reads an attribute.
#[derive(Debug)]
pub struct Attribute {
    /// The attribute as AWS spells it.
    pub name: String,
    /// The name of the method.
    pub method: String,
    /// The Rust type of its value.
    pub kind: Type,
}

/// A text with known values.
#[derive(Debug, PartialEq, Eq, Hash)]
pub struct Choice {
    /// The name of the type.
    pub name: String,
    /// Names and values of the constants.
    pub constants: Vec<(String, String)>,
}
