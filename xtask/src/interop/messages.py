"""What AWS says when it refuses, word for word.

The sentences were recorded on AWS by the people of localstack/localstack: they stand in the `*.snapshot.json` files beside its
tests, below `tests/aws/services`. Programs decide by these sentences, since most of the codes are a bare `ValidationError`.
"""
import itertools
import json

import trial
from trial import answer, client, scenario

cfn = client("cloudformation")
PARAMETER = {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": "x"}}
TOPIC = {"Type": "AWS::SNS::Topic"}
_count = itertools.count(1)


def said(key, wanted, call, code="ValidationError", **arguments):
    answer(key, list(trial.error(call, **arguments)), [code, wanted])


def of_template(key, wanted, body, **more):
    """A new change set of a new stack is refused with a message."""
    body = body if isinstance(body, str) else json.dumps(body)
    said(key, wanted, cfn.create_change_set, StackName=f"said-{next(_count)}", ChangeSetName="x", ChangeSetType="CREATE", TemplateBody=body, **more)


def value(it):
    return {"Resources": {"A": {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": it}}}}


@scenario
def sections():
    of_template("no resources", "Template format error: At least one Resources member must be defined.", {})
    of_template("resources are no object", "Template format error: Any Resources member must be an object.", {"Resources": "", "Outputs": ""})
    of_template("no type", "Template format error: [/Resources/A] Every Resources object must contain a Type member.", {"Resources": {"A": {"Properties": {}}}})
    of_template("strange key", "Invalid template resource property 'Invalid'", {"Resources": {"A": {**TOPIC, "Invalid": 10}}})
    of_template("name of a resource", "Template format error: Resource name AWS::NoValue is non alphanumeric.", {"Resources": {"AWS::NoValue": PARAMETER}})
    of_template("name of a parameter", "Template format error: Parameter name AWS::NoValue is non alphanumeric.", {"Parameters": {"AWS::NoValue": {"Type": "String"}}, "Resources": {"A": PARAMETER}})
    of_template("null", "[/Outputs/O/Value] 'null' values are not allowed in templates", {"Resources": {"A": TOPIC}, "Outputs": {"O": {"Value": None}}})
    of_template("an output without a value", "Template format error: Every Outputs member must contain a Value object", {"Resources": {"A": TOPIC}, "Outputs": {"O": {}}})
    maps = lambda mapping: {"Mappings": {"M": mapping}, **value({"Fn::FindInMap": ["M", "C", "Suffix"]})}
    of_template("a map without the key", "Template error: Unable to get mapping for M::C::Suffix", maps({"A": {"Suffix": "a"}}))
    of_template("a function in a map", "Template format error: Every Mappings attribute must be a String or a List.", maps({"A": {"Suffix": {"Ref": "AWS::Region"}}}))
    of_template("a flat map", "Template format error: Every Mappings member A must be a map", maps({"A": "a"}))
    said("broken JSON", "Template format error: JSON not well-formed. (line 1, column 25)", cfn.validate_template, TemplateBody='{"this is invalid JSON"="bobbins"}')


@scenario
def functions():
    missing = "Template format error: Unresolved resource dependencies [B] in the Resources block of the template"
    of_template("a reference to nothing", missing, value({"Ref": "B"}))
    of_template("an order after nothing", missing, {"Resources": {"A": {**PARAMETER, "DependsOn": "B"}}})
    off = {"Conditions": {"No": {"Fn::Equals": ["a", "b"]}}}
    unwanted = {"B": {**TOPIC, "Condition": "No"}}
    of_template("a reference to what is not wanted", missing, {**off, "Resources": {**value({"Ref": "B"})["Resources"], **unwanted}})
    outputs = {"O": {"Value": {"Ref": "B"}}}
    of_template("an output of what is not wanted", "Unresolved resource dependencies [B] in the Outputs block of the template", {**off, "Resources": {"A": PARAMETER, **unwanted}, "Outputs": outputs})
    of_template("Fn::Equals", "Template error: every Fn::Equals object requires a list of 2 string parameters.", {"Conditions": {"C": {"Fn::Equals": ["a"]}}, "Resources": {"A": PARAMETER}})
    of_template("Fn::If", "Template error: unresolved condition dependency Missing in Fn::If", value({"Fn::If": ["Missing", "a", "b"]}))
    for name, given in {"a word as index": ["bad", ["a"]], "no list": [0, 2], "out of range": [100, ["a"]]}.items():
        of_template(f"Fn::Select, {name}", "Template error: Fn::Select requires a list argument with two elements: an integer index and a list", value({"Fn::Select": given}))
    of_template("Fn::Split", "Template error: every Fn::Split object requires two parameters, (1) a string delimiter and (2) a string to be split or a function that returns a string to be split.", value({"Fn::Split": {"Ref": "AWS::Region"}}))
    of_template("Fn::GetAtt", "Template error: every Fn::GetAtt object requires two non-empty parameters, the resource name and the resource attribute", value({"Fn::GetAtt": ["A"]}))
    of_template("a number", "Parameter 'P' must be a number.", {"Parameters": {"P": {"Type": "Number"}}, "Resources": {"A": PARAMETER}}, Parameters=[{"ParameterKey": "P", "ParameterValue": "x"}])


@scenario
def names_and_ids():
    body = json.dumps(value("x"))
    said("a stack's name", "1 validation error detected: Value '*@x_$' at 'stackName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*|arn:[-a-zA-Z0-9:/._+]*", cfn.create_stack, StackName="*@x_$", TemplateBody=body)
    said("events of nothing", "Stack [nobody] does not exist", cfn.describe_stack_events, StackName="nobody")
    said("a template of nothing", "Stack with id nobody does not exist", cfn.get_template, StackName="nobody")
    said("a template of no name", "StackName is required if ChangeSetName is not specified.", cfn.get_template)
    said("a template of a change set alone", "StackName is a required parameter.", cfn.get_template, ChangeSetName="x")
    said("a change set alone", "StackName must be specified if ChangeSetName is not specified as an ARN.", cfn.delete_change_set, ChangeSetName="x")
    said("a change set of nothing", "Stack [nobody] does not exist", cfn.delete_change_set, StackName="nobody", ChangeSetName="x")
    cfn.create_stack(StackName="said", TemplateBody=body)
    cfn.get_waiter("stack_create_complete").wait(StackName="said")
    said("made again", "Stack [said] already exists", cfn.create_stack, "AlreadyExistsException", StackName="said", TemplateBody=body)
    said("a change set that makes it again", "Stack [said] already exists and cannot be created again with the changeSet [x].", cfn.create_change_set, StackName="said", ChangeSetName="x", ChangeSetType="CREATE", TemplateBody=body)
    said("updated with nothing", "Either Template URL or Template Body must be specified.", cfn.update_stack, StackName="said")
    said("updated without changes", "No updates are to be performed.", cfn.update_stack, StackName="said", TemplateBody=body)
    said("no such resource", "Resource Nothing does not exist for stack said", cfn.describe_stack_resource, StackName="said", LogicalResourceId="Nothing")
    said("no such change set", "ChangeSet [nothing] does not exist", cfn.describe_change_set, "ChangeSetNotFound", StackName="said", ChangeSetName="nothing")
    # Who does not refuse it changes the stack, which is waited for.
    said("types that are allowed", "Resource type AWS::SSM::Parameter is not allowed by parameter ResourceTypes [AWS::EC2::*]", cfn.update_stack, StackName="said", TemplateBody=json.dumps(value("y")), ResourceTypes=["AWS::EC2::*"])
    trial.error(cfn.get_waiter("stack_update_complete").wait, StackName="said", WaiterConfig={"MaxAttempts": 5})
    said("two policies", "You cannot specify both StackPolicyURL and StackPolicyBody", cfn.set_stack_policy, StackName="said", StackPolicyBody="{}", StackPolicyURL="https://s3.amazonaws.com/a/b")
    stack_id = cfn.describe_stacks(StackName="said")["Stacks"][0]["StackId"]
    cfn.delete_stack(StackName="said")
    cfn.get_waiter("stack_delete_complete").wait(StackName=stack_id)
    said("updated after its end", f"Stack:{stack_id} is in DELETE_COMPLETE state and can not be updated.", cfn.create_change_set, StackName=stack_id, ChangeSetName="x", TemplateBody=body)
    said("looked for after its end", "Stack with id said does not exist", cfn.describe_stacks, StackName="said")
    cfn.create_change_set(StackName="said-new", ChangeSetName="x", ChangeSetType="CREATE", TemplateBody=body)
    said("a summary of what is in review", "GetTemplateSummary cannot be called on REVIEW_IN_PROGRESS stacks.", cfn.get_template_summary, StackName="said-new")
    cfn.delete_stack(StackName="said-new")


@scenario
def what_only_the_execution_tells():
    """Imports and attributes are looked up when the change set is carried out; until then it looks good."""
    only_when_carried_out("an import of nothing", value({"Fn::ImportValue": "no-such-export"}), "No export named no-such-export found")
    nothing = {"O": {"Value": {"Fn::GetAtt": ["A", "Invalid"]}}}
    only_when_carried_out("an attribute of nothing", {**value("x"), "Outputs": nothing}, "Resource type AWS::SSM::Parameter does not support attribute {Invalid}")


def only_when_carried_out(key, body, wanted):
    stack = key.replace(" ", "-")
    new = {"StackName": stack, "ChangeSetName": "x"}
    refused, message = trial.error(cfn.create_change_set, ChangeSetType="CREATE", TemplateBody=json.dumps(body), **new)
    if refused == "none":
        trial.error(cfn.get_waiter("change_set_create_complete").wait, **new)
        shown = cfn.describe_change_set(**new)
        refused, message = shown["Status"], shown.get("StatusReason", "")
    answer(key, [refused, message], ["CREATE_COMPLETE", ""])
    if refused == "CREATE_COMPLETE":
        cfn.execute_change_set(**new)
        trial.error(cfn.get_waiter("stack_create_complete").wait, StackName=stack)
        answer(f"{key} ends", cfn.describe_stacks(StackName=stack)["Stacks"][0]["StackStatus"], "ROLLBACK_COMPLETE")
        reasons = [it.get("ResourceStatusReason", "") for it in cfn.describe_stack_events(StackName=stack)["StackEvents"]]
        answer(f"{key} says", [it for it in [wanted] if any(it in reason for reason in reasons)] or reasons, [wanted])
    cfn.delete_stack(StackName=stack)


@scenario
def other_services():
    ec2, iam, s3, logs = client("ec2"), client("iam"), client("s3"), client("logs")
    zone = ec2.describe_availability_zones()["AvailabilityZones"][0]["ZoneName"]
    said("a volume of no size", "The request must contain the parameter size/snapshot", ec2.create_volume, "MissingParameter", AvailabilityZone=zone)
    said("a role without a policy", "This policy contains invalid Json", iam.create_role, "MalformedPolicyDocument", RoleName="said", AssumeRolePolicyDocument="x")
    said("no such user", "The user with name nobody cannot be found.", iam.get_user, "NoSuchEntity", UserName="nobody")
    policy = "arn:aws:iam::123456789012:policy/nothing"
    said("a policy that is not there", f"Policy {policy} was not found.", iam.delete_policy, "NoSuchEntity", PolicyArn=policy)
    iam.create_role(RoleName="said", AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]}))
    said("attached", f"Policy {policy} does not exist or is not attachable.", iam.attach_role_policy, "NoSuchEntity", RoleName="said", PolicyArn=policy)
    said("attached by a name", "Invalid ARN:  Could not be parsed!", iam.attach_role_policy, "ValidationError", RoleName="said", PolicyArn="longer-than-twenty-letters")
    iam.delete_role(RoleName="said")
    place = {"CreateBucketConfiguration": {"LocationConstraint": trial.REGION}}
    s3.create_bucket(Bucket="said-bucket", **place)
    said("a bucket again", "Your previous request to create the named bucket succeeded and you already own it.", s3.create_bucket, "BucketAlreadyOwnedByYou", Bucket="said-bucket", **place)
    s3.put_object(Bucket="said-bucket", Key="k", Body=b"x")
    said("a bucket that is not empty", "The bucket you tried to delete is not empty", s3.delete_bucket, "BucketNotEmpty", Bucket="said-bucket")
    said("no such key", "The specified key does not exist.", s3.get_object, "NoSuchKey", Bucket="said-bucket", Key="nothing")
    said("no such policy", "The bucket policy does not exist", s3.get_bucket_policy, "NoSuchBucketPolicy", Bucket="said-bucket")
    said("no such bucket", "The specified bucket does not exist", s3.list_objects_v2, "NoSuchBucket", Bucket="said-no-bucket")
    s3.put_bucket_versioning(Bucket="said-bucket", VersioningConfiguration={"Status": "Enabled"})
    s3.delete_object(Bucket="said-bucket", Key="k")
    said("a bucket with versions", "The bucket you tried to delete is not empty. You must delete all versions in the bucket.", s3.delete_bucket, "BucketNotEmpty", Bucket="said-bucket")
    logs.create_log_group(logGroupName="said")
    said("a group again", "The specified log group already exists", logs.create_log_group, "ResourceAlreadyExistsException", logGroupName="said")
    said("no such group", "The specified log group does not exist.", logs.delete_log_group, "ResourceNotFoundException", logGroupName="nothing")
    said("no such stream", "The specified log stream does not exist.", logs.delete_log_stream, "ResourceNotFoundException", logGroupName="said", logStreamName="nothing")
    logs.delete_log_group(logGroupName="said")
    said("a session's name", r"1 validation error detected: Value 'a:b' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\w+=,.@-]*", client("sts").assume_role, RoleArn="arn:aws:iam::123456789012:role/x", RoleSessionName="a:b")


if __name__ == "__main__":
    trial.main("messages")
