//! Managed policies.
use serde_json::{Value as Json, json};

use super::document::{self, Use};
use super::{Iam, Kind, Policy, checked, conflict, encoded, missing, path, tag_list, tags, time, unique};
use crate::wire::{ApiError, Request};
use crate::world::World;

/// How many versions a policy keeps. Source: *IAM object quotas*.
const VERSIONS: usize = 5;

pub(super) fn name_of(arn: &str) -> &str {
    arn.rsplit('/').next().unwrap_or(arn)
}

pub(super) fn answer(world: &mut World, request: &Request, operation: &str) -> Option<Result<Json, ApiError>> {
    Some(match operation {
        "CreatePolicy" => create(world, request),
        "GetPolicy" => get(world, request),
        "ListPolicies" => {
            let iam = &world.iam;
            let shown = iam.policies.values().map(|it| it.shown(iam)).collect::<Json>();
            Ok(json!({"Policies": shown, "IsTruncated": false}))
        }
        "DeletePolicy" => delete(&mut world.iam, request),
        "CreatePolicyVersion" => create_version(world, request),
        "GetPolicyVersion" => get_version(&mut world.iam, request),
        "ListPolicyVersions" => own(&mut world.iam, request).map(|policy| {
            let numbers = policy.versions.keys().rev();
            json!({"Versions": numbers.map(|it| policy.version(*it, false)).collect::<Json>(), "IsTruncated": false})
        }),
        "DeletePolicyVersion" => delete_version(&mut world.iam, request),
        "SetDefaultPolicyVersion" => number(request).and_then(|number| {
            let policy = own(&mut world.iam, request)?;
            policy.versions.get(&number).ok_or_else(|| no_version(&policy.arn, number))?;
            policy.default = number;
            Ok(json!({}))
        }),
        "ListEntitiesForPolicy" => entities(&mut world.iam, request),
        "TagPolicy" => own(&mut world.iam, request).map(|it| it.tags.extend(tags(request))).map(|()| json!({})),
        "ListPolicyTags" => {
            own(&mut world.iam, request).map(|it| json!({"Tags": tag_list(&it.tags), "IsTruncated": false}))
        }
        _ => return None,
    })
}

impl Policy {
    fn shown(&self, iam: &Iam) -> Json {
        let updated = self.versions.get(&self.default).map_or(self.created, |(_, at)| *at);
        json!({
            "PolicyName": self.name, "PolicyId": self.id, "Arn": self.arn, "Path": self.path,
            "DefaultVersionId": format!("v{}", self.default), "AttachmentCount": iam.attachments(&self.arn),
            "PermissionsBoundaryUsageCount": 0, "IsAttachable": true, "Description": self.description,
            "CreateDate": time(self.created), "UpdateDate": time(updated), "Tags": tag_list(&self.tags),
        })
    }

    fn version(&self, number: u32, with_text: bool) -> Json {
        let Some((text, at)) = self.versions.get(&number) else { return Json::Null };
        json!({
            "VersionId": format!("v{number}"), "IsDefaultVersion": number == self.default, "CreateDate": time(*at),
            "Document": with_text.then(|| encoded(text)),
        })
    }
}

impl Iam {
    /// How many roles, users and groups have a managed policy.
    #[must_use]
    pub fn attachments(&self, arn: &str) -> usize {
        let holders = self.roles.values().chain(self.users.values()).chain(self.groups.values());
        holders.filter(|it| it.attached.iter().any(|other| other == arn)).count()
    }
}

fn own<'a>(iam: &'a mut Iam, request: &Request) -> Result<&'a mut Policy, ApiError> {
    let arn = request.required("PolicyArn")?;
    iam.policies.get_mut(arn).ok_or_else(|| missing(format!("Policy {arn} was not found.")))
}

fn no_version(arn: &str, number: u32) -> ApiError {
    missing(format!("Policy {arn} version v{number} does not exist or is not attachable."))
}

