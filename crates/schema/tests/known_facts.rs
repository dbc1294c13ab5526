//! Facts that anybody can look up, and that later work leans on.
use stackgen_schema::{Facts, ResourceType};

fn resource(name: &str) -> ResourceType {
    Facts::embedded().resource(name).unwrap()
}

#[test]
fn everything_decodes() {
    let bytes = include_bytes!("../facts.bin").to_vec();
    let facts = Facts::parse(bytes).unwrap();
    assert!(facts.type_names().count() > 1_900);
}

#[test]
fn instance() {
    let instance = resource("AWS::EC2::Instance");
    assert!(instance.create_only.contains(&"/ImageId".to_owned()));
    assert_eq!(instance.ref_returns, ["InstanceId"]);
}
