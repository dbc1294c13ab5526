//! Volumes that hold data.
use crate::context::Context;
use crate::document::Node;
use crate::report::Report;
use crate::rule::{Check, Rule};
use crate::rules::reading::{asked, values, written};
use crate::template::{Function, Resource, call};

const VOLUME: &str = "AWS::EC2::Volume";
const ATTACHMENT: &str = "AWS::EC2::VolumeAttachment";
const INSTANCE: &str = "AWS::EC2::Instance";

/// Source: `CreationPolicy` and `AWS::CloudFormation::WaitCondition` in the CloudFormation User Guide.
pub static DEADLOCK: Rule = Rule {
    id: "S3002",
    name: "readiness-deadlock",
    reason: "A volume is attached when the instance is complete, and with a creation policy the instance is complete when its \
             script has signalled. A script that waits for the disk first waits until the time is up.",
    fix: "Put the creation policy on an `AWS::CloudFormation::WaitCondition` with `DependsOn: [the attachment]`, and let the \
          script signal that.",
    good: "Parameters:\n  Image:\n    Type: AWS::EC2::Image::Id\n  Zone:\n    Type: AWS::EC2::AvailabilityZone::Name\nResources:\n  \
           Web:\n    Type: AWS::EC2::Instance\n    Properties:\n      ImageId: !Ref Image\n      AvailabilityZone: !Ref Zone\n      \
           UserData:\n        Fn::Base64: |\n          #!/bin/bash\n          set -euo pipefail\n          mount /dev/sdf /data\n  \
           Data:\n    Type: AWS::EC2::Volume\n    Properties:\n      AvailabilityZone: !Ref Zone\n      Size: 20\n  \
           Attachment:\n    Type: AWS::EC2::VolumeAttachment\n    Properties:\n      InstanceId: !Ref Web\n      VolumeId: \
           !Ref Data\n      Device: /dev/sdf\n",
    bad: "Parameters:\n  Image:\n    Type: AWS::EC2::Image::Id\n  Zone:\n    Type: AWS::EC2::AvailabilityZone::Name\nResources:\n  \
          Web:\n    Type: AWS::EC2::Instance\n    CreationPolicy:\n      ResourceSignal:\n        Timeout: PT15M\n    Properties:\n      \
          ImageId: !Ref Image\n      AvailabilityZone: !Ref Zone\n      UserData:\n        Fn::Base64: |\n          #!/bin/bash\n          \
          mount /dev/sdf /data\n  Data:\n    Type: AWS::EC2::Volume\n    Properties:\n      AvailabilityZone: !Ref Zone\n      \
          Size: 20\n  Attachment:\n    Type: AWS::EC2::VolumeAttachment\n    Properties:\n      InstanceId: !Ref Web\n      \
          VolumeId: !Ref Data\n      Device: /dev/sdf\n",
    check: Check::Template(deadlock),
};

fn deadlock(context: &Context<'_>, report: &mut Report<'_>) {
    for (attachment, instance) in attachments(context) {
        let Some(policy) = instance.node.get("CreationPolicy").filter(|it| it.get("ResourceSignal").is_some()) else {
            continue;
        };
        let script = instance.property("UserData").and_then(script_text).unwrap_or_default();
        let disks = ["mount", "mkfs", "blkid", "/dev/sd", "/dev/xvd", "/dev/nvme", "lsblk", "findmnt"];
        if let Some(word) = disks.iter().find(|word| script.contains(*word)) {
            report.at(policy, || {
                format!(
                    "`{}` is complete only when its script has signalled, the script asks for a disk (`{word}`), and `{}` attaches \
                     the disk only when `{}` is complete: they wait for each other",
                    instance.name, attachment.name, instance.name
                )
            });
        }
    }
}

fn script_text(user_data: Node<'_>) -> Option<String> {
    match call(user_data) {
        Some(call) if call.function == Function::Base64 => written(call.argument),
        _ => written(user_data),
    }
}

