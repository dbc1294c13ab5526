"""SSM's parameter store, S3, IAM, CloudWatch Logs and STS, as deploys and hosts use them."""
import json

import trial
from trial import answer, client, refused, scenario

ssm, s3, iam, logs = client("ssm"), client("s3"), client("iam"), client("logs")
TRUST = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]})
READ = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "ssm:GetParameter", "Resource": "*"}]})


@scenario
def parameters():
    answer("put", ssm.put_parameter(Name="/app/a", Value="one", Type="String")["Version"], 1)
    refused("put again", "ParameterAlreadyExists", None, ssm.put_parameter, Name="/app/a", Value="two", Type="String")
    answer("overwritten", ssm.put_parameter(Name="/app/a", Value="two", Type="String", Overwrite=True)["Version"], 2)
    shown = ssm.get_parameter(Name="/app/a")["Parameter"]
    answer("got", [shown["Value"], shown["Version"], shown["Type"]], ["two", 2, "String"])
    answer("got by version", ssm.get_parameter(Name="/app/a:1")["Parameter"]["Value"], "one")
    refused("not there", "ParameterNotFound", None, ssm.get_parameter, Name="/app/none")
    ssm.put_parameter(Name="/app/secret", Value="hidden", Type="SecureString")
    answer("not decrypted", ssm.get_parameter(Name="/app/secret")["Parameter"]["Value"] != "hidden", True)
    answer("decrypted", ssm.get_parameter(Name="/app/secret", WithDecryption=True)["Parameter"]["Value"], "hidden")
    for number in range(25):
        ssm.put_parameter(Name=f"/app/many/{number:02}", Value="x", Type="String")
    pages = list(ssm.get_paginator("get_parameters_by_path").paginate(Path="/app", Recursive=True, WithDecryption=True))
    names = [it["Name"] for page in pages for it in page["Parameters"]]
    answer("by path", [len(names), len(pages) > 1], [27, True])
    answer("by path, flat", sorted(it["Name"] for it in ssm.get_parameters_by_path(Path="/app")["Parameters"]), ["/app/a", "/app/secret"])
    some = ssm.get_parameters(Names=["/app/a", "/app/none"])
    answer("some", [[it["Name"] for it in some["Parameters"]], some["InvalidParameters"]], [["/app/a"], ["/app/none"]])
    history = ssm.get_parameter_history(Name="/app/a")["Parameters"]
    answer("history", [it["Value"] for it in history], ["one", "two"])
    refused("a name that is reserved", "ValidationException", "can't be prefixed with", ssm.put_parameter, Name="aws-x", Value="x", Type="String")
    ssm.delete_parameters(Names=["/app/a", "/app/secret"])
    refused("deleted twice", "ParameterNotFound", None, ssm.delete_parameter, Name="/app/a")


@scenario
def buckets():
    place = {"CreateBucketConfiguration": {"LocationConstraint": trial.REGION}}
    s3.create_bucket(Bucket="a-bucket", **place)
    refused("made twice", "BucketAlreadyOwnedByYou", None, s3.create_bucket, Bucket="a-bucket", **place)
    s3.get_waiter("bucket_exists").wait(Bucket="a-bucket")
    s3.put_object(Bucket="a-bucket", Key="a/b c+d.txt", Body=b"hello", Metadata={"who": "me"}, ContentType="text/plain")
    got = s3.get_object(Bucket="a-bucket", Key="a/b c+d.txt")
    answer("got", [got["Body"].read().decode(), got["ContentType"], got["Metadata"], got["ETag"]], ["hello", "text/plain", {"who": "me"}, '"5d41402abc4b2a76b9719d911017c592"'])
    refused("no key", "NoSuchKey", None, s3.get_object, Bucket="a-bucket", Key="none")
    refused("no key, head", "404", None, s3.head_object, Bucket="a-bucket", Key="none")
    refused("no bucket", "NoSuchBucket", None, s3.list_objects_v2, Bucket="no-such-bucket")
    refused("not empty", "BucketNotEmpty", None, s3.delete_bucket, Bucket="a-bucket")
    for number in range(7):
        s3.put_object(Bucket="a-bucket", Key=f"many/{number}", Body=b"x")
    pages = list(s3.get_paginator("list_objects_v2").paginate(Bucket="a-bucket", Prefix="many/", PaginationConfig={"PageSize": 3}))
    answer("pages", [[it["Key"] for it in page["Contents"]] for page in pages], [["many/0", "many/1", "many/2"], ["many/3", "many/4", "many/5"], ["many/6"]])
    folders = s3.list_objects_v2(Bucket="a-bucket", Delimiter="/")
    answer("folders", [it["Prefix"] for it in folders.get("CommonPrefixes", [])], ["a/", "many/"])
    s3.upload_fileobj(__import__("io").BytesIO(b"y" * (9 << 20)), "a-bucket", "large")
    shown = s3.head_object(Bucket="a-bucket", Key="large")
    answer("in parts", [shown["ContentLength"], shown["ETag"][-3:]], [9 << 20, '-2"'])
    every = [it["Key"] for page in s3.get_paginator("list_objects_v2").paginate(Bucket="a-bucket") for it in page["Contents"]]
    s3.delete_objects(Bucket="a-bucket", Delete={"Objects": [{"Key": key} for key in every]})
    s3.delete_bucket(Bucket="a-bucket")
    refused("gone", "404", None, s3.head_bucket, Bucket="a-bucket")


