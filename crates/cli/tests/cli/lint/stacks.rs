//! The project's own stacks, whose findings stand at the lines of their app.
use insta::assert_snapshot;
use serde_json::json;
use stackgen_assembly::{Assembly, LineEntry, OtherEntry};

use crate::env::{TestEnv, assembly, stack, two_stacks};

/// Two stacks, of which one has a resource with a mistake, an output with another, and a script with a third.
fn wrong_stacks() -> Assembly {
    let template = json!({
        "Resources": {
            "DataVolume": {"Type": "AWS::EC2::Volume", "Properties": {"AvailabilityZone": "eu-west-1a", "Siz": 20}},
        },
        "Outputs": {"Volume": {"Value": {"Ref": "DataVolum"}}},
    });
    let mut stacks = assembly(vec![stack("prod-data", &template)]);
    stacks.manifest.stacks[0].resources[0].source = "stacks/main.rs:2".into();
    let mut whole = two_stacks();
    let script = &mut whole.manifest.stacks[1].user_data[0];
    script.lines.push(LineEntry { line: 1, source: "host.sh.hbs:1".into() });
    let file = script.file.clone();
    whole.files.insert(file, "#!/bin/sh\ncurl http://x | sh\n".into());
    whole.manifest.stacks.extend(stacks.manifest.stacks);
    whole.files.extend(stacks.files);
    whole
}

fn wrong_project() -> TestEnv {
    let env = TestEnv::with_app(&wrong_stacks(), "cp -r $READY $STACKGEN_OUT");
    env.write("stacks/main.rs", "let volume = stack.add(\n    \"DataVolume\", ec2::Volume::new(),\n);\n");
    env
}

