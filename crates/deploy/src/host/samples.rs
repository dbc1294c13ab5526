//! Templates of hosts for tests, in other names than this repository's own.
use serde_json::{Value as Json, json};

/// A host with a volume, an address and a wait condition. `number` is in the ids of the host and its condition.
pub(crate) fn host(number: &str, image: &str, word: &str) -> Json {
    let (host, ready) = (format!("Host{number}"), format!("Ready{number}"));
    let zone = "eu-west-1a";
    let script = format!(
        "#!/bin/bash\n# {word}\nmount ${{Data}} /data\naws cloudformation signal-resource --stack-name ${{AWS::StackName}} \
         --logical-resource-id {ready} --unique-id x --status SUCCESS\n"
    );
    let arn = "arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}:parameter/stackgen/prod/data-volume";
    let assume = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "ec2.amazonaws.com"}}]});
    let read = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "ssm:GetParameter", "Resource": [{"Fn::Sub": arn}]}]});
    json!({
        "Parameters": {
            "Image": {"Type": "AWS::EC2::Image::Id", "Default": image},
            "Attached": {"Type": "String", "Default": "yes", "AllowedValues": ["yes", "no"]},
        },
        "Conditions": {"IsAttached": {"Fn::Equals": [{"Ref": "Attached"}, "yes"]}},
        "Resources": {
            "Data": {"Type": "AWS::EC2::Volume", "DeletionPolicy": "RetainExceptOnCreate", "UpdateReplacePolicy": "Retain",
                     "Properties": {"AvailabilityZone": zone, "Size": 20, "VolumeType": "gp3"}},
            "Role": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": assume,
                     "Policies": [{"PolicyName": "Read", "PolicyDocument": read}]}},
            "Profile": {"Type": "AWS::IAM::InstanceProfile", "Properties": {"Roles": [{"Ref": "Role"}]}},
            &host: {"Type": "AWS::EC2::Instance", "Properties": {
                "ImageId": {"Ref": "Image"}, "InstanceType": "m7g.medium", "AvailabilityZone": zone,
                "IamInstanceProfile": {"Ref": "Profile"}, "UserData": {"Fn::Base64": {"Fn::Sub": script}}}},
            "Attachment": {"Type": "AWS::EC2::VolumeAttachment", "Condition": "IsAttached", "Properties": {
                "Device": "/dev/sdf", "InstanceId": {"Ref": &host}, "VolumeId": {"Ref": "Data"}}},
            "Address": {"Type": "AWS::EC2::EIP", "Properties": {"Domain": "vpc"}},
            "Association": {"Type": "AWS::EC2::EIPAssociation", "Properties": {
                "AllocationId": {"Fn::GetAtt": ["Address", "AllocationId"]}, "InstanceId": {"Ref": &host}}},
            &ready: {"Type": "AWS::CloudFormation::WaitCondition", "DependsOn": ["Attachment", "Association"],
                     "CreationPolicy": {"ResourceSignal": {"Count": 1, "Timeout": "PT15M"}}},
        },
        "Outputs": {"Volume": {"Value": {"Ref": "Data"}}, "Host": {"Value": {"Ref": &host}}},
    })
}
