//! `stackgen userdata`, and what ShellCheck says at synth.
use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use insta::assert_snapshot;
use stackgen_assembly::{Assembly, LineEntry, SectionEntry, UserDataEntry};
use stackgen_boot::can_boot;

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
    assert_snapshot!(env.run(&["userdata", "show", "prod-compute", "--section", "ready", "-n"]).stdout, @"
    5  begin ready
    6  echo $x
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
    assert_eq!(run().stderr, first.stderr);
    assert_eq!(asked, SCRIPT.replace("${DataVolume}", "x"));
}

/// The kit's own sections are nobody's to change; a project's own `src` is.
#[test]
fn shellcheck_is_silent_on_what_comes_with_stackgen() {
    let mut assembly = with_sections();
    assembly.manifest.stacks[1].user_data[0].lines[1].source = "src/host/mount.sh.hbs:1".into();
    let env = env(&assembly);
    env.write("bin/shellcheck", "#!/bin/sh\ncat >asked\necho '-:4:7: warning: Quote this. [SC2086]'\nexit 1\n");
    fs::set_permissions(env.path("bin/shellcheck"), fs::Permissions::from_mode(0o755)).unwrap();
    let run = || {
        let path = format!("{}:/usr/bin:/bin", env.path("bin").display());
        env.outcome(&env.command(&["synth", "prod-compute"]).env("PATH", path).output().unwrap())
    };
    assert_eq!(run().stderr, "");
    env.write("src/host/mount.sh.hbs", "begin mount\nmount {{volume}} /data\n");
    assert!(run().stderr.contains("SC2086"), "{}", run());
}

