//! Why an operation failed, and what it left.
use std::collections::BTreeMap;

use stackgen_assembly::ResourceEntry;

use super::feed::STACK;
use crate::progress::{Cause, ResourceEvent};

/// What CloudFormation says of what it stopped because something else failed.
const CANCELLED: [&str; 4] = [
    "Resource creation cancelled",
    "Resource update cancelled",
    "Resource deletion cancelled",
    "Resource import cancelled",
];

const IN_USE: &str = "something that is not of this stack still uses it: take that away, then try again";

/// What helps, by what the reason says. New events have sentences only, older ones have the code of the error in them.
const HINTS: &[(&str, &str)] = &[
    (
        "already exists",
        "something of that name is there already: delete it, take it in with `stackgen import`, or leave the name out",
    ),
    (
        "InsufficientInstanceCapacity",
        "AWS has no such machine free in that zone now: try another zone or type, or later",
    ),
    (
        "VcpuLimitExceeded",
        "ask for a higher vCPU quota; a replacement needs the old machine's and the new one's at once",
    ),
    (
        "AddressLimitExceeded",
        "a region has five elastic addresses unless you ask for more; a replacement needs one more for a while",
    ),
    (
        "We currently do not have sufficient",
        "AWS has no such machine free in that zone now: try another zone or type, or later",
    ),
    (
        "more vCPU capacity than your current vCPU limit",
        "ask for a higher vCPU quota; a replacement needs the old machine's and the new one's at once",
    ),
    (
        "The maximum number of addresses has been reached",
        "a region has five elastic addresses unless you ask for more; a replacement needs one more for a while",
    ),
    ("has a dependent object", IN_USE),
    ("has dependencies and cannot be deleted", IN_USE),
    ("is already attached to an instance", "a volume goes to one instance at a time: let the old one go first"),
    ("VolumeInUse", "a volume goes to one instance at a time: let the old one go first"),
    ("not authorized to perform", "the credentials, or the stack's service role, lack a permission"),
    (
        "CloudWatch Log Stream",
        "the function behind it failed, and its log says why: `aws logs tail /aws/lambda/FUNCTION --log-stream-names STREAM`",
    ),
    ("Failed to receive", "the host did not say that it is ready: its boot log says why"),
    ("WaitCondition timed out", "the host did not say that it is ready: its boot log says why"),
    (
        "you tried to delete is not empty",
        "empty the bucket first, of old versions too, or destroy again with `--retain ID`, which leaves it there",
    ),
    (
        "as it is in use by",
        "let the stacks that import it read the value with `.at_deploy()` or `.weak()` first, or leave the export as it is",
    ),
    (
        "security token included in the request is expired",
        "the credentials ended before the operation; a service role does not",
    ),
];

/// The first cause of a failure: the first failed resource that was not merely stopped, and of nested stacks what is inside.
pub(crate) fn root(events: &[ResourceEvent], resources: &[ResourceEntry]) -> Option<Cause> {
    let failed = |event: &&ResourceEvent| event.status.ends_with("_FAILED") && !is_cancelled(event);
    // A stack fails because something in it does, so it is the cause only if nothing else tells.
    let inner = events.iter().filter(failed).find(|event| event.type_name != STACK);
    // What is refused once all resources are done, such as a change of an export in use, no resource tells.
    let turned = |event: &&ResourceEvent| event.type_name == STACK && event.status.ends_with("ROLLBACK_IN_PROGRESS");
    let turned = || events.iter().filter(turned).find(|event| event.reason.is_some());
    let event = inner.or_else(|| events.iter().find(failed)).or_else(turned)?;
    let reason = event.reason.clone().unwrap_or_else(|| event.status.clone());
    let hint = HINTS.iter().find(|(sign, _)| reason.contains(sign)).map(|(_, hint)| (*hint).to_owned());
    let own = resources.iter().find(|entry| event.path.is_empty() && entry.id == event.id);
    let id = event.path.iter().chain([&event.id]).cloned().collect::<Vec<_>>().join("/");
    let source = own.map(|entry| entry.source.clone()).filter(|source| !source.is_empty());
    Some(Cause { id, type_name: event.type_name.clone(), reason, source, hint })
}

/// Whether something failed only because something else did.
pub(crate) fn is_cancelled(event: &ResourceEvent) -> bool {
    event.reason.as_deref().is_some_and(|reason| CANCELLED.iter().any(|sign| reason.starts_with(sign)))
}

