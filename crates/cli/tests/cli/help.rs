//! The reference: every command's help in one place, reviewed like code.
use insta::assert_snapshot;

use crate::env::TestEnv;

#[test]
fn reference() {
    let env = TestEnv::new();
    let mut pages = vec![env.run(&["--help"]).stdout];
    let commands = pages[0].split("Commands:\n").nth(1).unwrap().split("\n\n").next().unwrap();
    let commands: Vec<String> =
        commands.lines().map(|line| line.split_whitespace().next().unwrap().to_owned()).collect();
    for command in commands.iter().filter(|command| *command != "help") {
        pages.push(env.run(&[command, "--help"]).stdout);
    }
    for command in ["start", "stop", "status", "reset"] {
        pages.push(env.run(&["local", command, "--help"]).stdout);
    }
    for command in ["list", "show", "execute", "delete"] {
        pages.push(env.run(&["changeset", command, "--help"]).stdout);
    }
    for command in ["check", "update"] {
        pages.push(env.run(&["lock", command, "--help"]).stdout);
    }
    pages.push(env.run(&["ami", "bump", "--help"]).stdout);
    pages.push(env.run(&["local", "image", "publish", "--help"]).stdout);
    assert_snapshot!("reference", pages.join("\n----------------------------------------\n\n"));
}

#[test]
fn wrong_arguments() {
    assert_snapshot!(TestEnv::new().run(&["sinth"]), @"
    exit code: 2
    --- stdout
    --- stderr
    error: unrecognized subcommand 'sinth'

      tip: some similar subcommands exist: 'lint', 'synth'

    Usage: stackgen [OPTIONS] <COMMAND>

    For more information, try '--help'.
    ");
    assert_eq!(TestEnv::new().run(&[]).code, Some(2));
    assert_eq!(TestEnv::new().run(&["--version"]).code, Some(0));
}
