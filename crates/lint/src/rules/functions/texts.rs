//! W1020, E1029, E1032 and E1027: variables, loops and dynamic references in texts.
use stackgen_schema::PSEUDO_PARAMETERS;

use crate::context::Context;
use crate::document::{Node, Step};
use crate::report::Report;
use crate::rule::{Check, Rule};
use crate::template::{Function, LANGUAGE_EXTENSIONS, SERVERLESS, Section, SubPart, call, sub_parts};

/// The rule on `Fn::Sub` that replaces nothing.
pub(super) static WITHOUT_VARIABLES: Rule = Rule {
    id: "W1020",
    name: "sub-without-variables",
    reason: "`Fn::Sub` replaces variables, and this text has none.",
    fix: "Write the text without `Fn::Sub`.",
    good: "Resources:\n  Topic:\n    Type: AWS::SNS::Topic\n    Properties:\n      TopicName: !Sub '${AWS::StackName}-main'\n",
    bad: "Resources:\n  Topic:\n    Type: AWS::SNS::Topic\n    Properties:\n      TopicName: !Sub main\n",
    check: Check::Template(without_variables),
};

/// The rule on variables that nothing replaces.
pub(super) static NOT_REPLACED: Rule = Rule {
    id: "E1029",
    name: "sub-missing",
    reason: "`${Name}` is only replaced in `Fn::Sub`; anywhere else the text stays as it is.",
    fix: "Put the text into `Fn::Sub`.",
    good: "Resources:\n  Topic:\n    Type: AWS::SNS::Topic\n    Properties:\n      TopicName: !Sub '${AWS::StackName}-main'\n",
    bad: "Resources:\n  Topic:\n    Type: AWS::SNS::Topic\n    Properties:\n      TopicName: ${AWS::StackName}-main\n",
    check: Check::Template(not_replaced),
};

/// The rule on loops.
pub(super) static LOOP: Rule = Rule {
    id: "E1032",
    name: "foreach",
    reason: "Without the transform `AWS::LanguageExtensions` CloudFormation does not know `Fn::ForEach`.",
    fix: "Add `Transform: AWS::LanguageExtensions`.",
    good: "Transform: AWS::LanguageExtensions\nResources:\n  Fn::ForEach::Topics:\n    - Name\n    - [One, Two]\n    - Topic${Name}:\n        \
           Type: AWS::SNS::Topic\n",
    bad: "Resources:\n  Fn::ForEach::Topics:\n    - Name\n    - [One, Two]\n    - Topic${Name}:\n        Type: AWS::SNS::Topic\n",
    check: Check::Template(loops),
};

/// The rule on secure strings.
pub(super) static SECURE_STRING: Rule = Rule {
    id: "E1027",
    name: "ssm-secure-place",
    reason: "CloudFormation reads secure strings of the parameter store for few properties only.",
    fix: "Use `{{resolve:secretsmanager:…}}` here.",
    good: "Resources:\n  User:\n    Type: AWS::IAM::User\n    Properties:\n      LoginProfile:\n        Password: \
           '{{resolve:ssm-secure:password:1}}'\n",
    bad: "Resources:\n  Topic:\n    Type: AWS::SNS::Topic\n    Properties:\n      DisplayName: '{{resolve:ssm-secure:name:1}}'\n",
    check: Check::Template(secure_strings),
};

fn without_variables(context: &Context<'_>, report: &mut Report<'_>) {
    if context.template.has_transform(SERVERLESS) {
        return;
    }
    for call in context.template.calls_of(Function::Sub) {
        let text = call.argument_at(0).and_then(Node::text);
        let looked_at = matches!(call.section(), Section::Resources | Section::Outputs);
        let replaced = |text| sub_parts(text).iter().any(|part| matches!(part, SubPart::Variable(..)));
        if looked_at && text.is_some_and(|text| !replaced(text)) {
            report.at(call.argument, || "this text has no `${…}` that `Fn::Sub` could replace".to_owned());
        }
    }
}

