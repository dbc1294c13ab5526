//! `stackgen lint` beside cfn-lint and cloudformation-validate, as whole processes on the same templates. The first two find
//! no fault in them.
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::measure::{self, Contestant};
use super::{FOLDER, programs};
use crate::lint_agreement;

/// What the production templates are known to have; `tests/referees.rs` says why. Whoever finds nothing exits with 0.
const KNOWN: [&str; 2] = ["W", "E3005"];
/// AWS's engine is native and published as a library of Python; this is the least that runs it.
const VALIDATE: &str = "import sys; from cloudformation_validate import CompositeEngine; engine = CompositeEngine()
for file in sys.argv[1:]: engine.validate_template(file)";
/// How many resources the templates have.
const SIZES: [usize; 3] = [1, 100, 500];
/// As many as a folder may have without anybody thinking about it.
const MANY: usize = 10_000;

/// Measures and prints.
pub(super) fn exec(runs: usize) -> anyhow::Result<()> {
    let stackgen = programs::stackgen()?;
    let others = [lint_agreement::cfn_lint()?, lint_agreement::cfn_validate()?];
    let folder = Path::new(FOLDER).join("lint");
    fs::create_dir_all(&folder)?;
    for size in SIZES {
        let file = folder.join(format!("{size}.yaml"));
        fs::write(&file, template(size))?;
        compare(&format!("a template of {size} resources"), runs, &stackgen, &others, &[file])?;
    }
    compare("the two production templates", runs, &stackgen, &others, &production(&folder)?)?;
    many(runs, &stackgen, &folder)
}

fn compare(what: &str, runs: usize, stackgen: &Path, others: &[PathBuf; 2], files: &[PathBuf]) -> anyhow::Result<()> {
    let ours = || {
        let mut command = Command::new(stackgen);
        command.args(["lint", "--ignore", &KNOWN.join(",")]).args(files);
        command
    };
    let [cfn_lint, python] = others;
    let theirs = || {
        let mut command = Command::new(cfn_lint);
        command.arg("--ignore-checks").args(KNOWN).arg("--").args(files);
        command
    };
    let engine = || {
        let mut command = Command::new(python);
        command.args(["-c", VALIDATE]).args(files);
        command
    };
    let mut contestants = [
        Contestant::new("stackgen lint", ours),
        Contestant::new("cfn-lint", theirs),
        Contestant::new("cloudformation-validate", engine),
    ];
    let medians = measure::in_turns(runs, &mut contestants)?;
    println!("\n{what}");
    measure::print(&contestants, &medians);
    Ok(())
}

/// The templates of this repository's own stacks.
fn production(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let assembly = folder.join("production");
    measure::run(Command::new(programs::stacks()?).env("STACKGEN_OUT", &assembly))?;
    let entries = fs::read_dir(&assembly)?.map(|entry| Ok(entry?.path()));
    let mut files: Vec<PathBuf> = entries.collect::<anyhow::Result<_>>()?;
    files.retain(|file| file.to_string_lossy().ends_with(".template.json"));
    files.sort();
    Ok(files)
}

/// What a folder costs; nobody waits for cfn-lint here.
fn many(runs: usize, stackgen: &Path, folder: &Path) -> anyhow::Result<()> {
    let many = folder.join("many");
    fs::create_dir_all(&many)?;
    let text = template(10);
    for number in 0..MANY {
        fs::write(many.join(format!("{number:05}.yaml")), &text)?;
    }
    let all = || {
        let mut command = Command::new(stackgen);
        command.args(["lint", "--quiet"]).arg(&many);
        command
    };
    let mut contestants = [Contestant::new("stackgen lint", all)];
    let medians = measure::in_turns(runs, &mut contestants)?;
    println!("\na folder of {MANY} templates with 10 resources each");
    measure::print(&contestants, &medians);
    Ok(())
}

/// A network and hosts, roles, queues and alarms in it, which refer to one another.
fn template(resources: usize) -> String {
    let mut text = "AWSTemplateFormatVersion: '2010-09-09'\nDescription: Resources to measure a linter with\n\
                    Resources:\n  Vpc:\n    Type: AWS::EC2::VPC\n    Properties:\n      CidrBlock: 10.0.0.0/16\n"
        .to_owned();
    for number in 1..resources {
        let body = match number % 5 {
            0 => QUEUE,
            1 => GROUP,
            2 => ROLE,
            3 => VOLUME,
            _ => LOGS,
        };
        let body = body.replace("PORT", &(1024 + number).to_string());
        writeln!(text, "  Resource{number}:\n{body}").expect("writing to text never fails");
    }
    text
}

const QUEUE: &str = "    Type: AWS::SQS::Queue
    Properties:
      VisibilityTimeout: 60
      Tags:
        - Key: Network
          Value: !Ref Vpc";
const GROUP: &str = "    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: Hosts of one kind
      VpcId: !Ref Vpc
      SecurityGroupIngress:
        - IpProtocol: tcp
          FromPort: PORT
          ToPort: PORT
          CidrIp: !GetAtt Vpc.CidrBlock";
const ROLE: &str = "    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: '2012-10-17'
        Statement:
          - Effect: Allow
            Principal:
              Service: ec2.amazonaws.com
            Action: sts:AssumeRole
      Policies:
        - PolicyName: logs
          PolicyDocument:
            Version: '2012-10-17'
            Statement:
              - Effect: Allow
                Action: logs:PutLogEvents
                Resource: !Sub arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:*";
const VOLUME: &str = "    Type: AWS::EC2::Volume
    DeletionPolicy: Retain
    UpdateReplacePolicy: Retain
    Properties:
      AvailabilityZone: !Select [0, !GetAZs '']
      Size: 20
      VolumeType: gp3
      Encrypted: true";
const LOGS: &str = "    Type: AWS::Logs::LogGroup
    DeletionPolicy: Retain
    UpdateReplacePolicy: Retain
    Properties:
      LogGroupName: !Join ['/', [hosts, PORT]]
      RetentionInDays: 30";