/// What is wrong with the image's file, or asked for in a way that makes no sense, is said before anything runs.
#[test]
fn what_makes_no_sense_is_refused_before_a_boot() {
    let env = asking("true");
    let image = |text: &str| {
        env.write("userdata/image.yaml", text);
        let run = env.run(&["userdata", "test", "prod-compute"]);
        assert_eq!(run.code, Some(1), "{run}");
        run.stderr
    };
    assert_snapshot!(image("files:\n  /a: b\n  /../../../../tmp/x: evil\n"), @"error: `[TEMP]/project/userdata/image.yaml:3`: the file `/../../../../tmp/x` of the image: a path begins with `/` and has no `.` or `..` in it");
    assert_snapshot!(image("services:\n- shop\n- ../x\n"), @"error: `[TEMP]/project/userdata/image.yaml:3`: the service `../x` of the image: a name has letters, digits, `:`, `_`, `.`, `@` and `-`, without `.service`");
    assert_snapshot!(image("users: {Shop Keeper: 1}\n"), @"error: `[TEMP]/project/userdata/image.yaml:1`: the user `Shop Keeper` of the image: a name begins with a small letter or `_`, goes on with small letters, digits, `_` and `-`, 32 in all at most");
    assert_snapshot!(image("programs: {/usr/bin/x: echo}\n"), @"error: `[TEMP]/project/userdata/image.yaml:1`: the program `/usr/bin/x` of the image: a script begins with `#!` and what runs it, `#!/bin/sh`");
    assert_snapshot!(image("users: {}\nprogramms: {}\n"), @"
    error: `[TEMP]/project/userdata/image.yaml:2:1` does not describe an image: an image has no `programms`
    hint: it has: users (name: number), files and programs (path: text), services
          (names)
    ");
    assert_snapshot!(image("services: shop\n"), @"
    error: `[TEMP]/project/userdata/image.yaml:1:11` does not describe an image: a list belongs here, `[one, two]`
    hint: it has: users (name: number), files and programs (path: text), services
          (names)
    ");
    assert_snapshot!(image("users: {shop: many}\n"), @"
    error: `[TEMP]/project/userdata/image.yaml:1:15` does not describe an image: a number belongs here
    hint: it has: users (name: number), files and programs (path: text), services
          (names)
    ");
    assert_snapshot!(image("files: {/a: [b]}\n"), @"
    error: `[TEMP]/project/userdata/image.yaml:1:13` does not describe an image: a text belongs here
    hint: it has: users (name: number), files and programs (path: text), services
          (names)
    ");
    assert_snapshot!(image("files: [\n"), @"
    error: `[TEMP]/project/userdata/image.yaml:1:8` does not describe an image: names and what they have belong here, `name: value`
    hint: it has: users (name: number), files and programs (path: text), services
          (names)
    ");
    fs::remove_file(env.path("userdata/image.yaml")).unwrap();
    let usage = |arguments: &[&str]| {
        let run = env.run(&[&["userdata", "test", "prod-compute"], arguments].concat());
        assert_eq!(run.code, Some(2), "{run}");
        run.stderr
    };
    assert_snapshot!(usage(&["--value", "DataVolum=vol-1"]), @"
    error: the script has no value `DataVolum`
    hint: it has: none
    ");
    assert_snapshot!(usage(&["--only", "first boot", "--only", "kiled*again"]), @"
    error: no scenario fits `kiled*again`
    hint: there are:
          first boot
          the same script again
          killed in ask, then again
          and what the first boot tells of; --list prints it
    ");
    assert!(usage(&["--timeout", "0"]).contains("--timeout"));
}

/// A script that asks for a parameter. What it does with the answer is up to the caller.
fn asking(rest: &str) -> TestEnv {
    let script = format!(
        "#!/bin/bash\nset -euo pipefail\nbegin() {{ echo \"stackgen $1: begins\"; }}\nbegin ask\n\
         ask() {{ aws --region eu-west-1 ssm get-parameter --name /a --with-decryption --query Parameter.Value --output text; }}\n\
         {rest}\n"
    );
    booting(&script)
}

/// The host of the two stacks with this script, in which `${DataVolume}` stands for its volume.
fn booting(script: &str) -> TestEnv {
    let mut assembly = two_stacks();
    let entry = &mut assembly.manifest.stacks[1].user_data[0];
    entry.values.extend(script.contains("${DataVolume}").then(|| "DataVolume".to_owned()));
    entry.sections = vec![SectionEntry { name: "ask".into(), line: 4, bytes: 1 }];
    let pieces: Vec<_> = script.split("${DataVolume}").collect();
    let user_data = match pieces[..] {
        [before, after] => serde_json::json!({"Fn::Join": ["", [before, {"Ref": "DataVolume"}, after]]}),
        _ => serde_json::json!(script),
    };
    let template = serde_json::json!({"Resources": {
        "Host": {"Type": "AWS::EC2::Instance", "Properties": {"UserData": {"Fn::Base64": user_data}}},
        "DataVolume": {"Type": "AWS::EC2::Volume", "Properties": {"Size": 20}},
    }});
    assembly.files.insert(entry.file.clone(), script.to_owned());
    assembly.files.insert(assembly.manifest.stacks[1].template.clone(), template.to_string());
    env(&assembly)
}

const CAREFUL: &str = "value=$(ask) && [ -n \"$value\" ] || { echo '/a has no value'; exit 1; }";

/// How long a scenario takes decides whether its progress is shown.
fn without_progress(text: &str) -> String {
    text.lines().filter(|line| !line.trim_start().starts_with("Running ")).map(|line| format!("{line}\n")).collect()
}

/// Times differ from run to run.
fn without_times(text: &str) -> String {
    let is_time = |word: &str| word.parse::<f64>().is_ok() && word.contains('.');
    text.lines()
        .map(|line| line.split_whitespace().filter(|word| !is_time(word)).collect::<Vec<_>>().join(" ") + "\n")
        .collect()
}

#[test]
fn a_script_is_tried_in_every_way_that_it_suggests() {
    if !can_boot() {
        return;
    }
    let env = asking(CAREFUL);
    let run = env.run(&["userdata", "test", "prod-compute", "--host", "Host"]);
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
    assert!(spilt.stdout.contains("the value of `/a` can be read in line 2 of the log"), "{spilt}");
    assert_snapshot!(without_progress(&spilt.stderr), @"
         Booting Host of prod-compute in throw-away roots
    error: 1 of 1 scenarios failed
    hint: the other scenarios were not run: they begin with a first boot that works
    hint: run it again and see all that it prints: --only 'first boot' --log
    ");
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
    assert_snapshot!(without_progress(&careless.stderr), @"
         Booting Host of prod-compute in throw-away roots
    error: 1 of 2 scenarios failed
    hint: run it again and see all that it prints: --only 'without /a' --log
    ");
}

/// It stops, and whoever reads the log does not know what to look at.
#[test]
fn a_script_that_does_not_say_what_it_lacks_is_caught() {
    if !can_boot() {
        return;
    }
    let silent = asking("value=$(ask 2>/dev/null)\n[ -n \"$value\" ]");
    let silent = silent.run(&["userdata", "test", "prod-compute", "--only", "without /a", "--only", "*is empty"]);
    assert_eq!(silent.code, Some(1), "{silent}");
    assert_snapshot!(without_times(&silent.stdout), @"
    passed first boot s
    FAILED without /a s
    it stopped, and the log does not say which it lacks: `/a` is not in it
    | stackgen ask: begins
    FAILED /a is empty s
    it stopped, and the log does not say which it lacks: `/a` is not in it
    | stackgen ask: begins
    ");
}

#[test]
fn parameters_have_the_values_that_are_given() {
    if !can_boot() {
        return;
    }
    let env = asking("value=$(ask)\n[ \"$value\" = right ] || { echo \"/a is not right: ${#value}\"; exit 1; }");
    let test =
        |arguments: &[&str]| env.run(&[&["userdata", "test", "prod-compute", "--only", "first*"], arguments].concat());
    let right = test(&["--parameter", "/a=right"]);
    assert_eq!(right.code, Some(0), "{right}");
    assert_snapshot!(without_progress(&right.stderr), @"
         Booting Host of prod-compute in throw-away roots
    warning: the value of `/a` is too short to be looked for in logs and files; give it 6 letters or more
    ");
    let typo = test(&["--parameter", "/b=right"]);
    assert_eq!(typo.code, Some(1), "{typo}");
    assert_snapshot!(without_times(&typo.stdout), @"
    FAILED first boot s
    it ended with status 1; it must become ready
    | stackgen ask: begins
    | /a is not right: 16
    hint: the script does not ask for `/b`; it asks for `/a`
    ");
    let unasked = test(&["--parameter", "/a=right", "--parameter", "/b=right"]);
    assert_eq!(unasked.code, Some(2), "{unasked}");
    assert!(unasked.stderr.ends_with("error: the script does not ask for `/b`\nhint: it asks for: /a\n"), "{unasked}");
}

#[test]
fn scenarios_are_listed_and_chosen() {
    if !can_boot() {
        return;
    }
    let env = asking(CAREFUL);
    let list = env.run(&["userdata", "test", "prod-compute", "--list"]);
    assert_eq!(
        list.stdout, "first boot\nthe same script again\nwithout /a\n/a is empty\nkilled in ask, then again\n",
        "{list}"
    );
    let two = env.run(&["userdata", "test", "prod-compute", "--only", "/a*", "--only", "without*"]);
    assert!(two.stdout.ends_with("3 of 3 scenarios passed\n"), "{two}");
    let none = env.run(&["userdata", "test", "prod-compute", "--only", "without /b"]);
    assert_eq!(none.code, Some(2), "{none}");
    assert!(none.stderr.contains("no scenario fits `without /b`") && none.stderr.contains("/a is empty"), "{none}");
}

#[test]
fn a_script_that_hangs_or_misses_something_is_explained() {
    if !can_boot() {
        return;
    }
    let hung = asking("echo waits for ever\nread -r _ < <(exec cat /dev/zero)");
    let hung = hung.run(&["userdata", "test", "prod-compute", "--timeout", "1"]);
    assert_eq!(hung.code, Some(1), "{hung}");
    assert!(hung.stdout.contains("it was killed after 1 s, see --timeout; its last line: waits for ever"), "{hung}");
    assert!(hung.stderr.contains("Running first boot, 1 s at most"), "{hung}");
    let bare = asking("systemctl start shop\n").run(&["userdata", "test", "prod-compute"]);
    assert_snapshot!(without_times(&bare.stdout), @"
    FAILED first boot s
    it ended with status 5; it must become ready
    | stackgen ask: begins
    | Failed to start shop.service: Unit shop.service not found.
    hint: users, files, programs and services of the image are in
    `userdata/image.yaml`, which this project does not have yet;
    docs/boot-scripts.md has an example
    ");
    let alone = asking("curl -fsS https://example.org/").run(&["userdata", "test", "prod-compute"]);
    assert!(alone.stdout.contains("hint: a trial has no network"), "{alone}");
}

/// It is right to stop, and wrong to say nothing of the volume.
#[test]
fn a_script_that_does_not_name_the_volume_is_caught() {
    if !can_boot() {
        return;
    }
    let never = ["userdata", "test", "prod-compute", "--only", "the volume never comes"];
    let script = |said: &str| {
        format!("#!/bin/bash\nvolume='${{DataVolume}}'\n[ -b /dev/nvme1n1 ] || {{ echo {said}; exit 1; }}\n")
    };
    let silent = booting(&script("no")).run(&never);
    assert_eq!(silent.code, Some(1), "{silent}");
    assert_snapshot!(without_times(&silent.stdout), @"
    passed first boot s
    FAILED the volume never comes s
    it stopped, and the log does not say on account of which: it has
    neither `vol-00000000000000000` nor `nvme1n1`
    | no
    ");
    let named = booting(&script("no $volume")).run(&never);
    assert_eq!(named.code, Some(0), "{named}");
    let value = [&never[..], &["--value", "DataVolum=vol-1"]].concat();
    assert!(booting(&script("no")).run(&value).stderr.contains("it has: DataVolume"));
}
