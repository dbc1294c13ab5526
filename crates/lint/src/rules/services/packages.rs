//! W3002: what only a tool that uploads can deploy.
use crate::report::Report;
use crate::rule::{Check, Rule};
use crate::template::SERVERLESS;
use crate::walk::Place;

/// Source: *package* in the AWS CLI reference (the list of properties).
pub(super) static RULE: Rule = Rule {
    id: "W3002",
    name: "local-file",
    reason: "CloudFormation takes these files from S3 only; the name of a local one is replaced by `aws cloudformation package`, and \
             without it the stack fails.",
    fix: "Deploy what `aws cloudformation package` writes, or name the file in S3.",
    good: "Resources:\n  Nested:\n    Type: AWS::CloudFormation::Stack\n    DeletionPolicy: Delete\n    \
           UpdateReplacePolicy: Delete\n    Properties:\n      TemplateURL: https://s3.amazonaws.com/bucket/nested.yaml\n",
    bad: "Resources:\n  Nested:\n    Type: AWS::CloudFormation::Stack\n    DeletionPolicy: Delete\n    \
          UpdateReplacePolicy: Delete\n    Properties:\n      TemplateURL: nested.yaml\n",
    check: Check::Value(check),
};

const PACKAGED: [(&str, &str); 12] = [
    ("AWS::ApiGateway::RestApi", "/BodyS3Location"),
    ("AWS::AppSync::FunctionConfiguration", "/RequestMappingTemplateS3Location"),
    ("AWS::AppSync::FunctionConfiguration", "/ResponseMappingTemplateS3Location"),
    ("AWS::AppSync::GraphQLSchema", "/DefinitionS3Location"),
    ("AWS::AppSync::Resolver", "/RequestMappingTemplateS3Location"),
    ("AWS::AppSync::Resolver", "/ResponseMappingTemplateS3Location"),
    ("AWS::CloudFormation::Stack", "/TemplateURL"),
    ("AWS::CodeCommit::Repository", "/Code/S3"),
    ("AWS::ElasticBeanstalk::ApplicationVersion", "/SourceBundle"),
    ("AWS::Lambda::Function", "/Code"),
    ("AWS::Lambda::LayerVersion", "/Content"),
    ("AWS::StepFunctions::StateMachine", "/DefinitionS3Location"),
];

fn check(place: &Place<'_, '_>, report: &mut Report<'_>) {
    let Some(name) = place.literal().map(|scalar| scalar.text.as_str()) else { return };
    let uploaded = name.starts_with("s3://") || name.starts_with("https://");
    let of_type = PACKAGED.iter().filter(|(type_name, _)| *type_name == place.resource.type_name);
    let packaged: Vec<&str> = of_type.map(|(_, path)| *path).collect();
    // `sam deploy` always uploads.
    if uploaded || packaged.is_empty() || place.context.template.has_transform(SERVERLESS) {
        return;
    }
    if packaged.contains(&place.property_path().as_str()) {
        report.at(place.node, || format!("`{name}` is a local file"));
    }
}
