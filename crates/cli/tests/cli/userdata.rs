//! `stackgen userdata`, and what ShellCheck says at synth.
use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use insta::assert_snapshot;
use stackgen_assembly::{Assembly, LineEntry, SectionEntry, UserDataEntry};

use crate::env::{TestEnv, two_stacks};

const SCRIPT: &str = "#!/bin/bash\nset -e\nbegin mount\nmount '${DataVolume}' /data\nbegin ready\necho $x\n";

/// The host of the two stacks, with sections in its script.
fn with_sections() -> Assembly {
    let mut assembly = two_stacks();
    let section = |name: &str, line, bytes| SectionEntry { name: name.into(), line, bytes };
    let line = |line, source: &str| LineEntry { line, source: source.into() };
    let script = &mut assembly.manifest.stacks[1].user_data[0];
    script.values.push("DataVolume".into());
    script.sections = vec![section("start", 1, 19), section("mount", 3, 65), section("ready", 5, 20)];
    script.lines = vec![line(1, "start.sh.hbs:1"), line(3, "mount.sh.hbs:1"), line(5, "ready.sh.hbs:3")];
    script.sent_bytes = 104;
    assembly.files.insert(script.file.clone(), SCRIPT.into());
    assembly
}

fn env(assembly: &Assembly) -> TestEnv {
    TestEnv::with_app(assembly, "cp -r $READY $STACKGEN_OUT")
}

#[test]
fn a_script_is_shown_whole_or_by_section() {
    let env = env(&with_sections());
    assert_eq!(env.run(&["userdata", "show", "prod-compute"]).stdout, SCRIPT);
    assert_snapshot!(env.run(&["userdata", "show", "prod-compute", "--section", "mount"]), @"
    exit code: 0
    --- stdout
    begin mount
    mount '${DataVolume}' /data
    --- stderr
    ");
    assert_snapshot!(env.run(&["userdata", "show", "prod-compute", "--section", "muont"]), @"
    exit code: 1
    --- stdout
    --- stderr
    error: the boot script has no section `muont`
    hint: did you mean `mount`? it has: start, mount, ready
    ");
}

#[test]
fn a_stack_without_a_script_or_with_several() {
    let mut assembly = with_sections();
    assert_snapshot!(env(&assembly).run(&["userdata", "show", "prod-network"]), @"
    exit code: 1
    --- stdout
    --- stderr
    error: the stack prod-network has no boot script
    hint: these stacks have one: prod-compute
    ");
    assert_snapshot!(env(&assembly).run(&["userdata", "show", "prod-compute", "--host", "Hots"]), @"
    exit code: 1
    --- stdout
    --- stderr
    error: no host `Hots` boots with a script in the stack prod-compute
    hint: say which: --host Host
    ");
    assert_snapshot!(env(&assembly).run(&["userdata", "show", "prod"]), @"
    exit code: 1
    --- stdout
    --- stderr
    error: no stack named `prod`
    hint: did you mean `prod-compute`? this project has: prod-network, prod-compute
    ");
    let file = assembly.manifest.stacks[1].user_data[0].file.clone();
    let other = UserDataEntry { id: "Other".into(), file, ..UserDataEntry::default() };
    assembly.manifest.stacks[1].user_data.push(other);
    assert_snapshot!(env(&assembly).run(&["userdata", "size", "prod-compute"]), @"
    exit code: 1
    --- stdout
    --- stderr
    error: the stack prod-compute has 2 boot scripts
    hint: say which: --host Host, or --host Other
    ");
}

#[test]
fn sizes_are_shown_by_section() {
    let mut assembly = with_sections();
    assert_snapshot!(env(&assembly).run(&["userdata", "size", "prod-compute"]), @"
    exit code: 0
    --- stdout
    SECTION  BYTES  SHARE
    start       19   18 %  ████████
    mount       65   62 %  █████████████████████████
    ready       20   19 %  ████████

    Host is sent 104 of 16384 bytes (0 %), as it is
    --- stderr
    ");
    assert_snapshot!(env(&assembly).run(&["userdata", "size", "prod-compute", "--json"]), @r#"
    exit code: 0
    --- stdout
    {
      "stack": "prod-compute",
      "host": "Host",
      "sections": [
        {
          "name": "start",
          "bytes": 19
        },
        {
          "name": "mount",
          "bytes": 65
        },
        {
          "name": "ready",
          "bytes": 20
        }
      ],
      "sent_bytes": 104,
      "limit": 16384,
      "packed": false
    }
    --- stderr
    "#);
    assembly.manifest.stacks[1].user_data[0].packed = true;
    assert_snapshot!(env(&assembly).run(&["userdata", "size", "prod-compute"]), @"
    exit code: 0
    --- stdout
    SECTION  BYTES  SHARE
    start       19   18 %  ████████
    mount       65   62 %  █████████████████████████
    ready       20   19 %  ████████

    Host is sent 104 of 16384 bytes (0 %), packed from 104 bytes
    --- stderr
    ");
}

#[test]
fn shellcheck_is_asked_once_for_the_same_script() {
    let env = env(&with_sections());
    env.write("mount.sh.hbs", "begin mount\nmount {{volume}} /data\n");
    env.write(
        "bin/shellcheck",
        "#!/bin/sh\ncat >asked\necho again >>times\necho '-:4:7: warning: Quote this. [SC2086]'\nexit 1\n",
    );
    fs::set_permissions(env.path("bin/shellcheck"), fs::Permissions::from_mode(0o755)).unwrap();
    let run = || {
        let path = format!("{}:/usr/bin:/bin", env.path("bin").display());
        env.outcome(&env.command(&["synth", "prod-compute"]).env("PATH", path).output().unwrap())
    };
    let first = run();
    assert_eq!(first.code, Some(0));
    assert_snapshot!(first.stderr, @"
    warning: SC2086 Quote this.
     --> mount.sh.hbs:2
      |
    2 | mount {{volume}} /data
      = in: prod-compute Host line 4, section mount
    ");
    assert_eq!(run().stderr, first.stderr);
    assert_eq!(fs::read_to_string(env.path("times")).unwrap(), "again\n");
    let asked = fs::read_to_string(env.path("asked")).unwrap();
    assert_eq!(asked, SCRIPT.replace("${DataVolume}", "x"));
}
