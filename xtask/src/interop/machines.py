"""EC2: machines, disks, snapshots and images, through its own calls and in stacks."""
import json

import trial
from trial import answer, client, refused, scenario

ec2 = client("ec2")


def image(architecture="x86_64"):
    found = ec2.describe_images(
        Owners=["amazon", "136693071363", "099720109477"],
        Filters=[{"Name": "architecture", "Values": [architecture]}, {"Name": "state", "Values": ["available"]}],
    )["Images"]
    good = [it for it in found if it.get("CreationDate") and it.get("RootDeviceType") == "ebs" and not it.get("Platform")]
    return sorted(good, key=lambda it: (it["CreationDate"] or "", it["ImageId"]))[-1]["ImageId"]


def subnet():
    found = ec2.describe_subnets(Filters=[{"Name": "default-for-az", "Values": ["true"]}])["Subnets"]
    return sorted(found, key=lambda it: it["AvailabilityZone"])[0]


def spare():
    """An address of the subnet that nobody has."""
    return subnet()["CidrBlock"].split("/")[0].rsplit(".", 1)[0] + ".200"


def launch(**more):
    arguments = {"ImageId": image(), "InstanceType": "t3.micro", "MinCount": 1, "MaxCount": 1, "SubnetId": subnet()["SubnetId"], **more}
    return ec2.run_instances(**arguments)["Instances"][0]


def state(instance):
    return ec2.describe_instances(InstanceIds=[instance])["Reservations"][0]["Instances"][0]["State"]["Name"]


def wait(name, **more):
    ec2.get_waiter(name).wait(**more)


@scenario
def the_life_of_an_instance():
    begun = launch(ClientToken="life-1")
    instance = begun["InstanceId"]
    answer("begun", begun["State"]["Name"], "pending")
    answer("the token", launch(ClientToken="life-1")["InstanceId"] == instance, True)
    wait("instance_running", InstanceIds=[instance])
    answer("running", state(instance), "running")
    wait("instance_status_ok", InstanceIds=[instance])
    shown = ec2.describe_instances(InstanceIds=[instance])["Reservations"][0]["Instances"][0]
    answer("shown", [shown["InstanceType"], shown["SubnetId"] == subnet()["SubnetId"], shown["RootDeviceType"]], ["t3.micro", True, "ebs"])
    answer("root disk", len(shown["BlockDeviceMappings"]), 1)
    stopped = ec2.stop_instances(InstanceIds=[instance])["StoppingInstances"][0]
    answer("stopping", [stopped["PreviousState"]["Name"], stopped["CurrentState"]["Name"]], ["running", "stopping"])
    wait("instance_stopped", InstanceIds=[instance])
    ec2.modify_instance_attribute(InstanceId=instance, InstanceType={"Value": "t3.small"})
    started = ec2.start_instances(InstanceIds=[instance])["StartingInstances"][0]
    answer("starting", [started["PreviousState"]["Name"], started["CurrentState"]["Name"]], ["stopped", "pending"])
    wait("instance_running", InstanceIds=[instance])
    refused("changed while it runs", "IncorrectInstanceState", None, ec2.modify_instance_attribute, InstanceId=instance, InstanceType={"Value": "t3.nano"})
    ended = ec2.terminate_instances(InstanceIds=[instance])["TerminatingInstances"][0]
    answer("ending", [ended["PreviousState"]["Name"], ended["CurrentState"]["Name"]], ["running", "shutting-down"])
    wait("instance_terminated", InstanceIds=[instance])
    root = shown["BlockDeviceMappings"][0]["Ebs"]["VolumeId"]
    refused("its disk is gone", "InvalidVolume.NotFound", None, ec2.describe_volumes, VolumeIds=[root])
    refused("started after its end", "IncorrectInstanceState", None, ec2.start_instances, InstanceIds=[instance])


