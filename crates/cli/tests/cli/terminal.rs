//! Colours and closed pipes.
use std::process::Stdio;

use crate::env::{TestEnv, two_stacks};

#[test]
fn colour_is_asked_for_or_not_there() {
    let env = TestEnv::new();
    assert!(!env.run(&["explain", "ec2::volume"]).stdout.contains('\x1b'));
    assert!(env.run(&["explain", "ec2::volume", "--color", "always"]).stdout.contains('\x1b'));
    let forced = env.command(&["synth"]).env("CLICOLOR_FORCE", "1").output().unwrap();
    assert!(env.outcome(&forced).stderr.contains('\x1b'));
    let both = env.command(&["synth"]).env("CLICOLOR_FORCE", "1").env("NO_COLOR", "1").output().unwrap();
    assert!(!env.outcome(&both).stderr.contains('\x1b'));
    let never = env.command(&["synth", "--color=never"]).env("CLICOLOR_FORCE", "1").output().unwrap();
    assert!(!env.outcome(&never).stderr.contains('\x1b'));
}

#[test]
fn a_reader_that_leaves_is_no_failure_to_talk_about() {
    let env = TestEnv::new();
    env.assembly("ready", &two_stacks());
    for arguments in [["synth", "--assembly", "ready"], ["list", "--assembly", "ready"]] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = env.command(&arguments).stdout(writer).stderr(Stdio::piped()).output().unwrap();
        let run = env.outcome(&output);
        assert_eq!((run.code, run.stderr.as_str()), (Some(141), ""));
    }
}
