//! Lines with round corners and a head where they end.
use std::fmt::Write as _;

use crate::graph::escape::xml;
use crate::graph::layout::{Layout, UNIT};
use crate::graph::model::{Graph, Line};

use super::shape::class_to;

/// In units where a layout says so, else in pixels.
type Point = (i32, i32);

/// How round a corner is.
const RADIUS: i32 = 8;
/// The length of the head and half its width.
const HEAD: (i32, i32) = (8, 4);

pub(super) fn line(out: &mut String, graph: &Graph, layout: &Layout, line: &Line, corners: &[Point]) {
    let (style, target) = (line.style.class(), class_to(graph.nodes[line.to].category));
    let corners: Vec<Point> = corners.iter().map(|&(x, y)| (x * UNIT, y * UNIT)).collect();
    let (from, to) = (xml(&layout.keys[line.from]), xml(&layout.keys[line.to]));
    let _ = write!(out, r#"<g class="line {style} {target}" data-from="{from}" data-to="{to}">"#);
    let _ = write!(out, "<title>{}</title>", xml(&line.reasons.join("\n")));
    let (way, head) = (way(&corners), head(&corners));
    let _ = write!(out, r#"<path class="hit" d="{way}"/><path class="way" d="{way}"/><path class="head" d="{head}"/>"#);
    out.push_str("</g>\n");
}

/// Towards `to` from `from`, at most `length` far.
fn towards(from: Point, to: Point, length: i32) -> Point {
    let part = |from: i32, to: i32| from + (to - from).clamp(-length, length);
    (part(from.0, to.0), part(from.1, to.1))
}

/// Drawn from the end back to the start, so that the dashes of lines to one end lie on each other.
fn way(corners: &[Point]) -> String {
    let [start, between @ .., end] = corners else { return String::new() };
    let before = between.last().unwrap_or(start);
    let (x, y) = towards(*end, *before, HEAD.0 - 2);
    let mut path = format!("M{x} {y}");
    for triple in corners.windows(3).rev() {
        let (before, (x, y), after) = (triple[0], triple[1], triple[2]);
        let half = |other: Point| ((other.0 - x).abs() + (other.1 - y).abs()) / 2;
        let radius = RADIUS.min(half(before)).min(half(after));
        let (enter, leave) = (towards((x, y), after, radius), towards((x, y), before, radius));
        let _ = write!(path, "L{} {}Q{x} {y} {} {}", enter.0, enter.1, leave.0, leave.1);
    }
    path + &format!("L{} {}", start.0, start.1)
}

fn head(corners: &[Point]) -> String {
    let [.., before, (x, y)] = corners[..] else { return String::new() };
    let (right, down) = ((x - before.0).signum(), (y - before.1).signum());
    let (back_x, back_y) = (x - right * HEAD.0, y - down * HEAD.0);
    let (side_x, side_y) = (down * HEAD.1, right * HEAD.1);
    format!("M{x} {y}L{} {}L{} {}z", back_x + side_x, back_y + side_y, back_x - side_x, back_y - side_y)
}
