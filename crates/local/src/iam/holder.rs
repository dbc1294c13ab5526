//! Roles, users and groups: what holds policies.
use std::collections::BTreeMap;

use indexmap::IndexMap;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use super::document::{self, Use};
use super::{Iam, checked, conflict, encoded, missing, path, policies, tag_list, tags, time, unique};
use crate::wire::{ApiError, Request};
use crate::world::World;

/// A role, a user or a group.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Holder {
    /// Its name.
    pub name: String,
    /// Its path, with slashes.
    pub path: String,
    /// Such as `AROA…`.
    pub id: String,
    /// Its ARN.
    pub arn: String,
    /// Who may take a role.
    pub trust: Option<String>,
    /// What a role is for.
    pub description: Option<String>,
    /// Seconds for which a role may be taken.
    pub max_session: u64,
    /// The ARN of its permissions boundary.
    pub boundary: Option<String>,
    /// ARNs of managed policies.
    pub attached: Vec<String>,
    /// Documents of its own by name.
    pub inline: IndexMap<String, String>,
    /// The groups of a user.
    pub groups: Vec<String>,
    /// Ids of the access keys of a user.
    pub keys: Vec<String>,
    /// When it was made.
    pub created: Timestamp,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
}

/// The kinds of holders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names of the API")]
pub enum Kind {
    Role,
    User,
    Group,
}

impl Kind {
    pub(super) const ALL: [Kind; 3] = [Kind::Role, Kind::User, Kind::Group];

    /// The word in names of operations and members.
    pub(super) fn word(self) -> &'static str {
        match self {
            Kind::Role => "Role",
            Kind::User => "User",
            Kind::Group => "Group",
        }
    }

    fn prefix(self) -> &'static str {
        match self {
            Kind::Role => "AROA",
            Kind::User => "AIDA",
            Kind::Group => "AGPA",
        }
    }

    pub(super) fn missing(self, name: &str) -> ApiError {
        missing(format!("The {} with name {name} cannot be found.", self.word().to_lowercase()))
    }

    fn member(self) -> String {
        format!("{}Name", self.word())
    }
}

impl Iam {
    /// All holders of a kind.
    pub fn holders(&mut self, kind: Kind) -> &mut IndexMap<String, Holder> {
        match kind {
            Kind::Role => &mut self.roles,
            Kind::User => &mut self.users,
            Kind::Group => &mut self.groups,
        }
    }

    pub(super) fn holder(&mut self, kind: Kind, name: &str) -> Result<&mut Holder, ApiError> {
        self.holders(kind).get_mut(name).ok_or_else(|| kind.missing(name))
    }
}

impl Holder {
    pub(super) fn shown(&self, kind: Kind) -> Json {
        let word = kind.word();
        let mut shown = json!({
            "Path": self.path, format!("{word}Name"): self.name, format!("{word}Id"): self.id, "Arn": self.arn,
            "CreateDate": time(self.created),
        });
        if kind != Kind::Group {
            shown["Tags"] = tag_list(&self.tags);
            let boundary = self.boundary.as_ref();
            shown["PermissionsBoundary"] = boundary.map_or(
                Json::Null,
                |arn| json!({"PermissionsBoundaryType": "PermissionsBoundaryPolicy", "PermissionsBoundaryArn": arn}),
            );
        }
        if kind == Kind::Role {
            shown["AssumeRolePolicyDocument"] = self.trust.as_deref().map(encoded).into();
            shown["Description"] = self.description.clone().into();
            shown["MaxSessionDuration"] = self.max_session.into();
            shown["RoleLastUsed"] = json!({});
        }
        shown
    }
}

