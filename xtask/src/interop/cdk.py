"""The CDK: bootstrap, deploy twice, diff, destroy, of a small app in plain JavaScript."""
import os
import shutil
import subprocess

import trial
from trial import answer, client, scenario

HOME = os.environ["INTEROP_CDK"]
FOLDER = os.path.join(os.environ["INTEROP_FOLDER"], "cdk")
APP = """
const { App, Stack, CfnOutput, RemovalPolicy } = require('aws-cdk-lib');
const { Bucket } = require('aws-cdk-lib/aws-s3');
const { Role, ServicePrincipal, ManagedPolicy } = require('aws-cdk-lib/aws-iam');
const { StringParameter } = require('aws-cdk-lib/aws-ssm');
const { LogGroup, RetentionDays } = require('aws-cdk-lib/aws-logs');

const stack = new Stack(new App(), 'Small', { env: { account: '123456789012', region: process.env.AWS_REGION } });
const bucket = new Bucket(stack, 'Bucket', { versioned: true, removalPolicy: RemovalPolicy.DESTROY });
const role = new Role(stack, 'Role', { assumedBy: new ServicePrincipal('ec2.amazonaws.com') });
role.addManagedPolicy(ManagedPolicy.fromAwsManagedPolicyName('AmazonSSMManagedInstanceCore'));
bucket.grantRead(role);
new StringParameter(stack, 'Parameter', { parameterName: '/cdk/word', stringValue: process.env.WORD });
new LogGroup(stack, 'Logs', { retention: RetentionDays.ONE_WEEK, removalPolicy: RemovalPolicy.DESTROY });
new CfnOutput(stack, 'BucketName', { value: bucket.bucketName });
new CfnOutput(stack, 'RoleArn', { value: role.roleArn });
"""
# The CDK sleeps between looks, as the other clients do.
SHORT = (
    "const later = globalThis.setTimeout; globalThis.setTimeout = (run, wait, ...more) => "
    "later(run, wait >= 500 && wait <= 5000 ? 20 : wait, ...more);"
)


def cdk(*words, word="one"):
    """Runs a command: its status, and all that it prints."""
    command = ["node", "--require", os.path.join(FOLDER, "short.js"), os.path.join(HOME, "node_modules", "aws-cdk", "bin", "cdk"), *words]
    more = {"WORD": word, "CI": "true", "NO_COLOR": "1", "HOME": FOLDER, "NODE_PATH": os.path.join(HOME, "node_modules")}
    options = ["--no-notices", "--no-version-reporting"]
    done = subprocess.run(
        command + options, cwd=FOLDER, env={**os.environ, **more}, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=240,
    )
    with open(os.path.join(FOLDER, "log"), "a") as log:
        log.write(f"$ cdk {' '.join(words)}\n{done.stdout}\n")
    return done.returncode, done.stdout


@scenario
def a_small_app():
    shutil.rmtree(FOLDER, ignore_errors=True)
    os.makedirs(FOLDER)
    for name, text in {"app.js": APP, "short.js": SHORT, "cdk.json": '{"app": "node app.js"}'}.items():
        with open(os.path.join(FOLDER, name), "w") as opened:
            opened.write(text)
    end = lambda said: [line for line in said.splitlines() if line.strip()][-1:]
    status, said = cdk("bootstrap", f"aws://123456789012/{trial.REGION}")
    answer("bootstrap", [status, end(said) if status else []], [0, []])
    status, said = cdk("bootstrap", f"aws://123456789012/{trial.REGION}")
    answer("bootstrap again", [status, "(no changes)" in said], [0, True])
    status, said = cdk("deploy", "--require-approval", "never")
    answer("deploy", [status, end(said) if status else []], [0, []])
    ssm = client("ssm")
    answer("deployed", ssm.get_parameter(Name="/cdk/word")["Parameter"]["Value"], "one")
    status, said = cdk("deploy", "--require-approval", "never")
    answer("deploy again", [status, "(no changes)" in said], [0, True])
    status, said = cdk("diff", word="two")
    answer("diff", [status, "[~] AWS::SSM::Parameter" in said], [0, True])
    status, said = cdk("deploy", "--require-approval", "never", word="two")
    answer("update", [status, ssm.get_parameter(Name="/cdk/word")["Parameter"]["Value"]], [0, "two"])
    status, said = cdk("deploy", "--require-approval", "never", "--method", "direct", word="three")
    answer("update without a change set", [status, ssm.get_parameter(Name="/cdk/word")["Parameter"]["Value"]], [0, "three"])
    status, said = cdk("drift")
    answer("drift", [status, end(said) if status else []], [0, []])
    status, said = cdk("destroy", "--force")
    answer("destroy", [status, end(said) if status else []], [0, []])
    left = [it["StackName"] for it in client("cloudformation").list_stacks()["StackSummaries"] if it["StackStatus"] != "DELETE_COMPLETE"]
    answer("left", left, ["CDKToolkit"])


if __name__ == "__main__":
    trial.main("cdk")
