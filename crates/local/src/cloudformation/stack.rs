//! What is remembered of a stack.
use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use super::change_set::ChangeSet;
use super::operation::Operation;
use super::template::Template;
use crate::wire::ApiError;

/// The stacks of a region, deleted ones included, in the order in which they were made. The key is the id (ARN).
pub type Stacks = IndexMap<String, Stack>;

/// A stack. Each field is what the API's field of that name shows, where there is one.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Stack {
    /// Its ARN.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Such as `UPDATE_COMPLETE`.
    pub status: Status,
    /// Why it is in that status.
    pub reason: Option<String>,
    /// What was asked for last and is in force. While an operation runs, the one before it.
    pub source: Source,
    /// Whom CloudFormation acts for. Once given, it stays.
    pub role_arn: Option<String>,
    /// Where events are sent.
    pub notification_arns: Vec<String>,
    /// Whether it refuses to be deleted.
    pub termination_protection: bool,
    /// The stack policy, if one was ever set.
    pub policy: Option<Json>,
    /// Whether a failed create keeps what it made.
    pub disable_rollback: bool,
    /// The time-out of creation.
    pub timeout_minutes: Option<u64>,
    /// When it was made.
    pub created: Timestamp,
    /// When the last update began.
    pub updated: Option<Timestamp>,
    /// When its deletion began; nothing until it is deleted.
    pub deleted: Option<Timestamp>,
    /// Its resources by logical id, in the order of the template.
    pub resources: IndexMap<String, Resource>,
    /// Its outputs by name.
    pub outputs: IndexMap<String, Output>,
    /// What happened, oldest first.
    pub events: Vec<Event>,
    /// Its change sets that were not deleted.
    pub change_sets: Vec<ChangeSet>,
    /// What goes on.
    pub operation: Option<Operation>,
    /// What failed and can be taken up again: in `CREATE_FAILED`, `UPDATE_FAILED` and `UPDATE_ROLLBACK_FAILED`.
    pub unfinished: Option<Box<Operation>>,
    /// The ids of operations, the last two at most, newest first, with what they did.
    pub last_operations: Vec<(String, String)>,
    /// Tokens of requests that were taken, with the operation that each started.
    pub tokens: BTreeMap<String, String>,
    /// Signals that were received, by logical id.
    pub signals: BTreeMap<String, Vec<Signal>>,
    /// The parent of a nested stack.
    pub parent_id: Option<String>,
    /// The outermost stack of a nested one.
    pub root_id: Option<String>,
    /// What the last drift detection found; nothing if none ran.
    pub drift: Option<Drift>,
    /// What the last operation was asked for that goes for nested stacks too.
    #[serde(default)]
    pub asked: Asked,
}

/// What an operation is asked for that goes for nested stacks too.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// What the caller acknowledged.
    pub capabilities: BTreeSet<String>,
    /// Whether a failure keeps what there is.
    pub disable_rollback: bool,
    /// Logical ids that a continued rollback does not touch; those of nested stacks as `NestedStackName.LogicalId`.
    pub skip: BTreeSet<String>,
}

/// What a stack is made from.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Source {
    /// The template as it was sent.
    pub body: String,
    /// The template with the pieces that it includes, if it includes any.
    #[serde(default)]
    pub included: Option<String>,
    /// The parameters, in the order of the template.
    pub parameters: IndexMap<String, Parameter>,
    /// Tags of the stack.
    pub tags: IndexMap<String, String>,
    /// What the caller acknowledged.
    pub capabilities: BTreeSet<String>,
}

impl Source {
    /// The template, with the pieces that it includes.
    ///
    /// # Errors
    ///
    /// If it is none.
    pub fn template(&self) -> Result<Template, ApiError> {
        Template::parse(self.text())
    }

    /// The text of the template, with the pieces that it includes.
    #[must_use]
    pub fn text(&self) -> &str {
        self.included.as_ref().unwrap_or(&self.body)
    }
}