@scenario
def what_instances_are_refused():
    refused("no image", "InvalidAMIID.NotFound", "does not exist", launch, ImageId="ami-0123456789abcdef0")
    refused("malformed image", "InvalidAMIID.Malformed", None, launch, ImageId="image")
    refused("no key", "InvalidKeyPair.NotFound", "nobody", launch, KeyName="nobody")
    refused("no subnet", "InvalidSubnetID.NotFound", None, launch, SubnetId="subnet-0123456789abcdef0")
    refused("no group", "InvalidGroup.NotFound", None, launch, SecurityGroupIds=["sg-0123456789abcdef0"])
    refused("no instance", "InvalidInstanceID.NotFound", None, ec2.describe_instances, InstanceIds=["i-0123456789abcdef0"])
    refused("malformed instance", "InvalidInstanceID.Malformed", None, ec2.describe_instances, InstanceIds=["machine"])
    refused("a try", "DryRunOperation", None, launch, DryRun=True)
    refused("wrong architecture", "InvalidParameterValue", None, launch, InstanceType="m7g.medium")


@scenario
def termination_is_refused_when_protected():
    instance = launch(DisableApiTermination=True)["InstanceId"]
    wait("instance_running", InstanceIds=[instance])
    refused("protected", "OperationNotPermitted", "disableApiTermination", ec2.terminate_instances, InstanceIds=[instance])
    ec2.modify_instance_attribute(InstanceId=instance, DisableApiTermination={"Value": False})
    ec2.terminate_instances(InstanceIds=[instance])
    wait("instance_terminated", InstanceIds=[instance])


@scenario
def disks():
    place = subnet()
    instance = launch()["InstanceId"]
    wait("instance_running", InstanceIds=[instance])
    other = launch()["InstanceId"]
    wait("instance_running", InstanceIds=[other])
    made = ec2.create_volume(AvailabilityZone=place["AvailabilityZone"], Size=10, VolumeType="gp3")
    volume = made["VolumeId"]
    answer("making", made["State"], "creating")
    wait("volume_available", VolumeIds=[volume])
    attached = ec2.attach_volume(VolumeId=volume, InstanceId=instance, Device="/dev/sdf")
    answer("attaching", attached["State"], "attaching")
    wait("volume_in_use", VolumeIds=[volume])
    refused("attached twice", "VolumeInUse", "is already attached to an instance", ec2.attach_volume, VolumeId=volume, InstanceId=other, Device="/dev/sdf")
    refused("deleted in use", "VolumeInUse", "is currently attached to", ec2.delete_volume, VolumeId=volume)
    second = ec2.create_volume(AvailabilityZone=place["AvailabilityZone"], Size=1, VolumeType="gp3")["VolumeId"]
    wait("volume_available", VolumeIds=[second])
    refused("a device in use", "InvalidParameterValue", "/dev/sdf", ec2.attach_volume, VolumeId=second, InstanceId=instance, Device="/dev/sdf")
    zones = [it["ZoneName"] for it in ec2.describe_availability_zones()["AvailabilityZones"]]
    far = ec2.create_volume(AvailabilityZone=[it for it in zones if it != place["AvailabilityZone"]][0], Size=1)["VolumeId"]
    wait("volume_available", VolumeIds=[far])
    refused("another zone", "InvalidVolume.ZoneMismatch", None, ec2.attach_volume, VolumeId=far, InstanceId=instance, Device="/dev/sdg")
    refused("smaller", "InvalidParameterValue", None, ec2.modify_volume, VolumeId=volume, Size=5)
    grown = ec2.modify_volume(VolumeId=volume, Size=20)["VolumeModification"]
    answer("growing", [grown["OriginalSize"], grown["TargetSize"], grown["ModificationState"]], [10, 20, "modifying"])
    refused("too soon", "IncorrectModificationState", None, ec2.modify_volume, VolumeId=volume, Size=30)
    gone = ec2.detach_volume(VolumeId=volume)
    answer("detaching", gone["State"], "detaching")
    wait("volume_available", VolumeIds=[volume])
    refused("detached twice", "IncorrectState", "available", ec2.detach_volume, VolumeId=volume)
    for it in (volume, second, far):
        ec2.delete_volume(VolumeId=it)
    wait("volume_deleted", VolumeIds=[volume])
    refused("deleted twice", "InvalidVolume.NotFound", "does not exist", ec2.delete_volume, VolumeId=volume)
    ec2.terminate_instances(InstanceIds=[instance, other])
    wait("instance_terminated", InstanceIds=[instance, other])