@scenario
def versions_of_objects():
    s3.create_bucket(Bucket="versions", CreateBucketConfiguration={"LocationConstraint": trial.REGION})
    s3.put_bucket_versioning(Bucket="versions", VersioningConfiguration={"Status": "Enabled"})
    first = s3.put_object(Bucket="versions", Key="k", Body=b"1")["VersionId"]
    s3.put_object(Bucket="versions", Key="k", Body=b"2")
    answer("old", s3.get_object(Bucket="versions", Key="k", VersionId=first)["Body"].read().decode(), "1")
    s3.delete_object(Bucket="versions", Key="k")
    refused("deleted", "NoSuchKey", None, s3.get_object, Bucket="versions", Key="k")
    listed = s3.list_object_versions(Bucket="versions")
    answer("listed", [len(listed.get("Versions", [])), len(listed.get("DeleteMarkers", []))], [2, 1])


@scenario
def roles():
    made = iam.create_role(RoleName="host", AssumeRolePolicyDocument=TRUST)["Role"]
    answer("arn", made["Arn"].split(":", 5)[5], "role/host")
    answer("trust", made["AssumeRolePolicyDocument"] == json.loads(TRUST), True)
    refused("made twice", "EntityAlreadyExists", "already exists", iam.create_role, RoleName="host", AssumeRolePolicyDocument=TRUST)
    refused("a policy with a principal", "MalformedPolicyDocument", None, iam.put_role_policy, RoleName="host", PolicyName="read", PolicyDocument=TRUST)
    iam.put_role_policy(RoleName="host", PolicyName="read", PolicyDocument=READ)
    iam.attach_role_policy(RoleName="host", PolicyArn="arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore")
    answer("attached", [it["PolicyName"] for it in iam.list_attached_role_policies(RoleName="host")["AttachedPolicies"]], ["AmazonSSMManagedInstanceCore"])
    answer("inline", iam.list_role_policies(RoleName="host")["PolicyNames"], ["read"])
    refused("in use", "DeleteConflict", None, iam.delete_role, RoleName="host")
    iam.create_instance_profile(InstanceProfileName="host")
    iam.add_role_to_instance_profile(InstanceProfileName="host", RoleName="host")
    refused("two roles", "LimitExceeded", None, iam.add_role_to_instance_profile, InstanceProfileName="host", RoleName="host")
    iam.get_waiter("instance_profile_exists").wait(InstanceProfileName="host")
    iam.remove_role_from_instance_profile(InstanceProfileName="host", RoleName="host")
    iam.delete_instance_profile(InstanceProfileName="host")
    iam.delete_role_policy(RoleName="host", PolicyName="read")
    iam.detach_role_policy(RoleName="host", PolicyArn="arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore")
    iam.delete_role(RoleName="host")
    refused("gone", "NoSuchEntity", "cannot be found", iam.get_role, RoleName="host")


@scenario
def log_groups():
    logs.create_log_group(logGroupName="/app/one")
    refused("made twice", "ResourceAlreadyExistsException", None, logs.create_log_group, logGroupName="/app/one")
    logs.put_retention_policy(logGroupName="/app/one", retentionInDays=7)
    shown = [it for page in logs.get_paginator("describe_log_groups").paginate(logGroupNamePrefix="/app/") for it in page["logGroups"]]
    answer("shown", [[it["logGroupName"], it.get("retentionInDays")] for it in shown], [["/app/one", 7]])
    logs.delete_log_group(logGroupName="/app/one")
    refused("deleted twice", "ResourceNotFoundException", None, logs.delete_log_group, logGroupName="/app/one")


@scenario
def who_is_asking():
    sts = client("sts")
    caller = sts.get_caller_identity()
    answer("account", caller["Account"], "123456789012")
    taken = sts.assume_role(RoleArn="arn:aws:iam::123456789012:role/deploy", RoleSessionName="me")
    answer("role", taken["AssumedRoleUser"]["Arn"], "arn:aws:sts::123456789012:assumed-role/deploy/me")


if __name__ == "__main__":
    trial.main("services")