/// The value of a parameter.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parameter {
    /// What was given, or the default. For an SSM type, the name of the SSM parameter.
    pub value: String,
    /// For an SSM type, what that parameter held when it was read.
    pub resolved: Option<String>,
    /// Whether it is shown as `****`.
    pub no_echo: bool,
}

/// A resource of a stack.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Resource {
    /// Its type.
    pub type_name: String,
    /// Its physical id; nothing until its creation began.
    pub physical_id: Option<String>,
    /// Such as `CREATE_COMPLETE`.
    pub status: ResourceStatus,
    /// Why it is in that status.
    pub reason: Option<String>,
    /// When it got there.
    pub since: Timestamp,
    /// Its properties, resolved, as they were last applied.
    pub properties: Json,
    /// What `Fn::GetAtt` reads.
    pub attributes: Map<String, Json>,
    /// What `Ref` gives.
    pub reference: String,
    /// Logical ids of the resources that it was made after, from the template that made it.
    pub depends_on: Vec<String>,
    /// `DeletionPolicy` of the template that made or last changed it.
    pub deletion_policy: Option<String>,
    /// `UpdateReplacePolicy`, likewise.
    pub update_replace_policy: Option<String>,
    /// `Metadata`, likewise.
    pub metadata: Option<Json>,
    /// How it differs from its properties, once asked.
    pub drift: Option<String>,
}

/// An output of a stack.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Output {
    /// What it is.
    pub value: String,
    /// What it is for.
    pub description: Option<String>,
    /// The name under which other stacks import it.
    pub export: Option<String>,
}

/// Something that happened to a stack or one of its resources.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Unique.
    pub id: String,
    /// The operation that it belongs to.
    pub operation_id: String,
    /// When.
    pub at: Timestamp,
    /// The resource; the stack's own name for the stack.
    pub logical_id: String,
    /// What it is in AWS.
    pub physical_id: String,
    /// Its type; `AWS::CloudFormation::Stack` for the stack.
    pub type_name: String,
    /// The status that it got.
    pub status: String,
    /// Why.
    pub reason: Option<String>,
    /// Its properties.
    pub properties: Option<Json>,
    /// The token of the request that started the operation.
    pub token: Option<String>,
}

/// A signal to a resource.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signal {
    /// Unique among the signals of its resource.
    pub unique_id: String,
    /// `SUCCESS` or `FAILURE`.
    pub success: bool,
    /// Why, if it said so.
    pub reason: Option<String>,
    /// What it carried.
    pub data: Option<String>,
}

/// A drift detection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drift {
    /// The id of the detection.
    pub detection_id: String,
    /// `IN_SYNC` or `DRIFTED`.
    pub status: String,
    /// When.
    pub at: Timestamp,
}

macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($variant:ident = $text:literal),* $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[expect(missing_docs, reason = "the words of AWS's API")]
        pub enum $name { $(#[serde(rename = $text)] $variant),* }

        impl $name {
            /// AWS's word.
            #[must_use]
            pub fn word(self) -> &'static str {
                match self { $($name::$variant => $text),* }
            }
        }
    };
}

words! {
    /// The status of a stack. Source: *Understand CloudFormation stack creation events* and *StackStatus* in the API reference.
    Status {
        ReviewInProgress = "REVIEW_IN_PROGRESS",
        CreateInProgress = "CREATE_IN_PROGRESS",
        CreateComplete = "CREATE_COMPLETE",
        CreateFailed = "CREATE_FAILED",
        RollbackInProgress = "ROLLBACK_IN_PROGRESS",
        RollbackComplete = "ROLLBACK_COMPLETE",
        RollbackFailed = "ROLLBACK_FAILED",
        UpdateInProgress = "UPDATE_IN_PROGRESS",
        UpdateCompleteCleanup = "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",
        UpdateComplete = "UPDATE_COMPLETE",
        UpdateFailed = "UPDATE_FAILED",
        UpdateRollbackInProgress = "UPDATE_ROLLBACK_IN_PROGRESS",
        UpdateRollbackCompleteCleanup = "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS",
        UpdateRollbackComplete = "UPDATE_ROLLBACK_COMPLETE",
        UpdateRollbackFailed = "UPDATE_ROLLBACK_FAILED",
        DeleteInProgress = "DELETE_IN_PROGRESS",
        DeleteFailed = "DELETE_FAILED",
        DeleteComplete = "DELETE_COMPLETE",
        ImportInProgress = "IMPORT_IN_PROGRESS",
        ImportComplete = "IMPORT_COMPLETE",
        ImportRollbackInProgress = "IMPORT_ROLLBACK_IN_PROGRESS",
        ImportRollbackFailed = "IMPORT_ROLLBACK_FAILED",
        ImportRollbackComplete = "IMPORT_ROLLBACK_COMPLETE",
    }
}

