//! Policies and scripts as people write them down before they know the traps: each is refused, by the rules that are meant.
use std::fmt::Write;

use stackgen_lint::{Options, lint};

fn ids(template: &str) -> Vec<&'static str> {
    let mut ids: Vec<_> = lint(template, &Options::default()).into_iter().map(|finding| finding.rule).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

fn indented(text: &str, by: usize) -> String {
    text.lines().fold(String::new(), |mut all, line| {
        writeln!(all, "{:by$}{line}", "").expect("writing to text never fails");
        all
    })
}

#[track_caller]
fn has(template: &str, wanted: &[&str]) {
    let found = ids(template);
    let missing: Vec<_> = wanted.iter().filter(|id| !found.contains(id)).collect();
    assert!(missing.is_empty(), "{missing:?} missing in {found:?} of\n{template}");
}

const POLICY: &str = r#"{
  "Version": "2012-10-17",
  "Statement": [
    {"Effect": "Allow", "Action": ["ssm:GetParameter"], "Resource": "arn:aws:ssm:eu-west-1:*:parameter/zmanim/prod/*"},
    {"Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject", "s3:ListBucket"],
     "Resource": ["arn:aws:s3:::zmanim-backups-prod/*", "arn:aws:s3:::zmanim-releases-prod/*"]},
    {"Effect": "Allow", "Action": ["ses:SendEmail"], "Resource": "*"},
    {"Effect": "Allow", "Action": ["cloudwatch:PutMetricData", "logs:*"], "Resource": "*"}
  ]
}"#;

#[test]
fn the_policy_of_the_two_volume_host() {
    let role = r#"{"Resources": {"Role": {"Type": "AWS::IAM::Role", "Properties": {
      "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]},
      "ManagedPolicyArns": ["arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"],
      "Policies": [{"PolicyName": "Host", "PolicyDocument": POLICY}]}}}}"#;
    // Everything of logs, mail to anybody, metrics of anybody, listing of objects, and the managed policy that cancels the rest.
    has(&role.replace("POLICY", POLICY), &["S3010", "S3012", "S3013", "S3014", "S3015"]);
}

const USER_DATA: &str = r#"#!/bin/bash
set -euo pipefail

# 1. Mount data volume (if not already)
if ! mountpoint -q /data; then
  mkfs.xfs /dev/nvme1n1 || true  # Only if not formatted
  mount /dev/nvme1n1 /data
  echo '/dev/nvme1n1 /data xfs defaults,nofail 0 2' >> /etc/fstab
fi

# 3. Pull secrets from SSM
export CLERK_SECRET=$(aws ssm get-parameter --name /zmanim/prod/clerk-secret-key --with-decryption --query Parameter.Value --output text)

# 4. Generate config files
envsubst < /opt/zmanim/config.env.template > /opt/zmanim/config.env

# 5. Start services
systemctl start postgresql
systemctl start redis
"#;

#[test]
fn the_script_and_the_volume_of_the_two_volume_host() {
    let template = format!(
        "Parameters:
  Image:
    Type: AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>
    Default: /zmanim/prod/ami-id
Resources:
  Host:
    Type: AWS::EC2::Instance
    CreationPolicy:
      ResourceSignal: {{Timeout: PT15M}}
    Properties:
      ImageId: !Ref Image
      UserData:
        Fn::Base64: |
{}
  Data:
    Type: AWS::EC2::Volume
    Properties: {{AvailabilityZone: !GetAtt Host.AvailabilityZone, Size: 20, VolumeType: gp2, Iops: 3000}}
  Attachment:
    Type: AWS::EC2::VolumeAttachment
    Properties: {{InstanceId: !Ref Host, VolumeId: !Ref Data, Device: /dev/sdf}}
",
        indented(USER_DATA, 10)
    );
    // The template: a floating image, the deadlock, no policies, no condition, the instance's zone, gp2, no token, plain text.
    has(&template, &["S3001", "S3002", "S3003", "S3004", "S3005", "S3026", "S3027", "S3028"]);
    // The script: the device's name, formatting whatever comes, fstab by name, secrets in `export`, all variables, blocking.
    has(&template, &["S2002", "S2004", "S2005", "S2009", "S2016", "S2024"]);
}

const SET_UP: &str = r#"#!/bin/bash
set -euo pipefail

apt-get update -y
ARCH=$(uname -m)
if [ "$ARCH" = "x86_64" ]; then
    wget https://download2.rstudio.org/server/jammy/amd64/rstudio-server-2023.06.1-524-amd64.deb
    dpkg -i rstudio-server-2023.06.1-524-amd64.deb || true
fi
R -e "install.packages(c('tidyverse','ggplot2'), repos='http://cran.rstudio.com/')"
echo "www-port=8787" >> /etc/rstudio/rserver.conf
systemctl enable rstudio-server
systemctl start rstudio-server
useradd -m -s /bin/bash ubuntu || true
echo "ubuntu:cloudworkstation" | chpasswd
usermod -aG sudo ubuntu
"#;

#[test]
fn the_set_up_script_of_the_images() {
    let template = format!(
        "Parameters:
  Image:
    Type: AWS::EC2::Image::Id
Resources:
  Builder:
    Type: AWS::EC2::Instance
    Properties:
      ImageId: !Ref Image
      UserData:
        Fn::Base64: |
{}",
        indented(SET_UP, 10)
    );
    has(&template, &["S2003", "S2018", "S2024"]);
}