@scenario
def what_volumes_are_refused():
    place = subnet()["AvailabilityZone"]
    refused("no zone", "InvalidZone.NotFound", None, ec2.create_volume, AvailabilityZone="mars-1a", Size=1)
    refused("too small", "InvalidParameterValue", None, ec2.create_volume, AvailabilityZone=place, Size=1, VolumeType="st1")
    refused("no size", "MissingParameter", None, ec2.create_volume, AvailabilityZone=place)
    refused("no type", "UnknownVolumeType", None, ec2.create_volume, AvailabilityZone=place, Size=1, VolumeType="fast")
    refused("no snapshot", "InvalidSnapshot.NotFound", None, ec2.create_volume, AvailabilityZone=place, SnapshotId="snap-0123456789abcdef0")


@scenario
def snapshots_and_images():
    place = subnet()["AvailabilityZone"]
    volume = ec2.create_volume(AvailabilityZone=place, Size=8)["VolumeId"]
    wait("volume_available", VolumeIds=[volume])
    begun = ec2.create_snapshot(VolumeId=volume, Description="one")
    answer("begun", [begun["State"], begun["VolumeSize"]], ["pending", 8])
    wait("snapshot_completed", SnapshotIds=[begun["SnapshotId"]])
    copy = ec2.create_volume(AvailabilityZone=place, SnapshotId=begun["SnapshotId"])
    answer("of the same size", copy["Size"], 8)
    refused("smaller than the snapshot", "InvalidBlockDeviceMapping", None, ec2.create_volume, AvailabilityZone=place, SnapshotId=begun["SnapshotId"], Size=4)
    instance = launch()["InstanceId"]
    wait("instance_running", InstanceIds=[instance])
    baked = ec2.create_image(InstanceId=instance, Name="baked")["ImageId"]
    wait("image_available", ImageIds=[baked])
    refused("the same name", "InvalidAMIName.Duplicate", "baked", ec2.create_image, InstanceId=instance, Name="baked")
    shown = ec2.describe_images(ImageIds=[baked])["Images"][0]
    answer("shown", [shown["State"], shown["Name"], shown["Architecture"], shown["Public"]], ["available", "baked", "x86_64", False])
    root = shown["BlockDeviceMappings"][0]["Ebs"]["SnapshotId"]
    refused("its snapshot", "InvalidSnapshot.InUse", "is currently in use by", ec2.delete_snapshot, SnapshotId=root)
    from_it = launch(ImageId=baked)["InstanceId"]
    wait("instance_running", InstanceIds=[from_it])
    ec2.deregister_image(ImageId=baked)
    refused("deregistered", "InvalidAMIID.NotFound", None, ec2.deregister_image, ImageId=baked)
    ec2.delete_snapshot(SnapshotId=root)
    refused("deleted twice", "InvalidSnapshot.NotFound", "does not exist", ec2.delete_snapshot, SnapshotId=root)
    ec2.terminate_instances(InstanceIds=[instance, from_it])
    wait("instance_terminated", InstanceIds=[instance, from_it])


