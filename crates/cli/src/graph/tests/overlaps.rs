//! No two boxes touch, everything is in its frame, and no line runs through a box, whatever the graph.
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::{assembly, fixture, graph};
use crate::graph::layout::{Layout, Rect, layout};
use crate::graph::model::{Graph, NodeId};

const TYPES: [&str; 12] = [
    "AWS::EC2::VPC",
    "AWS::EC2::Subnet",
    "AWS::EC2::Subnet",
    "AWS::EC2::Instance",
    "AWS::EC2::Volume",
    "AWS::EC2::VolumeAttachment",
    "AWS::EC2::SecurityGroup",
    "AWS::IAM::Role",
    "AWS::IAM::Policy",
    "AWS::Logs::LogGroup",
    "AWS::SNS::Topic",
    "AWS::EC2::RouteTable",
];
const PROPERTIES: [&str; 7] = ["VpcId", "SubnetId", "VolumeId", "Roles", "InstanceId", "Any", "Other"];

/// Resources of a stack: the type of each, and which others its properties refer to.
fn template() -> impl Strategy<Value = Value> {
    let reference = (0..PROPERTIES.len(), 0..40_usize);
    let resource = (0..TYPES.len(), prop::collection::vec(reference, 0..5), 1..30_usize);
    prop::collection::vec(resource, 0..15).prop_map(|resources| {
        let count = resources.len();
        let names: Vec<String> = resources
            .iter()
            .enumerate()
            .map(|(index, (_, _, long))| format!("R{index}{}", "x".repeat(*long)))
            .collect();
        let bodies = resources.iter().map(|(kind, references, _)| {
            let mut properties: Map<String, Value> = Map::new();
            for (property, target) in references {
                let list = properties.entry(PROPERTIES[*property]).or_insert_with(|| json!([]));
                list.as_array_mut().unwrap().push(json!({"Ref": names[target % count]}));
            }
            json!({"Type": TYPES[*kind], "Properties": properties})
        });
        json!({"Resources": names.iter().cloned().zip(bodies).collect::<Map<String, Value>>()})
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_stacks(one in template(), two in template()) {
        let graph = graph(&assembly(&[("one", one), ("two", two)]));
        check(&graph, &layout(&graph));
    }
}

#[test]
fn fixtures() {
    for name in ["host", "shop", "empty"] {
        let graph = graph(&fixture(name));
        check(&graph, &layout(&graph));
    }
}

fn check(graph: &Graph, layout: &Layout) {
    let picture = Rect { x: 0, y: 0, width: layout.width, height: layout.height };
    let frames = (0..graph.nodes.len()).filter(|&id| graph.is_frame(id)).map(Some);
    for frame in frames.chain([None]) {
        let around = frame.map_or(picture, |frame| layout.places[frame]);
        let boxes: Vec<NodeId> = graph.boxes(frame).collect();
        for (index, &one) in boxes.iter().enumerate() {
            assert!(is_inside(layout.places[one], around), "{} leaves its frame", graph.nodes[one].id);
            for &other in &boxes[index + 1..] {
                let is_apart = !overlap(layout.places[one], layout.places[other]);
                assert!(is_apart, "{} touches {}", graph.nodes[one].id, graph.nodes[other].id);
            }
        }
    }
    for (line, corners) in layout.lines.iter().zip(&layout.routes) {
        let (from, to) = (graph.box_of(line.from), graph.box_of(line.to));
        assert!(corners.len() >= 2, "a line without a way");
        for pair in corners.windows(2) {
            check_step(graph, layout, pair[0], pair[1], [from, to]);
        }
    }
}

/// A line is beside all cards; at its own ones it touches the border.
fn check_step(graph: &Graph, layout: &Layout, from: (i32, i32), to: (i32, i32), ends: [NodeId; 2]) {
    assert!(from.0 == to.0 || from.1 == to.1, "a slanted line");
    for id in (0..graph.nodes.len()).filter(|&id| !graph.nodes[id].is_row && !graph.is_frame(id)) {
        let place = layout.places[id];
        let shrink = i32::from(ends.contains(&id));
        let left = from.0.min(to.0) < place.right() + 1 - shrink && from.0.max(to.0) > place.x - 1 + shrink;
        let top = from.1.min(to.1) < place.bottom() + 1 - shrink && from.1.max(to.1) > place.y - 1 + shrink;
        assert!(!(left && top), "a line runs through {}", graph.nodes[id].id);
    }
}

fn is_inside(inner: Rect, outer: Rect) -> bool {
    inner.x > outer.x && inner.y > outer.y && inner.right() < outer.right() && inner.bottom() < outer.bottom()
}

fn overlap(one: Rect, other: Rect) -> bool {
    one.x <= other.right() && other.x <= one.right() && one.y <= other.bottom() && other.y <= one.bottom()
}
