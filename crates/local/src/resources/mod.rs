//! What making, changing and deleting a resource means, type by type.
//!
//! An operation of a stack calls [`begin`](Provider::create) once, waits as long as the answer says, and then asks
//! [`progress`](Provider::progress) until the resource is there. A provider changes the world at once, as the APIs of AWS do:
//! what takes long is only that it is ready.
use jiff::SignedDuration;
use serde_json::Value as Json;

use crate::world::World;

mod backed;
pub mod cloudformation;
pub mod ec2;
pub mod generic;
mod handler;
mod iam;
mod lambda;
mod logs;
mod s3;
mod ssm;

/// Where a resource is: who asks for it, and in what world.
#[derive(Debug)]
pub struct Site<'w> {
    /// Everything.
    pub world: &'w mut World,
    /// The region.
    pub region: String,
    /// The id (ARN) of the stack.
    pub stack_id: String,
    /// The name of the stack.
    pub stack_name: String,
    /// Its logical id.
    pub logical_id: String,
    /// Its type, such as `AWS::EC2::Volume`.
    pub type_name: String,
    /// Tags of the stack, which its resources take over.
    pub stack_tags: Vec<(String, String)>,
}

/// What has begun.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Begun {
    /// The physical id that it has from now on; empty, if only its end tells. Another one than before, at an update, is a replacement that the type does
    /// itself; providers that replace by new resources never answer so.
    pub physical_id: String,
    /// How long it takes at least until it is ready.
    pub takes: SignedDuration,
}

/// How far something is that has begun.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// It is ready.
    Done,
    /// It is not; ask again after this.
    Wait(SignedDuration),
}

/// What is going on with a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Doing {
    /// It is being made.
    #[serde(alias = "create")]
    Create,
    /// It is being changed.
    #[serde(alias = "update")]
    Update,
    /// It is being deleted.
    #[serde(alias = "delete")]
    Delete,
}

/// Why something failed: the reason that stands in the stack's event, in AWS's words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Refusal(pub String);

/// What changing a resource from one set of properties to another means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// It stays and is changed.
    InPlace,
    /// Another one takes its place.
    Replace,
    /// It cannot be done.
    Refused,
}

/// The behaviour of a resource type. Properties are resolved: no function is left in them.
pub trait Provider: Sync {
    /// Makes it.
    ///
    /// # Errors
    ///
    /// If AWS would refuse.
    fn create(&self, site: &mut Site<'_>, properties: &Json) -> Result<Begun, Refusal>;

    /// Changes it in place.
    ///
    /// # Errors
    ///
    /// If AWS would refuse.
    fn update(&self, site: &mut Site<'_>, id: &str, before: &Json, after: &Json) -> Result<Begun, Refusal>;

    /// Deletes it. One that is gone already is deleted.
    ///
    /// # Errors
    ///
    /// If AWS would refuse.
    fn delete(&self, site: &mut Site<'_>, id: &str, properties: &Json) -> Result<Begun, Refusal>;

    /// How far it is. Asked when the time of [`Begun`] is over.
    ///
    /// # Errors
    ///
    /// If it went wrong meanwhile.
    fn progress(&self, site: &mut Site<'_>, id: &str, doing: Doing) -> Result<Progress, Refusal> {
        let _ = (site, id, doing);
        Ok(Progress::Done)
    }

    /// The physical id of what has begun, where only its end tells: asked when it is over, be it well or not.
    fn identity(&self, site: &mut Site<'_>, id: &str, doing: Doing) -> Option<String> {
        let _ = (site, id, doing);
        None
    }

    /// What `Fn::GetAtt` reads, by the attribute's whole name (`Endpoint.Port`).
    fn attributes(&self, site: &mut Site<'_>, id: &str, properties: &Json) -> serde_json::Map<String, Json>;

    /// What `Ref` gives.
    fn reference(&self, type_name: &str, id: &str, attributes: &serde_json::Map<String, Json>) -> String {
        let _ = (type_name, attributes);
        id.to_owned()
    }

    /// What a change would mean. The answer of the facts stands where they are sure; a type with conditions knows better.
    fn effect(&self, type_name: &str, before: &Json, after: &Json) -> Effect {
        generic::effect(type_name, before, after)
    }

    /// Its properties as they really are, for drift and import; nothing if it does not exist.
    fn read(&self, site: &mut Site<'_>, id: &str) -> Option<Json>;

    /// Makes a snapshot of it, for `DeletionPolicy: Snapshot`.
    ///
    /// # Errors
    ///
    /// If the type has none.
    fn snapshot(&self, site: &mut Site<'_>, id: &str) -> Result<String, Refusal> {
        let _ = id;
        Err(Refusal(format!("{} does not support snapshots", site.type_name)))
    }
}

/// The behaviour of a type.
#[must_use]
pub fn provider(type_name: &str) -> &'static dyn Provider {
    match type_name {
        "AWS::CloudFormation::Stack" => &cloudformation::Nested,
        "AWS::CloudFormation::WaitCondition" => &cloudformation::WaitCondition,
        "AWS::CloudFormation::WaitConditionHandle" => &cloudformation::Handle,
        "AWS::CloudFormation::CustomResource" => &cloudformation::CustomResource,
        custom if custom.starts_with("Custom::") => &cloudformation::CustomResource,
        _ => own(type_name).unwrap_or(&generic::Generic),
    }
}

fn own(type_name: &str) -> Option<&'static dyn Provider> {
    let backed = match type_name.split("::").nth(1)? {
        "EC2" => return ec2::provider(type_name),
        "IAM" => iam::provider(type_name),
        "SSM" => ssm::provider(type_name),
        "S3" => s3::provider(type_name),
        "Logs" => logs::provider(type_name),
        "Lambda" => lambda::provider(type_name),
        _ => None,
    };
    backed.map(|it| it as &dyn Provider)
}
