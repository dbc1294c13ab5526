//! What references give.
use stackgen_schema::Kind;

use super::call::{Call, Function};
use super::{Parameter, Resource, Template};
use crate::shapes;

/// What a function gives.
#[derive(Debug, Clone, PartialEq)]
pub struct Returned<'t, 'd> {
    /// Its type, as far as it is known. CloudFormation reads numbers and flags from text, so text fits there too.
    pub kind: Kind,
    /// The parameter that it reads.
    pub parameter: Option<&'t Parameter<'d>>,
    /// The resource that it asks.
    pub resource: Option<&'t Resource<'d>>,
    /// The attribute of the resource; for `Ref` the one that it returns, where AWS says which.
    pub attribute: Option<String>,
}

impl Returned<'_, '_> {
    /// Whether it is a list.
    #[must_use]
    pub fn is_list(&self) -> bool {
        matches!(self.kind, Kind::List(_))
    }

    /// Whether it is one text, number or flag.
    #[must_use]
    pub fn is_scalar(&self) -> bool {
        matches!(self.kind, Kind::String | Kind::Integer | Kind::Number | Kind::Boolean)
    }
}

impl<'d> Template<'d> {
    /// What a function gives. Nothing when it names nothing that is known, or when it could give anything (`Fn::If`,
    /// `Fn::FindInMap`, `Fn::Select`, `Fn::ImportValue`, `Fn::Transform`).
    #[must_use]
    pub fn returned(&self, call: &Call<'d>) -> Option<Returned<'_, 'd>> {
        match call.function {
            Function::Ref => self.of_ref(call.argument.text()?),
            Function::GetAtt => {
                let (name, attribute) = call.attribute()?;
                self.of_attribute(name, &attribute)
            }
            Function::Sub | Function::Join | Function::Base64 | Function::ToJsonString => Some(plain(Kind::String)),
            Function::Length => Some(plain(Kind::Integer)),
            Function::Split | Function::Cidr | Function::GetAZs => Some(plain(Kind::List(Box::new(Kind::String)))),
            _ => None,
        }
    }

    /// What `Ref` of this name gives.
    #[must_use]
    pub fn of_ref(&self, name: &str) -> Option<Returned<'_, 'd>> {
        if let Some(parameter) = self.parameter(name) {
            let item = if parameter.kind.item == "Number" { Kind::Number } else { Kind::String };
            let kind = if parameter.kind.list { Kind::List(Box::new(item)) } else { item };
            return Some(Returned { parameter: Some(parameter), ..plain(kind) });
        }
        if let Some(resource) = self.resource(name) {
            let returns = resource.facts.map(|facts| facts.ref_returns.as_slice()).unwrap_or_default();
            let attribute = if let [one] = returns { Some(one.clone()) } else { None };
            return Some(Returned { resource: Some(resource), attribute, ..plain(Kind::String) });
        }
        match name {
            "AWS::NotificationARNs" => Some(plain(Kind::List(Box::new(Kind::String)))),
            "AWS::NoValue" => None,
            _ => name.starts_with("AWS::").then(|| plain(Kind::String)),
        }
    }

    /// What `Fn::GetAtt` of this attribute gives. An attribute may be a path into one that is an object.
    #[must_use]
    pub fn of_attribute(&self, name: &str, attribute: &str) -> Option<Returned<'_, 'd>> {
        let resource = self.resource(name)?;
        let known = resource.facts?.attributes.iter();
        let (named, rest) = known
            .filter_map(|known| Some((known, attribute.strip_prefix(known.name.as_str())?)))
            .find(|(_, rest)| rest.is_empty() || rest.starts_with('.'))?;
        let kind = rest.split('.').skip(1).try_fold(named.kind.clone(), |kind, step| below(&kind, step))?;
        Some(Returned { resource: Some(resource), attribute: Some(attribute.to_owned()), ..plain(kind) })
    }
}

fn plain<'t, 'd>(kind: Kind) -> Returned<'t, 'd> {
    Returned { kind, parameter: None, resource: None, attribute: None }
}

fn below(kind: &Kind, step: &str) -> Option<Kind> {
    match kind {
        Kind::Object(shape) => {
            let property = shapes::shape(*shape).properties.iter().find(|property| property.name == step)?;
            Some(property.kind.clone())
        }
        Kind::Map(value) => Some((**value).clone()),
        _ => None,
    }
}
