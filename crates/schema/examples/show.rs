//! Prints what is known about a resource type: `cargo run -p stackgen-schema --example show AWS::EC2::Volume`.
use stackgen_schema::{Facts, ShapeId};

fn show(facts: &Facts, id: ShapeId, depth: usize, seen: &mut Vec<ShapeId>) {
    if seen.contains(&id) || depth > 4 {
        return;
    }
    seen.push(id);
    let shape = facts.shape(id);
    for p in &shape.properties {
        let inner = facts.shape(p.shape);
        println!(
            "{:indent$}{}{} {:?} {:?}",
            "",
            p.name,
            if p.required { "!" } else { "" },
            p.kind,
            inner.name,
            indent = depth * 2
        );
        if let Some(object) = p.kind.object() {
            show(facts, object, depth + 1, seen);
        }
    }
    seen.pop();
}

fn main() {
    let facts = Facts::embedded();
    for name in std::env::args().skip(1) {
        let r = facts.resource(&name).expect("no such type");
        println!("{r:?}");
        show(facts, r.properties, 0, &mut Vec::new());
    }
}
