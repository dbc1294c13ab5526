//! Describes and synthesizes N stacks of 100 resources and says what it took, as JSON. `cargo xtask bench` runs it.
//!
//! A stack is what people have: a network, hosts, roles with policies, parameters, log groups, buckets; resources refer to
//! each other, and every tenth stack refers to the one before it. `benches/peers` describes the same stacks with other tools.
//!
//! With a folder in `STACKGEN_OUT`, this is an app like any other and writes its assembly there.
#![expect(clippy::print_stdout, reason = "the figures are the output")]

use std::process::ExitCode;
use std::time::Instant;

use stackgen::cfn::{ec2, iam, logs, s3, ssm};
use stackgen::iam::{PolicyDocument, Statement, arn};
use stackgen::{App, Stack};

fn main() -> ExitCode {
    let stacks = std::env::args().filter_map(|argument| argument.parse().ok()).next().unwrap_or(1_usize);
    #[expect(clippy::disallowed_methods, reason = "the command tells an app by this variable where to write")]
    let folder = std::env::var_os(stackgen::app::OUT_VARIABLE);
    if folder.is_some() {
        return stackgen::run(|| Ok(describe(stacks)));
    }
    measure(stacks);
    ExitCode::SUCCESS
}

fn measure(stacks: usize) {
    let started = Instant::now();
    let app = describe(stacks);
    let described = started.elapsed();
    let synthesized = app.synth().unwrap_or_else(|problems| panic!("{problems:?}"));
    let finished = started.elapsed();
    let resources: usize = synthesized.stacks.iter().map(|stack| stack.resources.len()).sum();
    let bytes: usize = synthesized.stacks.iter().map(|stack| stack.template.as_str().len()).sum();
    println!(
        r#"{{"stacks":{stacks},"resources":{resources},"describe_s":{},"total_s":{},"bytes":{bytes},"peak_kb":{}}}"#,
        described.as_secs_f64(),
        finished.as_secs_f64(),
        peak_kb()
    );
}

fn describe(count: usize) -> App {
    let mut app = App::new();
    app.tag("Project", "bench");
    let mut before: Option<ec2::Vpc> = None;
    for index in 0..count {
        let (stack, vpc) = stack(index, before.as_ref().filter(|_| index % 10 == 0));
        before = Some(vpc);
        app.add(stack);
    }
    app
}

/// 1 VPC, then 9 groups of 11 resources.
fn stack(index: usize, peer: Option<&ec2::Vpc>) -> (Stack, ec2::Vpc) {
    let mut stack = Stack::new(&format!("bench-{index}"));
    stack.description("One of many stacks").tag("Number", &index.to_string());
    let vpc = stack.add("Vpc", ec2::Vpc::new().cidr_block("10.0.0.0/16").enable_dns_support(true));
    if let Some(peer) = peer {
        stack.metadata("Peer", peer.reference());
    }
    for group in 0..9 {
        hosts(&mut stack, &vpc, group);
    }
    (stack, vpc)
}

fn hosts(stack: &mut Stack, vpc: &ec2::Vpc, group: u8) {
    let zone = if group.is_multiple_of(2) { "eu-west-1a" } else { "eu-west-1b" };
    let id = |kind: &str| format!("{kind}{group}");
    let cidr = format!("10.0.{group}.0/24");
    let subnet = stack.add(&id("Subnet"), ec2::Subnet::new().vpc_id(vpc).cidr_block(cidr).availability_zone(zone));
    let rule = ec2::security_group::Ingress::new().ip_protocol("tcp").from_port(443).to_port(443).cidr_ip("0.0.0.0/0");
    let guard = ec2::SecurityGroup::new().group_description("Hosts").vpc_id(vpc).security_group_ingress([rule]);
    let guard = stack.add(&id("SecurityGroup"), guard);
    let bucket = stack.add(&id("Bucket"), s3::Bucket::new());
    let log = stack.add(&id("Logs"), logs::LogGroup::new().retention_in_days(30));
    let role = iam::Role::new().assume_role_policy_document(PolicyDocument::assumed_by("ec2"));
    let role = stack.add(&id("Role"), role);
    let read =
        Statement::allow(["s3:GetObject", "s3:ListBucket"]).on([arn::bucket(&bucket), arn::objects(&bucket, "")]);
    let write = Statement::allow(["logs:PutLogEvents"]).on(arn::log_group(&log));
    let policy = iam::ManagedPolicy::new().policy_document(PolicyDocument::new([read, write])).roles([&role]);
    stack.add(&id("Policy"), policy);
    let profile = stack.add(&id("Profile"), iam::InstanceProfile::new().roles([&role]));
    let ebs = ec2::instance::Ebs::new().volume_size(10).volume_type("gp3").encrypted(true);
    let root = ec2::instance::BlockDeviceMapping::new().device_name("/dev/xvda").ebs(ebs);
    let host = ec2::Instance::new().image_id("ami-0123456789abcdef0").instance_type("m7g.medium").subnet_id(&subnet);
    let host = host.security_group_ids([&guard]).iam_instance_profile(&profile).block_device_mappings([root]);
    let host = stack.add(&id("Host"), host.tags([("Name", format!("host-{group}"))]));
    let volume = ec2::Volume::new().availability_zone(zone).size(20).volume_type(ec2::volume::VolumeType::GP3);
    let volume = stack.add(&id("Volume"), volume.encrypted(true));
    stack.add(&id("Attachment"), ec2::VolumeAttachment::new().instance_id(&host).volume_id(&volume).device("/dev/sdf"));
    let address = ssm::Parameter::new().type_("String").value(host.private_ip()).name(format!("/bench/{group}"));
    stack.add(&id("Address"), address);
}

/// The most memory that the process ever had, as the kernel counts it.
fn peak_kb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or_default()
}
