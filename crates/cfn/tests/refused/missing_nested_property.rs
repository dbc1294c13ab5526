//! A required property is missing inside a list of property types.
use stackgen_cfn::ec2;
use stackgen_core::Stack;

fn main() {
    let mut stack = Stack::new("compute");
    let ebs = ec2::instance::Ebs::new().volume_size(20);
    stack.add("Instance", ec2::Instance::new().block_device_mappings([ec2::instance::BlockDeviceMapping::new().ebs(ebs)]));
}
