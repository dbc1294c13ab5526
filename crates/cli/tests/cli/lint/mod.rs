//! `stackgen lint`.
use crate::env::TestEnv;

mod files;
mod formats;
mod rules;
mod stacks;

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
