//! A machine whose boot script is longer than EC2 takes, and is therefore sent packed.
//!
//! Run it with `cargo run --example long_script`. The script has one section of its own, from a template that is bound to a
//! struct; `stackgen userdata show` and `size` say what comes of it.
use std::process::ExitCode;

use serde::Serialize;
use stackgen::cfn::ec2;
use stackgen::userdata::{BootScript, Section};
use stackgen::{App, AwsType, Parameter, Stack, Value, aws, template};

#[derive(Serialize)]
struct Denied {
    region: Value<String>,
    names: Vec<String>,
}

fn main() -> ExitCode {
    stackgen::run(|| {
        let names = (1..=1500).map(|number| format!("host-{number}.example.org")).collect();
        let denied = Denied { region: aws::region(), names };
        let section =
            Section::new("names", "the names could not be written", template!("examples/long_script.sh.hbs"), &denied);
        let script = BootScript::new(300).section(section);
        let mut stack = Stack::new("long-script");
        let image = stack.parameter("Image", Parameter::of(AwsType::ImageId));
        stack.add("Machine", ec2::Instance::new().image_id(image).instance_type("t4g.micro").user_data(script));
        Ok(App::from(stack))
    })
}
