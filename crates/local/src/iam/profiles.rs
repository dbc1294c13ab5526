//! Instance profiles.
use serde_json::{Value as Json, json};

use super::{Iam, Kind, Profile, checked, conflict, missing, path, time, unique};
use crate::wire::{ApiError, Request};
use crate::world::World;

pub(super) fn answer(world: &mut World, request: &Request, operation: &str) -> Option<Result<Json, ApiError>> {
    let iam = &mut world.iam;
    Some(match operation {
        "CreateInstanceProfile" => create(world, request),
        "GetInstanceProfile" => one(iam, request).cloned().map(|it| json!({"InstanceProfile": it.shown(iam)})),
        "ListInstanceProfiles" => Ok(list(iam, |_| true)),
        "ListInstanceProfilesForRole" => request.required("RoleName").and_then(|role| {
            iam.holder(Kind::Role, role)?;
            Ok(list(iam, |it| it.role.as_deref() == Some(role)))
        }),
        "DeleteInstanceProfile" => delete(iam, request),
        "AddRoleToInstanceProfile" => add(iam, request),
        "RemoveRoleFromInstanceProfile" => remove(iam, request),
        _ => return None,
    })
}

impl Profile {
    fn shown(&self, iam: &Iam) -> Json {
        let roles = self.role.iter().filter_map(|name| iam.roles.get(name)).map(|it| it.shown(Kind::Role));
        json!({
            "Path": self.path, "InstanceProfileName": self.name, "InstanceProfileId": self.id, "Arn": self.arn,
            "CreateDate": time(self.created), "Roles": roles.collect::<Json>(),
        })
    }
}

fn list(iam: &Iam, wanted: impl Fn(&Profile) -> bool) -> Json {
    let shown = iam.profiles.values().filter(|it| wanted(it)).map(|it| it.shown(iam));
    json!({"InstanceProfiles": shown.collect::<Json>(), "IsTruncated": false})
}

fn one<'a>(iam: &'a mut Iam, request: &Request) -> Result<&'a mut Profile, ApiError> {
    let name = request.required("InstanceProfileName")?;
    iam.profiles.get_mut(name).ok_or_else(|| missing(format!("Instance Profile {name} cannot be found.")))
}

fn create(world: &mut World, request: &Request) -> Result<Json, ApiError> {
    let (name, path) = (checked(request, "InstanceProfileName", 128)?, path(request)?);
    if world.iam.profiles.keys().any(|other| other.eq_ignore_ascii_case(&name)) {
        return Err(conflict("EntityAlreadyExists", format!("Instance Profile {name} already exists.")));
    }
    let profile = Profile {
        id: unique(world, "AIPA"),
        arn: format!("arn:aws:iam::{}:instance-profile{path}{name}", world.account),
        name: name.clone(),
        path,
        role: None,
        created: world.now(),
    };
    let shown = profile.shown(&world.iam);
    world.iam.profiles.insert(name, profile);
    Ok(json!({ "InstanceProfile": shown }))
}

fn delete(iam: &mut Iam, request: &Request) -> Result<Json, ApiError> {
    let profile = one(iam, request)?.clone();
    if profile.role.is_some() {
        return Err(conflict("DeleteConflict", "Cannot delete entity, must remove roles from instance profile first."));
    }
    iam.profiles.shift_remove(&profile.name);
    Ok(json!({}))
}

fn add(iam: &mut Iam, request: &Request) -> Result<Json, ApiError> {
    let role = request.required("RoleName")?.to_owned();
    iam.holder(Kind::Role, &role)?;
    let profile = one(iam, request)?;
    if profile.role.is_some() {
        return Err(conflict("LimitExceeded", "Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1"));
    }
    profile.role = Some(role);
    Ok(json!({}))
}

fn remove(iam: &mut Iam, request: &Request) -> Result<Json, ApiError> {
    let role = request.required("RoleName")?.to_owned();
    let profile = one(iam, request)?;
    if profile.role.as_ref() != Some(&role) {
        return Err(Kind::Role.missing(&role));
    }
    profile.role = None;
    Ok(json!({}))
}
