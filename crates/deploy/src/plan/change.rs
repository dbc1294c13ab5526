//! What happens to one resource.
use serde::{Deserialize, Serialize};

/// What happens to a resource.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// Its logical id.
    pub id: String,
    /// Its type.
    #[serde(rename = "type")]
    pub type_name: String,
    /// What it is in AWS now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub physical_id: Option<String>,
    /// The Rust `file:line` that makes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// What CloudFormation does.
    pub action: Action,
    /// What that means.
    pub consequence: Consequence,
    /// The same in one sentence, with the reason: `stops and starts: InstanceType changes`.
    pub meaning: String,
    /// Whether it holds data that is lost with it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub stateful: bool,
    /// What of it changes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub properties: Vec<PropertyChange>,
}

/// What CloudFormation does with a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// It is made.
    Add,
    /// It is changed and stays.
    Modify,
    /// Another one takes its place.
    Replace,
    /// It is decided while it runs whether another one takes its place. To be read as if it did.
    MayReplace,
    /// It leaves the stack.
    Remove,
    /// It comes into the stack as it is.
    Import,
}

/// What a change means for what runs and for what is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Consequence {
    /// Something new is there.
    New,
    /// Nothing stops.
    InPlace,
    /// It stops and starts.
    Restart,
    /// It is another one afterwards, and holds no data.
    Replaced,
    /// It is gone afterwards, or nobody's, and holds no data.
    Removed(Fate),
    /// It fails: CloudFormation cannot do it.
    Fails,
    /// Data can be lost.
    DataAtRisk(Fate),
}

/// What becomes of a physical resource that leaves its stack or is replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fate {
    /// It stays, and costs, and belongs to no stack.
    Kept,
    /// It is deleted, and a snapshot of it stays.
    Snapshot,
    /// It is deleted.
    Deleted,
}

/// A property that changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PropertyChange {
    /// Its path, such as `Properties/Tags/0/Value` without the first part: `Tags/0/Value`; `Metadata`, `DeletionPolicy` and the
    /// like stand for themselves.
    pub path: String,
    /// What it was, as compact JSON or plain text. A secret is shown as `****`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// What it becomes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// Whether its change takes another resource.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub replaces: bool,
    /// What changes it: nothing if it was written so, else the parameter or resource that does, such as `Host.PublicIp`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
    /// Whether its new value is known.
    pub evaluation: Evaluation,
}

/// Whether a new value is known before it is applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Evaluation {
    /// It is.
    Known,
    /// Only afterwards, and then it may be the same as before.
    AfterApply,
}

/// A boot script that changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BootScriptChange {
    /// The resource that boots with it.
    pub id: String,
    /// What the change will do, such as `a new host runs it once`, or `the host stops and starts, and nothing runs it`.
    pub meaning: String,
    /// The scripts as text, in unified diff form.
    pub diff: String,
}

/// A statement of an IAM policy that comes or goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PermissionChange {
    /// The resource that holds the policy.
    pub id: String,
    /// Whether it comes.
    pub is_added: bool,
    /// `Allow` or `Deny`.
    pub effect: String,
    /// Who: services, accounts, or the role itself.
    pub principals: Vec<String>,
    /// What; `not` in front for `NotAction`.
    pub actions: Vec<String>,
    /// On what.
    pub resources: Vec<String>,
    /// On what condition, as compact JSON.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub condition: Option<String>,
    /// Whether somebody can do more after it than before.
    pub widens: bool,
}

/// A way through a security group that opens or closes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opening {
    /// The resource that says so.
    pub id: String,
    /// Whether it opens.
    pub is_added: bool,
    /// `in` or `out`.
    pub direction: String,
    /// Such as `tcp 443`, `all`.
    pub ports: String,
    /// Where from or to.
    pub peer: String,
    /// Whether somebody can reach more after it than before.
    pub widens: bool,
}
