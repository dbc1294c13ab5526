"""What an SDK that stackgen does not use makes of the server's answers. The environment leads it there."""
import boto3
import botocore.exceptions


def refusal(service, operation, **arguments):
    try:
        getattr(boto3.client(service), operation)(**arguments)
    except botocore.exceptions.ClientError as error:
        return error.response["Error"]["Code"], error.response["ResponseMetadata"]["HTTPStatusCode"]
    return None


sts = boto3.client("sts")
assert sts.get_caller_identity()["Account"] == "123456789012"
taken = sts.assume_role(RoleArn="arn:aws:iam::123456789012:role/deploy", RoleSessionName="me")
assert taken["AssumedRoleUser"]["Arn"].endswith(":assumed-role/deploy/me"), taken
assert taken["Credentials"]["Expiration"].isoformat() == "2026-01-01T01:00:00+00:00", taken

missing = ("NotImplementedByLocalEngine", 400)
for service, operation, arguments in [
    ("sts", "get_federation_token", {"Name": "me"}),
    ("cloudformation", "list_type_versions", {}),
    ("ec2", "describe_vpn_gateways", {}),
    ("iam", "list_virtual_mfa_devices", {}),
    ("ssm", "list_ops_metadata", {}),
    ("logs", "describe_deliveries", {}),
    ("lambda", "list_layers", {}),
    ("s3", "get_bucket_accelerate_configuration", {"Bucket": "bucket"}),
    ("dynamodb", "list_tables", {}),
    ("sns", "list_topics", {}),
]:
    assert refusal(service, operation, **arguments) == missing, (service, operation)
