//! A property type of another property is given.
use stackgen_cfn::ec2;
use stackgen_core::Stack;

fn main() {
    let mut stack = Stack::new("compute");
    stack.add("Instance", ec2::Instance::new().block_device_mappings([ec2::instance::Ebs::new()]));
}
