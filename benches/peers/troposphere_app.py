"""The stacks of `benches/synth.rs`, described with troposphere: python troposphere_app.py STACKS FOLDER.

Tags are written at every resource, because troposphere has none for a whole app. The JSON is compact and unsorted, which is
the fastest that troposphere can write.
"""
import pathlib
import sys

from troposphere import Export, GetAtt, ImportValue, Output, Ref, Sub, Tags, Template
from troposphere import ec2, iam, logs, s3, ssm

STACKS = int(sys.argv[1])
FOLDER = pathlib.Path(sys.argv[2])
LOST_WITHOUT = {"DeletionPolicy": "RetainExceptOnCreate", "UpdateReplacePolicy": "Retain"}
LOGS = "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:"


def stack(index):
    """1 VPC, then 9 groups of 11 resources."""
    template = Template(Description="One of many stacks")
    template.set_version()
    tags = {"Project": "bench", "Number": str(index)}
    vpc = template.add_resource(
        ec2.VPC("Vpc", CidrBlock="10.0.0.0/16", EnableDnsSupport=True, Tags=Tags(tags))
    )
    if index and index % 10 == 0:
        template.set_metadata({"Peer": ImportValue(f"bench-{index - 1}:VpcRef")})
    if index % 10 == 9 and index + 1 < STACKS:
        export = Export(f"bench-{index}:VpcRef")
        template.add_output(Output("VpcRef", Value=Ref(vpc), Export=export))
    for group in range(9):
        hosts(template.add_resource, vpc, group, tags)
    return template


def hosts(add, vpc, group, tags):
    zone = "eu-west-1a" if group % 2 == 0 else "eu-west-1b"
    subnet = add(
        ec2.Subnet(
            f"Subnet{group}",
            VpcId=Ref(vpc),
            CidrBlock=f"10.0.{group}.0/24",
            AvailabilityZone=zone,
            Tags=Tags(tags),
        )
    )
    rule = ec2.SecurityGroupRule(IpProtocol="tcp", FromPort=443, ToPort=443, CidrIp="0.0.0.0/0")
    guard = add(
        ec2.SecurityGroup(
            f"SecurityGroup{group}",
            GroupDescription="Hosts",
            VpcId=Ref(vpc),
            SecurityGroupIngress=[rule],
            Tags=Tags(tags),
        )
    )
    bucket = add(s3.Bucket(f"Bucket{group}", Tags=Tags(tags), **LOST_WITHOUT))
    log = add(logs.LogGroup(f"Logs{group}", RetentionInDays=30, Tags=Tags(tags), **LOST_WITHOUT))
    role = add(
        iam.Role(
            f"Role{group}", AssumeRolePolicyDocument=assumed_by_hosts(), Tags=Tags(tags)
        )
    )
    add(
        iam.ManagedPolicy(
            f"Policy{group}", PolicyDocument=allowed(bucket, log), Roles=[Ref(role)]
        )
    )
    profile = add(iam.InstanceProfile(f"Profile{group}", Roles=[Ref(role)]))
    root = ec2.BlockDeviceMapping(
        DeviceName="/dev/xvda",
        Ebs=ec2.EbsBlockDevice(VolumeSize=10, VolumeType="gp3", Encrypted=True),
    )
    host = add(
        ec2.Instance(
            f"Host{group}",
            ImageId="ami-0123456789abcdef0",
            InstanceType="m7g.medium",
            SubnetId=Ref(subnet),
            SecurityGroupIds=[Ref(guard)],
            IamInstanceProfile=Ref(profile),
            BlockDeviceMappings=[root],
            Tags=Tags({"Name": f"host-{group}", **tags}),
        )
    )
    volume = add(
        ec2.Volume(
            f"Volume{group}",
            AvailabilityZone=zone,
            Size=20,
            VolumeType="gp3",
            Encrypted=True,
            Tags=Tags(tags),
            **LOST_WITHOUT,
        )
    )
    add(
        ec2.VolumeAttachment(
            f"Attachment{group}", InstanceId=Ref(host), VolumeId=Ref(volume), Device="/dev/sdf"
        )
    )
    add(
        ssm.Parameter(
            f"Address{group}",
            Type="String",
            Value=GetAtt(host, "PrivateIp"),
            Name=f"/bench/{group}",
            Tags=tags,
        )
    )


def assumed_by_hosts():
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "ec2.amazonaws.com"},
        "Action": ["sts:AssumeRole"],
    }
    return {"Version": "2012-10-17", "Statement": [statement]}


def allowed(bucket, log):
    bucket = f"arn:${{AWS::Partition}}:s3:::${{{bucket.title}}}"
    log = f"{LOGS}${{{log.title}}}"
    read = {
        "Effect": "Allow",
        "Action": ["s3:GetObject", "s3:ListBucket"],
        "Resource": [Sub(bucket), Sub(f"{bucket}/*")],
    }
    write = {
        "Effect": "Allow",
        "Action": ["logs:PutLogEvents"],
        "Resource": [Sub(log), Sub(f"{log}:*")],
    }
    return {"Version": "2012-10-17", "Statement": [read, write]}


FOLDER.mkdir(parents=True, exist_ok=True)
for index in range(STACKS):
    text = stack(index).to_json(indent=None, sort_keys=False, separators=(",", ":"))
    (FOLDER / f"bench-{index}.template.json").write_text(text)
