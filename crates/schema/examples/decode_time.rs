//! How long looking things up takes: `cargo run -p stackgen-schema --example decode_time`.
#![expect(clippy::print_stdout, reason = "an example talks to whoever runs it")]
use std::hint::black_box;
use std::time::Instant;

use stackgen_schema::{Facts, ShapeId};

fn main() {
    let start = Instant::now();
    let facts = Facts::embedded();
    println!("{:>10.1?}  opening", start.elapsed());

    let start = Instant::now();
    let instance = facts.resource("AWS::EC2::Instance");
    println!("{:>10.1?}  one type, the first time", start.elapsed());
    let Some(instance) = instance else { return };

    let rounds = 1_000;
    let start = Instant::now();
    for _ in 0..rounds {
        black_box(facts.resource("AWS::EC2::Instance"));
    }
    println!("{:>10.1?}  one type, on average", start.elapsed() / rounds);

    let start = Instant::now();
    for _ in 0..rounds {
        black_box(facts.shape(instance.properties));
    }
    println!("{:>10.1?}  its properties, on average", start.elapsed() / rounds);

    let start = Instant::now();
    for name in facts.type_names() {
        black_box(facts.resource(name));
    }
    println!("{:>10.1?}  all types", start.elapsed());

    let start = Instant::now();
    for id in 0..facts.shape_count() {
        black_box(facts.shape(ShapeId(id as u32)));
    }
    println!("{:>10.1?}  all shapes", start.elapsed());
}
