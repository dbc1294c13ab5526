//! `stackgen lint`.
use std::io::Write as _;
use std::process::Stdio;

use insta::assert_snapshot;
use serde_json::{Value as Json, json};
use stackgen_assembly::{Assembly, LineEntry, OtherEntry};

use crate::env::{Run, TestEnv, assembly, stack, two_stacks};

const CLEAN: &str = "Resources:\n  Topic:\n    Type: AWS::SNS::Topic\n";
const WRONG: &str = "\
Parameters:
  Stage:
    Type: String
Resources:
  Queue:
    Type: AWS::SQS::Queue
    Properties:
      QueuName: jobs
";

fn templates() -> TestEnv {
    let env = TestEnv::new();
    env.write("cfn/clean.yaml", CLEAN);
    env.write("cfn/sub/wrong.yaml", WRONG);
    env.write("cfn/package.json", "{\"name\": \"no template\"}");
    env
}

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
fn a_folder_for_people() {
    let env = templates();
    assert_snapshot!(env.run(&["lint", "cfn"]), @"
    exit code: 6
    --- stdout
    warning[W2001]: nothing uses the parameter `Stage`
     --> cfn/sub/wrong.yaml:2:3
      |
    2 |   Stage:
      |   ^^^^^
      = in: Parameters/Stage
      = hint: Use the parameter or take it away.

    error[E3002]: Queue has no property `QueuName`; did you mean `QueueName`?
     --> cfn/sub/wrong.yaml:8:7
      |
    8 |       QueuName: jobs
      |       ^^^^^^^^
      = in: Resources/Queue/Properties/QueuName
      = hint: Correct the name or take the property away; `stackgen explain TYPE`
              lists what there is.

    2 templates: 1 error, 1 warning (1 other file skipped)
    --- stderr
    ");
    assert_snapshot!(env.run(&["lint", "cfn/clean.yaml"]), @"
    exit code: 0
    --- stdout
    1 template, nothing wrong
    --- stderr
    ");
    assert_eq!(env.run(&["lint", "cfn/**/w*.yaml", "--rules", "W"]).code, Some(4));
    assert_eq!(env.run(&["lint", "cfn/**/w*.yaml", "--ignore", "W"]).code, Some(2));
    assert_eq!(env.run(&["lint", "cfn", "--ignore", "W,E3002"]).code, Some(0));
}

#[test]
fn forms_for_programs() {
    let env = templates();
    assert_snapshot!(env.run(&["lint", "cfn", "--format", "json", "--rules", "E"]).stdout, @r#"
    [
      {
        "rule": "E3002",
        "severity": "error",
        "message": "Queue has no property `QueuName`; did you mean `QueueName`?",
        "fix": "Correct the name or take the property away; `stackgen explain TYPE` lists what there is.",
        "file": "cfn/sub/wrong.yaml",
        "line": 8,
        "column": 7,
        "end_line": 8,
        "end_column": 15,
        "path": [
          "Resources",
          "Queue",
          "Properties",
          "QueuName"
        ]
      }
    ]
    "#);
    assert_snapshot!(env.run(&["lint", "cfn", "--format", "github"]).stdout, @"
    ::warning file=cfn/sub/wrong.yaml,line=2,endLine=2,col=3,endColumn=8,title=W2001::nothing uses the parameter `Stage`%0AUse the parameter or take it away.
    ::error file=cfn/sub/wrong.yaml,line=8,endLine=8,col=7,endColumn=15,title=E3002::Queue has no property `QueuName`; did you mean `QueueName`?%0ACorrect the name or take the property away; `stackgen explain TYPE` lists what there is.
    ");
    assert_snapshot!(env.run(&["lint", "cfn", "--format", "junit"]).stdout, @r#"
    <?xml version="1.0" encoding="UTF-8"?>
    <testsuites name="stackgen lint" tests="3" failures="2" errors="0">
      <testsuite name="cfn/sub/wrong.yaml" tests="2" failures="2" errors="0">
        <testcase name="W2001 Parameters/Stage" classname="cfn/sub/wrong.yaml" file="cfn/sub/wrong.yaml" line="2">
          <failure type="warning" message="nothing uses the parameter `Stage`">cfn/sub/wrong.yaml:2:3: Use the parameter or take it away.</failure>
        </testcase>
        <testcase name="E3002 Resources/Queue/Properties/QueuName" classname="cfn/sub/wrong.yaml" file="cfn/sub/wrong.yaml" line="8">
          <failure type="error" message="Queue has no property `QueuName`; did you mean `QueueName`?">cfn/sub/wrong.yaml:8:7: Correct the name or take the property away; `stackgen explain TYPE` lists what there is.</failure>
        </testcase>
      </testsuite>
      <testsuite name="cfn/clean.yaml" tests="1" failures="0" errors="0">
        <testcase name="clean" classname="cfn/clean.yaml"/>
      </testsuite>
    </testsuites>
    "#);
    assert_snapshot!(env.run(&["lint", "cfn", "--format", "sarif", "--rules", "E"]).stdout, @r#"
    {
      "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
      "version": "2.1.0",
      "runs": [
        {
          "tool": {
            "driver": {
              "name": "stackgen lint",
              "version": "0.1.0",
              "informationUri": "https://github.com/stackgen/stackgen",
              "rules": [
                {
                  "id": "E3002",
                  "name": "property-unknown",
                  "shortDescription": {
                    "text": "CloudFormation refuses properties that a resource type does not have, after it has begun to change the stack."
                  },
                  "help": {
                    "text": "Correct the name or take the property away; `stackgen explain TYPE` lists what there is."
                  },
                  "defaultConfiguration": {
                    "level": "error"
                  }
                }
              ]
            }
          },
          "columnKind": "unicodeCodePoints",
          "results": [
            {
              "ruleId": "E3002",
              "level": "error",
              "message": {
                "text": "Queue has no property `QueuName`; did you mean `QueueName`? Correct the name or take the property away; `stackgen explain TYPE` lists what there is."
              },
              "locations": [
                {
                  "physicalLocation": {
                    "artifactLocation": {
                      "uri": "cfn/sub/wrong.yaml"
                    },
                    "region": {
                      "startLine": 8,
                      "startColumn": 7,
                      "endLine": 8,
                      "endColumn": 15
                    }
                  },
                  "logicalLocations": [
                    {
                      "fullyQualifiedName": "Resources/Queue/Properties/QueuName"
                    }
                  ]
                }
              ],
              "ruleIndex": 0
            }
          ]
        }
      ]
    }
    "#);
}

#[test]
fn clean_templates_in_every_form() {
    let env = templates();
    let told = |form| env.run(&["lint", "cfn/clean.yaml", "--format", form]);
    assert_eq!(told("json").stdout, "[]\n");
    assert_eq!(told("github").stdout, "");
    let xml = told("junit").stdout;
    let xml = roxmltree::Document::parse(&xml).unwrap();
    assert_eq!(xml.descendants().filter(|node| node.has_tag_name("testcase")).count(), 1);
    let sarif: Json = serde_json::from_str(&told("sarif").stdout).unwrap();
    assert_eq!(sarif["runs"][0]["results"], json!([]));
}

fn piped(env: &TestEnv, text: &[u8], arguments: &[&str]) -> Run {
    let mut command = env.command(arguments);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(text).unwrap();
    env.outcome(&child.wait_with_output().unwrap())
}

#[test]
fn standard_input() {
    assert_snapshot!(piped(&templates(), WRONG.as_bytes(), &["lint", "-", "--rules", "E"]), @"
    exit code: 2
    --- stdout
    error[E3002]: Queue has no property `QueuName`; did you mean `QueueName`?
     --> -:8:7
      |
    8 |       QueuName: jobs
      |       ^^^^^^^^
      = in: Resources/Queue/Properties/QueuName
      = hint: Correct the name or take the property away; `stackgen explain TYPE`
              lists what there is.

    1 template: 1 error
    --- stderr
    ");
}

#[test]
fn what_cannot_be_read_is_an_error_with_its_place() {
    let env = templates();
    assert_snapshot!(env.run(&["lint", "cfn/nowhere.yaml"]), @"
    exit code: 2
    --- stdout
    error[E0000]: cannot be read: No such file or directory (os error 2)
     --> cfn/nowhere.yaml:1:1
      = hint: Name a template that can be read: YAML or JSON in UTF-8.

    1 template: 1 error
    --- stderr
    ");
    assert_snapshot!(piped(&env, b"Resources:\n  \xc3\xbc: \xff\n", &["lint", "-"]), @"
    exit code: 2
    --- stdout
    error[E0000]: the byte 0xff is not of a text in UTF-8
     --> -:2:6
      = hint: Name a template that can be read: YAML or JSON in UTF-8.

    1 template: 1 error
    --- stderr
    ");
    assert_eq!(piped(&env, "[".repeat(100_000).as_bytes(), &["lint", "-"]).code, Some(2));
    env.write("empty/readme.md", "");
    assert_snapshot!(env.run(&["lint", "empty/"]), @"
    exit code: 1
    --- stdout
    --- stderr
    error: no template in `empty/`
    hint: templates end in .yaml, .yml, .json or .template
    ");
}

#[test]
fn many_templates_keep_their_order() {
    let env = TestEnv::new();
    for number in 0..300 {
        env.write(&format!("cfn/{number:03}.yaml"), WRONG);
    }
    let run = env.run(&["lint", "cfn", "--format", "json", "--rules", "E3002"]);
    let found: Vec<Json> = serde_json::from_str(&run.stdout).unwrap();
    let files: Vec<&str> = found.iter().map(|found| found["file"].as_str().unwrap()).collect();
    assert_eq!(files.len(), 300);
    assert!(files.is_sorted());
    assert_eq!(run.code, Some(2));
}

#[test]
fn rules_explain_themselves() {
    let env = TestEnv::new();
    assert_snapshot!(env.run(&["lint", "--explain", "e3002"]), @"
    exit code: 0
    --- stdout
    E3002 property-unknown (error)

    CloudFormation refuses properties that a resource type does not have, after it
    has begun to change the stack.
    Correct the name or take the property away; `stackgen explain TYPE` lists what
    there is.

    Wrong

        Resources:
          Queue:
            Type: AWS::SQS::Queue
            Properties:
              QueuName: jobs

    Right

        Resources:
          Queue:
            Type: AWS::SQS::Queue
            Properties:
              QueueName: jobs
    --- stderr
    ");
    assert_eq!(env.run(&["lint", "--explain", "suppression-expired"]).code, Some(0));
    assert_snapshot!(env.run(&["lint", "--explain", "E300"]), @"
    exit code: 2
    --- stdout
    --- stderr
    error: no rule is named `E300`
    hint: did you mean E3001? docs/rules.md lists all
    ");
    assert_snapshot!(env.run(&["lint", "x.yaml", "--rules", "E3002,X1"]), @"
    exit code: 2
    --- stdout
    --- stderr
    error: no rule is named `X1`
    hint: ids look like E3012; docs/rules.md lists all
    ");
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
fn a_folder_has_other_files_too() {
    let env = TestEnv::new();
    env.write("all/clean.yaml", CLEAN);
    let service = "version: 0.0\nResources:\n  - TargetService:\n      Type: AWS::ECS::Service\n";
    env.write("all/appspec.yaml", service);
    env.write("all/buildspec.yml", "version: 0.2\nphases:\n  build:\n    commands: [make]\n");
    env.write("all/.github/workflows/ci.yml", "on: push\njobs: {}\n");
    env.write("all/ci.yml", "on: push\njobs:\n  Resources:\n    env: {TYPE: \"AWS::EC2::Volume\"}\n");
    env.write("all/package.json", "{\"name\": \"AWS::Resources\"}");
    let run = env.run(&["lint", "all"]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(0), "1 template, nothing wrong (4 other files skipped)\n"));
    for file in ["appspec.yaml", "buildspec.yml", "ci.yml", "package.json"] {
        let run = env.run(&["lint", &format!("all/{file}")]);
        assert!(run.code.is_some_and(|code| code & 2 > 0), "{file}: {run}");
    }
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

#[test]
fn a_project_allows_findings() {
    let env = templates();
    let allow = |entry: &str| {
        let text = format!("app = 'true'\n[[lint.ignore]]\nreason = 'a test'\n{entry}\n");
        env.write("stackgen.toml", &text);
        env.run(&["lint", "cfn", "--format", "json"])
    };
    assert_eq!(allow("rule = 'E3002'").code, Some(4));
    assert_eq!(allow("rule = 'E3'\nid = 'Queue'").code, Some(4));
    assert_eq!(allow("rule = 'E3'\nid = 'Other'").code, Some(6));
    assert_eq!(allow("rule = 'E3002'\nfile = 'cfn/sub/*'").code, Some(4));
    assert_eq!(allow("rule = 'E3002'\nfile = 'cfn/other/*'").code, Some(6));
    assert_eq!(allow("rule = 'E3002'\nstack = '*'").code, Some(6));
    assert_eq!(allow("rule = 'E3002'\nuntil = '9999-12-31'").code, Some(4));
    assert_eq!(allow("rule = 'W'\nuntil = 2020-01-01").code, Some(6));
    assert_snapshot!(env.run(&["lint", "cfn/clean.yaml"]), @"
    exit code: 2
    --- stdout
    error[S0001]: W was ignored until 2020-01-01: a test
     --> [TEMP]/project/stackgen.toml:2:1
      |
    2 | [[lint.ignore]]
      | ^
      = hint: Mend what was ignored and take the entry out, or decide anew and write
              a later `until`.

    1 template: 1 error
    --- stderr
    ");
    env.write("stackgen.toml", "app = 'true'\n[[lint.ignore]]\nrule = 'W3005'\n");
    assert_snapshot!(env.run(&["lint", "cfn"]), @r#"
    exit code: 1
    --- stdout
    --- stderr
    error: stackgen.toml:2: what is ignored has a reason: add `reason = "…"`
    "#);
}
