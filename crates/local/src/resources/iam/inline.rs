//! Policies that stand in a role, a user or a group and nowhere else.
use indexmap::IndexMap;
use serde_json::{Value as Json, json};

use super::{call, document, holders, named, take_away, word};
use crate::iam::{Holder, Kind};
use crate::resources::backed::{Backed, PLAIN, picked};
use crate::resources::generic::naming;
use crate::resources::handler::failed;
use crate::resources::{Refusal, Site};

/// Puts a policy into all that it names, and takes it out of those that it no longer names.
fn spread(site: &mut Site<'_>, before: &Json, after: &Json) -> Result<(), Refusal> {
    let is_same_name = before["PolicyName"] == after["PolicyName"];
    let (old, new) = (holders(before), holders(after));
    for (kind, name) in &new {
        let input = json!({"PolicyName": after["PolicyName"], "PolicyDocument": document(&after["PolicyDocument"])});
        call(site, &format!("Put{}Policy", word(*kind)), named(*kind, name, input))?;
    }
    for (kind, name) in old.iter().filter(|it| !is_same_name || !new.contains(it)) {
        let input = named(*kind, name, picked(before, &["PolicyName"]));
        take_away(site, &format!("Delete{}Policy", word(*kind)), input)?;
    }
    Ok(())
}

/// `Ref` of it is a name that is made up, not the name of the policy. Source: *Return values* in its reference.
pub(super) const POLICY: Backed = Backed {
    takes: 15,
    create: |site, properties| {
        if holders(properties).is_empty() {
            return Err(failed(site, "At least one of [Groups,Roles,Users] must be non-empty.", "InvalidRequest"));
        }
        let made = naming::made_up(site, None);
        if let Err(refusal) = spread(site, &json!({}), properties) {
            spread(site, properties, &json!({}))?;
            return Err(refusal);
        }
        Ok(made)
    },
    update: |site, _, before, after| spread(site, before, after),
    delete: |site, _, properties| spread(site, properties, &json!({})),
    attributes: |_, _, id, _| json!({"Id": id}),
    seen: |world, region, id| {
        let thing = world.regions.get(region)?.others.get("AWS::IAM::Policy")?.get(id)?;
        let name = thing.properties["PolicyName"].as_str()?;
        let iam = &world.iam;
        let all = iam.roles.values().chain(iam.users.values()).chain(iam.groups.values());
        all.clone().any(|it| it.inline.contains_key(name)).then(|| json!({}))
    },
    ..PLAIN
};

fn inline(kind: Kind, site: &mut Site<'_>, properties: &Json) -> Result<String, Refusal> {
    let holder = properties[format!("{}Name", word(kind))].as_str().unwrap_or_default().to_owned();
    let name = properties["PolicyName"].as_str().unwrap_or_default().to_owned();
    let input = json!({"PolicyName": name, "PolicyDocument": document(&properties["PolicyDocument"])});
    call(site, &format!("Put{}Policy", word(kind)), named(kind, &holder, input))?;
    Ok(format!("{name}|{holder}"))
}

fn uninline(kind: Kind, site: &mut Site<'_>, id: &str) -> Result<(), Refusal> {
    let (name, holder) = id.split_once('|').unwrap_or((id, ""));
    take_away(site, &format!("Delete{}Policy", word(kind)), named(kind, holder, json!({"PolicyName": name})))
}

fn seen_inline(holders: &IndexMap<String, Holder>, id: &str) -> Option<Json> {
    let (name, holder) = id.split_once('|')?;
    holders.get(holder)?.inline.get(name).map(|_| json!({}))
}

pub(super) const ROLE_POLICY: Backed = Backed {
    create: |site, properties| inline(Kind::Role, site, properties),
    update: |site, _, _, after| inline(Kind::Role, site, after).map(drop),
    delete: |site, id, _| uninline(Kind::Role, site, id),
    seen: |world, _, id| seen_inline(&world.iam.roles, id),
    ..PLAIN
};

pub(super) const USER_POLICY: Backed = Backed {
    create: |site, properties| inline(Kind::User, site, properties),
    update: |site, _, _, after| inline(Kind::User, site, after).map(drop),
    delete: |site, id, _| uninline(Kind::User, site, id),
    seen: |world, _, id| seen_inline(&world.iam.users, id),
    ..PLAIN
};

pub(super) const GROUP_POLICY: Backed = Backed {
    create: |site, properties| inline(Kind::Group, site, properties),
    update: |site, _, _, after| inline(Kind::Group, site, after).map(drop),
    delete: |site, id, _| uninline(Kind::Group, site, id),
    seen: |world, _, id| seen_inline(&world.iam.groups, id),
    ..PLAIN
};
