//! Plans as they come up.
use serde_json::{Value as Json, json};
use stackgen_deploy::plan::Plan;

/// A plan of stacks, each an object with what differs from a stack to which nothing happens.
pub(super) fn plan(stacks: Vec<Json>) -> Plan {
    let whole = |stack: Json| {
        let mut whole = json!({"verb": "update", "template": "abc", "seconds": 0});
        let fields = stack.as_object().cloned().unwrap_or_default();
        whole.as_object_mut().expect("it is one").extend(fields);
        whole
    };
    let stacks: Vec<Json> = stacks.into_iter().map(whole).collect();
    let plan = json!({"version": 1, "account": "111122223333", "region": "eu-west-1", "stacks": stacks});
    serde_json::from_value(plan).expect("samples have the form of plans")
}

pub(super) fn nothing() -> Json {
    json!({"stack": "prod-network", "verb": "nothing"})
}

/// The new image of the one host, which is another host with another number.
pub(super) fn image() -> Json {
    let address = |path: &str, cause: &str, replaces: bool| {
        json!({
            "path": path, "before": "i-0a1b2c3d4e5f60718", "after": "{\"Ref\":\"Host8D7386A3\"}", "replaces": replaces,
            "cause": cause, "evaluation": "after-apply",
        })
    };
    json!({
        "stack": "prod-compute", "seconds": 463,
        "changes": [
            {"id": "Host8D7386A3", "type": "AWS::EC2::Instance", "source": "src/host/instance.rs:88", "action": "add",
             "consequence": "new", "meaning": "is made"},
            {"id": "DataAttachmentToHost", "type": "AWS::EC2::VolumeAttachment", "source": "src/host/volume.rs:131",
             "physical_id": "vol-0123456789abcdef0|i-0a1b2c3d4e5f60718", "action": "replace", "consequence": "replaced",
             "meaning": "is replaced: InstanceId changes", "properties": [address("InstanceId", "Host8D7386A3", true)]},
            {"id": "HostAddressAssociation", "type": "AWS::EC2::EIPAssociation", "source": "src/host/address.rs:57",
             "action": "modify", "consequence": "in-place", "meaning": "changes in place: InstanceId changes",
             "properties": [address("InstanceId", "Host8D7386A3", false)]},
            {"id": "HostReady8D7386A3", "type": "AWS::CloudFormation::WaitCondition", "source": "src/host/ready.rs:40",
             "action": "add", "consequence": "new", "meaning": "is made"},
            {"id": "Host7DDA17EC", "type": "AWS::EC2::Instance", "physical_id": "i-0a1b2c3d4e5f60718", "action": "remove",
             "consequence": {"removed": "deleted"}, "meaning": "is deleted"},
            {"id": "HostReady7DDA17EC", "type": "AWS::CloudFormation::WaitCondition", "action": "remove",
             "consequence": {"removed": "deleted"}, "meaning": "is deleted"},
        ],
        "values": [
            {"section": "parameter", "name": "HostImage", "before": "ami-0123456789abcdef0", "after": "ami-0fedcba9876543210"},
            {"section": "output", "name": "InstanceId", "before": "i-0a1b2c3d4e5f60718", "after": "{\"Ref\":\"Host8D7386A3\"}"},
        ],
        "boot_scripts": [{
            "id": "Host8D7386A3", "meaning": "a new host takes the place of Host7DDA17EC and runs it once",
            "diff": "@@ -441,7 +441,7 @@ ready\n begin ready 'a service does not answer'\n wait_for 'PostgreSQL' pg_isready -q\n \n-signal \
                     HostReady7DDA17EC\n+signal HostReady8D7386A3\n say 'all is well'\n",
        }],
        "collisions": [
            {"kind": "volume-held", "ids": ["DataAttachmentToHost"], "fails": true, "is_handover": true,
             "why": "`DataAttachmentToHost` needs DataVolume while `Host7DDA17EC` has it: CloudFormation makes the new attachment \
                     before the old one is gone, and a volume is in one place at a time (VolumeInUse)",
             "way": "a handover, `--handover`: stop the old host, let the volume go, make the new host"},
            {"kind": "address-moves", "ids": ["HostAddressAssociation"], "fails": false,
             "why": "HostAddress.AllocationId moves from `Host7DDA17EC` to the new host as soon as that exists, before it is ready",
             "way": "nothing fails; whoever calls the address waits until the new host answers"},
        ],
        "handover": {
            "hosts": [{"from": "Host7DDA17EC", "to": "Host8D7386A3", "attachments": ["DataAttachmentToHost"],
                       "volumes": ["${DataVolume}"], "ready": ["HostReady8D7386A3"]}],
            "switches": [{"parameter": "DataAttachment", "on": "attached", "off": "detached"}],
            "seconds": 58, "digest": "abc",
        },
        "dangers": [{"kind": "collision", "id": "DataAttachmentToHost",
                     "reason": "it will fail: `DataAttachmentToHost` needs DataVolume while `Host7DDA17EC` has it"}],
    })
}