fn not_replaced(context: &Context<'_>, report: &mut Report<'_>) {
    for node in context.template.document.nodes() {
        let Some(text) = node.text().filter(|text| text.contains("${")) else { continue };
        let keys: Vec<&str> = node.ancestors().filter_map(Node::key).map(|key| key.text.as_str()).collect();
        // A template in a template is replaced by the stack that it makes.
        let body = matches!(node.step(), Some(Step::Key(key)) if key.text == "TemplateBody");
        if body || keys.contains(&"Fn::Sub") {
            continue;
        }
        for part in sub_parts(text) {
            let SubPart::Variable(name, _) = part else { continue };
            let plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b':' | b'.'));
            let wanted = is_known(context, name) || keys.contains(&"DefinitionString");
            if plain && wanted && !is_substituted(node, name) && text.contains(&format!("${{{name}}}")) {
                report.at(node, || format!("`${{{name}}}` stays as it is, for there is no `Fn::Sub` around it"));
            }
        }
    }
}

fn is_known(context: &Context<'_>, name: &str) -> bool {
    let template = context.template;
    match name.split_once('.') {
        Some((resource, attribute)) => template.of_attribute(resource, attribute).is_some(),
        None => {
            PSEUDO_PARAMETERS.contains(&name) || template.parameter(name).is_some() || template.resource(name).is_some()
        }
    }
}

/// Whether the state machine in whose definition the text stands replaces the variable.
fn is_substituted(node: Node<'_>, name: &str) -> bool {
    let definition =
        |node: &Node<'_>| node.key().is_some_and(|key| matches!(key.text.as_str(), "Definition" | "DefinitionString"));
    let state_machine = node.ancestors().find(definition).and_then(Node::parent);
    state_machine.and_then(|it| it.get("DefinitionSubstitutions")?.get(name)).is_some()
}

fn loops(context: &Context<'_>, report: &mut Report<'_>) {
    if context.template.has_transform(LANGUAGE_EXTENSIONS) {
        return;
    }
    for node in context.template.document.nodes() {
        if node.key().is_some_and(|key| key.text.starts_with("Fn::ForEach::")) {
            report.at(node, || format!("`Fn::ForEach` needs `Transform: {LANGUAGE_EXTENSIONS}`"));
        }
    }
}

/// Where secure strings are read.
/// Source: *Resources that support dynamic parameter patterns for secure strings* in the CloudFormation guide.
const SECURE: [(&str, &str); 11] = [
    ("AWS::DirectoryService::MicrosoftAD", "Password"),
    ("AWS::DirectoryService::SimpleAD", "Password"),
    ("AWS::ElastiCache::ReplicationGroup", "AuthToken"),
    ("AWS::IAM::User", "LoginProfile/Password"),
    ("AWS::KinesisFirehose::DeliveryStream", "RedshiftDestinationConfiguration/Password"),
    ("AWS::OpsWorks::App", "AppSource/Password"),
    ("AWS::OpsWorks::Stack", "RdsDbInstances/DbPassword"),
    ("AWS::OpsWorks::Stack", "CustomCookbooksSource/Password"),
    ("AWS::RDS::DBCluster", "MasterUserPassword"),
    ("AWS::RDS::DBInstance", "MasterUserPassword"),
    ("AWS::Redshift::Cluster", "MasterUserPassword"),
];

fn secure_strings(context: &Context<'_>, report: &mut Report<'_>) {
    for resource in context.template.resources.iter().filter(|resource| resource.facts.is_some()) {
        resource.properties.into_iter().for_each(|properties| below(properties, resource.type_name, report));
    }
}

fn below(node: Node<'_>, type_name: &str, report: &mut Report<'_>) {
    match call(node) {
        Some(call) if call.function != Function::If => return,
        _ => node.children().for_each(|child| below(child, type_name, report)),
    }
    if !node.text().is_some_and(|text| text.contains("{{resolve:ssm-secure:")) {
        return;
    }
    let names: Vec<&str> =
        node.steps().into_iter().skip(3).filter_map(Step::name).filter(|it| *it != "Fn::If").collect();
    let path = names.join("/");
    if !SECURE.contains(&(type_name, path.as_str())) {
        report.at(node, || format!("{type_name} takes no secure string for `{path}`"));
    }
}
