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
    assert_snapshot!(house().run(&["lint", "cfn", "--guard", "policies", "--rules", "guard:"]), @"");
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
    assert_snapshot!(env.run(&["lint", "cfn", "--guard", "policies", "--rules", "guard:nams"]), @"");
    let allowed = "[[lint.ignore]]\nrule = 'guard:'\nid = 'Backup'\nreason = 'a test'\n";
    env.write("stackgen.toml", &format!("app = 'true'\n{allowed}"));
    assert_snapshot!(env.run(&["lint", "cfn", "--guard", "policies", "--rules", "guard", "--format", "github"]), @"");
}

#[cfg(feature = "guard")]
#[test]
fn forms_for_programs() {
    let env = house();
    let told = |form| env.run(&["lint", "cfn", "--guard", "policies", "--rules", "guard:b", "--format", form]).stdout;
    assert_snapshot!(told("junit"), @"");
    assert_snapshot!(told("sarif"), @"");
    assert_snapshot!(told("json"), @"");
}

#[cfg(feature = "guard")]
#[test]
fn a_project_has_rules_of_its_own() {
    let env = TestEnv::with_app(&crate::env::two_stacks(), "cp -r $READY $STACKGEN_OUT");
    env.write("house/volumes.guard", "rule small { Resources.*[ Type == 'AWS::EC2::Volume' ].Properties.Size <= 1 }\n");
    env.write("stackgen.toml", "app = './app.sh'\n[lint]\nguard = ['house']\n");
    assert_snapshot!(env.run(&["lint", "--rules", "guard:small"]), @"");
    assert_snapshot!(env.run(&["synth"]), @"");
    env.write("stackgen.toml", "app = './app.sh'\n[lint]\nguard = 'house'\n");
    assert_snapshot!(env.run(&["lint"]), @"");
}

#[cfg(feature = "guard")]
#[test]
fn rules_that_cannot_be_read_have_a_place() {
    let env = house();
    env.write("bad.guard", "rule a {\n    Resources.* {\n        Type = 1\n    }\n}\n");
    assert_snapshot!(env.run(&["lint", "cfn", "--guard", "bad.guard"]), @"");
    env.write("open.guard", "rule a {\n    Resources exists\n");
    assert_snapshot!(env.run(&["lint", "cfn", "--guard", "open.guard"]), @"");
    assert_snapshot!(env.run(&["lint", "cfn", "--guard", "nowhere"]), @"");
    assert_snapshot!(env.run(&["lint", "cfn", "--guard", "cfn"]), @"");
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
    assert_snapshot!(env.run(&["lint", "a.yaml", "--guard", "policies"]), @"");
}
