//! What the colours and lines mean: only those that are in the picture.
use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::graph::layout::{Layout, SMALL, UNIT};
use crate::graph::model::{Graph, Kind, Style};

use super::icons::LOCK;
use super::shape::{drawing, text};

const LINE_HEIGHT: i32 = 22;
const SIDE: i32 = 40;

/// Draws the legend at a height and tells how high it is.
pub(super) fn legend(out: &mut String, graph: &Graph, layout: &Layout, top: i32) -> i32 {
    let width = layout.width * UNIT - SIDE;
    let (mut x, mut y) = (SIDE, top + LINE_HEIGHT / 2);
    out.push_str(r#"<g class="legend">"#);
    for entry in entries(graph, layout) {
        let wide = entry.room + SMALL.width(&entry.label) + 22;
        if x > SIDE && x + wide > width {
            (x, y) = (SIDE, y + LINE_HEIGHT);
        }
        let _ = write!(out, r#"<g class="{}" transform="translate({x} {y})">{}</g>"#, entry.class, entry.mark);
        text(out, "small", (x + entry.room, y + 4), SMALL, &entry.label, i32::MAX);
        x += wide;
    }
    out.push_str("</g>\n");
    y + LINE_HEIGHT - top
}

struct Entry {
    class: String,
    mark: String,
    /// Pixels that the mark takes.
    room: i32,
    label: String,
}

fn entries(graph: &Graph, layout: &Layout) -> Vec<Entry> {
    let resources = || graph.nodes.iter().filter(|node| matches!(node.kind, Kind::Resource | Kind::Ghost));
    let categories: BTreeSet<_> = resources().map(|node| node.category).collect();
    let mut entries: Vec<Entry> = Vec::new();
    for category in categories {
        let mark = r#"<circle class="dot" cx="5" cy="0" r="5"/>"#.to_owned();
        entries.push(Entry { class: category.name().to_owned(), mark, room: 16, label: category.name().to_owned() });
    }
    if graph.nodes.iter().any(|node| node.stateful) {
        let mut mark = String::new();
        drawing(&mut mark, LOCK, -2, -9);
        entries.push(Entry { class: "other".to_owned(), mark, room: 18, label: "holds data".to_owned() });
    }
    let styles: BTreeSet<Style> = layout.lines.iter().map(|line| line.style).collect();
    for style in styles.into_iter().rev() {
        let label = match style {
            Style::Reference => "refers to",
            Style::Order => "made after",
            Style::Crossing => "refers to another stack",
        };
        let mark = r#"<path class="way" d="M0 0H26"/><path class="head" d="M32 0L24 4L24 -4z"/>"#.to_owned();
        entries.push(Entry { class: format!("{} to-other", style.class()), mark, room: 40, label: label.to_owned() });
    }
    entries
}
