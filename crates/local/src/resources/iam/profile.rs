//! Instance profiles, and the role in each.
use serde_json::{Value as Json, json};

use super::{call, take_away};
use crate::resources::backed::{Backed, PLAIN, name, picked, texts};

/// An instance profile takes two minutes in AWS, so that it is known everywhere.
pub(super) const PROFILE: Backed = Backed {
    takes: 120,
    create: |site, properties| {
        let made = name(site, properties, "InstanceProfileName")?;
        let mut input = picked(properties, &["Path"]);
        input["InstanceProfileName"] = json!(made);
        call(site, "CreateInstanceProfile", input)?;
        for role in texts(&properties["Roles"]) {
            let added = call(site, "AddRoleToInstanceProfile", json!({"InstanceProfileName": made, "RoleName": role}));
            if let Err(refusal) = added {
                site.world.iam.profiles.shift_remove(&made);
                return Err(refusal);
            }
        }
        Ok(made)
    },
    update: |site, name, before, after| {
        let input = |role: String| json!({"InstanceProfileName": name, "RoleName": role});
        let (old, new) = (texts(&before["Roles"]), texts(&after["Roles"]));
        for role in old.iter().filter(|it| !new.contains(it)) {
            take_away(site, "RemoveRoleFromInstanceProfile", input(role.clone()))?;
        }
        for role in new.into_iter().filter(|it| !old.contains(it)) {
            call(site, "AddRoleToInstanceProfile", input(role))?;
        }
        Ok(())
    },
    delete: |site, name, properties| {
        for role in texts(&properties["Roles"]) {
            let input = json!({"InstanceProfileName": name, "RoleName": role});
            take_away(site, "RemoveRoleFromInstanceProfile", input)?;
        }
        take_away(site, "DeleteInstanceProfile", json!({"InstanceProfileName": name}))
    },
    attributes: |world, _, name, _| world.iam.profiles.get(name).map_or(Json::Null, |it| json!({"Arn": it.arn})),
    seen: |world, _, name| {
        let profile = world.iam.profiles.get(name)?;
        Some(
            json!({"InstanceProfileName": name, "Path": profile.path, "Roles": profile.role.iter().collect::<Vec<_>>()}),
        )
    },
    ..PLAIN
};