fn number(request: &Request) -> Result<u32, ApiError> {
    let id = request.required("VersionId")?;
    let parsed = id.strip_prefix('v').and_then(|it| it.parse().ok());
    parsed.ok_or_else(|| {
        ApiError::validation(format!(
            "1 validation error detected: Value '{id}' at 'versionId' failed to satisfy constraint: Member must satisfy regular \
             expression pattern: v[1-9][0-9]*(\\.[A-Za-z0-9-]*)?"
        ))
    })
}

fn create(world: &mut World, request: &Request) -> Result<Json, ApiError> {
    let (name, path) = (checked(request, "PolicyName", 128)?, path(request)?);
    let text = request.required("PolicyDocument")?.to_owned();
    document::check(&text, Use::Identity)?;
    let arn = format!("arn:aws:iam::{}:policy{path}{name}", world.account);
    if world.iam.policies.values().any(|it| it.name.eq_ignore_ascii_case(&name)) {
        let message = format!("A policy called {name} already exists. Duplicate names are not allowed.");
        return Err(conflict("EntityAlreadyExists", message));
    }
    let now = world.now();
    let policy = Policy {
        id: unique(world, "ANPA"),
        name,
        path,
        arn: arn.clone(),
        description: request.text("Description").map(str::to_owned),
        versions: [(1, (text, now))].into(),
        default: 1,
        created: now,
        tags: tags(request),
    };
    let shown = policy.shown(&world.iam);
    world.iam.policies.insert(arn, policy);
    Ok(json!({ "Policy": shown }))
}

fn get(world: &mut World, request: &Request) -> Result<Json, ApiError> {
    let policy = own(&mut world.iam, request)?.clone();
    Ok(json!({"Policy": policy.shown(&world.iam)}))
}

fn delete(iam: &mut Iam, request: &Request) -> Result<Json, ApiError> {
    let arn = own(iam, request)?.arn.clone();
    if iam.attachments(&arn) > 0 {
        return Err(conflict("DeleteConflict", "Cannot delete a policy attached to entities."));
    }
    if iam.policies[&arn].versions.len() > 1 {
        let message = "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. \
                       The default version is deleted with the policy.";
        return Err(conflict("DeleteConflict", message));
    }
    iam.policies.shift_remove(&arn);
    Ok(json!({}))
}

fn create_version(world: &mut World, request: &Request) -> Result<Json, ApiError> {
    let text = request.required("PolicyDocument")?.to_owned();
    document::check(&text, Use::Identity)?;
    let now = world.now();
    let policy = own(&mut world.iam, request)?;
    if policy.versions.len() >= VERSIONS {
        let message = format!(
            "A managed policy can have up to {VERSIONS} versions. Before you create a new version, you must delete an existing version."
        );
        return Err(conflict("LimitExceeded", message));
    }
    let number = policy.versions.keys().last().map_or(1, |last| last + 1);
    policy.versions.insert(number, (text, now));
    if request.flag("SetAsDefault") == Some(true) {
        policy.default = number;
    }
    Ok(json!({"PolicyVersion": policy.version(number, false)}))
}

fn get_version(iam: &mut Iam, request: &Request) -> Result<Json, ApiError> {
    let number = number(request)?;
    let policy = own(iam, request)?;
    match policy.version(number, true) {
        Json::Null => Err(no_version(&policy.arn, number)),
        shown => Ok(json!({ "PolicyVersion": shown })),
    }
}

fn delete_version(iam: &mut Iam, request: &Request) -> Result<Json, ApiError> {
    let number = number(request)?;
    let policy = own(iam, request)?;
    if number == policy.default {
        return Err(conflict("DeleteConflict", "Cannot delete the default version of a policy."));
    }
    policy.versions.remove(&number).map(|_| json!({})).ok_or_else(|| no_version(&policy.arn, number))
}

fn entities(iam: &mut Iam, request: &Request) -> Result<Json, ApiError> {
    let arn = request.required("PolicyArn")?;
    let mut answer = json!({"IsTruncated": false});
    for kind in Kind::ALL {
        let word = kind.word();
        let having = iam.holders(kind).values().filter(|it| it.attached.iter().any(|other| other == arn));
        let shown = |it: &super::Holder| json!({format!("{word}Name"): it.name, format!("{word}Id"): it.id});
        answer[format!("Policy{word}s")] = having.map(shown).collect();
    }
    Ok(answer)
}
