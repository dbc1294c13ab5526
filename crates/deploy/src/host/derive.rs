//! Finding hosts in a template.
use serde_json::Value as Json;

use super::{Attachment, Host, Recorded, Switch, record_of};
use crate::plan::{Side, references};

const INSTANCE: &str = "AWS::EC2::Instance";
const VOLUME: &str = "AWS::EC2::Volume";
const ATTACHMENT: &str = "AWS::EC2::VolumeAttachment";
const ASSOCIATION: &str = "AWS::EC2::EIPAssociation";
const WAIT: &str = "AWS::CloudFormation::WaitCondition";

/// The instances of a template that have volumes or addresses of their own, or are waited for.
pub(crate) fn hosts(side: &Side<'_>, stack: &str) -> Vec<Host> {
    let all = side.template.get("Resources").and_then(Json::as_object);
    let of_type = |wanted: &'static str| {
        let all = all.into_iter().flatten();
        all.filter(move |(_, resource)| resource["Type"] == wanted)
    };
    let present: Vec<&str> = side.resources().map(|(id, ..)| id).collect();
    let is_on = |resource: &Json, instance: &str| {
        let names = |name: &str| resource.pointer(&format!("/Properties/{name}/Ref")) == Some(&Json::from(instance));
        names("InstanceId")
    };
    let mut hosts = Vec::new();
    for (id, instance) in of_type(INSTANCE).filter(|(id, _)| present.contains(&id.as_str())) {
        let attachments = of_type(ATTACHMENT).filter(|(_, resource)| is_on(resource, id)).map(|(id, resource)| {
            let volume = side.text(&resource["Properties"]["VolumeId"]);
            let is_held = present.contains(&id.as_str());
            Attachment { id: id.clone(), volume, is_held, switch: switch(side, resource) }
        });
        let attachments: Vec<Attachment> = attachments.collect();
        let associations = of_type(ASSOCIATION).filter(|(_, resource)| is_on(resource, id));
        let associations: Vec<String> = associations.map(|(id, _)| id.clone()).collect();
        let after: Vec<&str> = attachments
            .iter()
            .map(|one| one.id.as_str())
            .chain([id.as_str()])
            .chain(associations.iter().map(|one| one.as_str()))
            .collect();
        let ready = of_type(WAIT).filter(|(_, resource)| depends_on(resource, &after)).map(|(id, _)| id.clone());
        let ready: Vec<String> = ready.collect();
        if attachments.is_empty() && associations.is_empty() && ready.is_empty() {
            continue;
        }
        let image = instance.pointer("/Properties/ImageId/Ref").and_then(Json::as_str).map(str::to_owned);
        let record = record(side, stack, instance, &attachments);
        hosts.push(Host { instance: id.clone(), image, attachments, associations, ready, record });
    }
    hosts
}

fn depends_on(resource: &Json, ids: &[&str]) -> bool {
    let mut found = Vec::new();
    references(resource, &mut found);
    found.iter().any(|id| ids.contains(id))
}

/// The switch of an attachment: its condition is, or denies, that a parameter has a value, and the parameter may have another.
fn switch(side: &Side<'_>, attachment: &Json) -> Option<Switch> {
    let conditions = side.template.get("Conditions")?;
    let condition = conditions.get(attachment.get("Condition")?.as_str()?)?;
    let (equals, is_denied) = match condition.get("Fn::Not").and_then(|not| not.get(0)) {
        Some(inner) => (inner, true),
        None => (condition, false),
    };
    let pair = equals.get("Fn::Equals")?.as_array()?;
    let parameter = pair.iter().find_map(|one| one.get("Ref")?.as_str())?;
    let value = pair.iter().find_map(Json::as_str)?;
    let declared = side.template.get("Parameters")?.get(parameter)?;
    let kind = declared.get("Type").and_then(Json::as_str).unwrap_or_default();
    let allowed = declared.get("AllowedValues")?.as_array()?;
    let other = allowed.iter().filter_map(Json::as_str).find(|other| *other != value)?;
    if kind != "String" {
        return None;
    }
    let (on, off) = if is_denied { (other, value) } else { (value, other) };
    Some(Switch { parameter: parameter.to_owned(), on: on.to_owned(), off: off.to_owned() })
}

