//! Conditions: what is only there, or only so, for some parameters.
use crate::node::{Local, Name, Node};
use crate::value::{IntoValue, Value};

/// A question that CloudFormation answers when it reads the template.
#[derive(Clone, Debug)]
pub struct Test(Node);

/// A named condition of a stack.
#[derive(Clone, Debug)]
pub struct Condition {
    stack: Name,
    name: Name,
}

/// Whether two strings are equal.
pub fn equals(left: impl IntoValue<String>, right: impl IntoValue<String>) -> Test {
    Test::call("Fn::Equals", [left.into_value().into_node(), right.into_value().into_node()])
}

/// Whether all of them hold: one to ten. Of a single one it is that one, since CloudFormation joins two at least.
pub fn all(tests: impl IntoIterator<Item = Test>) -> Test {
    Test::joined("Fn::And", tests)
}

/// Whether any of them holds: one to ten. Of a single one it is that one, since CloudFormation joins two at least.
pub fn any(tests: impl IntoIterator<Item = Test>) -> Test {
    Test::joined("Fn::Or", tests)
}

/// In a rule: whether the list contains the value.
pub fn contains(list: impl IntoValue<Vec<String>>, value: impl IntoValue<String>) -> Test {
    Test::call("Fn::Contains", [list.into_value().into_node(), value.into_value().into_node()])
}

/// In a rule: whether every member of the first list is in the second.
pub fn each_member_in(list: impl IntoValue<Vec<String>>, allowed: impl IntoValue<Vec<String>>) -> Test {
    Test::call("Fn::EachMemberIn", [list.into_value().into_node(), allowed.into_value().into_node()])
}

/// In a rule: whether every member of the list equals the value.
pub fn each_member_equals(list: impl IntoValue<Vec<String>>, value: impl IntoValue<String>) -> Test {
    Test::call("Fn::EachMemberEquals", [list.into_value().into_node(), value.into_value().into_node()])
}

/// In a rule: all values of the parameters of one AWS type, such as `AWS::EC2::VPC::Id`.
pub fn ref_all(parameter_type: &str) -> Value<Vec<String>> {
    Value::raw(Node::Call("Fn::RefAll", Box::new(Node::text(parameter_type.to_owned()))))
}

/// In a rule: an attribute of the thing that a parameter names, such as `value_of("Subnet", "VpcId")`.
pub fn value_of(parameter: &str, attribute: &str) -> Value<String> {
    Value::raw(Node::call("Fn::ValueOf", [parameter, attribute].map(|text| Node::text(text.to_owned()))))
}

/// In a rule: an attribute of all things that parameters of one AWS type name.
pub fn value_of_all(parameter_type: &str, attribute: &str) -> Value<Vec<String>> {
    Value::raw(Node::call("Fn::ValueOfAll", [parameter_type, attribute].map(|text| Node::text(text.to_owned()))))
}

impl Test {
    fn call(function: &'static str, arguments: impl IntoIterator<Item = Node>) -> Self {
        Test(Node::call(function, arguments))
    }

    /// Too many are found at synth, together with those in raw JSON.
    fn joined(function: &'static str, tests: impl IntoIterator<Item = Test>) -> Self {
        let mut tests: Vec<Node> = tests.into_iter().map(|test| test.0).collect();
        match tests.len() {
            0 => Test(Node::fault("a test of no tests is neither true nor false; leave it out")),
            1 => Test(tests.remove(0)),
            _ => Test::call(function, tests),
        }
    }

    pub(crate) fn into_node(self) -> Node {
        self.0
    }
}

impl std::ops::Not for Test {
    type Output = Test;

    fn not(self) -> Test {
        Test::call("Fn::Not", [self.0])
    }
}

impl From<&Condition> for Test {
    fn from(condition: &Condition) -> Self {
        Test(Node::Call("Condition", Box::new(condition.node())))
    }
}

impl Condition {
    pub(crate) fn new(stack: Name, name: Name) -> Self {
        Condition { stack, name }
    }

    /// Its name, as a stack writes it.
    pub(crate) fn node(&self) -> Node {
        Node::Local(Box::new(Local { stack: self.stack.clone(), id: self.name.clone() }))
    }

    /// One value if the condition holds and another if not.
    pub fn choose<T>(&self, yes: impl IntoValue<T>, no: impl IntoValue<T>) -> Value<T> {
        Value::raw(Node::call("Fn::If", [self.node(), yes.into_value().into_node(), no.into_value().into_node()]))
    }

    /// A value if the condition holds, and the property left out if not.
    pub fn only<T>(&self, yes: impl IntoValue<T>) -> Value<T> {
        self.choose(yes, crate::pseudo::no_value::<T>())
    }
}
