//! Files, folders and standard input.
use std::io::Write as _;
use std::process::Stdio;

use insta::assert_snapshot;
use serde_json::Value as Json;

use super::{CLEAN, WRONG, templates};
use crate::env::{Run, TestEnv};

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
fn names_of_files_have_no_needless_folder() {
    let run = templates().run(&["lint", ".", "--format", "github"]);
    assert!(run.stdout.contains(" file=cfn/sub/wrong.yaml,"), "{}", run.stdout);
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