/// Where the boot script of an instance reads about its volume: only if the role of the instance lets it. Of several volumes
/// it is the one that the script names.
fn record(side: &Side<'_>, stack: &str, instance: &Json, attachments: &[Attachment]) -> Option<Recorded> {
    let parameter = record_of(stack);
    let properties = instance.get("Properties")?;
    let profile = properties.pointer("/IamInstanceProfile/Ref")?.as_str()?;
    let resources = side.template.get("Resources")?;
    let mut roles = Vec::new();
    references(resources.get(profile)?.get("Properties")?.get("Roles")?, &mut roles);
    let may_read = roles.iter().filter_map(|role| resources.get(*role)).any(|role| {
        let policies = role.pointer("/Properties/Policies").map_or_else(String::new, |all| side.text(all));
        policies.contains(&format!(":parameter{parameter}"))
    });
    let mut named = Vec::new();
    references(properties.get("UserData").unwrap_or(&Json::Null), &mut named);
    let own = |volume: &str| Some(volume.strip_prefix("${")?.strip_suffix('}')?.to_owned());
    let mut volumes: Vec<String> = attachments.iter().filter_map(|one| own(&one.volume)).collect();
    volumes.retain(|id| resources.get(id).is_some_and(|it| it["Type"] == VOLUME) && named.contains(&id.as_str()));
    let volume = volumes.pop().filter(|_| volumes.is_empty() && may_read)?;
    let is_restored = resources[&volume].pointer("/Properties/SnapshotId").is_some();
    Some(Recorded { parameter, volume, is_restored })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use super::super::samples;
    use super::*;

    fn found(template: &Json, parameters: &[(&str, &str)]) -> Vec<Host> {
        let parameters: BTreeMap<_, _> =
            parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        hosts(&Side { template, parameters: &parameters }, "prod")
    }

    #[test]
    fn a_host_is_found_with_what_belongs_to_it() {
        let found = found(&samples::host("A", "ami-1", "one"), &[]);
        let [host] = &*found else { panic!("{found:?}") };
        assert_eq!((&*host.instance, host.image.as_deref()), ("HostA", Some("Image")));
        assert_eq!((&*host.associations, &*host.ready), (&["Association".to_owned()][..], &["ReadyA".to_owned()][..]));
        let attachment = &host.attachments[0];
        assert_eq!((&*attachment.id, &*attachment.volume, attachment.is_held), ("Attachment", "${Data}", true));
        let switch = attachment.switch.as_ref().expect("it hangs on a parameter");
        assert_eq!((&*switch.parameter, &*switch.on, &*switch.off), ("Attached", "yes", "no"));
        let record = host.record.as_ref().expect("the role lets it");
        assert_eq!((&*record.parameter, &*record.volume), ("/stackgen/prod/data-volume", "Data"));
    }

    #[test]
    fn a_volume_that_was_let_go_is_not_held() {
        let found = found(&samples::host("A", "ami-1", "one"), &[("Attached", "no")]);
        assert!(!found[0].attachments[0].is_held);
    }

    #[test]
    fn a_denied_equality_is_a_switch_the_other_way_round() {
        let mut template = samples::host("A", "ami-1", "one");
        template["Conditions"]["IsAttached"] = json!({"Fn::Not": [{"Fn::Equals": ["no", {"Ref": "Attached"}]}]});
        let switch = found(&template, &[])[0].attachments[0].switch.clone().expect("it hangs on a parameter");
        assert_eq!((&*switch.on, &*switch.off), ("yes", "no"));
    }

    #[test]
    fn without_another_value_or_a_plain_equality_there_is_no_switch() {
        let mut template = samples::host("A", "ami-1", "one");
        template["Parameters"]["Attached"]["AllowedValues"] = json!(["yes"]);
        assert_eq!(found(&template, &[])[0].attachments[0].switch, None);
        let mut template = samples::host("A", "ami-1", "one");
        template["Conditions"]["IsAttached"] = json!({"Fn::And": [{"Fn::Equals": [{"Ref": "Attached"}, "yes"]}]});
        assert_eq!(found(&template, &[])[0].attachments[0].switch, None);
    }

    #[test]
    fn a_role_that_reads_other_parameters_means_no_record() {
        let mut template = samples::host("A", "ami-1", "one");
        template["Resources"]["Role"]["Properties"]["Policies"] = json!([]);
        assert_eq!(found(&template, &[])[0].record, None);
    }
}