words! {
    /// The status of a resource.
    ResourceStatus {
        CreateInProgress = "CREATE_IN_PROGRESS",
        CreateComplete = "CREATE_COMPLETE",
        CreateFailed = "CREATE_FAILED",
        UpdateInProgress = "UPDATE_IN_PROGRESS",
        UpdateComplete = "UPDATE_COMPLETE",
        UpdateFailed = "UPDATE_FAILED",
        DeleteInProgress = "DELETE_IN_PROGRESS",
        DeleteComplete = "DELETE_COMPLETE",
        DeleteFailed = "DELETE_FAILED",
        DeleteSkipped = "DELETE_SKIPPED",
        ImportInProgress = "IMPORT_IN_PROGRESS",
        ImportComplete = "IMPORT_COMPLETE",
        ImportFailed = "IMPORT_FAILED",
        ImportRollbackInProgress = "IMPORT_ROLLBACK_IN_PROGRESS",
        ImportRollbackComplete = "IMPORT_ROLLBACK_COMPLETE",
        ImportRollbackFailed = "IMPORT_ROLLBACK_FAILED",
        RollbackInProgress = "ROLLBACK_IN_PROGRESS",
        RollbackComplete = "ROLLBACK_COMPLETE",
        RollbackFailed = "ROLLBACK_FAILED",
    }
}

impl Status {
    /// Whether an operation runs.
    #[must_use]
    pub fn is_moving(self) -> bool {
        self.word().ends_with("_IN_PROGRESS") && self != Status::ReviewInProgress
    }
}

impl Stack {
    /// A stack of which nothing is there yet but its name. It is in review until something is executed.
    #[must_use]
    pub fn new(id: String, name: String, created: Timestamp) -> Stack {
        Stack {
            id,
            name,
            status: Status::ReviewInProgress,
            reason: None,
            source: Source::default(),
            role_arn: None,
            notification_arns: Vec::new(),
            termination_protection: false,
            policy: None,
            disable_rollback: false,
            timeout_minutes: None,
            created,
            updated: None,
            deleted: None,
            resources: IndexMap::new(),
            outputs: IndexMap::new(),
            events: Vec::new(),
            change_sets: Vec::new(),
            operation: None,
            unfinished: None,
            last_operations: Vec::new(),
            tokens: BTreeMap::new(),
            signals: BTreeMap::new(),
            parent_id: None,
            root_id: None,
            drift: None,
            asked: Asked::default(),
        }
    }

    /// Remembers an operation and what it did; the last two are kept.
    pub fn remember_operation(&mut self, id: String, kind: &str) {
        self.last_operations.insert(0, (id, kind.to_owned()));
        self.last_operations.truncate(2);
    }

    /// The change set that is being executed.
    #[must_use]
    pub fn operation_set(&self) -> Option<&str> {
        self.change_sets.iter().find(|set| set.execution == "EXECUTE_IN_PROGRESS").map(|set| set.id.as_str())
    }

    /// Whether it waits for the stack above it before it cleans up.
    #[must_use]
    pub fn is_held(&self) -> bool {
        self.operation.as_ref().is_some_and(|operation| operation.held)
    }

    /// Writes down what happened to the stack or to one of its resources.
    pub fn log(&mut self, event: Event) {
        self.events.push(event);
    }
}
