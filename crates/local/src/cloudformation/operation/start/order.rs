//! What is asked of a stack.
use std::collections::BTreeMap;

use serde_json::Value as Json;

use crate::cloudformation::operation::Verb;
use crate::cloudformation::stack::Source;

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Order {
    /// What to do.
    pub verb: Verb,
    /// What the stack is going to be made from; nothing for a deletion or a rollback.
    pub target: Source,
    /// The token of the request.
    pub token: Option<String>,
    /// Whether a failure keeps what there is.
    pub disable_rollback: bool,
    /// Whether a rollback deletes what this operation made whatever its policy.
    pub retain_except_on_create: bool,
    /// What a failed create does: `ROLLBACK`, `DELETE` or `DO_NOTHING`.
    pub on_failure: Option<String>,
    /// The role; once given it stays.
    pub role_arn: Option<String>,
    /// Where events are sent; nothing leaves them as they are.
    pub notification_arns: Option<Vec<String>>,
    /// What is imported: physical ids by logical id.
    pub imports: BTreeMap<String, String>,
    /// Whether what was changed behind the stack's back is put right.
    pub revert_drift: bool,
    /// The change set that is executed.
    pub change_set: Option<String>,
    /// The stack policy that holds during this update only.
    pub policy: Option<Json>,
    /// How long a create may take.
    pub timeout_minutes: Option<i64>,
    /// Whether the stack above it asks.
    pub by_parent: bool,
}

impl Order {
    /// An order with nothing but what must be said.
    #[must_use]
    pub fn new(verb: Verb, target: Source) -> Order {
        Order {
            verb,
            target,
            token: None,
            disable_rollback: false,
            retain_except_on_create: false,
            on_failure: None,
            role_arn: None,
            notification_arns: None,
            imports: BTreeMap::new(),
            revert_drift: false,
            change_set: None,
            policy: None,
            timeout_minutes: None,
            by_parent: false,
        }
    }
}