/// Every attachment whose instance the template makes, with it.
fn attachments<'c, 't>(context: &'c Context<'t>) -> Vec<(&'c Resource<'t>, &'c Resource<'t>)> {
    let template = context.template;
    let pair = |attachment: &'c Resource<'t>| {
        let instance = template.resource(asked(attachment.property("InstanceId")?)?)?;
        (instance.type_name == INSTANCE).then_some((attachment, instance))
    };
    template.resources.iter().filter(|it| it.type_name == ATTACHMENT).filter_map(pair).collect()
}

/// Source: `DeletionPolicy` and `UpdateReplacePolicy` in the CloudFormation User Guide: each covers what the other does not.
pub static PROTECTION: Rule = Rule {
    id: "S3003",
    name: "volume-unprotected",
    reason: "Without both policies a volume goes with all its data when the stack is deleted or the volume is replaced. A snapshot \
             keeps the data of one moment, not the volume.",
    fix: "Write `DeletionPolicy: RetainExceptOnCreate` (or `Retain`) and `UpdateReplacePolicy: Retain` beside `Type`.",
    good: "Resources:\n  Data:\n    Type: AWS::EC2::Volume\n    DeletionPolicy: Retain\n    UpdateReplacePolicy: Retain\n    \
           Properties:\n      AvailabilityZone: !Select [0, !GetAZs '']\n      Size: 20\n",
    bad: "Resources:\n  Data:\n    Type: AWS::EC2::Volume\n    DeletionPolicy: Snapshot\n    Properties:\n      \
          AvailabilityZone: !Select [0, !GetAZs '']\n      Size: 20\n",
    check: Check::Template(protection),
};

fn protection(context: &Context<'_>, report: &mut Report<'_>) {
    for volume in context.template.resources.iter().filter(|it| it.type_name == VOLUME) {
        for (policy, when) in [("DeletionPolicy", "the stack is deleted"), ("UpdateReplacePolicy", "it is replaced")] {
            match volume.node.get(policy) {
                None => report.at(volume.node, || {
                    format!("`{}` has no `{policy}`, so its data is gone when {when}", volume.name)
                }),
                Some(given) if given.text() == Some("Delete") => {
                    report.at(given, || format!("this throws the data of `{}` away when {when}", volume.name));
                }
                Some(given) if given.text() == Some("Snapshot") => report.at(given, || {
                    format!("the volume `{}` is deleted when {when}; only a snapshot of that moment stays", volume.name)
                }),
                Some(_) => {}
            }
        }
    }
}

/// Source: `replacementStrategy`, which the type `AWS::EC2::VolumeAttachment` does not have: the new attachment is made while
/// the old one still holds the volume.
pub static UNCONDITIONAL: Rule = Rule {
    id: "S3004",
    name: "attachment-unconditional",
    reason: "When the instance is replaced, CloudFormation attaches the volume to the new one while the old one still has it, \
             and fails with `VolumeInUse`. The volume must be let go first, which takes a condition.",
    fix: "Give the attachment a `Condition` on a parameter such as `DataAttachment` (`attached` or `detached`); stop the instance \
          and deploy with `detached` before the instance is replaced. `stackgen deploy --handover` does that.",
    good: "Parameters:\n  Held:\n    Type: String\n    Default: attached\n    AllowedValues: [attached, detached]\n  Image:\n    Type: \
           AWS::EC2::Image::Id\n  Volume:\n    Type: AWS::EC2::Volume::Id\nConditions:\n  Attached: !Equals [!Ref Held, attached]\n\
           Resources:\n  Web:\n    Type: AWS::EC2::Instance\n    Properties:\n      ImageId: !Ref Image\n  Attachment:\n    \
           Type: AWS::EC2::VolumeAttachment\n    Condition: Attached\n    Properties:\n      InstanceId: !Ref Web\n      VolumeId: \
           !Ref Volume\n      Device: /dev/sdf\n",
    bad: "Parameters:\n  Image:\n    Type: AWS::EC2::Image::Id\n  Volume:\n    Type: AWS::EC2::Volume::Id\nResources:\n  Web:\n    \
          Type: AWS::EC2::Instance\n    Properties:\n      ImageId: !Ref Image\n  Attachment:\n    Type: AWS::EC2::VolumeAttachment\n    \
          Properties:\n      InstanceId: !Ref Web\n      VolumeId: !Ref Volume\n      Device: /dev/sdf\n",
    check: Check::Template(unconditional),
};

