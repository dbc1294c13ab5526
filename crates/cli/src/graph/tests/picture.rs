//! The SVG file: well-formed, complete, and with every text in its box.
use std::collections::HashSet;

use roxmltree::{Document, Node};
use serde_json::json;

use super::{assembly, fixture, graph};
use crate::graph::keys::keys;
use crate::graph::model::Kind;
use crate::graph::{Graph, Selection, svg};

#[test]
fn every_node_once() {
    for name in ["host", "shop", "empty"] {
        let graph = graph(&fixture(name));
        let text = svg(&graph);
        let document = Document::parse(&text).unwrap();
        let drawn: Vec<&str> = document.descendants().filter_map(|node| node.attribute("data-key")).collect();
        let unique: HashSet<&str> = drawn.iter().copied().collect();
        assert_eq!(drawn.len(), unique.len(), "a node is drawn twice");
        assert_eq!(unique, keys(&graph).iter().map(String::as_str).collect());
        let resources = graph.nodes.iter().filter(|node| node.kind == Kind::Resource).count();
        let expected: usize = fixture(name).manifest.stacks.iter().map(|stack| stack.resources.len()).sum();
        assert_eq!(resources, expected);
        let lines = document.descendants().filter(|node| has_class(*node, "line")).count();
        assert_eq!(lines, graph.lines().len());
    }
}

#[test]
fn the_same_bytes_every_time() {
    assert_eq!(svg(&graph(&fixture("host"))), svg(&graph(&fixture("host"))));
}

#[test]
fn texts_stay_in_their_boxes() {
    let long = "A".repeat(255);
    let wide = json!({"Resources": {
        long.clone(): {"Type": "AWS::EC2::Volume", "Properties": {"Size": long}, "DeletionPolicy": "Retain"},
        "漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字": {"Type": "Custom::Ünïcödé", "Properties": {}},
        "Attachment": {"Type": "AWS::EC2::VolumeAttachment", "Properties": {"VolumeId": {"Ref": long}, "Device": long}},
    }});
    for graph in [graph(&assembly(&[("wide", wide)])), graph(&fixture("host"))] {
        let text = svg(&graph);
        let document = Document::parse(&text).unwrap();
        document.descendants().filter(|node| has_class(*node, "node")).for_each(check_texts);
    }
}

/// The texts of a node are inside of its box, and those of a row do not run into each other.
fn check_texts(node: Node<'_, '_>) {
    let number = |node: Node<'_, '_>, name: &str| node.attribute(name).unwrap().parse::<i32>().unwrap();
    let shape = |child: &Node<'_, '_>| ["strip", "box", "area"].iter().any(|class| has_class(*child, class));
    let around = node.children().rfind(shape).unwrap();
    let (left, right) = (number(around, "x"), number(around, "x") + number(around, "width"));
    let mut free = left;
    for text in node.children().filter(|child| child.tag_name().name() == "text") {
        let (start, end) = (number(text, "x"), number(text, "x") + number(text, "textLength"));
        let least = if has_class(node, "row") { free } else { left };
        assert!(start >= least && end <= right, "{:?}", text.text());
        free = end;
    }
}

#[test]
fn an_app_without_stacks() {
    let nothing = graph(&assembly(&[]));
    Document::parse(&svg(&nothing)).unwrap();
    let closed = Graph::of(&fixture("shop"), &Selection { stacks: Vec::new(), closed: true }).unwrap();
    Document::parse(&svg(&closed)).unwrap();
}

fn has_class(node: Node<'_, '_>, class: &str) -> bool {
    node.attribute("class").is_some_and(|classes| classes.split(' ').any(|one| one == class))
}
