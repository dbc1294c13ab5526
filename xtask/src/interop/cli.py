"""The AWS CLI: the commands that people type. It prints tables and JSON, and ends with a status."""
import json
import os
import subprocess

import trial
from trial import answer, scenario

# The CLI's own waits are made shorter; everything else of it is as published.
START = (
    "import time, sys; sleep = time.sleep; time.sleep = lambda seconds: sleep(min(seconds, 0.02)); sys.argv[0] = 'aws'; "
    "import awscli.clidriver; sys.exit(awscli.clidriver.main())"
)
FOLDER = os.environ.get("INTEROP_FOLDER", "/tmp")


def aws(*words):
    """Runs a command: its status, what it prints, and what it complains of."""
    command = [os.environ.get("INTEROP_PYTHON", trial.sys.executable), "-c", START, *words]
    done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=120)
    return done.returncode, done.stdout, done.stderr


def read(*words):
    status, printed, complaint = aws(*words, "--output", "json")
    if status:
        raise RuntimeError(complaint.strip() or f"status {status}")
    return json.loads(printed or "null")


def file(name, text):
    path = os.path.join(FOLDER, name)
    with open(path, "w") as opened:
        opened.write(text)
    return path


TEMPLATE = """
Parameters:
  Word: {Type: String, Default: one}
Resources:
  Value:
    Type: AWS::SSM::Parameter
    Properties: {Name: /cli/value, Type: String, Value: !Ref Word}
  Role:
    Type: AWS::IAM::Role
    Properties:
      RoleName: cli-role
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement: [{Effect: Allow, Principal: {Service: ec2.amazonaws.com}, Action: "sts:AssumeRole"}]
Outputs:
  Name: {Value: !Ref Value}
  Role: {Value: !GetAtt Role.Arn}
"""


@scenario
def deploys():
    path = file("cli.yaml", TEMPLATE)
    deploy = ["cloudformation", "deploy", "--stack-name", "cli", "--template-file", path]
    status, _, complaint = aws(*deploy)
    answer("without capabilities", [status != 0, "InsufficientCapabilities" in complaint], [True, True])
    deploy += ["--capabilities", "CAPABILITY_NAMED_IAM"]
    status, printed, complaint = aws(*deploy)
    answer("created", [status, "Successfully created/updated stack - cli" in printed, complaint], [0, True, ""])
    shown = read("cloudformation", "describe-stacks", "--stack-name", "cli")["Stacks"][0]
    answer("outputs", sorted(it["OutputValue"] for it in shown["Outputs"]), ["/cli/value", "arn:aws:iam::123456789012:role/cli-role"])
    # Version 1 takes it for a failure unless told otherwise; version 2 does not.
    status, printed, complaint = aws(*deploy)
    answer("again", [status, "No changes to deploy" in printed + complaint], [255, True])
    status, _, complaint = aws(*deploy, "--parameter-overrides", "Word=two")
    answer("updated", [status, complaint], [0, ""])
    status, printed, _ = aws("ssm", "get-parameter", "--name", "/cli/value", "--query", "Parameter.Value", "--output", "text")
    answer("the value", [status, printed.strip()], [0, "two"])
    found = read("cloudformation", "describe-stack-events", "--stack-name", "cli")["StackEvents"]
    answer("the newest event", [found[0]["LogicalResourceId"], found[0]["ResourceStatus"]], ["cli", "UPDATE_COMPLETE"])
    answer("resources", len(read("cloudformation", "list-stack-resources", "--stack-name", "cli")["StackResourceSummaries"]), 2)
    answer("the template", "AWS::SSM::Parameter" in read("cloudformation", "get-template", "--stack-name", "cli")["TemplateBody"], True)
    answer("deleted", [aws("cloudformation", "delete-stack", "--stack-name", "cli")[0], aws("cloudformation", "wait", "stack-delete-complete", "--stack-name", "cli")[0]], [0, 0])
    status, _, complaint = aws("cloudformation", "describe-stacks", "--stack-name", "cli")
    answer("gone", [status != 0, "Stack with id cli does not exist" in complaint], [True, True])


@scenario
def deploys_from_a_bucket():
    path = file("cli.yaml", TEMPLATE)
    answer("bucket", aws("s3", "mb", "s3://cli-templates")[0], 0)
    status, printed, complaint = aws("cloudformation", "deploy", "--stack-name", "large", "--template-file", path, "--s3-bucket", "cli-templates", "--capabilities", "CAPABILITY_NAMED_IAM")
    answer("created", [status, complaint if status else ""], [0, ""])
    aws("cloudformation", "delete-stack", "--stack-name", "large")
    answer("waited", aws("cloudformation", "wait", "stack-delete-complete", "--stack-name", "large")[0], 0)
    answer("bucket removed", aws("s3", "rb", "s3://cli-templates", "--force")[0], 0)


