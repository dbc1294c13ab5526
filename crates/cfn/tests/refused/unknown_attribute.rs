//! An attribute that the type does not have is read.
use stackgen_cfn::ec2;
use stackgen_core::Stack;

fn main() {
    let mut stack = Stack::new("network");
    let vpc = stack.add("Vpc", ec2::Vpc::new().cidr_block("10.0.0.0/16"));
    vpc.private_ip();
}