/// Answers a call about a holder: its name has the kind in it.
pub(super) fn answer(world: &mut World, request: &Request, operation: &str) -> Option<Result<Json, ApiError>> {
    if let Some(answer) = membership(world, request, operation) {
        return Some(answer);
    }
    let kind = Kind::ALL.into_iter().find(|kind| operation.contains(kind.word()))?;
    let word = kind.word();
    let verb = operation.replacen(word, "*", 1);
    let iam = &mut world.iam;
    Some(match verb.as_str() {
        "Create*" => create(world, request, kind),
        "Get*" => one(iam, request, kind).map(|it| json!({word: it.shown(kind)})),
        "List*s" => Ok(json!({
            format!("{word}s"): under(request, iam.holders(kind)).map(|it| it.shown(kind)).collect::<Json>(), "IsTruncated": false
        })),
        "Delete*" => delete(iam, request, kind),
        "Update*" => update(iam, request, kind).map(|()| json!({})),
        "UpdateAssume*Policy" => trust(iam, request).map(|()| json!({})),
        "Attach*Policy" => attach(iam, request, kind).map(|()| json!({})),
        "Detach*Policy" => detach(iam, request, kind).map(|()| json!({})),
        "ListAttached*Policies" => one(iam, request, kind).map(|it| {
            let shown = it.attached.iter().map(|arn| json!({"PolicyName": policies::name_of(arn), "PolicyArn": arn}));
            json!({"AttachedPolicies": shown.collect::<Json>(), "IsTruncated": false})
        }),
        "Put*Policy" => put(iam, request, kind).map(|()| json!({})),
        "Get*Policy" => get(iam, request, kind),
        "Delete*Policy" => take(iam, request, kind).map(|()| json!({})),
        "List*Policies" => one(iam, request, kind)
            .map(|it| json!({"PolicyNames": it.inline.keys().cloned().collect::<Vec<_>>(), "IsTruncated": false})),
        "Tag*" => one(iam, request, kind).map(|it| it.tags.extend(tags(request))).map(|()| json!({})),
        "Untag*" => one(iam, request, kind).map(|it| {
            request.texts("TagKeys").for_each(|key| drop(it.tags.remove(key)));
            json!({})
        }),
        "List*Tags" => one(iam, request, kind).map(|it| json!({"Tags": tag_list(&it.tags), "IsTruncated": false})),
        "Put*PermissionsBoundary" => {
            let arn = request.text("PermissionsBoundary").map(str::to_owned);
            one(iam, request, kind).map(|it| it.boundary = arn).map(|()| json!({}))
        }
        "Delete*PermissionsBoundary" => one(iam, request, kind).map(|it| it.boundary = None).map(|()| json!({})),
        _ => return None,
    })
}

fn one<'a>(iam: &'a mut Iam, request: &Request, kind: Kind) -> Result<&'a mut Holder, ApiError> {
    iam.holder(kind, request.required(&kind.member())?)
}

fn under<'a>(request: &Request, all: &'a IndexMap<String, Holder>) -> impl Iterator<Item = &'a Holder> {
    let prefix = request.text("PathPrefix").unwrap_or("/").to_owned();
    all.values().filter(move |it| it.path.starts_with(&prefix))
}

fn create(world: &mut World, request: &Request, kind: Kind) -> Result<Json, ApiError> {
    let name = checked(request, &kind.member(), if kind == Kind::Group { 128 } else { 64 })?;
    let path = path(request)?;
    let word = kind.word();
    // Names are told apart without a look at their case. Source: *CreateRole*.
    if world.iam.holders(kind).keys().any(|other| other.eq_ignore_ascii_case(&name)) {
        return Err(conflict("EntityAlreadyExists", format!("{word} with name {name} already exists.")));
    }
    let trust = match kind {
        Kind::Role => Some(request.required("AssumeRolePolicyDocument")?.to_owned()),
        _ => None,
    };
    trust.as_deref().map_or(Ok(()), |text| document::check(text, Use::Trust))?;
    let arn = format!("arn:aws:iam::{}:{}{path}{name}", world.account, word.to_lowercase());
    let holder = Holder {
        id: unique(world, kind.prefix()),
        name: name.clone(),
        path,
        arn,
        trust,
        description: request.text("Description").map(str::to_owned),
        max_session: session(request)?.unwrap_or(3_600),
        boundary: request.text("PermissionsBoundary").map(str::to_owned),
        attached: Vec::new(),
        inline: IndexMap::new(),
        groups: Vec::new(),
        keys: Vec::new(),
        created: world.now(),
        tags: tags(request),
    };
    let shown = holder.shown(kind);
    world.iam.holders(kind).insert(name, holder);
    Ok(json!({ word: shown }))
}

