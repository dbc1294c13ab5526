//! What the build script makes of a small service in which everything difficult occurs. The files in `golden/` are compiled
//! here too; `GOLDEN=overwrite cargo test -p stackgen-cfn --test golden` writes them anew.
#![allow(
    dead_code,
    unused_imports,
    unused_macros,
    clippy::all,
    reason = "made of parts of the crate and of generated code"
)]

use std::path::Path;
use std::{env, fs};

use stackgen_schema::{
    Attribute, Document, Facts, Kind, Literal, Property, Replacement, ResourceType, Shape, ShapeId, TypeSet,
};

#[path = "../src/bag.rs"]
mod bag;
#[path = "../build/main.rs"]
mod build;
#[path = "../src/kinds.rs"]
mod kinds;
#[allow(non_camel_case_types)]
mod missing {
    include!("golden/missing.rs");
}
mod toys {
    include!("golden/toys.rs");
}

/// Numbers of the shapes below.
const TEXT: ShapeId = ShapeId(0);
const SIZE: ShapeId = ShapeId(1);
const MODES: ShapeId = ShapeId(2);
const LID: ShapeId = ShapeId(3);
const BUILDER: ShapeId = ShapeId(4);
const BOX: ShapeId = ShapeId(5);
const CRATE: ShapeId = ShapeId(6);
const HISTORY: ShapeId = ShapeId(7);

fn property(name: &str, required: bool, kind: Kind, shape: ShapeId) -> Property {
    Property { name: name.to_owned(), required, kind, shape }
}

fn texts(values: &[&str]) -> Vec<Literal> {
    values.iter().map(|value| Literal::String((*value).to_owned())).collect()
}

fn list(kind: Kind) -> Kind {
    Kind::List(Box::new(kind))
}

fn shapes() -> Vec<Shape> {
    let object = |name: Option<&str>, properties| Shape {
        name: name.map(str::to_owned),
        types: TypeSet::OBJECT,
        properties,
        ..Shape::default()
    };
    let size = Shape { minimum: Some("1".to_owned()), maximum: Some("9".to_owned()), ..Shape::default() };
    let allowed = texts(&["on", "ON", "1.5x", "*"]);
    let modes = Shape { types: TypeSet::STRING, allowed, ..Shape::default() };
    let pattern = Shape { pattern: Some("^[a-z`]+$".to_owned()), max_size: Some(8), ..Shape::default() };
    let lid = vec![
        property("IPv6Addresses", false, list(Kind::String), TEXT),
        property("Lid", false, Kind::Object(LID), LID),
        property("Mode", true, Kind::String, MODES),
        property("Size", true, Kind::Integer, SIZE),
    ];
    let plan = vec![property("Self", false, Kind::Boolean, TEXT), property("Type", true, Kind::Number, TEXT)];
    let boxes = vec![
        property("Arn", true, Kind::String, TEXT),
        property("History", false, list(Kind::Object(HISTORY)), TEXT),
        property("Labels", false, Kind::Map(Box::new(Kind::String)), TEXT),
        property("Lid", true, Kind::Object(LID), LID),
        property("Plan", false, Kind::Object(BUILDER), BUILDER),
        property("Name", false, Kind::String, TEXT),
        property("New", false, Kind::Json, TEXT),
        property("Tags", false, list(Kind::Tag), TEXT),
    ];
    let history = object(Some("History"), vec![property("Day", true, Kind::String, TEXT)]);
    let mut crates = object(None, vec![property("Lids", false, list(Kind::Object(LID)), TEXT)]);
    crates.required_or = vec![vec!["Lids".to_owned(), "Other".to_owned()]];
    vec![
        pattern,
        size,
        modes,
        object(Some("Lid"), lid),
        object(Some("Builder"), plan),
        object(None, boxes),
        crates,
        history,
    ]
}

fn resource(name: &str, properties: ShapeId, attributes: &[&str]) -> ResourceType {
    let attribute = |name: &&str| Attribute { name: (*name).to_owned(), kind: Kind::String };
    ResourceType {
        name: name.to_owned(),
        properties,
        attributes: attributes.iter().map(attribute).collect(),
        ref_returns: Vec::new(),
        create_only: vec!["/Name".to_owned()],
        conditional_create_only: vec!["/Plan/Type".to_owned()],
        read_only: vec!["/Arn".to_owned(), "/History".to_owned()],
        refused: Vec::new(),
        write_only: Vec::new(),
        deprecated: vec!["/New".to_owned()],
        primary_identifier: Vec::new(),
        arn: None,
        tagging: None,
        stateful: false,
        replacement: Replacement::CreateThenDelete,
        updatable: true,
        regions: 1,
        permissions: Vec::new(),
    }
}

fn facts() -> Facts {
    let types = vec![
        resource("AWS::Toys::BOX", BOX, &["Arn", "Lid.Size", "Source"]),
        resource("AWS::Toys::Crate", CRATE, &["CrateID"]),
    ];
    let document = Document { shapes: shapes(), types, ..Document::default() };
    Facts::parse(document.encode().expect("the document is small")).expect("it was encoded just now")
}

#[test]
fn a_small_service_is_written_as_expected() {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let out = Path::new(env!("CARGO_TARGET_TMPDIR"));
    build::generate(&facts(), &|_| true, out).unwrap();
    for file in ["missing.rs", "services.rs", "toys.rs"] {
        let new = fs::read_to_string(out.join(file)).unwrap();
        if env::var_os("GOLDEN").is_some() {
            fs::write(golden.join(file), &new).unwrap();
        }
        let old = fs::read_to_string(golden.join(file)).unwrap();
        assert!(old == new, "{file} differs from the golden file:\n{new}");
    }
}

#[test]
fn only_enabled_services_are_written() {
    let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join("none");
    fs::create_dir_all(&out).unwrap();
    build::generate(&facts(), &|feature| feature != "toys", &out).unwrap();
    assert_eq!(fs::read_to_string(out.join("services.rs")).unwrap(), "");
    assert!(!out.join("toys.rs").exists());
}

#[test]
fn what_is_written_works() {
    use toys::box_::Plan;
    use toys::crate_::{Lid, Mode};
    let lid = Lid::new().size(3).mode(Mode::ON).ipv6_addresses(["::1"]);
    let toy = toys::Box::new()
        .name("a")
        .lid(Lid::new().mode("new").size(1).lid(lid))
        .plan(Plan::new().type_(1.5))
        .new_("x")
        .labels([("k", "v")]);
    let mut stack = stackgen_core::Stack::new("toys");
    let toy = stack.add("Toy", toy);
    stack.output("Size", toy.lid_size());
    stack.output("Source", toy.source_attribute());
}
