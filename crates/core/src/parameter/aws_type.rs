//! The types of parameters that name something in the account.

/// A type whose values CloudFormation checks against the account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each name says it")]
pub enum AwsType {
    AvailabilityZone,
    HostedZoneId,
    ImageId,
    InstanceId,
    KeyPairName,
    SecurityGroupId,
    SecurityGroupName,
    SubnetId,
    VolumeId,
    VpcId,
}

impl AwsType {
    /// The name in a template.
    pub const fn name(self) -> &'static str {
        match self {
            AwsType::AvailabilityZone => "AWS::EC2::AvailabilityZone::Name",
            AwsType::HostedZoneId => "AWS::Route53::HostedZone::Id",
            AwsType::ImageId => "AWS::EC2::Image::Id",
            AwsType::InstanceId => "AWS::EC2::Instance::Id",
            AwsType::KeyPairName => "AWS::EC2::KeyPair::KeyName",
            AwsType::SecurityGroupId => "AWS::EC2::SecurityGroup::Id",
            AwsType::SecurityGroupName => "AWS::EC2::SecurityGroup::GroupName",
            AwsType::SubnetId => "AWS::EC2::Subnet::Id",
            AwsType::VolumeId => "AWS::EC2::Volume::Id",
            AwsType::VpcId => "AWS::EC2::VPC::Id",
        }
    }
}
