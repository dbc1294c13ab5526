//! Telling CloudFormation what the machines have.
use aws_sdk_cloudformation::types::{ChangeAction, ResourceChange};

use crate::change_set::Described;
use crate::handover::Handover;

/// What a host runs that came up: it ends well once its first boot has.
pub(in crate::handover) const READY: &str = include_str!("ready.sh");

/// Why a change set that is to tell CloudFormation of other roots is not carried out: it would do more than that.
pub(in crate::handover) fn refusal(described: &Described, handover: &Handover) -> Option<String> {
    let is_host = |id: &str| handover.hosts.iter().any(|host| host.from == id);
    let is_told = |change: &&ResourceChange| {
        let id = change.logical_resource_id.as_deref().unwrap_or_default();
        is_host(id) && change.action == Some(ChangeAction::SyncWithActual)
    };
    let mut others = described.changes.iter().filter(|change| !is_told(change));
    let other = others.next()?;
    let (id, action) = (other.logical_resource_id.as_deref().unwrap_or_default(), other.action.as_ref());
    let action = action.map_or("change", ChangeAction::as_str);
    Some(format!("its change set would {action} `{id}`"))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;
    use std::process::Command;
    use std::{env, fs};

    use super::READY;

    /// What a host says whose cloud-init ends so.
    fn said(code: u8) -> (Option<i32>, String) {
        let folder = tempfile::tempdir().expect("a folder");
        let program = folder.path().join("cloud-init");
        let text = "status: error\nerrors:\n - a script failed\nrecoverable_errors:\n - no keys";
        fs::write(&program, format!("#!/bin/sh\necho '{text}'\nexit {code}\n")).expect("it can be written");
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).expect("it is ours");
        #[expect(clippy::disallowed_methods, reason = "the script looks for programs there")]
        let path = format!("{}:{}", folder.path().display(), env::var("PATH").expect("programs are somewhere"));
        let ran = Command::new("bash").args(["-c", READY]).env("PATH", path).output().expect("bash is here");
        (ran.status.code(), String::from_utf8_lossy(&ran.stderr).into_owned())
    }

    #[test]
    fn an_error_of_the_first_boot_is_told_and_nothing_that_it_got_over() {
        assert_eq!([0, 2].map(said), [(); 2].map(|()| (Some(0), String::new())));
        assert_eq!(said(1), (Some(1), "status: error\nerrors:\n - a script failed\n".to_owned()));
    }
}
