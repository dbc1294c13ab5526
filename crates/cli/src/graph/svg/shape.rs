//! Boxes with their texts: cards, frames, and the rows in both.
use std::fmt::Write as _;

use crate::graph::category::Category;
use crate::graph::escape::xml;
use crate::graph::layout::{BESIDE_ROW, BESIDE_TITLE, Layout, Rect, SMALL, STACK_TITLE, TITLE, UNIT, remark, subtitle};
use crate::graph::model::{Graph, Kind, NodeId};
use crate::graph::text::Font;

use super::icons::{LOCK, icon};

/// A frame and all that is in it.
pub(super) fn frame(out: &mut String, graph: &Graph, layout: &Layout, id: NodeId) {
    let place = layout.places[id];
    let (radius, title) = if graph.nodes[id].kind == Kind::Stack { (14, STACK_TITLE) } else { (10, TITLE) };
    open(out, graph, layout, id, "frame");
    rectangle(out, "area", place, radius, 0);
    if graph.nodes[id].kind == Kind::Group {
        let at = (place.x * UNIT + 12, place.y * UNIT + 19);
        text(out, "small", at, SMALL, &graph.nodes[id].id, i32::MAX);
        out.push_str("</g>\n");
        return;
    }
    head(out, graph, id, place, title);
    out.push_str("</g>\n");
    rows(out, graph, layout, id);
}

/// A resource as a box, with its rows.
pub(super) fn card(out: &mut String, graph: &Graph, layout: &Layout, id: NodeId) {
    let place = layout.places[id];
    open(out, graph, layout, id, "card");
    if graph.nodes[id].stateful {
        // A second sheet under the first: there is something in it.
        rectangle(out, "box", place, 8, 4);
    }
    rectangle(out, "box", place, 8, 0);
    head(out, graph, id, place, TITLE);
    if let Some(first) = graph.rows(id).next() {
        let (x, y, width) = (place.x * UNIT, layout.places[first].y * UNIT - 1, place.width * UNIT);
        let _ = write!(out, r#"<path class="rule" d="M{} {y}h{}"/>"#, x + 10, width - 20);
    }
    out.push_str("</g>\n");
    rows(out, graph, layout, id);
}

/// Opens the group of a node. Its title is what browsers show under the mouse.
fn open(out: &mut String, graph: &Graph, layout: &Layout, id: NodeId, shape: &str) {
    let node = &graph.nodes[id];
    let kind = match node.kind {
        Kind::Stack => "stack",
        Kind::ClosedStack => "closed",
        Kind::Resource => "resource",
        Kind::Ghost => "ghost",
        Kind::Group => "group",
        Kind::Outside => "outside",
    };
    let (category, key) = (node.category.name(), xml(&layout.keys[id]));
    let _ = write!(out, r#"<g class="node {shape} {kind} {category}" data-key="{key}"><title>"#);
    let _ = write!(out, "{}", xml(&tooltip(graph, id)));
    out.push_str("</title>");
}

fn tooltip(graph: &Graph, id: NodeId) -> String {
    let node = &graph.nodes[id];
    let kind = match node.kind {
        Kind::Stack | Kind::ClosedStack => "stack",
        Kind::Outside => "an export that no stack of this app makes",
        Kind::Group => "",
        Kind::Resource | Kind::Ghost => &node.type_name,
    };
    let mut lines = vec![node.id.clone(), kind.to_owned(), node.detail.clone()];
    lines.extend(node.source.clone());
    lines.extend(node.stateful.then(|| "holds data".to_owned()));
    lines.retain(|line| !line.is_empty());
    lines.join("\n")
}

fn rectangle(out: &mut String, class: &str, place: Rect, radius: i32, sunk: i32) {
    let (x, y) = (place.x * UNIT + sunk, place.y * UNIT + sunk);
    let (width, height) = (place.width * UNIT - 2 * sunk, place.height * UNIT);
    let _ = write!(out, r#"<rect class="{class}" x="{x}" y="{y}" width="{width}" height="{height}" rx="{radius}"/>"#);
}

/// The icon, the title and what is under it.
fn head(out: &mut String, graph: &Graph, id: NodeId, place: Rect, title: Font) {
    let node = &graph.nodes[id];
    let (x, y, width) = (place.x * UNIT, place.y * UNIT, place.width * UNIT);
    let _ = write!(out, r#"<rect class="tile" x="{}" y="{}" width="30" height="30" rx="7"/>"#, x + 10, y + 10);
    drawing(out, icon(node), x + 17, y + 17);
    let room = width - BESIDE_TITLE;
    let under = subtitle(graph, id);
    text(out, "title", (x + 50, if under.is_empty() { y + 30 } else { y + 23 }), title, &node.id, room);
    if !under.is_empty() {
        text(out, "small", (x + 50, y + 39), SMALL, &under, room);
    }
    if node.stateful {
        let _ = write!(out, r#"<g class="lock {}"><title>holds data</title>"#, node.category.name());
        drawing(out, LOCK, x + width - 22, y + 6);
        out.push_str("</g>");
    }
}

pub(super) fn drawing(out: &mut String, path: &str, x: i32, y: i32) {
    let _ = write!(out, r#"<path class="icon" transform="translate({x} {y})" d="{path}"/>"#);
}

fn rows(out: &mut String, graph: &Graph, layout: &Layout, id: NodeId) {
    for row in graph.rows(id) {
        let Rect { x, y, width, height } = layout.places[row];
        let (x, middle, width) = (x * UNIT, y * UNIT + height * UNIT / 2, width * UNIT);
        open(out, graph, layout, row, "row");
        let _ = write!(
            out,
            r#"<rect class="strip" x="{}" y="{}" width="{}" height="18" rx="4" fill="none"/>"#,
            x + 4,
            middle - 9,
            width - 8
        );
        let _ = write!(out, r#"<circle class="dot" cx="{}" cy="{middle}" r="2.5"/>"#, x + 17);
        let room = width - BESIDE_ROW;
        let name = SMALL.fit(&graph.nodes[row].id, room);
        let used = text(out, "row-id", (x + 27, middle + 4), SMALL, &name, room);
        let rest = SMALL.fit(remark(graph, row), room - used);
        let at = x + width - 12 - SMALL.width(&rest);
        text(out, "remark", (at, middle + 4), SMALL, &rest, room - used);
        out.push_str("</g>\n");
    }
}

/// A text of at most `room` pixels, pinned to its width; tells how wide it is.
pub(super) fn text(out: &mut String, class: &str, (x, y): (i32, i32), font: Font, text: &str, room: i32) -> i32 {
    let text = font.fit(text, room);
    let width = font.width(&text);
    if width > 0 {
        let _ = write!(
            out,
            r#"<text class="{class}" x="{x}" y="{y}" textLength="{width}" lengthAdjust="spacingAndGlyphs">{}</text>"#,
            xml(&text)
        );
    }
    width
}

/// The class of lines to a node.
pub(super) fn class_to(category: Category) -> String {
    format!("to-{}", category.name())
}
