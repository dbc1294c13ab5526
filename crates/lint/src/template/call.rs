//! Intrinsic functions.
use crate::document::{Key, Node};
use crate::template::section::Section;

/// A map with one entry whose key is the name of a function.
#[derive(Debug, Clone, Copy)]
pub struct Call<'d> {
    /// Which.
    pub function: Function,
    /// The map itself, which stands where the value is wanted.
    pub node: Node<'d>,
    /// The key; its span is the tag's in the short form.
    pub key: &'d Key,
    /// What it is given.
    pub argument: Node<'d>,
}

macro_rules! functions {
    ($($(#[doc = $doc:literal])* $name:ident = $text:literal,)*) => {
        /// The functions of templates, conditions and rules.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[expect(missing_docs, reason = "they are AWS's names")]
        pub enum Function { $($(#[doc = $doc])* $name,)* }

        impl Function {
            /// The function of this name.
            #[must_use]
            pub fn named(name: &str) -> Option<Function> {
                match name {
                    $($text => Some(Function::$name),)*
                    _ => name.starts_with("Fn::ForEach::").then_some(Function::ForEach),
                }
            }

            /// Its name in the long form.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Function::$name => $text,)* }
            }
        }
    };
}

functions! {
    Ref = "Ref",
    GetAtt = "Fn::GetAtt",
    Sub = "Fn::Sub",
    Join = "Fn::Join",
    Split = "Fn::Split",
    Select = "Fn::Select",
    If = "Fn::If",
    FindInMap = "Fn::FindInMap",
    ImportValue = "Fn::ImportValue",
    GetStackOutput = "Fn::GetStackOutput",
    Base64 = "Fn::Base64",
    Cidr = "Fn::Cidr",
    GetAZs = "Fn::GetAZs",
    Transform = "Fn::Transform",
    Length = "Fn::Length",
    ToJsonString = "Fn::ToJsonString",
    ForEach = "Fn::ForEach",
    And = "Fn::And",
    Or = "Fn::Or",
    Not = "Fn::Not",
    Equals = "Fn::Equals",
    Contains = "Fn::Contains",
    EachMemberEquals = "Fn::EachMemberEquals",
    EachMemberIn = "Fn::EachMemberIn",
    RefAll = "Fn::RefAll",
    ValueOf = "Fn::ValueOf",
    ValueOfAll = "Fn::ValueOfAll",
    /// `{Condition: Name}` in a condition; anywhere else the key is somebody's property.
    Condition = "Condition",
}

/// The function that a value calls.
#[must_use]
pub fn call(node: Node<'_>) -> Option<Call<'_>> {
    let entry = node.only_entry()?;
    let function = Function::named(&entry.key.text)?;
    let call = Call { function, node, key: entry.key, argument: entry.value };
    let known = function != Function::Condition || matches!(call.section(), Section::Conditions | Section::Rules);
    known.then_some(call)
}

impl<'d> Call<'d> {
    /// The section that it stands in.
    #[must_use]
    pub fn section(&self) -> Section {
        Section::of(self.node)
    }

    /// The argument at this index: an item of a list; the argument itself, if it is no list, as the first.
    #[must_use]
    pub fn argument_at(&self, index: usize) -> Option<Node<'d>> {
        if self.argument.is_list() { self.argument.item(index) } else { (index == 0).then_some(self.argument) }
    }

    /// Whether it is `Ref: AWS::NoValue`, which takes a property away.
    #[must_use]
    pub fn is_no_value(&self) -> bool {
        self.function == Function::Ref && self.argument.text() == Some("AWS::NoValue")
    }

    /// The resource and the attribute that `Fn::GetAtt` names, where both are text. The attribute may have dots.
    #[must_use]
    pub fn attribute(&self) -> Option<(&'d str, String)> {
        if self.function != Function::GetAtt {
            return None;
        }
        if let Some(text) = self.argument.text() {
            return text.split_once('.').map(|(name, attribute)| (name, attribute.to_owned()));
        }
        let mut parts = self.argument.items().map(Node::any_text);
        let name = parts.next()??;
        let rest: Option<Vec<&str>> = parts.collect();
        rest.filter(|rest| !rest.is_empty()).map(|rest| (name, rest.join(".")))
    }
}