@scenario
def a_network():
    vpc = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    wait("vpc_available", VpcIds=[vpc])
    zone = subnet()["AvailabilityZone"]
    net = ec2.create_subnet(VpcId=vpc, CidrBlock="10.9.1.0/24", AvailabilityZone=zone)["Subnet"]
    answer("free addresses", net["AvailableIpAddressCount"], 251)
    refused("the same addresses", "InvalidSubnet.Conflict", None, ec2.create_subnet, VpcId=vpc, CidrBlock="10.9.1.0/24")
    refused("outside", "InvalidSubnet.Range", None, ec2.create_subnet, VpcId=vpc, CidrBlock="10.8.1.0/24")
    refused("in use", "DependencyViolation", "has dependencies and cannot be deleted", ec2.delete_vpc, VpcId=vpc)
    group = ec2.create_security_group(GroupName="g", Description="d", VpcId=vpc)["GroupId"]
    refused("the same group", "InvalidGroup.Duplicate", "already exists", ec2.create_security_group, GroupName="g", Description="d", VpcId=vpc)
    rule = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "10.0.0.0/8"}]}
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[rule])
    refused("the same rule", "InvalidPermission.Duplicate", "already exists", ec2.authorize_security_group_ingress, GroupId=group, IpPermissions=[rule])
    ec2.delete_security_group(GroupId=group)
    ec2.delete_subnet(SubnetId=net["SubnetId"])
    ec2.delete_vpc(VpcId=vpc)
    refused("gone", "InvalidVpcID.NotFound", "does not exist", ec2.describe_vpcs, VpcIds=[vpc])


@scenario
def addresses():
    instance = launch()["InstanceId"]
    wait("instance_running", InstanceIds=[instance])
    made = ec2.allocate_address(Domain="vpc")
    ec2.associate_address(AllocationId=made["AllocationId"], InstanceId=instance)
    shown = ec2.describe_instances(InstanceIds=[instance])["Reservations"][0]["Instances"][0]
    answer("the instance has it", shown.get("PublicIpAddress") == made["PublicIp"], True)
    refused("released in use", "InvalidIPAddress.InUse", None, ec2.release_address, AllocationId=made["AllocationId"])
    found = ec2.describe_addresses(AllocationIds=[made["AllocationId"]])["Addresses"][0]
    ec2.disassociate_address(AssociationId=found["AssociationId"])
    ec2.release_address(AllocationId=made["AllocationId"])
    refused("released twice", "InvalidAllocationID.NotFound", None, ec2.release_address, AllocationId=made["AllocationId"])
    ec2.terminate_instances(InstanceIds=[instance])


@scenario
def keys_and_tags():
    ec2.create_key_pair(KeyName="pair", KeyType="ed25519")
    refused("the same name", "InvalidKeyPair.Duplicate", "already exists", ec2.create_key_pair, KeyName="pair")
    instance = launch(KeyName="pair", TagSpecifications=[{"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": "one"}]}])["InstanceId"]
    found = [it for page in ec2.get_paginator("describe_instances").paginate(Filters=[{"Name": "tag:Name", "Values": ["o*"]}]) for it in page["Reservations"]]
    answer("found by its tag", [it["Instances"][0]["InstanceId"] == instance for it in found], [True])
    ec2.create_tags(Resources=[instance], Tags=[{"Key": "team", "Value": "core"}])
    tags = ec2.describe_tags(Filters=[{"Name": "resource-id", "Values": [instance]}])["Tags"]
    answer("tags", sorted([it["Key"], it["Value"], it["ResourceType"]] for it in tags), [["Name", "one", "instance"], ["team", "core", "instance"]])
    refused("tags of nothing", "InvalidInstanceID.NotFound", None, ec2.create_tags, Resources=["i-0123456789abcdef0"], Tags=[{"Key": "a", "Value": "b"}])
    ec2.terminate_instances(InstanceIds=[instance])
    ec2.delete_key_pair(KeyName="pair")