/// A role that may do more, with an approval.
pub(super) fn permission() -> Json {
    json!({
        "stack": "prod-compute", "seconds": 21,
        "changes": [{
            "id": "HostRole", "type": "AWS::IAM::Role", "source": "stacks/compute.rs:61", "physical_id": "prod-compute-HostRole",
            "action": "modify", "consequence": "in-place", "meaning": "changes in place: Policies changes",
            "properties": [{
                "path": "Policies/6/PolicyDocument/Statement/2",
                "before": "{\"Effect\":\"Allow\",\"Action\":[\"s3:GetObject\",\"s3:PutObject\"],\"Resource\":[\"arn:aws:s3:::zmanim-backups-prod/*\"]}",
                "after": "{\"Effect\":\"Allow\",\"Action\":[\"s3:*\"],\"Resource\":[\"arn:aws:s3:::zmanim-backups-prod/*\"]}",
                "evaluation": "known",
            }],
        }],
        "permissions": [
            {"id": "HostRole", "is_added": false, "effect": "Allow", "principals": ["HostRole"], "actions": ["ses:SendRawEmail"],
             "resources": ["arn:${AWS::Partition}:ses:${AWS::Region}:${AWS::AccountId}:identity/example.org"],
             "widens": false},
            {"id": "HostRole", "is_added": true, "effect": "Allow", "principals": ["HostRole"], "actions": ["s3:*"],
             "resources": ["arn:aws:s3:::zmanim-backups-prod/*"], "widens": true},
            {"id": "BackupsPolicy", "is_added": false, "effect": "Deny", "principals": ["*"], "actions": ["s3:*"],
             "resources": ["arn:aws:s3:::zmanim-backups-prod"], "condition": "{\"Bool\":{\"aws:securetransport\":\"false\"}}",
             "widens": true},
        ],
        "dangers": [
            {"kind": "permission", "id": "BackupsPolicy", "reason": "it no longer forbids s3:* on arn:aws:s3:::zmanim-backups-prod"},
            {"kind": "permission", "id": "HostRole", "reason": "it allows s3:* on arn:aws:s3:::zmanim-backups-prod/*"},
        ],
        "capabilities": ["CAPABILITY_IAM"],
    })
}

/// A port that opens.
pub(super) fn opening() -> Json {
    json!({
        "stack": "prod-network", "seconds": 12,
        "changes": [{
            "id": "HostSecurityGroup", "type": "AWS::EC2::SecurityGroup", "source": "stacks/network.rs:44",
            "physical_id": "sg-0123456789abcdef0", "action": "modify", "consequence": "in-place",
            "meaning": "changes in place: SecurityGroupIngress changes",
            "properties": [{
                "path": "SecurityGroupIngress/0/CidrIp", "before": "10.20.0.0/16", "after": "0.0.0.0/0", "evaluation": "known",
            }],
        }],
        "openings": [
            {"id": "HostSecurityGroup", "is_added": false, "direction": "in", "ports": "tcp 22", "peer": "10.20.0.0/16", "widens": false},
            {"id": "HostSecurityGroup", "is_added": true, "direction": "in", "ports": "tcp 443", "peer": "0.0.0.0/0", "widens": true},
        ],
        "dangers": [{"kind": "ingress", "id": "HostSecurityGroup", "reason": "it lets 0.0.0.0/0 reach tcp 443"}],
    })
}

/// An export that goes, a disk that is replaced, a secret.
pub(super) fn export() -> Json {
    json!({
        "stack": "prod-data", "seconds": 190,
        "changes": [
            {"id": "DataVolume", "type": "AWS::EC2::Volume", "source": "stacks/data.rs:30", "action": "replace",
             "physical_id": "vol-0123456789abcdef0", "consequence": {"data-at-risk": "deleted"}, "stateful": true,
             "meaning": "is replaced: AvailabilityZone changes; its data is lost",
             "properties": [{"path": "AvailabilityZone", "before": "eu-west-1a", "after": "eu-west-1b", "replaces": true,
                             "evaluation": "known"}]},
            {"id": "Database", "type": "AWS::RDS::DBInstance", "source": "stacks/data.rs:52", "action": "modify",
             "consequence": "restart", "meaning": "stops and starts: DBInstanceClass changes", "stateful": true,
             "properties": [
                {"path": "DBInstanceClass", "before": "db.t4g.small", "after": "db.t4g.medium", "evaluation": "known"},
                {"path": "MasterUserPassword", "before": "hunter2", "after": "{{resolve:ssm-secure:/prod/db/password:2}}",
                 "evaluation": "known"},
             ]},
            {"id": "Archive", "type": "AWS::S3::Bucket", "action": "remove", "consequence": {"removed": "kept"}, "stateful": true,
             "meaning": "leaves the stack and stays; it still costs and belongs to no stack"},
        ],
        "exports": [
            {"name": "prod-data:VolumeId", "is_removed": true, "importers": ["prod-compute", "prod-backup"]},
            {"name": "prod-data:Endpoint", "is_removed": false, "importers": []},
        ],
        "values": [{"section": "tag", "name": "CostCentre", "after": "42"},
                   {"section": "setting", "name": "termination protection", "before": "off", "after": "on"}],
        "dangers": [{"kind": "replace", "id": "DataVolume",
                     "reason": "is replaced: AvailabilityZone changes; its data is lost"}],
        "request": {"parameters": {"DatabasePassword": "hunter2"}},
    })
}