#[test]
fn own_stacks_stand_at_their_sources() {
    assert_snapshot!(wrong_project().run(&["lint"]), @r#"
    exit code: 6
    --- stdout
    error[S2001]: the script runs without errexit (a failure ends the script),
                  nounset (an unset variable is an error)
     --> host.sh.hbs:1
      = in: prod-compute Resources/Host/Properties/UserData
      = hint: Write `set -euo pipefail` below the first line; `set -eu` in a script
              of sh, which has no pipefail everywhere.

    error[S2020]: sh runs http://x unseen
     --> host.sh.hbs:2
      = in: prod-compute Resources/Host/Properties/UserData
      = hint: Download to a file, compare its sha256 with the one you know, then run
              it; or install a signed package.

    warning[S3003]: `DataVolume` has no `DeletionPolicy`, so its data is gone when
                    the stack is deleted
     --> stacks/main.rs:1
      |
    1 | let volume = stack.add(
    2 |     "DataVolume", ec2::Volume::new(),
      |     ^^^^^^^^^^^^
      = in: prod-compute Resources/DataVolume
      = hint: Write `DeletionPolicy: RetainExceptOnCreate` (or `Retain`) and
              `UpdateReplacePolicy: Retain` beside `Type`.

    warning[S3003]: `DataVolume` has no `UpdateReplacePolicy`, so its data is gone
                    when it is replaced
     --> stacks/main.rs:1
      |
    1 | let volume = stack.add(
    2 |     "DataVolume", ec2::Volume::new(),
      |     ^^^^^^^^^^^^
      = in: prod-compute Resources/DataVolume
      = hint: Write `DeletionPolicy: RetainExceptOnCreate` (or `Retain`) and
              `UpdateReplacePolicy: Retain` beside `Type`.

    warning[S3028]: nothing says whether this volume is encrypted, and that cannot
                    be changed later
     --> stacks/main.rs:1
      |
    1 | let volume = stack.add(
    2 |     "DataVolume", ec2::Volume::new(),
      |     ^^^^^^^^^^^^
      = in: prod-compute Resources/DataVolume/Properties
      = hint: Write `Encrypted: true`.

    warning[S3027]: `Host` answers metadata requests without a token;
                    `MetadataOptions.HttpTokens` is missing
     --> stacks/main.rs:1
      |
    1 | let volume = stack.add(
      = in: prod-compute Resources/Host/Properties
      = hint: Write `MetadataOptions: {HttpTokens: required}`.

    error[E6101]: there is no parameter or resource `DataVolum`; did you mean
                  `DataVolume`?
     --> prod-data
      = in: prod-data Outputs/Volume/Value/Ref
      = hint: Correct the name, or make a text of a list with `Fn::Join`.

    warning[S3003]: `DataVolume` has no `DeletionPolicy`, so its data is gone when
                    the stack is deleted
     --> stacks/main.rs:2
      |
    2 |     "DataVolume", ec2::Volume::new(),
      |     ^^^^^^^^^^^^
      = in: prod-data Resources/DataVolume
      = hint: Write `DeletionPolicy: RetainExceptOnCreate` (or `Retain`) and
              `UpdateReplacePolicy: Retain` beside `Type`.

    warning[S3003]: `DataVolume` has no `UpdateReplacePolicy`, so its data is gone
                    when it is replaced
     --> stacks/main.rs:2
      |
    2 |     "DataVolume", ec2::Volume::new(),
      |     ^^^^^^^^^^^^
      = in: prod-data Resources/DataVolume
      = hint: Write `DeletionPolicy: RetainExceptOnCreate` (or `Retain`) and
              `UpdateReplacePolicy: Retain` beside `Type`.

    error[E3003]: the property `AvailabilityZoneId` is missing (in one of the forms
                  that are allowed here, none of which fits)
     --> stacks/main.rs:2
      |
    2 |     "DataVolume", ec2::Volume::new(),
      |     ^^^^^^^^^^^^
      = in: prod-data Resources/DataVolume/Properties
      = hint: Add the property; under `Fn::If` in every branch.

    error[E3003]: the property `Size` is missing (in one of the forms that are
                  allowed here, none of which fits)
     --> stacks/main.rs:2
      |
    2 |     "DataVolume", ec2::Volume::new(),
      |     ^^^^^^^^^^^^
      = in: prod-data Resources/DataVolume/Properties
      = hint: Add the property; under `Fn::If` in every branch.

    error[E3003]: the property `SnapshotId` is missing (in one of the forms that are
                  allowed here, none of which fits)
     --> stacks/main.rs:2
      |
    2 |     "DataVolume", ec2::Volume::new(),
      |     ^^^^^^^^^^^^
      = in: prod-data Resources/DataVolume/Properties
      = hint: Add the property; under `Fn::If` in every branch.

    error[E3003]: the property `SourceVolumeId` is missing (in one of the forms that
                  are allowed here, none of which fits)
     --> stacks/main.rs:2
      |
    2 |     "DataVolume", ec2::Volume::new(),
      |     ^^^^^^^^^^^^
      = in: prod-data Resources/DataVolume/Properties
      = hint: Add the property; under `Fn::If` in every branch.

    error[E3017]: this fits none of the 5 forms that are allowed here
     --> stacks/main.rs:2
      |
    2 |     "DataVolume", ec2::Volume::new(),
      |     ^^^^^^^^^^^^
      = in: prod-data Resources/DataVolume/Properties
      = hint: Write one of the forms; the findings beside this one say what each of
              them misses.

    warning[S3028]: nothing says whether this volume is encrypted, and that cannot
                    be changed later
     --> stacks/main.rs:2
      |
    2 |     "DataVolume", ec2::Volume::new(),
      |     ^^^^^^^^^^^^
      = in: prod-data Resources/DataVolume/Properties
      = hint: Write `Encrypted: true`.

    error[E3002]: Volume has no property `Siz`; did you mean `Size`?
     --> stacks/main.rs:2
      |
    2 |     "DataVolume", ec2::Volume::new(),
      |     ^^^^^^^^^^^^
      = in: prod-data Resources/DataVolume/Properties/Siz
      = hint: Correct the name or take the property away; `stackgen explain TYPE`
              lists what there is.

    3 templates: 9 errors, 7 warnings
    --- stderr
    "#);
}

#[test]
fn programs_are_told_the_stack() {
    let run = wrong_project().run(&["lint", "prod-data", "--format", "json", "--rules", "E3002"]);
    assert_snapshot!(run.stdout, @r#"
    [
      {
        "rule": "E3002",
        "severity": "error",
        "message": "Volume has no property `Siz`; did you mean `Size`?",
        "fix": "Correct the name or take the property away; `stackgen explain TYPE` lists what there is.",
        "file": "stacks/main.rs",
        "line": 2,
        "column": 1,
        "end_line": 2,
        "end_column": 1,
        "path": [
          "Resources",
          "DataVolume",
          "Properties",
          "Siz"
        ],
        "stack": "prod-data"
      }
    ]
    "#);
}

#[test]
fn what_is_no_resource_stands_at_its_line_or_that_of_its_stack() {
    let place = |stack: &str, output: Option<&str>| {
        let mut whole = wrong_stacks();
        let entry = whole.manifest.stacks.last_mut().unwrap();
        entry.source = stack.into();
        entry.others.extend(output.map(|source| OtherEntry {
            section: "Outputs".into(),
            id: "Volume".into(),
            source: source.into(),
        }));
        let env = TestEnv::with_app(&whole, "cp -r $READY $STACKGEN_OUT");
        let run = env.run(&["lint", "prod-data", "--format", "github", "--rules", "E6101"]);
        run.stdout.split(",title").next().unwrap().to_owned()
    };
    assert_eq!(place("stacks/main.rs:1", Some("stacks/main.rs:2")), "::error file=stacks/main.rs,line=2,endLine=2");
    assert_eq!(place("stacks/main.rs:1", None), "::error file=stacks/main.rs,line=1,endLine=1");
    assert_eq!(place("", None), "::error file=prod-data,line=1,endLine=1");
}

#[test]
fn synth_stops_at_errors() {
    let env = wrong_project();
    assert_snapshot!(env.run(&["synth", "prod-data"]), @r#"
    exit code: 1
    --- stdout
    --- stderr
    error[E3003]: the property `AvailabilityZoneId` is missing (in one of the forms
                  that are allowed here, none of which fits)
     --> stacks/main.rs:2
      |
    2 |     "DataVolume", ec2::Volume::new(),
      |     ^^^^^^^^^^^^
      = in: prod-data Resources/DataVolume/Properties
      = hint: Add the property; under `Fn::If` in every branch.

    error[E3003]: the property `Size` is missing (in one of the forms that are
                  allowed here, none of which fits)
     --> stacks/main.rs:2
      |
    2 |     "DataVolume", ec2::Volume::new(),
      |     ^^^^^^^^^^^^
      = in: prod-data Resources/DataVolume/Properties
      = hint: Add the property; under `Fn::If` in every branch.

    error[E3003]: the property `SnapshotId` is missing (in one of the forms that are
                  allowed here, none of which fits)
     --> stacks/main.rs:2
      |
    2 |     "DataVolume", ec2::Volume::new(),
      |     ^^^^^^^^^^^^
      = in: prod-data Resources/DataVolume/Properties
      = hint: Add the property; under `Fn::If` in every branch.

    error[E3003]: the property `SourceVolumeId` is missing (in one of the forms that
                  are allowed here, none of which fits)
     --> stacks/main.rs:2
      |
    2 |     "DataVolume", ec2::Volume::new(),
      |     ^^^^^^^^^^^^
      = in: prod-data Resources/DataVolume/Properties
      = hint: Add the property; under `Fn::If` in every branch.

    error[E3017]: this fits none of the 5 forms that are allowed here
     --> stacks/main.rs:2
      |
    2 |     "DataVolume", ec2::Volume::new(),
      |     ^^^^^^^^^^^^
      = in: prod-data Resources/DataVolume/Properties
      = hint: Write one of the forms; the findings beside this one say what each of
              them misses.

    error[E3002]: Volume has no property `Siz`; did you mean `Size`?
     --> stacks/main.rs:2
      |
    2 |     "DataVolume", ec2::Volume::new(),
      |     ^^^^^^^^^^^^
      = in: prod-data Resources/DataVolume/Properties/Siz
      = hint: Correct the name or take the property away; `stackgen explain TYPE`
              lists what there is.

    error[E6101]: there is no parameter or resource `DataVolum`; did you mean
                  `DataVolume`?
     --> prod-data
      = in: prod-data Outputs/Volume/Value/Ref
      = hint: Correct the name, or make a text of a list with `Fn::Join`.

    error: 7 errors in the templates; nothing was written
    hint: `stackgen lint --explain ID` says why; what is wanted is allowed in
          stackgen.toml under [[lint.ignore]]
    "#);
    let ignored = "[[lint.ignore]]\nrule = 'E'\nstack = '*-data'\nreason = 'a test'\n";
    env.write("stackgen.toml", &format!("app = './app.sh'\n{ignored}"));
    assert_eq!(env.run(&["synth", "prod-data"]).code, Some(0));
}
