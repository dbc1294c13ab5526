//! `stackgen lint --guard`.
use insta::assert_snapshot;

use crate::env::TestEnv;

const TEMPLATE: &str = "\
Resources:
  Backup:
    Type: AWS::S3::Bucket
    Properties:
      BucketName: backup
  Topic:
    Type: AWS::SNS::Topic
    Properties:
      DisplayName: !Sub '${AWS::StackName} news'
";

#[cfg(feature = "guard")]
const RULES: &str = "\
let buckets = Resources.*[ Type == 'AWS::S3::Bucket' ]

rule buckets_encrypted when %buckets !empty {
    %buckets.Properties.BucketEncryption exists
        <<
            Violation: a bucket of ours is encrypted with our key
            Fix: write BucketEncryption
        >>
}

rule names {
    %buckets.Properties.BucketName == /^house-/
    Resources.*[ Type == 'AWS::SNS::Topic' ] {
        Properties.KmsMasterKeyId exists or
        Properties.DisplayName exists
        Properties.DisplayName is_string <<a display name is a word>>
    }
}
";

#[cfg(feature = "guard")]
fn house() -> TestEnv {
    let env = TestEnv::new();
    env.write("cfn/a.yaml", TEMPLATE);
    env.write("policies/disks/house.guard", RULES);
    env.write("policies/readme.md", "not a rule");
    env
}

#[cfg(feature = "guard")]
#[test]
fn rules_of_the_house_stand_in_the_same_report() {
    assert_snapshot!(house().run(&["lint", "cfn", "--guard", "policies", "--rules", "guard:"]), @r#"
    exit code: 2
    --- stdout
    error[guard:buckets_encrypted]: a bucket of ours is encrypted with our key
     --> cfn/a.yaml:4:5
      |
    4 |     Properties:
      |     ^^^^^^^^^^
      = in: Resources/Backup/Properties
      = hint: write BucketEncryption

    error[guard:names]: this does not hold: `%buckets[*].Properties.BucketName
                        EQUALS "/^house-/"`
     --> cfn/a.yaml:5:7
      |
    5 |       BucketName: backup
      |       ^^^^^^^^^^
      = in: Resources/Backup/Properties/BucketName
      = hint: The rule is in policies/disks/house.guard:11.

    error[guard:names]: a display name is a word
     --> cfn/a.yaml:9:7
      |
    9 |       DisplayName: !Sub '${AWS::StackName} news'
      |       ^^^^^^^^^^^
      = in: Resources/Topic/Properties/DisplayName
      = hint: The rule is in policies/disks/house.guard:11.

    1 template: 3 errors
    --- stderr
    "#);
}

#[cfg(feature = "guard")]
#[test]
fn they_are_asked_for_and_allowed_like_all_others() {
    let env = house();
    let code = |arguments: &[&str]| env.run(&[&["lint", "cfn", "--guard", "policies"], arguments].concat()).code;
    assert_eq!(code(&["--rules", "guard:names"]), Some(2));
    assert_eq!(code(&["--rules", "E"]), Some(0));
    assert_eq!(code(&["--ignore", "guard:,W,S"]), Some(0));
    assert_eq!(code(&["--ignore", "guard:names,W,S"]), Some(2));
    assert_snapshot!(env.run(&["lint", "cfn", "--guard", "policies", "--rules", "guard:nams"]), @"
    exit code: 2
    --- stdout
    --- stderr
    error: no rule is named `guard:nams`
    hint: ids look like E3012; docs/rules.md lists all
    ");
    let allowed = "[[lint.ignore]]\nrule = 'guard:'\nid = 'Backup'\nreason = 'a test'\n";
    env.write("stackgen.toml", &format!("app = 'true'\n{allowed}"));
    assert_snapshot!(env.run(&["lint", "cfn", "--guard", "policies", "--rules", "guard", "--format", "github"]), @"
    exit code: 2
    --- stdout
    ::error file=cfn/a.yaml,line=9,endLine=9,col=7,endColumn=18,title=guard:names::a display name is a word%0AThe rule is in policies/disks/house.guard:11.
    --- stderr
    ");
}

#[cfg(feature = "guard")]
#[test]
fn forms_for_programs() {
    let env = house();
    let told = |form| env.run(&["lint", "cfn", "--guard", "policies", "--rules", "guard:b", "--format", form]).stdout;
    assert_snapshot!(told("junit"), @r#"
    <?xml version="1.0" encoding="UTF-8"?>
    <testsuites name="stackgen lint" tests="1" failures="1" errors="0">
      <testsuite name="cfn/a.yaml" tests="1" failures="1" errors="0">
        <testcase name="guard:buckets_encrypted Resources/Backup/Properties" classname="cfn/a.yaml" file="cfn/a.yaml" line="4">
          <failure type="error" message="a bucket of ours is encrypted with our key">cfn/a.yaml:4:5: write BucketEncryption</failure>
        </testcase>
      </testsuite>
    </testsuites>
    "#);
    assert_snapshot!(told("sarif"), @r#"
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
                  "id": "guard:buckets_encrypted"
                }
              ]
            }
          },
          "columnKind": "unicodeCodePoints",
          "results": [
            {
              "ruleId": "guard:buckets_encrypted",
              "level": "error",
              "message": {
                "text": "a bucket of ours is encrypted with our key\nwrite BucketEncryption"
              },
              "locations": [
                {
                  "physicalLocation": {
                    "artifactLocation": {
                      "uri": "cfn/a.yaml"
                    },
                    "region": {
                      "startLine": 4,
                      "startColumn": 5,
                      "endLine": 4,
                      "endColumn": 15
                    }
                  },
                  "logicalLocations": [
                    {
                      "fullyQualifiedName": "Resources/Backup/Properties"
                    }
                  ]
                }
              ]
            }
          ]
        }
      ]
    }
    "#);
    assert_snapshot!(told("json"), @r#"
    [
      {
        "rule": "guard:buckets_encrypted",
        "severity": "error",
        "message": "a bucket of ours is encrypted with our key",
        "fix": "write BucketEncryption",
        "file": "cfn/a.yaml",
        "line": 4,
        "column": 5,
        "end_line": 4,
        "end_column": 15,
        "path": [
          "Resources",
          "Backup",
          "Properties"
        ]
      }
    ]
    "#);
}

