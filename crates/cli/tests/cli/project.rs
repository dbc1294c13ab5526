//! Finding the project and reading `stackgen.toml`.
use insta::assert_snapshot;

use crate::env::{TestEnv, two_stacks};

#[test]
fn it_is_found_from_below_and_from_outside() {
    let env = TestEnv::with_app(&two_stacks(), "cp -r $READY $STACKGEN_OUT; pwd");
    env.write("stacks/deep/main.rs", "");
    let below = env.outcome(&env.command(&["list"]).current_dir(env.path("stacks/deep")).output().unwrap());
    assert_eq!((below.code, below.stderr.as_str()), (Some(0), "[TEMP]/project\n"));
    let outside = env.command(&["list", "-C"]).arg(env.path("stacks")).current_dir("/").output().unwrap();
    assert_eq!(env.outcome(&outside).stdout, below.stdout);
}

#[test]
fn there_is_none() {
    let env = TestEnv::new();
    assert_snapshot!(env.run(&["synth"]), @r#"
    exit code: 1
    --- stdout
    --- stderr
    error: there is no stackgen.toml in `[TEMP]/project` or above
    hint: stackgen.toml says how to run the app that describes your stacks. At the
          root of your project, write:
          app = "cargo run --quiet --bin stacks"
    "#);
    assert_snapshot!(env.run(&["synth", "-C", "nowhere"]), @"
    exit code: 1
    --- stdout
    --- stderr
    error: cannot work in `nowhere`
    Caused by:
      No such file or directory (os error 2)
    ");
}

#[test]
fn it_says_what_nobody_understands() {
    let env = TestEnv::new();
    for text in ["app = 'x'\nsnapshot = 'here'\n", "app = 'x\n", "snapshots = 'here'\n", "app = 'x'\ncolour = 'red'\n"]
    {
        env.write("stackgen.toml", text);
        assert_eq!(env.run(&["list"]).code, Some(1));
    }
    env.write("stackgen.toml", "app = 'x'\nsnapshot = 'here'\n");
    assert_snapshot!(env.run(&["list"]), @"
    exit code: 1
    --- stdout
    --- stderr
    error: stackgen.toml:2: unknown key `snapshot`
    hint: did you mean `snapshots`?
    ");
    env.write("stackgen.toml", "\n\napp = 'x\n");
    assert_snapshot!(env.run(&["list"]), @"
    exit code: 1
    --- stdout
    --- stderr
    error: stackgen.toml:3: invalid literal string, expected `'`
    ");
    env.write("stackgen.toml", "app = 'cd infra && cargo run'\n");
    assert_snapshot!(env.run(&["list"]), @r#"
    exit code: 1
    --- stdout
    --- stderr
    error: stackgen.toml:1: `app` is no line for a shell, which `cd` would need
    hint: `app` is run without a shell: app = ["sh", "-c", "…"]
    "#);
    env.write("stackgen.toml", "");
    assert_snapshot!(env.run(&["list"]), @r#"
    exit code: 1
    --- stdout
    --- stderr
    error: stackgen.toml: `app` is missing, the command that describes the stacks
    hint: for instance: app = "cargo run --quiet --bin stacks"
    "#);
}
