//! Lines with round corners and a head where they end.
use std::fmt::Write as _;

use crate::graph::escape::xml;
use crate::graph::layout::{Layout, UNIT};
use crate::graph::model::{Graph, Line};

use super::shape::class_to;

/// How round a corner is.
const RADIUS: i32 = 8;
/// The length of the head and half its width.
const HEAD: (i32, i32) = (8, 4);

pub(super) fn line(out: &mut String, graph: &Graph, layout: &Layout, line: &Line, corners: &[(i32, i32)]) {
    let (style, target) = (line.style.class(), class_to(graph.nodes[line.to].category));
    let corners: Vec<(i32, i32)> = corners.iter().map(|&(x, y)| (x * UNIT, y * UNIT)).collect();
    let (from, to) = (xml(&layout.keys[line.from]), xml(&layout.keys[line.to]));
    let _ = write!(out, r#"<g class="line {style} {target}" data-from="{from}" data-to="{to}">"#);
    let _ = write!(out, "<title>{}</title>", xml(&line.reasons.join("\n")));
    let (way, head) = (way(&corners), head(&corners));
    let _ = write!(out, r#"<path class="hit" d="{way}"/><path class="way" d="{way}"/><path class="head" d="{head}"/>"#);
    out.push_str("</g>\n");
}

/// Towards `to` from `from`, at most `length` far.
fn towards(from: (i32, i32), to: (i32, i32), length: i32) -> (i32, i32) {
    let part = |from: i32, to: i32| from + (to - from).clamp(-length, length);
    (part(from.0, to.0), part(from.1, to.1))
}

fn way(corners: &[(i32, i32)]) -> String {
    let mut path = String::new();
    for (index, &(x, y)) in corners.iter().enumerate() {
        match (index.checked_sub(1).map(|before| corners[before]), corners.get(index + 1)) {
            (None, _) => drop(write!(path, "M{x} {y}")),
            (Some(before), None) => {
                let (x, y) = towards((x, y), before, HEAD.0 - 2);
                let _ = write!(path, "L{x} {y}");
            }
            (Some(before), Some(&after)) => {
                let half = |other: (i32, i32)| ((other.0 - x).abs() + (other.1 - y).abs()) / 2;
                let radius = RADIUS.min(half(before)).min(half(after));
                let (start, end) = (towards((x, y), before, radius), towards((x, y), after, radius));
                let _ = write!(path, "L{} {}Q{x} {y} {} {}", start.0, start.1, end.0, end.1);
            }
        }
    }
    path
}

fn head(corners: &[(i32, i32)]) -> String {
    let [.., before, (x, y)] = corners[..] else { return String::new() };
    let (right, down) = ((x - before.0).signum(), (y - before.1).signum());
    let (back_x, back_y) = (x - right * HEAD.0, y - down * HEAD.0);
    let (side_x, side_y) = (down * HEAD.1, right * HEAD.1);
    format!("M{x} {y}L{} {}L{} {}z", back_x + side_x, back_y + side_y, back_x - side_x, back_y - side_y)
}