#[cfg(feature = "guard")]
#[test]
fn a_project_has_rules_of_its_own() {
    let env = TestEnv::with_app(&crate::env::two_stacks(), "cp -r $READY $STACKGEN_OUT");
    env.write("house/volumes.guard", "rule small { Resources.*[ Type == 'AWS::EC2::Volume' ].Properties.Size <= 1 }\n");
    env.write("stackgen.toml", "app = './app.sh'\n[lint]\nguard = ['house']\n");
    assert_snapshot!(env.run(&["lint", "--rules", "guard:small"]), @"
    exit code: 2
    --- stdout
    error[guard:small]: this does not hold: `Resources.*.
                        (filter-clauses).Properties.Size LESS THAN EQUALS 1`
     --> stacks/main.rs:1
      = in: prod-compute Resources/DataVolume/Properties/Size
      = hint: The rule is in house/volumes.guard:1.

    2 templates: 1 error
    --- stderr
    ");
    assert_snapshot!(env.run(&["synth"]), @"
    exit code: 1
    --- stdout
    --- stderr
    error[guard:small]: this does not hold: `Resources.*.
                        (filter-clauses).Properties.Size LESS THAN EQUALS 1`
     --> stacks/main.rs:1
      = in: prod-compute Resources/DataVolume/Properties/Size
      = hint: The rule is in house/volumes.guard:1.

    error: 1 error in the templates; nothing was written
    hint: `stackgen lint --explain ID` says why; what is wanted is allowed in
          stackgen.toml under [[lint.ignore]]
    ");
    env.write("stackgen.toml", "app = './app.sh'\n[lint]\nguard = 'house'\n");
    assert_snapshot!(env.run(&["lint"]), @r#"
    exit code: 1
    --- stdout
    --- stderr
    error: stackgen.toml:3: invalid type: string "house", expected a sequence
    "#);
}

#[cfg(feature = "guard")]
#[test]
fn rules_that_cannot_be_read_have_a_place() {
    let env = house();
    env.write("bad.guard", "rule a {\n    Resources.* {\n        Type = 1\n    }\n}\n");
    assert_snapshot!(env.run(&["lint", "cfn", "--guard", "bad.guard"]), @"
    exit code: 1
    --- stdout
    --- stderr
    error: bad.guard:2:14: this is no rule of Guard: `.* {`
    hint: the language of rules:
          https://docs.aws.amazon.com/cfn-guard/latest/ug/writing-rules.html
    ");
    env.write("open.guard", "rule a {\n    Resources exists\n");
    assert_snapshot!(env.run(&["lint", "cfn", "--guard", "open.guard"]), @"
    exit code: 1
    --- stdout
    --- stderr
    error: open.guard:3:1: the rules end where more is expected
    hint: the language of rules:
          https://docs.aws.amazon.com/cfn-guard/latest/ug/writing-rules.html
    ");
    assert_snapshot!(env.run(&["lint", "cfn", "--guard", "nowhere"]), @"
    exit code: 1
    --- stdout
    --- stderr
    error: cannot read `nowhere`
    Caused by:
      No such file or directory (os error 2)
    ");
    assert_snapshot!(env.run(&["lint", "cfn", "--guard", "cfn"]), @"
    exit code: 1
    --- stdout
    --- stderr
    error: no rules in `cfn`
    hint: rule files end in .guard or .ruleset
    ");
}

/// What nests deep, is no map, or cannot be read is no reason to stop.
#[cfg(feature = "guard")]
#[test]
fn any_template_is_taken() {
    let env = house();
    env.write("odd/deep.yaml", &format!("Resources:\n  A: {}1{}\n", "[".repeat(150), "]".repeat(150)));
    env.write("odd/list.yaml", "- Resources\n- AWS::\n");
    env.write("odd/broken.yaml", "Resources: [\n# AWS::\n");
    env.write("odd/empty.yaml", "Resources: # AWS::\n");
    let run = env.run(&["lint", "odd", "--guard", "policies", "--format", "json"]);
    assert!(!run.stderr.contains("bug"), "{}", run.stderr);
    assert_eq!(run.code.map(|code| code & 2), Some(2));
}

#[cfg(not(feature = "guard"))]
#[test]
fn a_build_without_the_engine_says_so() {
    let env = TestEnv::new();
    env.write("a.yaml", TEMPLATE);
    assert_snapshot!(env.run(&["lint", "a.yaml", "--guard", "policies"]), @"
    exit code: 1
    --- stdout
    --- stderr
    error: this `stackgen` was built without AWS CloudFormation Guard, which the rules in `policies` are for
    hint: released binaries have it; from source it takes a feature: cargo install
          stackgen-cli --features guard
    ");
}
