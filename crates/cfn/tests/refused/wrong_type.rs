//! A number is wanted and a text is given.
use stackgen_cfn::ec2;
use stackgen_core::Stack;

fn main() {
    let mut stack = Stack::new("compute");
    stack.add("Volume", ec2::Volume::new().size("20"));
}
