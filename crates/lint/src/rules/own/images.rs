//! What an instance starts from.
use crate::context::Context;
use crate::document::Node;
use crate::report::Report;
use crate::rule::{Check, Rule};
use crate::rules::reading::{known_text, leaves, of_ref, values};
use crate::template::Section;

const INSTANCE: &str = "AWS::EC2::Instance";

/// Source: *SSM parameter types* in the CloudFormation User Guide ("always fetches the latest values"), and `ImageId` of
/// `AWS::EC2::Instance` ("Update requires: Replacement").
pub static FLOATING: Rule = Rule {
    id: "S3001",
    name: "image-not-pinned",
    reason: "CloudFormation asks the parameter store again at every deploy, so a new image replaces the instance in the deploy \
             of something else.",
    fix: "Make it a parameter of type `AWS::EC2::Image::Id` and give it the id of one image; change it on purpose (`stackgen ami \
          bump`).",
    good: "Parameters:\n  Image:\n    Type: AWS::EC2::Image::Id\nResources:\n  Web:\n    Type: AWS::EC2::Instance\n    Properties:\n      \
           ImageId: !Ref Image\n",
    bad: "Parameters:\n  Image:\n    Type: AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>\n    Default: /prod/ami-id\nResources:\n  \
          Web:\n    Type: AWS::EC2::Instance\n    Properties:\n      ImageId: !Ref Image\n",
    check: Check::Template(floating),
};

fn floating(context: &Context<'_>, report: &mut Report<'_>) {
    for instance in context.template.resources.iter().filter(|it| it.type_name == INSTANCE) {
        for image in values(context, instance, "ImageId") {
            let parameter = of_ref(image).and_then(|name| context.template.parameter(name));
            if let Some(parameter) = parameter.filter(|it| it.kind.stored) {
                report.at(image, || {
                    format!(
                        "`{}` reads the parameter store anew at every deploy: a new image there replaces `{}` whatever the deploy \
                         is about",
                        parameter.name, instance.name
                    )
                });
            }
        }
    }
}

/// Source: *Dynamic references* in the CloudFormation User Guide (a version may be left out; then it is the latest).
pub static LATEST: Rule = Rule {
    id: "S3033",
    name: "reference-to-latest",
    reason: "A dynamic reference without a version gives what the store has at the deploy. In a property that replaces the \
             resource, somebody else's change there replaces it.",
    fix: "Write the version: `{{resolve:ssm:/name:3}}`.",
    good: "Resources:\n  Web:\n    Type: AWS::EC2::Instance\n    Properties:\n      ImageId: '{{resolve:ssm:/prod/ami-id:3}}'\n",
    bad: "Resources:\n  Web:\n    Type: AWS::EC2::Instance\n    Properties:\n      ImageId: '{{resolve:ssm:/prod/ami-id}}'\n",
    check: Check::Template(latest),
};

fn latest(context: &Context<'_>, report: &mut Report<'_>) {
    for resource in &context.template.resources {
        let (Some(facts), Some(properties)) = (resource.facts, resource.properties) else { continue };
        for entry in properties.entries() {
            let replaces = facts.create_only.iter().any(|path| path[1..].split('/').next() == Some(&entry.key.text));
            if !replaces {
                continue;
            }
            for leaf in leaves(context, entry.value) {
                if let Some(name) = leaf.text().and_then(latest_of) {
                    report.at(leaf, || {
                        format!(
                            "`{name}` is read without a version, and another value there replaces `{}`",
                            resource.name
                        )
                    });
                }
            }
        }
    }
}

/// The parameter that a reference without a version names.
fn latest_of(text: &str) -> Option<&str> {
    let inside = text.split_once("{{resolve:ssm:")?.1;
    let name = inside.split_once("}}")?.0;
    (!name.contains(':')).then_some(name)
}

/// Source: *Block device mappings* in the EC2 User Guide: the root volume is the one that the image names; any other name is
/// one more disk.
pub static ROOT: Rule = Rule {
    id: "S3029",
    name: "root-device-name",
    reason: "Only the name that the image gives its root disk changes the root disk: `/dev/xvda` for Amazon Linux, `/dev/sda1` for \
             Ubuntu and most others. Any other name adds an empty disk, and the root keeps its size.",
    fix: "Write the image's own `RootDeviceName` (`aws ec2 describe-images`), once.",
    good: "Parameters:\n  Image:\n    Type: AWS::EC2::Image::Id\nResources:\n  Web:\n    Type: AWS::EC2::Instance\n    Properties:\n      \
           ImageId: !Ref Image\n      BlockDeviceMappings:\n      - DeviceName: /dev/sda1\n        Ebs:\n          VolumeSize: 10\n",
    bad: "Parameters:\n  Image:\n    Type: AWS::EC2::Image::Id\nResources:\n  Web:\n    Type: AWS::EC2::Instance\n    Properties:\n      \
          ImageId: !Ref Image\n      BlockDeviceMappings:\n      - DeviceName: /dev/sda\n        Ebs:\n          VolumeSize: 10\n",
    check: Check::Template(root),
};

fn root(context: &Context<'_>, report: &mut Report<'_>) {
    for resource in &context.template.resources {
        let Some(properties) = resource.properties else { continue };
        for node in [Some(properties), properties.get("LaunchTemplateData")].into_iter().flatten() {
            if let Some(mappings) = node.get("BlockDeviceMappings") {
                let image = node.get("ImageId").and_then(|image| wanted_root(context, image));
                root_names(&leaves(context, mappings), image, report);
            }
        }
    }
}

