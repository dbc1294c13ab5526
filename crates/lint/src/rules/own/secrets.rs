//! Secrets that people can read.
use crate::context::Context;
use crate::document::Node;
use crate::report::Report;
use crate::rule::{Check, Rule};
use crate::rules::reading::{is_secret_name, leaves, names_in, of_ref};
use crate::template::{Resource, call};

/// Source: `NoEcho` in *Parameters* of the CloudFormation User Guide.
pub static PARAMETER: Rule = Rule {
    id: "S3020",
    name: "secret-parameter",
    reason: "The value of a parameter without `NoEcho` is shown to everybody who may describe the stack, and a default stands in \
             the template for everybody who may read it.",
    fix: "Pass the name of a secret, not its value, and read it with `{{resolve:secretsmanager:…}}`; at least write `NoEcho: true` \
          and no default.",
    good: "Parameters:\n  DatabasePassword:\n    Type: String\n    NoEcho: true\nResources:\n  Topic:\n    Type: AWS::SNS::Topic\n",
    bad: "Parameters:\n  DatabasePassword:\n    Type: String\n    Default: hunter2\nResources:\n  Topic:\n    Type: AWS::SNS::Topic\n",
    check: Check::Template(parameter),
};

fn parameter(context: &Context<'_>, report: &mut Report<'_>) {
    for parameter in &context.template.parameters {
        if parameter.kind.text != "String" || !(is_secret_name(parameter.name) || parameter.hidden) {
            continue;
        }
        if !parameter.hidden {
            report.at(parameter.node, || {
                format!("`{}` is shown to everybody who may describe the stack; `NoEcho` is missing", parameter.name)
            });
        }
        let given = parameter.default.filter(|node| {
            let text = node.any_text().unwrap_or_default();
            !text.is_empty() && !text.contains("{{resolve:") && !is_placeholder(text)
        });
        if let Some(default) = given {
            report
                .at(default, || format!("the default of `{}` is a secret that stands in the template", parameter.name));
        }
    }
}

/// Whether a text stands for nothing.
fn is_placeholder(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    matches!(text.as_str(), "none" | "null" | "n/a" | "true" | "false" | "-")
        || text.starts_with('/')
        || text.starts_with("arn:")
}

/// Source: *Using Lambda environment variables* in the Lambda Developer Guide, *Pass sensitive data to an ECS container* in
/// the ECS Developer Guide.
pub static ENVIRONMENT: Rule = Rule {
    id: "S3021",
    name: "secret-in-environment",
    reason: "Environment variables are shown to everybody who may describe the function or the task.",
    fix: "Pass the name of the secret and let the program read it; in ECS use `Secrets` with `ValueFrom`.",
    good: "Resources:\n  Task:\n    Type: AWS::ECS::TaskDefinition\n    Properties:\n      ContainerDefinitions:\n      - Name: web\n        \
           Image: nginx\n        Memory: 128\n        Secrets:\n        - {Name: DB_PASSWORD, ValueFrom: /app/password}\n",
    bad: "Resources:\n  Task:\n    Type: AWS::ECS::TaskDefinition\n    Properties:\n      ContainerDefinitions:\n      - Name: web\n        \
          Image: nginx\n        Memory: 128\n        Environment:\n        - {Name: DB_PASSWORD, Value: hunter2}\n",
    check: Check::Template(environment),
};

fn environment(context: &Context<'_>, report: &mut Report<'_>) {
    for resource in &context.template.resources {
        let lists: &[&str] = match resource.type_name {
            "AWS::Lambda::Function" | "AWS::Serverless::Function" => {
                let variables = resource.property("Environment").and_then(|node| node.get("Variables"));
                for entry in variables.into_iter().flat_map(Node::entries) {
                    variable(context, resource, &entry.key.text, entry.value, report);
                }
                continue;
            }
            "AWS::ECS::TaskDefinition" => &["ContainerDefinitions", "Environment"],
            "AWS::CodeBuild::Project" => &["Environment", "EnvironmentVariables"],
            _ => continue,
        };
        let outer = resource.property(lists[0]).map(|node| leaves(context, node)).unwrap_or_default();
        let pairs = outer.into_iter().filter_map(|node| node.get(lists[1])).flat_map(|node| leaves(context, node));
        for pair in pairs {
            let stored = pair.get("Type").and_then(Node::text).is_some_and(|kind| kind != "PLAINTEXT");
            if let (Some(name), Some(value), false) = (pair.get("Name").and_then(Node::text), pair.get("Value"), stored)
            {
                variable(context, resource, name, value, report);
            }
        }
    }
}

fn variable<'t>(context: &Context<'t>, resource: &Resource<'t>, name: &str, value: Node<'t>, report: &mut Report<'_>) {
    for leaf in leaves(context, value) {
        let text = leaf.text().unwrap_or_default();
        let resolved = ["{{resolve:secretsmanager:", "{{resolve:ssm-secure:"].iter().any(|begin| text.contains(begin));
        let plain = is_secret_name(name) && text.len() > 3 && !text.contains("{{resolve:") && !is_placeholder(text);
        let hidden = of_ref(leaf).and_then(|name| context.template.parameter(name)).is_some_and(|it| it.hidden);
        if resolved || plain || hidden {
            report
                .at(leaf, || format!("everybody who may describe `{}` can read the secret in `{name}`", resource.name));
        }
    }
}

/// Source: *Run commands at launch* in the EC2 User Guide ("user data … is not protected").
pub static USER_DATA: Rule = Rule {
    id: "S3022",
    name: "secret-in-user-data",
    reason: "User-data is shown to everybody who may describe the instance, and to every process on it.",
    fix: "Put the name of a SecureString parameter or a secret into the script, and read it there with the instance's role.",
    good: "Parameters:\n  Image:\n    Type: AWS::EC2::Image::Id\n  Secret:\n    Type: String\nResources:\n  Web:\n    Type: \
           AWS::EC2::Instance\n    Properties:\n      ImageId: !Ref Image\n      UserData:\n        Fn::Base64: '#!/bin/bash'\n",
    bad: "Parameters:\n  Image:\n    Type: AWS::EC2::Image::Id\n  Token:\n    Type: String\n    NoEcho: true\nResources:\n  Web:\n    \
          Type: AWS::EC2::Instance\n    Properties:\n      ImageId: !Ref Image\n      UserData:\n        Fn::Base64: !Sub |\n          \
          #!/bin/bash\n          set -euo pipefail\n          login --token '${Token}'\n",
    check: Check::Template(user_data),
};

fn user_data(context: &Context<'_>, report: &mut Report<'_>) {
    for resource in &context.template.resources {
        let Some(properties) = resource.properties else { continue };
        for node in [Some(properties), properties.get("LaunchTemplateData")].into_iter().flatten() {
            let Some(user_data) = node.get("UserData") else { continue };
            for (name, place) in names_in(user_data) {
                let secret = context
                    .template
                    .parameter(name)
                    .is_some_and(|it| it.hidden || (is_secret_name(it.name) && it.kind.text == "String"));
                if secret {
                    report.at(place, || {
                        format!("`{name}` is a secret, and user-data is no place for one: anybody can read it there")
                    });
                }
            }
            let mut open = vec![user_data];
            while let Some(node) = open.pop() {
                open.extend(node.children());
                let text = node.text().unwrap_or_default();
                let reference = ["{{resolve:secretsmanager:", "{{resolve:ssm-secure:"];
                if call(node).is_none() && reference.iter().any(|begin| text.contains(begin)) {
                    report
                        .at(node, || "the secret's value is put into user-data, where anybody can read it".to_owned());
                }
            }
        }
    }
}