@scenario
def validates():
    answer("good", aws("cloudformation", "validate-template", "--template-body", TEMPLATE)[0], 0)
    status, _, complaint = aws("cloudformation", "validate-template", "--template-body", "Resources: {A: {Type: 5}}")
    answer("bad", [status != 0, "ValidationError" in complaint], [True, True])


@scenario
def ec2_commands():
    image = read("ec2", "describe-images", "--owners", "amazon", "--filters", "Name=architecture,Values=x86_64")["Images"][0]["ImageId"]
    begun = read("ec2", "run-instances", "--image-id", image, "--instance-type", "t3.micro", "--user-data", "#!/bin/sh\necho hello", "--tag-specifications", "ResourceType=instance,Tags=[{Key=Name,Value=cli}]")
    instance = begun["Instances"][0]["InstanceId"]
    answer("running", aws("ec2", "wait", "instance-running", "--instance-ids", instance)[0], 0)
    answer("status ok", aws("ec2", "wait", "instance-status-ok", "--instance-ids", instance)[0], 0)
    found = read("ec2", "describe-instances", "--filters", "Name=tag:Name,Values=cli", "--query", "Reservations[].Instances[].InstanceId")
    answer("found", found == [instance], True)
    status, printed, complaint = aws("ec2", "get-console-output", "--instance-id", instance, "--output", "text")
    answer("console", [status, "Linux version" in printed], [0, True])
    data = read("ec2", "describe-instance-attribute", "--instance-id", instance, "--attribute", "userData")
    answer("user data", data["UserData"]["Value"], "IyEvYmluL3NoCmVjaG8gaGVsbG8=")
    answer("a table", aws("ec2", "describe-instances", "--output", "table")[0], 0)
    status, _, complaint = aws("ec2", "describe-instances", "--instance-ids", "i-0123456789abcdef0")
    answer("not there", [status != 0, "(InvalidInstanceID.NotFound)" in complaint], [True, True])
    aws("ec2", "terminate-instances", "--instance-ids", instance)
    answer("terminated", aws("ec2", "wait", "instance-terminated", "--instance-ids", instance)[0], 0)


@scenario
def s3_commands():
    path = file("hello.txt", "hello\n")
    answer("made", aws("s3", "mb", "s3://cli-bucket")[0], 0)
    answer("copied", aws("s3", "cp", path, "s3://cli-bucket/a/hello.txt")[0], 0)
    answer("listed", aws("s3", "ls", "s3://cli-bucket", "--recursive")[1].split()[-1:], ["a/hello.txt"])
    answer("printed", aws("s3", "cp", "s3://cli-bucket/a/hello.txt", "-")[1], "hello\n")
    folder = os.path.join(FOLDER, "synced")
    os.makedirs(folder, exist_ok=True)
    for number in range(3):
        file(f"synced/{number}.txt", str(number))
    answer("synced", aws("s3", "sync", folder, "s3://cli-bucket/synced")[0], 0)
    answer("synced again", aws("s3", "sync", folder, "s3://cli-bucket/synced")[1], "")
    answer("moved", aws("s3", "mv", "s3://cli-bucket/a/hello.txt", "s3://cli-bucket/b.txt")[0], 0)
    with open(os.path.join(FOLDER, "large"), "wb") as opened:
        opened.write(b"x" * (17 << 20))
    answer("in parts", aws("s3", "cp", opened.name, "s3://cli-bucket/large")[0], 0)
    answer("removed", aws("s3", "rb", "s3://cli-bucket", "--force")[0], 0)


@scenario
def ssm_commands():
    answer("put", read("ssm", "put-parameter", "--name", "/cli/a", "--value", "x", "--type", "SecureString")["Version"], 1)
    answer("got", read("ssm", "get-parameter", "--name", "/cli/a", "--with-decryption")["Parameter"]["Value"], "x")
    answer("by path", [it["Name"] for it in read("ssm", "get-parameters-by-path", "--path", "/cli")["Parameters"]], ["/cli/a"])
    status, _, complaint = aws("ssm", "get-parameter", "--name", "/cli/none")
    answer("not there", [status != 0, "(ParameterNotFound)" in complaint], [True, True])
    answer("deleted", aws("ssm", "delete-parameter", "--name", "/cli/a")[0], 0)


@scenario
def other_commands():
    answer("who", read("sts", "get-caller-identity")["Account"], "123456789012")
    answer("roles", aws("iam", "list-roles")[0], 0)
    answer("groups", [aws("logs", "create-log-group", "--log-group-name", "/cli")[0], len(read("logs", "describe-log-groups", "--log-group-name-prefix", "/cli")["logGroups"])], [0, 1])


if __name__ == "__main__":
    trial.main("cli")
