//! E3012: values of the wrong type.
use stackgen_schema::TypeSet;

use super::words;
use crate::document::{Scalar, ScalarKind, Value};
use crate::report::Report;
use crate::rule::{Check, Rule};
use crate::walk::Place;

/// The rule.
pub static RULE: Rule = Rule {
    id: "E3012",
    name: "property-type",
    reason: "A value of another type than the property has is refused. Text that reads as the number or flag that is wanted \
             is fine, since CloudFormation converts it.",
    fix: "Write the value in the type that the message names.",
    good: "Resources:\n  Queue:\n    Type: AWS::SQS::Queue\n    Properties:\n      DelaySeconds: '5'\n",
    bad: "Resources:\n  Queue:\n    Type: AWS::SQS::Queue\n    Properties:\n      DelaySeconds: soon\n",
    check: Check::Value(check),
};

const NAMES: [(TypeSet, &str); 6] = [
    (TypeSet::STRING, "text"),
    (TypeSet::INTEGER, "a whole number"),
    (TypeSet::NUMBER, "a number"),
    (TypeSet::BOOLEAN, "true or false"),
    (TypeSet::ARRAY, "a list"),
    (TypeSet::OBJECT, "a map"),
];

fn check(place: &Place<'_, '_>, report: &mut Report<'_>) {
    let types = place.shape.types;
    // `Properties` itself is looked at for every resource, known or not: see `resource_type`.
    let settled = place.node.scalar().is_none() || place.literal().is_some();
    if !settled || place.resource.properties == Some(place.node) {
        return;
    }
    let fits = types.is_any() || NAMES.iter().any(|(one, _)| types.contains(*one) && is(place.node.value(), *one));
    if fits || is_template_file(place) {
        return;
    }
    report.at(place.node, || {
        let wanted: Vec<&str> = NAMES.iter().filter(|(one, _)| types.contains(*one)).map(|(_, name)| *name).collect();
        let given = words::value(place.node);
        format!("this must be {}, and it is {given}", wanted.join(" or "))
    });
}

/// Whether CloudFormation takes a value for this type.
fn is(value: Value<'_>, one: TypeSet) -> bool {
    match value {
        Value::List => one == TypeSet::ARRAY,
        Value::Map => one == TypeSet::OBJECT,
        Value::Scalar(scalar) => scalar_is(scalar, one),
    }
}

fn scalar_is(scalar: &Scalar, one: TypeSet) -> bool {
    let flag = matches!(scalar.kind, ScalarKind::Boolean(_));
    let text = scalar.text.trim();
    if one == TypeSet::STRING {
        true
    } else if one == TypeSet::INTEGER {
        let number = matches!(scalar.kind, ScalarKind::Integer | ScalarKind::Float);
        number || (!flag && text.parse::<i128>().is_ok())
    } else if one == TypeSet::NUMBER {
        !flag && (scalar.number().is_some() || text.parse::<f64>().is_ok())
    } else if one == TypeSet::BOOLEAN {
        flag || matches!(scalar.text.as_str(), "true" | "True" | "TRUE" | "false" | "False" | "FALSE")
    } else {
        false
    }
}

/// `aws cloudformation package` takes the path of a file in these places and puts what the service wants there.
/// Source: *package* in the AWS CLI's reference.
fn is_template_file(place: &Place<'_, '_>) -> bool {
    const PLACES: [(&str, &str); 12] = [
        ("AWS::ApiGateway::RestApi", "/BodyS3Location"),
        ("AWS::Lambda::Function", "/Code"),
        ("AWS::Lambda::LayerVersion", "/Content"),
        ("AWS::ElasticBeanstalk::ApplicationVersion", "/SourceBundle"),
        ("AWS::StepFunctions::StateMachine", "/DefinitionS3Location"),
        ("AWS::AppSync::GraphQLSchema", "/DefinitionS3Location"),
        ("AWS::AppSync::Resolver", "/RequestMappingTemplateS3Location"),
        ("AWS::AppSync::Resolver", "/ResponseMappingTemplateS3Location"),
        ("AWS::AppSync::FunctionConfiguration", "/RequestMappingTemplateS3Location"),
        ("AWS::AppSync::FunctionConfiguration", "/ResponseMappingTemplateS3Location"),
        ("AWS::CloudFormation::Stack", "/TemplateURL"),
        ("AWS::CodeCommit::Repository", "/Code/S3"),
    ];
    place.node.text().is_some() && {
        let path = place.property_path();
        PLACES.contains(&(place.resource.type_name, path.as_str()))
    }
}
