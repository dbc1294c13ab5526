//! `stackgen synth`.
use std::fs;

use insta::assert_snapshot;
use serde_json::Value as Json;
use stackgen_assembly::{Assembly, ProblemEntry};

use crate::env::{TestEnv, problems, two_stacks};

fn ready() -> TestEnv {
    let env = TestEnv::new();
    env.assembly("ready", &two_stacks());
    env
}

#[test]
fn one_template_is_printed_as_it_is() {
    assert_snapshot!(ready().run(&["synth", "prod-network", "--assembly", "ready"]), @r#"
    exit code: 0
    --- stdout
    AWSTemplateFormatVersion: "2010-09-09"

    Resources:
      Vpc:
        Type: AWS::EC2::VPC
        Properties:
          CidrBlock: 10.0.0.0/16

    Outputs:
      VpcId:
        Value: !Ref Vpc
    --- stderr
    "#);
}

#[test]
fn several_are_documents_or_one_object() {
    let env = ready();
    assert_snapshot!(env.run(&["synth", "--assembly", "ready"]).stdout, @r#"
    # prod-network
    AWSTemplateFormatVersion: "2010-09-09"

    Resources:
      Vpc:
        Type: AWS::EC2::VPC
        Properties:
          CidrBlock: 10.0.0.0/16

    Outputs:
      VpcId:
        Value: !Ref Vpc
    ---
    # prod-compute
    AWSTemplateFormatVersion: "2010-09-09"

    Resources:
      DataVolume:
        Type: AWS::EC2::Volume
        Properties:
          Size: 20
          AvailabilityZone: eu-west-1a

      Host:
        Type: AWS::EC2::Instance
        Properties:
          ImageId: ami-0123456789abcdef0
          UserData: !Base64 |
            #!/bin/sh
            mount /data
    "#);
    let json: Json =
        serde_json::from_str(&env.run(&["synth", "prod-*", "--format", "json", "--assembly", "ready"]).stdout).unwrap();
    let names: Vec<_> = json.as_object().unwrap().keys().collect();
    assert_eq!(names, ["prod-network", "prod-compute"]);
    let one = env.run(&["synth", "prod-network", "--format", "json", "--assembly", "ready"]).stdout;
    assert_eq!(serde_json::from_str::<Json>(&one).unwrap(), json["prod-network"]);
}

#[test]
fn files_are_written_and_foreign_ones_stay() {
    let env = ready();
    env.write("out/notes.txt", "mine");
    env.write("out/prod-network.yaml", "old");
    assert_snapshot!(env.run(&["synth", "--out", "out", "--assembly", "ready"]), @"
    exit code: 0
    --- stdout
    --- stderr
           Wrote out/prod-network.yaml
           Wrote out/prod-compute.yaml
           Wrote out/prod-compute.Host.userdata.sh
    ");
    let files = env.files("out");
    let names: Vec<_> = files.keys().collect();
    assert_eq!(names, ["notes.txt", "prod-compute.Host.userdata.sh", "prod-compute.yaml", "prod-network.yaml"]);
    assert_eq!(files["notes.txt"], "mine");
    assert_eq!(files["prod-compute.Host.userdata.sh"], "#!/bin/sh\nmount /data\n");
    assert!(files["prod-network.yaml"].contains("CidrBlock"));
    assert_eq!(env.run(&["synth", "-o", "out", "-q", "--assembly", "ready"]).stderr, "");
}

#[test]
fn nothing_is_half_written() {
    let env = ready();
    fs::create_dir_all(env.path("out/prod-network.yaml")).unwrap();
    assert_snapshot!(env.run(&["synth", "--out", "out", "--assembly", "ready"]), @"
    exit code: 1
    --- stdout
    --- stderr
    error: cannot write `out/prod-network.yaml`
    Caused by:
      is a directory
    ");
    assert_eq!(env.files("out").keys().collect::<Vec<_>>(), ["prod-network.yaml"]);
    env.write("file", "");
    assert_snapshot!(env.run(&["synth", "--out", "file/out", "--assembly", "ready"]), @"
    exit code: 1
    --- stdout
    --- stderr
    error: cannot write `file`
    Caused by:
      it is a file, not a folder
    ");
}

#[test]
fn a_name_that_no_stack_has() {
    let env = ready();
    assert_snapshot!(env.run(&["synth", "prod-comput", "--assembly", "ready"]), @"
    exit code: 1
    --- stdout
    --- stderr
    error: no stack named `prod-comput`
    hint: did you mean `prod-compute`? this project has: prod-network, prod-compute
    ");
    assert_snapshot!(env.run(&["synth", "dev-*", "--assembly", "ready"]), @"
    exit code: 1
    --- stdout
    --- stderr
    error: no stack fits `dev-*`
    hint: this project has: prod-network, prod-compute
    ");
}

#[test]
fn problems_are_shown_at_once_with_their_source() {
    let message = "zone `eu-west-1a` is not in the stack's region us-east-1, where the subnets of the network are";
    let zone = ProblemEntry {
        stack: "prod-compute".into(),
        id: Some("DataVolume".into()),
        path: "/Properties/AvailabilityZone".into(),
        source: Some("stacks/compute.rs:3".into()),
        message: message.into(),
        hint: Some("take the zone from the subnet: `subnet.availability_zone()`".into()),
    };
    let values = ProblemEntry {
        stack: String::new(),
        id: None,
        path: String::new(),
        source: Some("stacks/prod.yaml:7".into()),
        message: "unknown key `instance`".into(),
        hint: None,
    };
    let env = TestEnv::with_app(&problems(vec![zone, values]), "cp -r $READY $STACKGEN_OUT; exit 1");
    env.write(
        "stacks/compute.rs",
        "//! Compute.\nfn compute() {\n    let data = stack.add(\n\t\"DataVolume\",\n    );\n}\n",
    );
    let run = env.run(&["synth", "--out", "out"]);
    assert_snapshot!(run, @r#"
    exit code: 1
    --- stdout
    --- stderr
    error: zone `eu-west-1a` is not in the stack's region us-east-1, where the
           subnets of the network are
     --> stacks/compute.rs:3
      |
    3 |     let data = stack.add(
    4 |     "DataVolume",
      |     ^^^^^^^^^^^^
      = in: prod-compute DataVolume /Properties/AvailabilityZone
      = hint: take the zone from the subnet: `subnet.availability_zone()`

    error: unknown key `instance`
     --> stacks/prod.yaml:7

    error: 2 problems in the app; nothing was written
    "#);
    assert!(!env.path("out").exists());
    assert!(run.stderr.lines().all(|line| line.chars().count() <= 80));
}

#[test]
fn assemblies_that_cannot_be_read() {
    let env = ready();
    assert_snapshot!(env.run(&["synth", "--assembly", "nowhere"]), @"
    exit code: 1
    --- stdout
    --- stderr
    error: `nowhere` is no assembly: it has no manifest.json
    hint: `--assembly` takes the folder that an app wrote, with its manifest.json
    ");
    let manifest = fs::read_to_string(env.path("ready/manifest.json")).unwrap();
    env.write("ready/manifest.json", &manifest.replace("\"version\": 1", "\"version\": 2"));
    assert_snapshot!(env.run(&["synth", "--assembly", "ready"]), @"
    exit code: 1
    --- stdout
    --- stderr
    error: `ready/manifest.json` has format version 2; this stackgen reads version 1
    hint: the app and this command must be of one version: check `stackgen` in
          Cargo.toml, and `stackgen --version`
    ");
    env.write("ready/manifest.json", &manifest[..manifest.len() / 2]);
    assert_snapshot!(env.run(&["synth", "--assembly", "ready"]), @"
    exit code: 1
    --- stdout
    --- stderr
    error: `ready/manifest.json` is damaged
    Caused by:
      EOF while parsing a list at line 22 column 7
    hint: let the app write it again
    ");
    env.write("ready/manifest.json", &manifest);
    env.write("ready/prod-network.template.json", "{");
    assert_snapshot!(env.run(&["synth", "--assembly", "ready"]), @"
    exit code: 1
    --- stdout
    --- stderr
    error: the assembly's `prod-network.template.json` is no template
    Caused by:
      EOF while parsing an object at line 1 column 1
    hint: let the app write it again
    ");
    env.write("ready/prod-network.template.json", "[1]");
    let run = env.run(&["synth", "--assembly", "ready"]);
    assert_snapshot!(run, @"
    exit code: 1
    --- stdout
    --- stderr
    error: the assembly's `prod-network.template.json` is no template
    Caused by:
      invalid type: sequence, expected a map at line 1 column 0
    hint: let the app write it again
    ");
    assert_eq!(env.run(&["graph", "--assembly", "ready"]).stderr, run.stderr);
    assert_snapshot!(env.run(&["synth", "--assembly", "ready/manifest.json"]), @"
    exit code: 1
    --- stdout
    --- stderr
    error: cannot read `ready/manifest.json/manifest.json`
    Caused by:
      Not a directory (os error 20)
    hint: `--assembly` takes the folder that an app wrote, with its manifest.json
    ");
    fs::remove_file(env.path("ready/prod-network.template.json")).unwrap();
    assert_snapshot!(env.run(&["synth", "--assembly", "ready"]), @"
    exit code: 1
    --- stdout
    --- stderr
    error: cannot read `ready/prod-network.template.json`
    Caused by:
      No such file or directory (os error 2)
    hint: let the app write it again
    ");
}

#[test]
fn an_app_without_stacks() {
    let env = TestEnv::new();
    env.assembly("ready", &Assembly { files: Default::default(), ..problems(Vec::new()) });
    assert_snapshot!(env.run(&["synth", "--assembly", "ready"]), @"
    exit code: 0
    --- stdout
    --- stderr
    warning: the app has no stacks
    ");
    assert_snapshot!(env.run(&["list", "--json", "--assembly", "ready"]), @"
    exit code: 0
    --- stdout
    []
    --- stderr
    warning: the app has no stacks
    ");
}
