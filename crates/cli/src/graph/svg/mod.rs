//! The picture: one SVG file that needs nothing else, light or dark as its reader likes it.
mod icons;
mod legend;
mod line;
mod shape;
mod style;

use std::fmt::Write as _;

use super::escape::xml;
use super::layout::{Layout, UNIT, layout};
use super::model::{Graph, Kind, NodeId};

/// The picture as a file.
pub(crate) fn svg(graph: &Graph) -> String {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    out.push_str(&picture(graph));
    out
}

/// The picture as an element, for a file or a page.
pub(super) fn picture(graph: &Graph) -> String {
    let layout = layout(graph);
    let width = layout.width.max(40) * UNIT;
    let mut body = String::new();
    draw(&mut body, graph, &layout);
    let bottom = layout.height * UNIT - 20;
    let height = bottom + legend::legend(&mut body, graph, &layout, bottom);
    let mut out = String::new();
    let _ = writeln!(
        out,
        r#"<svg xmlns="http://www.w3.org/2000/svg" role="img" width="{width}" height="{height}" viewBox="0 0 {width} {height}">"#
    );
    let _ = writeln!(out, "<title>{}</title>\n<style>\n{}</style>", xml(&caption(graph)), style::sheet());
    let _ = writeln!(out, r#"<rect class="paper" width="{width}" height="{height}"/>"#);
    out.push_str(&body);
    out.push_str("</svg>\n");
    out
}

/// Frames first and cards last, so that a line ends under the card that it points to.
fn draw(out: &mut String, graph: &Graph, layout: &Layout) {
    let mut cards = String::new();
    let roots: Vec<NodeId> = graph.boxes(None).collect();
    roots.into_iter().for_each(|root| boxes(out, &mut cards, graph, layout, root));
    // Half-transparent as a whole, or lines that run together would be darker where they do.
    out.push_str("<g class=\"lines\">\n");
    for (one, corners) in layout.lines.iter().zip(&layout.routes) {
        line::line(out, graph, layout, one, corners);
    }
    out.push_str("</g>\n");
    out.push_str(&cards);
}

fn boxes(frames: &mut String, cards: &mut String, graph: &Graph, layout: &Layout, id: NodeId) {
    if graph.is_frame(id) {
        shape::frame(frames, graph, layout, id);
        graph.boxes(Some(id)).for_each(|child| boxes(frames, cards, graph, layout, child));
    } else {
        shape::card(cards, graph, layout, id);
    }
}

pub(super) fn caption(graph: &Graph) -> String {
    let stacks = graph.nodes.iter().filter(|node| matches!(node.kind, Kind::Stack | Kind::ClosedStack));
    let names: Vec<&str> = stacks.map(|node| node.id.as_str()).collect();
    if names.is_empty() { "No stacks".to_owned() } else { names.join(", ") }
}
