//! Parameters: what is decided at each deploy.
mod aws_type;

use std::marker::PhantomData;
use std::ops::RangeInclusive;

use crate::node::{Node, Object};
use crate::value::IntoValue;

pub use aws_type::AwsType;

/// A parameter of type `T`, to be added with [`Stack::parameter`](crate::Stack::parameter).
///
/// Each type has the constraints that CloudFormation takes for it:
///
/// ```
/// # use stackgen_core::Parameter;
/// Parameter::string().length(1..=20);
/// Parameter::integer().range(1..=20);
/// ```
/// ```compile_fail
/// # use stackgen_core::Parameter;
/// Parameter::integer().length(1..=20);
/// ```
/// ```compile_fail
/// # use stackgen_core::Parameter;
/// Parameter::string().range(1..=20);
/// ```
#[derive(Debug)]
pub struct Parameter<T> {
    pub(crate) body: Object,
    kind: PhantomData<fn() -> T>,
}

impl Parameter<String> {
    /// Any text.
    pub fn string() -> Self {
        Parameter::new("String")
    }

    /// The name or id of something in the account.
    pub fn of(kind: AwsType) -> Self {
        Parameter::new(kind.name())
    }

    /// The name of an SSM parameter.
    pub fn ssm_name() -> Self {
        Parameter::new("AWS::SSM::Parameter::Name")
    }

    /// The value of an SSM parameter, read anew at **every** deploy, also an unrelated one. For an image id that means a
    /// replaced instance nobody asked for; pin it with [`Parameter::of`] instead.
    pub fn ssm_value(kind: Option<AwsType>) -> Self {
        Parameter::new(&format!("AWS::SSM::Parameter::Value<{}>", kind.map_or("String", AwsType::name)))
    }

    /// The regular expression that the whole value must match.
    #[must_use]
    pub fn allowed_pattern(self, pattern: &str) -> Self {
        self.with("AllowedPattern", Node::text(pattern.to_owned()))
    }

    /// The shortest and longest text.
    #[must_use]
    pub fn length(self, range: RangeInclusive<u16>) -> Self {
        let (least, most) = (Node::Integer((*range.start()).into()), Node::Integer((*range.end()).into()));
        self.with("MinLength", least).with("MaxLength", most)
    }
}

impl Parameter<i64> {
    /// A whole number. CloudFormation's `Number` takes fractions too.
    pub fn integer() -> Self {
        Parameter::new("Number")
    }

    /// The smallest and largest number.
    #[must_use]
    pub fn range(self, range: RangeInclusive<i64>) -> Self {
        self.between(Node::Integer(*range.start()), Node::Integer(*range.end()))
    }
}

impl Parameter<f64> {
    /// A number.
    pub fn number() -> Self {
        Parameter::new("Number")
    }

    /// The smallest and largest number.
    #[must_use]
    pub fn range(self, range: RangeInclusive<f64>) -> Self {
        self.between(Node::number(*range.start()), Node::number(*range.end()))
    }
}

impl Parameter<Vec<f64>> {
    /// Numbers.
    pub fn numbers() -> Self {
        Parameter::new("List<Number>")
    }
}

impl Parameter<Vec<String>> {
    /// Texts without commas.
    pub fn strings() -> Self {
        Parameter::new("CommaDelimitedList")
    }

    /// The regular expression that each item must match as a whole.
    #[must_use]
    pub fn allowed_pattern(self, pattern: &str) -> Self {
        self.with("AllowedPattern", Node::text(pattern.to_owned()))
    }

    /// Names or ids of things in the account.
    pub fn list_of(kind: AwsType) -> Self {
        Parameter::new(&format!("List<{}>", kind.name()))
    }

    /// The value of an SSM parameter of type `StringList`, read anew at every deploy.
    pub fn ssm_values(kind: Option<AwsType>) -> Self {
        let item = kind.map_or("String", AwsType::name);
        Parameter::new(&format!("AWS::SSM::Parameter::Value<List<{item}>>"))
    }
}

impl<T> Parameter<T> {
    fn new(kind: &str) -> Self {
        let body = [("Type", Node::text(kind.to_owned()))].into_iter().collect();
        Parameter { body, kind: PhantomData }
    }

    fn with(mut self, key: &'static str, node: Node) -> Self {
        self.body.set(key, node);
        self
    }

    fn between(self, least: Node, most: Node) -> Self {
        self.with("MinValue", least).with("MaxValue", most)
    }

    /// What it means, for whoever deploys.
    #[must_use]
    pub fn description(self, text: &str) -> Self {
        self.with("Description", Node::text(text.to_owned()))
    }

    /// The value if nobody gives one.
    #[must_use]
    pub fn default(self, value: impl IntoValue<T>) -> Self {
        let node = written(value.into_value().into_node());
        self.with("Default", node)
    }

    /// The only values it may have; for a list, that each of its items may have.
    #[must_use]
    pub fn allowed_values<V: IntoValue<T::Item>>(self, values: impl IntoIterator<Item = V>) -> Self
    where
        T: Kind,
    {
        let values = values.into_iter().map(|value| written(value.into_value().into_node()));
        self.with("AllowedValues", Node::List(values.collect()))
    }

    /// What to say when a constraint does not hold.
    #[must_use]
    pub fn constraint_description(self, text: &str) -> Self {
        self.with("ConstraintDescription", Node::text(text.to_owned()))
    }

    /// Hides the value from people who look at the stack. It is no place for a secret all the same: whatever the value
    /// flows into shows it.
    #[must_use]
    pub fn no_echo(self) -> Self {
        self.with("NoEcho", Node::Bool(true))
    }
}

/// Parameters are given as text, and lists as text with commas. What is no literal stays as it is; synth refuses it.
fn written(node: Node) -> Node {
    match node {
        Node::List(items) => match items.iter().map(Node::literal).collect::<Option<Vec<String>>>() {
            Some(texts) => listed(&texts),
            None => Node::List(items),
        },
        other => other.literal().map_or(other, Node::text),
    }
}

/// CloudFormation cuts a list at its commas and trims what is between them.
fn listed(items: &[String]) -> Node {
    match items.iter().find(|item| item.contains(',') || item.trim() != **item) {
        Some(item) => {
            Node::fault(format!("`{item}` cannot be an item: commas separate items, and spaces around are cut"))
        }
        None => Node::text(items.join(",")),
    }
}

/// What the constraints of a parameter speak of: its value, or the items of that.
pub trait Kind {
    /// The type of such a value.
    type Item;
}

impl Kind for String {
    type Item = String;
}
impl Kind for i64 {
    type Item = i64;
}
impl Kind for f64 {
    type Item = f64;
}
impl<T> Kind for Vec<T> {
    type Item = T;
}

/// Whether a parameter's type makes its value a list.
pub(crate) trait MaybeList {
    const IS_LIST: bool;
}

impl MaybeList for String {
    const IS_LIST: bool = false;
}
impl MaybeList for i64 {
    const IS_LIST: bool = false;
}
impl MaybeList for f64 {
    const IS_LIST: bool = false;
}
impl<T> MaybeList for Vec<T> {
    const IS_LIST: bool = true;
}
