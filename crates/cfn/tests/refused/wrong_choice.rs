//! A constant of another property is given.
use stackgen_cfn::ec2;
use stackgen_core::Stack;

fn main() {
    let mut stack = Stack::new("compute");
    stack.add("Volume", ec2::Volume::new().volume_type(ec2::key_pair::KeyType::RSA));
}
