//! Two stacks, one of which uses what the other has: handles are enough, and stackgen makes the export and the import.
//!
//! Run it with `cargo run --example two_stacks`; it prints both templates.
use stackgen::cfn::{ec2, ssm};
use stackgen::{App, Stack, template_yaml};

#[expect(clippy::print_stdout, reason = "the templates are what this example is for")]
fn main() {
    let mut network = Stack::new("network");
    let vpc = network.add("Vpc", ec2::Vpc::new().cidr_block("10.0.0.0/16"));

    let mut notes = Stack::new("notes");
    let name = ssm::Parameter::new().type_("String").name("/network/vpc");
    notes.add("VpcId", name.value(&vpc));

    let mut app = App::new();
    app.tag("Project", "example").add(notes).add(network);
    match app.synth() {
        Ok(app) => app.stacks.iter().for_each(|stack| println!("# {}\n{}", stack.name, template_yaml(&stack.template))),
        Err(problems) => problems.iter().for_each(|problem| println!("{problem}")),
    }
}