@scenario
def a_machine_in_a_stack():
    cfn = client("cloudformation")
    zone = subnet()["AvailabilityZone"]
    host = {"ImageId": image(), "InstanceType": "t3.micro", "AvailabilityZone": zone}
    body = lambda host, size: json.dumps({
        "Resources": {
            "Host": {"Type": "AWS::EC2::Instance", "Properties": host},
            "Data": {"Type": "AWS::EC2::Volume", "DeletionPolicy": "Snapshot", "Properties": {"AvailabilityZone": zone, "Size": size, "VolumeType": "gp3"}},
            "Plug": {"Type": "AWS::EC2::VolumeAttachment", "Properties": {"InstanceId": {"Ref": "Host"}, "VolumeId": {"Ref": "Data"}, "Device": "/dev/sdf"}},
        },
        "Outputs": {"Host": {"Value": {"Ref": "Host"}}, "Data": {"Value": {"Ref": "Data"}}, "Address": {"Value": {"Fn::GetAtt": ["Host", "PrivateIp"]}}},
    })
    outputs = lambda: {it["OutputKey"]: it["OutputValue"] for it in cfn.describe_stacks(StackName="host")["Stacks"][0].get("Outputs", [])}
    cfn.create_stack(StackName="host", TemplateBody=body(host, 10))
    cfn.get_waiter("stack_create_complete").wait(StackName="host")
    made = outputs()
    shown = ec2.describe_instances(InstanceIds=[made["Host"]])["Reservations"][0]["Instances"][0]
    answer("running", [shown["State"]["Name"], shown["PrivateIpAddress"] == made["Address"]], ["running", True])
    tags = {it["Key"]: it["Value"] for it in shown.get("Tags", [])}
    answer("tags of the stack", [tags.get("aws:cloudformation:stack-name"), tags.get("aws:cloudformation:logical-id")], ["host", "Host"])
    volume = ec2.describe_volumes(VolumeIds=[made["Data"]])["Volumes"][0]
    answer("plugged", [volume["State"], [it["InstanceId"] == made["Host"] for it in volume["Attachments"]]], ["in-use", [True]])
    larger = {**host, "InstanceType": "t3.small"}
    cfn.create_change_set(StackName="host", ChangeSetName="larger", TemplateBody=body(larger, 20))
    cfn.get_waiter("change_set_create_complete").wait(StackName="host", ChangeSetName="larger")
    listed = [it["ResourceChange"] for it in cfn.describe_change_set(StackName="host", ChangeSetName="larger")["Changes"]]
    wanted = [["Modify", "Data", "False"], ["Modify", "Host", "Conditional"]]
    answer("changes", sorted([it["Action"], it["LogicalResourceId"], it.get("Replacement")] for it in listed if it["LogicalResourceId"] != "Plug"), wanted)
    cfn.execute_change_set(StackName="host", ChangeSetName="larger")
    cfn.get_waiter("stack_update_complete").wait(StackName="host")
    answer("the same machine", outputs()["Host"] == made["Host"], True)
    answer("larger", ec2.describe_volumes(VolumeIds=[made["Data"]])["Volumes"][0]["Size"], 20)
    # A new machine wants the disk while the old one has it: the trap for which handovers are.
    cfn.update_stack(StackName="host", TemplateBody=body({**larger, "PrivateIpAddress": spare()}, 20))
    waited, _ = trial.error(cfn.get_waiter("stack_update_complete").wait, StackName="host")
    for _ in range(200):
        status = cfn.describe_stacks(StackName="host")["Stacks"][0]["StackStatus"]
        if not status.endswith("IN_PROGRESS"):
            break
        trial.time.sleep(1)
    answer("the disk is busy", [waited, status], ["WaiterError", "UPDATE_ROLLBACK_COMPLETE"])
    reasons = [it.get("ResourceStatusReason", "") for it in cfn.describe_stack_events(StackName="host")["StackEvents"] if it["ResourceStatus"] in ("CREATE_FAILED", "UPDATE_FAILED")]
    answer("why", [words for words in ("already attached to an instance",) if any(words in it for it in reasons)] or reasons, ["already attached to an instance"])
    answer("the old machine works on", [outputs()["Host"] == made["Host"], state(made["Host"])], [True, "running"])
    cfn.delete_stack(StackName="host")
    cfn.get_waiter("stack_delete_complete").wait(StackName="host")
    left = ec2.describe_snapshots(OwnerIds=["self"], Filters=[{"Name": "volume-id", "Values": [made["Data"]]}])["Snapshots"]
    answer("its snapshot stays", len(left), 1)
    # A terminated instance is shown for an hour, and whoever leaps through time may be past that.
    running = ec2.describe_instances(Filters=[{"Name": "instance-id", "Values": [made["Host"]]}, {"Name": "instance-state-name", "Values": ["running"]}])
    answer("the machine is gone", running["Reservations"], [])


if __name__ == "__main__":
    trial.main("machines")
