//! A required property is missing.
use stackgen_cfn::ec2;
use stackgen_core::Stack;

fn main() {
    let mut stack = Stack::new("compute");
    stack.add("Attachment", ec2::VolumeAttachment::new().volume_id("vol-1"));
}