/// What CloudFormation tried to delete and could not, by physical id. It tries three times and then calls the update complete
/// (*Troubleshooting CloudFormation*, "Resource removed from stack but not deleted").
pub(crate) fn leftovers(events: &[ResourceEvent]) -> Vec<String> {
    let mut last: BTreeMap<&str, &str> = BTreeMap::new();
    for event in events.iter().filter(|event| event.type_name != STACK) {
        if let Some(physical) = &event.physical_id {
            last.insert(physical, &event.status);
        }
    }
    last.into_iter().filter(|(_, status)| *status == "DELETE_FAILED").map(|(id, _)| id.to_owned()).collect()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use jiff::Timestamp;

    pub(in crate::follow) fn event(
        id: &str,
        type_name: &str,
        status: &str,
        reason: Option<&str>,
        second: i64,
    ) -> ResourceEvent {
        ResourceEvent {
            stack: "prod".to_owned(),
            path: Vec::new(),
            id: id.to_owned(),
            type_name: type_name.to_owned(),
            physical_id: Some(format!("{id}-1")),
            status: status.to_owned(),
            reason: reason.map(str::to_owned),
            at: Timestamp::from_second(second).expect("it is soon after 1970"),
        }
    }

    #[test]
    fn the_first_failure_that_was_not_a_cancellation_is_the_cause() {
        let events = [
            event("Topic", "AWS::SNS::Topic", "CREATE_FAILED", Some("Resource creation cancelled"), 1),
            event("Child", STACK, "CREATE_FAILED", Some("Embedded stack was not successfully created"), 2),
            event("Queue", "AWS::SQS::Queue", "CREATE_FAILED", Some("queue already exists"), 3),
            event("Role", "AWS::IAM::Role", "CREATE_FAILED", Some("another"), 4),
            event("prod", STACK, "ROLLBACK_IN_PROGRESS", Some("The following resource(s) failed"), 5),
        ];
        let cause = root(&events, &[]).expect("something failed");
        assert_eq!((&*cause.id, &*cause.reason), ("Queue", "queue already exists"));
        assert!(cause.hint.is_some_and(|hint| hint.contains("stackgen import")));
        assert_eq!(root(&events[..2], &[]).map(|cause| cause.id), Some("Child".to_owned()));
        assert_eq!(root(&events[..1], &[]), None);
        let held = "Update canceled. Cannot update export a as it is in use by b.";
        let turned = event("prod", STACK, "UPDATE_ROLLBACK_IN_PROGRESS", Some(held), 6);
        let cause = root(&[events[0].clone(), turned], &[]).expect("the stack says why");
        assert_eq!((&*cause.id, &*cause.reason), ("prod", held));
        assert!(cause.hint.is_some_and(|hint| hint.contains("`.weak()`")));
    }

    #[test]
    fn todays_sentences_have_hints() {
        for (said, wanted) in [
            (
                "You have requested more vCPU capacity than your current vCPU limit of 8 allows for the instance bucket",
                "vCPU quota",
            ),
            ("The maximum number of addresses has been reached.", "elastic addresses"),
            (
                "We currently do not have sufficient t4g.small capacity in the Availability Zone you requested",
                "another zone",
            ),
            ("vol-1 is already attached to an instance", "one instance at a time"),
            ("Message returned: See the details in CloudWatch Log Stream: 2026/11/21/[$LATEST]0", "aws logs tail"),
            ("The subnet 'subnet-1' has dependencies and cannot be deleted.", "still uses it"),
        ] {
            let reason = format!(
                "Resource handler returned message: \"{said} (Service: Ec2, Status Code: 400, Request ID: 1) (SDK Attempt Count: 1)\" \
                 (RequestToken: 2, HandlerErrorCode: InvalidRequest)"
            );
            let cause =
                root(&[event("It", "AWS::EC2::It", "CREATE_FAILED", Some(&reason), 1)], &[]).expect("it failed");
            assert!(cause.hint.as_deref().is_some_and(|hint| hint.contains(wanted)), "{said}: {:?}", cause.hint);
        }
        let bare = "resource sg-1 has a dependent object (Service: Ec2, Status Code: 400, Request ID: 1) (SDK Attempt Count: 1)";
        let group = event("Group", "AWS::EC2::SecurityGroup", "DELETE_FAILED", Some(bare), 1);
        assert_eq!(root(&[group], &[]).and_then(|cause| cause.hint).as_deref(), Some(IN_USE));
    }

    #[test]
    fn what_is_deleted_at_the_second_try_is_no_leftover() {
        let events = [
            event("Group", "AWS::EC2::SecurityGroup", "DELETE_FAILED", None, 1),
            event("Disk", "AWS::EC2::Volume", "DELETE_FAILED", None, 1),
            event("Disk", "AWS::EC2::Volume", "DELETE_COMPLETE", None, 2),
        ];
        assert_eq!(leftovers(&events), ["Group-1"]);
    }
}