/// Between one hour and twelve. Source: `MaxSessionDuration` of *CreateRole*.
fn session(request: &Request) -> Result<Option<u64>, ApiError> {
    let Some(given) = request.input.get("MaxSessionDuration") else { return Ok(None) };
    let number = given.as_u64().or_else(|| given.as_str()?.parse().ok());
    number.filter(|it| (3_600..=43_200).contains(it)).map(Some).ok_or_else(|| {
        ApiError::validation(format!(
            "1 validation error detected: Value '{given}' at 'maxSessionDuration' failed to satisfy constraint: Member must have value \
             between 3600 and 43200"
        ))
    })
}

fn delete(iam: &mut Iam, request: &Request, kind: Kind) -> Result<Json, ApiError> {
    let holder = one(iam, request, kind)?.clone();
    let stuck = |why: &str| Err(conflict("DeleteConflict", format!("Cannot delete entity, must {why} first.")));
    if kind == Kind::Role && iam.profiles.values().any(|it| it.role.as_ref() == Some(&holder.name)) {
        return stuck("remove roles from instance profile");
    }
    if !holder.attached.is_empty() {
        return stuck("detach all policies");
    }
    if !holder.inline.is_empty() {
        return stuck("delete policies");
    }
    if kind == Kind::Group && iam.users.values().any(|it| it.groups.contains(&holder.name)) {
        return stuck("remove users from group");
    }
    if !holder.groups.is_empty() {
        return stuck("remove user from all groups");
    }
    if !holder.keys.is_empty() {
        return stuck("delete access keys");
    }
    iam.holders(kind).shift_remove(&holder.name);
    Ok(json!({}))
}

fn update(iam: &mut Iam, request: &Request, kind: Kind) -> Result<(), ApiError> {
    let session = session(request)?;
    let holder = one(iam, request, kind)?;
    holder.max_session = session.unwrap_or(holder.max_session);
    if let Some(text) = request.text("Description") {
        holder.description = Some(text.to_owned()).filter(|it| !it.is_empty());
    }
    Ok(())
}

fn trust(iam: &mut Iam, request: &Request) -> Result<(), ApiError> {
    let text = request.required("PolicyDocument")?;
    document::check(text, Use::Trust)?;
    one(iam, request, Kind::Role)?.trust = Some(text.to_owned());
    Ok(())
}

fn attach(iam: &mut Iam, request: &Request, kind: Kind) -> Result<(), ApiError> {
    let arn = request.required("PolicyArn")?.to_owned();
    if !arn.starts_with("arn:") {
        // Recorded on AWS by localstack/localstack (`test_iam.py`), with both blanks.
        return Err(ApiError::validation("Invalid ARN:  Could not be parsed!"));
    }
    // The policies of AWS are not listed here: each name is taken for one.
    if !arn.contains(":iam::aws:policy/") && !iam.policies.contains_key(&arn) {
        return Err(missing(format!("Policy {arn} does not exist or is not attachable.")));
    }
    let holder = one(iam, request, kind)?;
    if !holder.attached.contains(&arn) {
        // Source: *IAM object quotas*: ten by default.
        if holder.attached.len() >= 10 {
            let word = kind.word();
            return Err(conflict("LimitExceeded", format!("Cannot exceed quota for PoliciesPer{word}: 10")));
        }
        holder.attached.push(arn);
    }
    Ok(())
}

