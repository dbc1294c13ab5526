// The stacks of `benches/synth.rs`, described with the CDK's L1 constructs: node cdk_app.js STACKS [FOLDER].
//
// What the CDK would add by itself is switched off, and tags are written at every resource instead of being spread by an
// aspect: both make it faster. Without a folder, the CDK's command says where to write.
const { App, CfnDeletionPolicy, CfnOutput, DefaultStackSynthesizer, Fn, Stack } = require("aws-cdk-lib");
const ec2 = require("aws-cdk-lib/aws-ec2");
const iam = require("aws-cdk-lib/aws-iam");
const logs = require("aws-cdk-lib/aws-logs");
const s3 = require("aws-cdk-lib/aws-s3");
const ssm = require("aws-cdk-lib/aws-ssm");

const STACKS = Number(process.argv[2]);
const LOGS = "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:";

// 1 VPC, then 9 groups of 11 resources.
function stack(app, index) {
  const synthesizer = new DefaultStackSynthesizer({ generateBootstrapVersionRule: false });
  const stack = new Stack(app, `bench-${index}`, { description: "One of many stacks", synthesizer });
  stack.templateOptions.templateFormatVersion = "2010-09-09";
  const tags = [{ key: "Number", value: String(index) }, { key: "Project", value: "bench" }];
  const vpc = new ec2.CfnVPC(stack, "Vpc", { cidrBlock: "10.0.0.0/16", enableDnsSupport: true, tags });
  if (index > 0 && index % 10 === 0) {
    stack.templateOptions.metadata = { Peer: Fn.importValue(`bench-${index - 1}:VpcRef`) };
  }
  if (index % 10 === 9 && index + 1 < STACKS) {
    new CfnOutput(stack, "VpcRef", { value: vpc.ref, exportName: `bench-${index}:VpcRef` });
  }
  for (let group = 0; group < 9; group++) {
    hosts(stack, vpc, group, tags);
  }
}

function hosts(stack, vpc, group, tags) {
  const availabilityZone = group % 2 === 0 ? "eu-west-1a" : "eu-west-1b";
  const subnet = new ec2.CfnSubnet(stack, `Subnet${group}`, {
    vpcId: vpc.ref, cidrBlock: `10.0.${group}.0/24`, availabilityZone, tags,
  });
  const guard = new ec2.CfnSecurityGroup(stack, `SecurityGroup${group}`, {
    groupDescription: "Hosts",
    vpcId: vpc.ref,
    securityGroupIngress: [{ ipProtocol: "tcp", fromPort: 443, toPort: 443, cidrIp: "0.0.0.0/0" }],
    tags,
  });
  const bucket = kept(new s3.CfnBucket(stack, `Bucket${group}`, { tags }));
  const log = kept(new logs.CfnLogGroup(stack, `Logs${group}`, { retentionInDays: 30, tags }));
  const role = new iam.CfnRole(stack, `Role${group}`, { assumeRolePolicyDocument: assumedByHosts(), tags });
  new iam.CfnManagedPolicy(stack, `Policy${group}`, { policyDocument: allowed(bucket, log), roles: [role.ref] });
  const profile = new iam.CfnInstanceProfile(stack, `Profile${group}`, { roles: [role.ref] });
  const ebs = { volumeSize: 10, volumeType: "gp3", encrypted: true };
  const host = new ec2.CfnInstance(stack, `Host${group}`, {
    imageId: "ami-0123456789abcdef0",
    instanceType: "m7g.medium",
    subnetId: subnet.ref,
    securityGroupIds: [guard.ref],
    iamInstanceProfile: profile.ref,
    blockDeviceMappings: [{ deviceName: "/dev/xvda", ebs }],
    tags: [{ key: "Name", value: `host-${group}` }, ...tags],
  });
  const volume = kept(new ec2.CfnVolume(stack, `Volume${group}`, {
    availabilityZone, size: 20, volumeType: "gp3", encrypted: true, tags,
  }));
  new ec2.CfnVolumeAttachment(stack, `Attachment${group}`, {
    instanceId: host.ref, volumeId: volume.ref, device: "/dev/sdf",
  });
  new ssm.CfnParameter(stack, `Address${group}`, {
    type: "String", value: host.attrPrivateIp, name: `/bench/${group}`,
    tags: Object.fromEntries(tags.map(({ key, value }) => [key, value])),
  });
}

function kept(resource) {
  resource.cfnOptions.deletionPolicy = CfnDeletionPolicy.RETAIN_EXCEPT_ON_CREATE;
  resource.cfnOptions.updateReplacePolicy = CfnDeletionPolicy.RETAIN;
  return resource;
}

function assumedByHosts() {
  const statement = { Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: ["sts:AssumeRole"] };
  return { Version: "2012-10-17", Statement: [statement] };
}

function allowed(bucket, log) {
  const objects = `arn:\${AWS::Partition}:s3:::\${${bucket.logicalId}}`;
  const group = `${LOGS}\${${log.logicalId}}`;
  const read = {
    Effect: "Allow", Action: ["s3:GetObject", "s3:ListBucket"], Resource: [Fn.sub(objects), Fn.sub(`${objects}/*`)],
  };
  const write = { Effect: "Allow", Action: ["logs:PutLogEvents"], Resource: [Fn.sub(group), Fn.sub(`${group}:*`)] };
  return { Version: "2012-10-17", Statement: [read, write] };
}

const app = new App({ outdir: process.argv[3], analyticsReporting: false });
for (let index = 0; index < STACKS; index++) {
  stack(app, index);
}
app.synth();
