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

/// A script that asks for a parameter. What it does with the answer is up to the caller.
fn asking(rest: &str) -> TestEnv {
    let script = format!(
        "#!/bin/bash\nset -euo pipefail\nbegin() {{ echo \"stackgen $1: begins\"; }}\nbegin ask\n\
         ask() {{ aws --region eu-west-1 ssm get-parameter --name /a --with-decryption --query Parameter.Value --output text; }}\n\
         {rest}\n"
    );
    let mut assembly = two_stacks();
    let entry = &mut assembly.manifest.stacks[1].user_data[0];
    entry.sections = vec![SectionEntry { name: "ask".into(), line: 4, bytes: 1 }];
    let template = serde_json::json!({"Resources": {
        "Host": {"Type": "AWS::EC2::Instance", "Properties": {"UserData": {"Fn::Base64": script}}},
    }});
    assembly.files.insert(entry.file.clone(), script);
    assembly.files.insert(assembly.manifest.stacks[1].template.clone(), template.to_string());
    env(&assembly)
}

/// Times differ from run to run.
fn without_times(text: &str) -> String {
    let is_time = |word: &str| word.parse::<f64>().is_ok() && word.contains('.');
    text.lines()
        .map(|line| line.split_whitespace().filter(|word| !is_time(word)).collect::<Vec<_>>().join(" ") + "\n")
        .collect()
}

/// Whether boots are possible here; where nothing may be skipped, they must be.
fn can_boot() -> bool {
    let missing = stackgen_boot::missing();
    #[expect(clippy::disallowed_methods, reason = "the environment of a test is read where tests start")]
    let must = std::env::var("STACKGEN_SKIP_NOTHING").is_ok_and(|value| value == "1");
    assert!(missing.is_empty() || !must, "{missing:?}");
    missing.is_empty()
}

#[test]
fn a_script_is_tried_in_every_way_that_it_suggests() {
    if !can_boot() {
        return;
    }
    let run = asking("value=$(ask)\n[ -n \"$value\" ] || { echo '/a is empty'; exit 1; }").run(&[
        "userdata",
        "test",
        "prod-compute",
    ]);
    assert_eq!(run.code, Some(0), "{run}");
    assert_snapshot!(without_times(&run.stdout), @"
    passed first boot s
    passed the same script again s
    passed without /a s
    passed /a is empty s
    passed killed in ask, then again s
    5 of 5 scenarios passed
    ");
}

#[test]
fn a_script_that_spills_a_secret_or_goes_on_without_it_is_caught() {
    if !can_boot() {
        return;
    }
    let spilt = asking("echo \"the value is $(ask)\"").run(&["userdata", "test", "prod-compute"]);
    assert_eq!(spilt.code, Some(1), "{spilt}");
    assert!(spilt.stdout.contains("a secret can be read in the log"), "{spilt}");
    let careless = asking("value=$(ask) || value=none\ntrue \"$value\"");
    let careless = careless.run(&["userdata", "test", "prod-compute", "--only", "without*"]);
    assert_snapshot!(without_times(&careless.stdout), @"
    passed first boot s
    FAILED without /a s
    it ended with status 0; it must stop with an error
    | stackgen ask: begins
    |
    | An error occurred (ParameterNotFound) when calling the GetParameter operation:
    ");
    assert_snapshot!(careless.stderr, @"
         Booting Host of prod-compute in throw-away roots
    error: 1 of 2 scenarios failed
    hint: `--only NAME --log` runs one of them again and shows all that it prints
    ");
}