fn detach(iam: &mut Iam, request: &Request, kind: Kind) -> Result<(), ApiError> {
    let arn = request.required("PolicyArn")?.to_owned();
    let holder = one(iam, request, kind)?;
    if !holder.attached.contains(&arn) {
        return Err(missing(format!("Policy {arn} was not found.")));
    }
    holder.attached.retain(|it| *it != arn);
    Ok(())
}

fn put(iam: &mut Iam, request: &Request, kind: Kind) -> Result<(), ApiError> {
    let (name, text) = (checked(request, "PolicyName", 128)?, request.required("PolicyDocument")?.to_owned());
    document::check(&text, Use::Identity)?;
    one(iam, request, kind)?.inline.insert(name, text);
    Ok(())
}

fn no_policy(kind: Kind, name: &str) -> ApiError {
    missing(format!("The {} policy with name {name} cannot be found.", kind.word().to_lowercase()))
}

fn get(iam: &mut Iam, request: &Request, kind: Kind) -> Result<Json, ApiError> {
    let name = request.required("PolicyName")?;
    let holder = one(iam, request, kind)?;
    let text = holder.inline.get(name).ok_or_else(|| no_policy(kind, name))?;
    Ok(json!({kind.member(): holder.name, "PolicyName": name, "PolicyDocument": encoded(text)}))
}

fn take(iam: &mut Iam, request: &Request, kind: Kind) -> Result<(), ApiError> {
    let name = request.required("PolicyName")?;
    one(iam, request, kind)?.inline.shift_remove(name).map(drop).ok_or_else(|| no_policy(kind, name))
}

/// Who is in a group, and the keys of users.
fn membership(world: &mut World, request: &Request, operation: &str) -> Option<Result<Json, ApiError>> {
    let group = || request.required("GroupName").map(str::to_owned);
    Some(match operation {
        "AddUserToGroup" => group().and_then(|group| {
            world.iam.holder(Kind::Group, &group)?;
            let user = one(&mut world.iam, request, Kind::User)?;
            if !user.groups.contains(&group) {
                user.groups.push(group);
            }
            Ok(json!({}))
        }),
        "RemoveUserFromGroup" => group().and_then(|group| {
            world.iam.holder(Kind::Group, &group)?;
            one(&mut world.iam, request, Kind::User)?.groups.retain(|it| *it != group);
            Ok(json!({}))
        }),
        "ListGroupsForUser" => one(&mut world.iam, request, Kind::User).cloned().map(|user| {
            let groups = user.groups.iter().filter_map(|it| world.iam.groups.get(it)).map(|it| it.shown(Kind::Group));
            json!({"Groups": groups.collect::<Json>(), "IsTruncated": false})
        }),
        "CreateAccessKey" => access_key(world, request),
        "DeleteAccessKey" => request.required("AccessKeyId").and_then(|key| {
            one(&mut world.iam, request, Kind::User)?.keys.retain(|it| it != key);
            Ok(json!({}))
        }),
        "ListAccessKeys" => one(&mut world.iam, request, Kind::User).map(|user| {
            let shown = |key: &String| json!({"UserName": user.name, "AccessKeyId": key, "Status": "Active"});
            json!({"AccessKeyMetadata": user.keys.iter().map(shown).collect::<Json>(), "IsTruncated": false})
        }),
        _ => return None,
    })
}

fn access_key(world: &mut World, request: &Request) -> Result<Json, ApiError> {
    let (key, secret, now) = (format!("AKIA{}", world.letters(16)), world.letters(40), time(world.now()));
    let user = one(&mut world.iam, request, Kind::User)?;
    // Source: *IAM object quotas*.
    if user.keys.len() >= 2 {
        return Err(conflict("LimitExceeded", "Cannot exceed quota for AccessKeysPerUser: 2"));
    }
    user.keys.push(key.clone());
    Ok(json!({"AccessKey": {
        "UserName": user.name, "AccessKeyId": key, "SecretAccessKey": secret, "Status": "Active", "CreateDate": now,
    }}))
}
