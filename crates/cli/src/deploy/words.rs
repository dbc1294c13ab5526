//! What CloudFormation's statuses are called here.

/// The two parts of a status: what is done, and how far it is (`IN_PROGRESS`, `COMPLETE`, `FAILED` or `SKIPPED`).
pub(crate) fn parts(status: &str) -> (&str, &str) {
    let phases = ["IN_PROGRESS", "COMPLETE", "FAILED", "SKIPPED"];
    let found = phases.iter().find_map(|phase| Some((status.strip_suffix(phase)?.trim_end_matches('_'), *phase)));
    found.unwrap_or((status, ""))
}

/// What is being done to a resource.
pub(crate) fn doing(action: &str) -> &'static str {
    match action {
        "CREATE" => "Creating",
        "DELETE" => "Deleting",
        "UPDATE" => "Updating",
        "IMPORT" => "Importing",
        _ if action.contains("ROLLBACK") => "Rolling back",
        _ => "Changing",
    }
}

/// What was done to a resource.
pub(crate) fn done(action: &str) -> &'static str {
    match action {
        "CREATE" => "Created",
        "DELETE" => "Deleted",
        "UPDATE" => "Updated",
        "IMPORT" => "Imported",
        _ if action.contains("ROLLBACK") => "Rolled back",
        _ => "Changed",
    }
}

/// What is being done to a stack.
pub(crate) fn doing_stack(verb: &str) -> &'static str {
    match verb {
        "create" => "Creating",
        "update" => "Updating",
        "recreate" => "Recreating",
        "import" => "Importing",
        "destroy" => "Destroying",
        "rollback" => "Rolling back",
        _ => "Following",
    }
}

/// Whether a resource failed only because another one did. Source: *Troubleshooting CloudFormation*.
pub(crate) fn is_cancelled(reason: &str) -> bool {
    reason.starts_with("Resource creation cancelled") || reason.starts_with("Resource update cancelled")
}

/// What is said of the cause, without the numbers of requests around it; `stackgen events` has all of it.
pub(crate) fn plain(reason: &str) -> &str {
    let inner = reason.strip_prefix("Resource handler returned message: \"").unwrap_or(reason);
    let end = [" (Service:", "\" (RequestToken:", " (RequestToken:"].iter().filter_map(|sign| inner.find(sign)).min();
    inner[..end.unwrap_or(inner.len())].trim()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_have_a_core() {
        let full = "Resource handler returned message: \"The image id '[ami-1]' does not exist (Service: AmazonEC2; Status Code: \
                    400)\" (RequestToken: 1, HandlerErrorCode: NotFound)";
        assert_eq!(plain(full), "The image id '[ami-1]' does not exist");
        assert_eq!(plain("Resource creation cancelled"), "Resource creation cancelled");
    }

    #[test]
    fn statuses_have_two_parts() {
        assert_eq!(parts("CREATE_IN_PROGRESS"), ("CREATE", "IN_PROGRESS"));
        assert_eq!(parts("UPDATE_ROLLBACK_COMPLETE"), ("UPDATE_ROLLBACK", "COMPLETE"));
        assert_eq!(parts("DELETE_SKIPPED"), ("DELETE", "SKIPPED"));
        assert_eq!(parts("SOMETHING"), ("SOMETHING", ""));
    }
}