/// A stack that is made after another one.
pub(super) fn creation() -> Json {
    let add = |id: &str, type_name: &str| {
        json!({"id": id, "type": type_name, "source": "stacks/compute.rs:40", "action": "add", "consequence": "new",
               "meaning": "is made"})
    };
    json!({
        "stack": "prod-compute", "verb": "create", "seconds": 291, "waits_for": ["prod-network"],
        "changes": [
            add("ApiLogs", "AWS::Logs::LogGroup"),
            add("DataVolume", "AWS::EC2::Volume"),
            add("HostRole", "AWS::IAM::Role"),
            add("Host7DDA17EC", "AWS::EC2::Instance"),
        ],
        "permissions": [
            {"id": "HostRole", "is_added": true, "effect": "Allow", "principals": ["ec2.amazonaws.com"],
             "actions": ["sts:AssumeRole"], "resources": ["HostRole"], "widens": true},
            {"id": "HostRole", "is_added": true, "effect": "Allow", "principals": ["HostRole"],
             "actions": ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
             "resources": ["arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:${ApiLogs}"], "widens": true},
        ],
        "boot_scripts": [{"id": "Host7DDA17EC", "meaning": "a new host runs it once", "diff": "@@ -0,0 +1,2 @@\n+#!/bin/bash\n+echo\n"}],
        "capabilities": ["CAPABILITY_IAM"],
    })
}

/// A machine that stops and starts, what may be replaced by that, and a long name in a permission.
pub(super) fn restart() -> Json {
    let property = |path: &str, before: &str, after: &str| json!({"path": path, "before": before, "after": after, "replaces": true, "evaluation": "known"});
    json!({
        "stack": "prod-compute", "seconds": 90,
        "changes": [
            {"id": "Host", "type": "AWS::EC2::Instance", "action": "may-replace", "consequence": "restart",
             "meaning": "stops and starts: InstanceType changes",
             "properties": [property("InstanceType", "t4g.small", "t4g.medium")]},
            {"id": "Attachment", "type": "AWS::EC2::VolumeAttachment", "action": "may-replace", "consequence": "replaced",
             "meaning": "may be replaced: InstanceId changes", "properties": [property("InstanceId", "i-1", "i-2")]},
        ],
        "permissions": [{
            "id": "HostRole", "is_added": true, "effect": "Allow", "principals": ["HostRole"], "actions": ["ssm:GetParameter"],
            "resources": [
                "arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}:parameter/zmanim/prod/*",
                "arn:${AWS::Partition}:ssm:us-east-1:${AWS::AccountId}:parameter/aws/service/a-name-that-goes-on-for-long/latest",
            ],
            "widens": true,
        }],
        "values": [{"section": "parameter", "name": "Motd", "before": "a".repeat(90), "after": "b".repeat(2000)}],
    })
}

/// What is taken into a stack.
pub(super) fn import() -> Json {
    json!({
        "stack": "notes", "verb": "import",
        "changes": [{"id": "Taken", "type": "AWS::SSM::Parameter", "action": "import", "consequence": "in-place",
                     "meaning": "comes into the stack as it is"}],
    })
}

/// A stack that goes, and a disk that does not.
pub(super) fn destruction() -> Json {
    json!({
        "stack": "prod-data", "verb": "destroy",
        "changes": [
            {"id": "Queue", "type": "AWS::SQS::Queue", "action": "remove", "consequence": {"removed": "deleted"},
             "meaning": "is deleted"},
            {"id": "DataVolume", "type": "AWS::EC2::Volume", "action": "remove", "consequence": {"removed": "kept"},
             "meaning": "leaves the stack and stays; it still costs and belongs to no stack"},
        ],
    })
}
