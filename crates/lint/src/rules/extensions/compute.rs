//! Instances of EC2.
use crate::rule::{Check, Demand, Rule};

pub(super) static EPHEMERAL: Rule = Rule {
    id: "E3715",
    name: "block-device-virtual-name",
    reason: "Without `Ebs` a mapping means a disk of the host, and EC2 knows them by these names only.",
    fix: "Write `ephemeral0`, or describe a volume in `Ebs`.",
    good: "Resources:\n  Thing:\n    Type: AWS::EC2::Instance\n    Properties:\n      ImageId: ami-0123456789abcdef0\n      BlockDeviceMappings: [{DeviceName: /dev/sdb, VirtualName: ephemeral0}]\n",
    bad: "Resources:\n  Thing:\n    Type: AWS::EC2::Instance\n    Properties:\n      ImageId: ami-0123456789abcdef0\n      BlockDeviceMappings: [{DeviceName: /dev/sdb, VirtualName: scratch}]\n",
    check: Check::Demand(&Demand {
        facts: "aws_ec2_instance/virtualname_ephemeral",
        places: &[
            "AWS::AutoScaling::LaunchConfiguration/BlockDeviceMappings/*",
            "AWS::EC2::Instance/BlockDeviceMappings/*",
            "AWS::EC2::LaunchTemplate/LaunchTemplateData/BlockDeviceMappings/*",
            "AWS::EC2::SpotFleet/SpotFleetRequestConfigData/LaunchSpecifications/*/BlockDeviceMappings/*",
            "AWS::OpsWorks::Instance/BlockDeviceMappings/*",
        ],
        all: false,
        settled: &[],
        because: "disks of the host are called `ephemeral0` to `ephemeral23`",
    }),
};

pub(super) static IOPS: Rule = Rule {
    id: "E3671",
    name: "block-device-iops",
    reason: "EC2 refuses `io1` and `io2` without `Iops`, and numbers out of the range of the type.",
    fix: "Write `Iops` in the range, or the type `gp3` without.",
    good: "Resources:\n  Thing:\n    Type: AWS::EC2::Instance\n    Properties:\n      ImageId: ami-0123456789abcdef0\n      BlockDeviceMappings: [{DeviceName: /dev/sdb, Ebs: {VolumeType: io2, Iops: 1000, VolumeSize: 20}}]\n",
    bad: "Resources:\n  Thing:\n    Type: AWS::EC2::Instance\n    Properties:\n      ImageId: ami-0123456789abcdef0\n      BlockDeviceMappings: [{DeviceName: /dev/sdb, Ebs: {VolumeType: io2, VolumeSize: 20}}]\n",
    check: Check::Demand(&Demand {
        facts: "aws_ec2_instance/blockdevicemappings",
        places: &[
            "AWS::AutoScaling::LaunchConfiguration/BlockDeviceMappings/*/Ebs",
            "AWS::EC2::Instance/BlockDeviceMappings/*/Ebs",
            "AWS::EC2::LaunchTemplate/LaunchTemplateData/BlockDeviceMappings/*/Ebs",
            "AWS::EC2::SpotFleet/SpotFleetRequestConfigData/LaunchSpecifications/*/BlockDeviceMappings/*/Ebs",
            "AWS::OpsWorks::Instance/BlockDeviceMappings/*/Ebs",
        ],
        all: false,
        settled: &[],
        because: "this type of volume has a range of IOPS",
    }),
};

pub(super) static PRIVATE_ADDRESS: Rule = Rule {
    id: "E3674",
    name: "instance-private-address",
    reason: "EC2 refuses two first addresses.",
    fix: "Take one of the two away.",
    good: "Resources:\n  Thing:\n    Type: AWS::EC2::NetworkInterface\n    Properties:\n      PrivateIpAddress: 10.0.0.5\n      SubnetId: subnet-01234567\n",
    bad: "Resources:\n  Thing:\n    Type: AWS::EC2::NetworkInterface\n    Properties:\n      PrivateIpAddress: 10.0.0.5\n      PrivateIpAddresses: [{Primary: true, PrivateIpAddress: 10.0.0.6}]\n      SubnetId: subnet-01234567\n",
    check: Check::Demand(&Demand {
        facts: "aws_ec2_instance/privateipaddress",
        places: &["AWS::EC2::Instance", "AWS::EC2::NetworkInterface"],
        all: false,
        settled: &[],
        because: "the first address is given already by `PrivateIpAddress`",
    }),
};