fn unconditional(context: &Context<'_>, report: &mut Report<'_>) {
    for (attachment, instance) in attachments(context) {
        if attachment.condition.is_none() {
            report.at(attachment.node, || {
                format!(
                    "`{}` has no `Condition`: when `{}` is replaced, the volume is attached to the new instance while the old one \
                     still holds it, and the update fails",
                    attachment.name, instance.name
                )
            });
        }
    }
}

/// Source: *Attach an EBS volume* in the EC2 User Guide ("in the same Availability Zone"); `AvailabilityZone` of
/// `AWS::EC2::Volume` in the CloudFormation User Guide ("Updates are not supported").
pub static ZONE: Rule = Rule {
    id: "S3005",
    name: "volume-zone",
    reason: "A volume attaches only in its own zone, and its zone can never change. A zone that is asked of the instance moves \
             with the instance.",
    fix: "Write the same zone as text, or the same parameter, at the volume and at the subnet of the instance.",
    good: "Parameters:\n  Zone:\n    Type: AWS::EC2::AvailabilityZone::Name\nResources:\n  Data:\n    Type: AWS::EC2::Volume\n    \
           DeletionPolicy: Retain\n    UpdateReplacePolicy: Retain\n    Properties:\n      AvailabilityZone: !Ref Zone\n      Size: 20\n",
    bad: "Parameters:\n  Image:\n    Type: AWS::EC2::Image::Id\nResources:\n  Web:\n    Type: AWS::EC2::Instance\n    Properties:\n      \
          ImageId: !Ref Image\n  Data:\n    Type: AWS::EC2::Volume\n    DeletionPolicy: Retain\n    UpdateReplacePolicy: Retain\n    \
          Properties:\n      AvailabilityZone: !GetAtt Web.AvailabilityZone\n      Size: 20\n",
    check: Check::Template(zone),
};

fn zone(context: &Context<'_>, report: &mut Report<'_>) {
    for volume in context.template.resources.iter().filter(|it| it.type_name == VOLUME) {
        for zone in values(context, volume, "AvailabilityZone") {
            let asked = call(zone).and_then(|call| call.attribute());
            if let Some((name, attribute)) = asked.filter(|(_, attribute)| attribute == "AvailabilityZone") {
                let instance = context.template.resource(name).is_some_and(|it| it.type_name == INSTANCE);
                if instance {
                    report.at(zone, || {
                        format!(
                            "the zone of `{}` is asked of `{name}` (`{attribute}`): a replaced instance may start in another zone, \
                             and the volume cannot follow",
                            volume.name
                        )
                    });
                }
            }
        }
    }
    for (attachment, instance) in attachments(context) {
        zones_differ(context, attachment, instance, report);
    }
}

fn zones_differ<'t>(
    context: &Context<'t>,
    attachment: &Resource<'t>,
    instance: &Resource<'t>,
    report: &mut Report<'_>,
) {
    let volume = attachment.property("VolumeId").and_then(asked).and_then(|name| context.template.resource(name));
    let Some(of_volume) = volume.and_then(|it| it.property("AvailabilityZone")) else { return };
    let of_instance = zone_of(context, instance).and_then(Node::any_text);
    if let (Some(first), Some(second)) = (of_volume.any_text(), of_instance)
        && first != second
    {
        report.at(of_volume, || {
                format!(
                    "this volume is in `{first}` and `{}`, which it is attached to, in `{second}`; it cannot be attached there",
                    instance.name
                )
            });
    }
}

/// The zone of an instance: its own, or its subnet's.
fn zone_of<'t>(context: &Context<'t>, instance: &Resource<'t>) -> Option<Node<'t>> {
    let subnet = || context.template.resource(asked(instance.property("SubnetId")?)?);
    instance.property("AvailabilityZone").or_else(|| subnet()?.property("AvailabilityZone"))
}
