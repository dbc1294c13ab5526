//! Who is in which group.
use serde_json::{Value as Json, json};

use super::{call, take_away};
use crate::resources::backed::{Backed, PLAIN, texts};
use crate::resources::generic::naming;
use crate::resources::{Refusal, Site};

pub(super) fn groups(site: &mut Site<'_>, user: &str, before: &[String], after: &[String]) -> Result<(), Refusal> {
    for group in before.iter().filter(|it| !after.contains(it)) {
        take_away(site, "RemoveUserFromGroup", json!({"UserName": user, "GroupName": group}))?;
    }
    for group in after {
        call(site, "AddUserToGroup", json!({"UserName": user, "GroupName": group}))?;
    }
    Ok(())
}

fn members(site: &mut Site<'_>, before: &Json, after: &Json) -> Result<(), Refusal> {
    let (old, new) = (texts(&before["Users"]), texts(&after["Users"]));
    for user in new.iter().filter(|it| !old.contains(it)) {
        call(site, "AddUserToGroup", json!({"UserName": user, "GroupName": after["GroupName"]}))?;
    }
    for user in old.iter().filter(|it| !new.contains(it)) {
        take_away(site, "RemoveUserFromGroup", json!({"UserName": user, "GroupName": before["GroupName"]}))?;
    }
    Ok(())
}

pub(super) const ADDITION: Backed = Backed {
    create: |site, properties| {
        members(site, &json!({}), properties)?;
        Ok(naming::made_up(site, None))
    },
    update: |site, _, before, after| members(site, before, after),
    delete: |site, _, properties| members(site, properties, &json!({})),
    attributes: |_, _, id, _| json!({"Id": id}),
    seen: |world, region, id| {
        world.regions.get(region)?.others.get("AWS::IAM::UserToGroupAddition")?.get(id).map(|_| json!({}))
    },
    ..PLAIN
};