fn root_names(mappings: &[Node<'_>], wanted: Option<&str>, report: &mut Report<'_>) {
    let names = mappings.iter().filter_map(|mapping| mapping.get("DeviceName"));
    let names: Vec<(Node<'_>, &str)> = names.filter_map(|node| Some((node, node.text()?))).collect();
    let both = ["/dev/sda1", "/dev/xvda"].iter().all(|root| names.iter().any(|(_, name)| name == root));
    for (node, name) in names {
        match (name, wanted) {
            ("/dev/sda" | "/dev/xvda1", _) => {
                report.at(node, || format!("no image calls its root disk `{name}`; this is one more disk"));
            }
            ("/dev/sda1", Some("/dev/xvda")) | ("/dev/xvda", Some("/dev/sda1")) => {
                let wanted = wanted.unwrap_or_default();
                report.at(node, || format!("this image calls its root disk `{wanted}`, so `{name}` is one more disk"));
            }
            ("/dev/xvda", None) if both => {
                report.at(node, || "`/dev/sda1` is here too; one of the two is no root disk but one more".to_owned());
            }
            _ => {}
        }
    }
}

/// The root disk's name of an image of which the parameter's path says what it is.
fn wanted_root<'t>(context: &Context<'t>, image: Node<'t>) -> Option<&'static str> {
    let path = known_text(context, image)?;
    if path.contains("/aws/service/ami-amazon-linux") {
        Some("/dev/xvda")
    } else if path.contains("/aws/service/canonical/") {
        Some("/dev/sda1")
    } else {
        None
    }
}

/// Source: *Dynamic references* in the CloudFormation User Guide ("up to 60").
pub static TOO_MANY: Rule = Rule {
    id: "S3036",
    name: "too-many-dynamic-references",
    reason: "A template may have 60 dynamic references; the deploy of one with more fails.",
    fix: "Pass values as parameters, or split the stack.",
    good: "Resources:\n  Name:\n    Type: AWS::SSM::Parameter\n    Properties:\n      Type: String\n      Value: \
           '{{resolve:ssm:/a:1}}'\n",
    bad: MANY,
    check: Check::Template(too_many),
};

/// Sixty-one of them.
const MANY: &str = concat!(
    "Resources:\n  Name:\n    Type: AWS::SSM::Parameter\n    Properties:\n      Type: String\n      Value: '",
    "{{resolve:ssm:a:1}}{{resolve:ssm:a:1}}{{resolve:ssm:a:1}}{{resolve:ssm:a:1}}{{resolve:ssm:a:1}}{{resolve:ssm:a:1}}",
    "{{resolve:ssm:a:1}}{{resolve:ssm:a:1}}{{resolve:ssm:a:1}}{{resolve:ssm:a:1}}{{resolve:ssm:a:1}}{{resolve:ssm:a:1}}",
    "{{resolve:ssm:a:1}}{{resolve:ssm:a:1}}{{resolve:ssm:a:1}}{{resolve:ssm:a:1}}{{resolve:ssm:a:1}}{{resolve:ssm:a:1}}",
    "{{resolve:ssm:a:1}}{{resolve:ssm:a:1}}{{resolve:ssm:a:1}}{{resolve:ssm:a:1}}{{resolve:ssm:a:1}}{{resolve:ssm:a:1}}",
    "{{resolve:ssm:a:1}}{{resolve:ssm:a:1}}{{resolve:ssm:a:1}}{{resolve:ssm:a:1}}{{resolve:ssm:a:1}}{{resolve:ssm:a:1}}",
    "{{resolve:ssm:a:1}}{{resolve:ssm:a:1}}{{resolve:ssm:a:1}}{{resolve:ssm:a:1}}{{resolve:ssm:a:1}}{{resolve:ssm:a:1}}",
    "{{resolve:ssm:a:1}}{{resolve:ssm:a:1}}{{resolve:ssm:a:1}}{{resolve:ssm:a:1}}{{resolve:ssm:a:1}}{{resolve:ssm:a:1}}",
    "{{resolve:ssm:a:1}}{{resolve:ssm:a:1}}{{resolve:ssm:a:1}}{{resolve:ssm:a:1}}{{resolve:ssm:a:1}}{{resolve:ssm:a:1}}",
    "{{resolve:ssm:a:1}}{{resolve:ssm:a:1}}{{resolve:ssm:a:1}}{{resolve:ssm:a:1}}{{resolve:ssm:a:1}}{{resolve:ssm:a:1}}",
    "{{resolve:ssm:a:1}}{{resolve:ssm:a:1}}{{resolve:ssm:a:1}}{{resolve:ssm:a:1}}{{resolve:ssm:a:1}}{{resolve:ssm:a:1}}",
    "{{resolve:ssm:a:1}}'\n"
);

fn too_many(context: &Context<'_>, report: &mut Report<'_>) {
    let mut count = 0;
    for node in context.template.document.nodes().filter(|node| Section::of(*node) == Section::Resources) {
        let Some(text) = node.text() else { continue };
        let before = count;
        count += text.matches("{{resolve:").count();
        if before <= 60 && count > 60 {
            report.at(node, || "this is more than the 60 dynamic references that a template may have".to_owned());
        }
    }
}
