//! Where everything goes. Boxes first, from the inside out: the content of each frame is arranged by its arrows, then the
//! frame is one box of the frame around it. Arrows last, on the grid lines that the boxes leave free.
mod columns;
mod cost;
mod grid;
mod layers;
mod pack;
mod rect;
mod route;
mod search;
mod spread;

use super::keys::keys;
use super::model::{Graph, Kind, Line, NodeId};
use super::text::Font;
use columns::Wished;
use layers::Arrow;
use rect::{Arrangement, Aspect};
pub(super) use rect::{Rect, UNIT};

/// What is told of a box to those that arrange it.
#[derive(Clone, Copy, Debug)]
struct Item {
    width: i32,
    height: i32,
    /// Cards may be made wider; frames may not.
    is_card: bool,
}

impl Item {
    fn turned(self) -> Self {
        Item { width: self.height, height: self.width, ..self }
    }
}

/// A picture without colours.
pub(super) struct Layout {
    /// By node. A row has the strip of its card that it is written in.
    pub(super) places: Vec<Rect>,
    /// By node.
    pub(super) keys: Vec<String>,
    pub(super) lines: Vec<Line>,
    /// The corners of each line, from its start to its end, in units.
    pub(super) routes: Vec<Vec<(i32, i32)>>,
    pub(super) width: i32,
    pub(super) height: i32,
}

pub(super) const TITLE: Font = Font { size: 13, bold: true };
pub(super) const SMALL: Font = Font { size: 11, bold: false };
pub(super) const STACK_TITLE: Font = Font { size: 16, bold: true };

/// Units of a card's head, and of the head of a frame with its upper padding.
const HEAD: i32 = 5;
const ROW: i32 = 2;
/// Units of a group's head.
const CAPTION: i32 = 2;
const PADDING: i32 = 3;
/// Units around everything, where arrows can pass.
const MARGIN: i32 = 4;
/// Pixels of a card that are no title: the icon and the paddings.
pub(super) const BESIDE_TITLE: i32 = 62;
/// Pixels of a row that are no text: its dot, its paddings and what is between its two texts.
pub(super) const BESIDE_ROW: i32 = 50;
const NARROWEST: i32 = 16;
const WIDEST: i32 = 32;

/// Screens and pages are wider than high.
const SCREEN: Aspect = Aspect { tenths: 16 };
/// Forms to try for the frames inside: two high ones beside each other make a good whole.
const ASPECTS: [i64; 6] = [6, 8, 11, 16, 22, 32];

pub(super) fn layout(graph: &Graph) -> Layout {
    let lines = graph.lines();
    let tries = ASPECTS.map(|tenths| arranged(graph, &lines, Aspect { tenths }));
    let best = tries.into_iter().min_by_key(|found| found.score(SCREEN));
    let Arrangement { mut places, width, height } = best.unwrap_or_default();
    let roots: Vec<NodeId> = graph.boxes(None).collect();
    roots.into_iter().for_each(|root| shift(graph, root, MARGIN, MARGIN, &mut places));
    place_rows(graph, &mut places);
    let (width, height) = (width + 2 * MARGIN, height + 2 * MARGIN);
    let routes = route::route(graph, &lines, &places, width, height);
    Layout { places, keys: keys(graph), lines, routes, width, height }
}

/// All boxes, with frames of about one form.
fn arranged(graph: &Graph, lines: &[Line], aspect: Aspect) -> Arrangement {
    let mut places = vec![Rect::default(); graph.nodes.len()];
    let (width, height) = arrange(graph, lines, None, aspect, &mut places);
    Arrangement { places, width, height }
}

/// Arranges what is in a frame, relative to its upper left corner, and tells the size of the content.
fn arrange(graph: &Graph, lines: &[Line], frame: Option<NodeId>, aspect: Aspect, places: &mut [Rect]) -> (i32, i32) {
    let boxes: Vec<NodeId> = graph.boxes(frame).collect();
    let items: Vec<Item> = boxes.iter().map(|&id| item(graph, lines, id, aspect, places)).collect();
    let arrows: Vec<Arrow> = lines.iter().filter_map(|line| arrow(graph, line, &boxes)).collect();
    let wished = match frame {
        None => Wished { aspect: SCREEN, flush: boxes.iter().any(|&id| graph.is_frame(id)) },
        Some(_) => Wished { aspect, flush: false },
    };
    let arrangement = pack::pack(&items, &arrows, wished);
    for (&id, place) in boxes.iter().zip(&arrangement.places) {
        shift_content(graph, id, place.x, place.y, places);
        places[id] = *place;
    }
    (arrangement.width, arrangement.height)
}

/// A card, or a frame whose content is arranged.
fn item(graph: &Graph, lines: &[Line], id: NodeId, aspect: Aspect, places: &mut [Rect]) -> Item {
    let title = title_width(graph, id);
    if !graph.is_frame(id) {
        return Item { width: title, height: head(graph, id), is_card: true };
    }
    let (width, height) = arrange(graph, lines, Some(id), aspect, places);
    let top = head(graph, id) + 1;
    shift_content(graph, id, PADDING, top, places);
    Item { width: (width + 2 * PADDING).max(title), height: height + top + PADDING, is_card: false }
}

/// A line as seen between the boxes of one frame, if it runs between two of them.
fn arrow(graph: &Graph, line: &Line, boxes: &[NodeId]) -> Option<Arrow> {
    let position = |end: NodeId| graph.ancestry(end).find_map(|id| boxes.iter().position(|&one| one == id));
    let (from, to) = (position(line.from)?, position(line.to)?);
    let at =
        |end: NodeId, position: usize| if graph.nodes[end].is_row { row_at(graph, end, boxes[position]) } else { 0.5 };
    (from != to).then(|| Arrow { from, to, from_at: at(line.from, from), to_at: at(line.to, to) })
}

/// How far down its card a row is, from 0 to 1.
fn row_at(graph: &Graph, row: NodeId, card: NodeId) -> f64 {
    match graph.rows(card).position(|one| one == row) {
        Some(index) => f64::from(HEAD + ROW * index as i32 + 1) / f64::from(head(graph, card)),
        None => 0.5,
    }
}

fn shift(graph: &Graph, id: NodeId, x: i32, y: i32, places: &mut [Rect]) {
    places[id] = places[id].moved(x, y);
    shift_content(graph, id, x, y, places);
}

fn shift_content(graph: &Graph, frame: NodeId, x: i32, y: i32, places: &mut [Rect]) {
    graph.boxes(Some(frame)).for_each(|child| shift(graph, child, x, y, places));
}

/// The height of a card, or of a frame above its content.
fn head(graph: &Graph, id: NodeId) -> i32 {
    if graph.nodes[id].kind == Kind::Group {
        return CAPTION;
    }
    let rows = graph.rows(id).count() as i32;
    if rows == 0 { HEAD } else { HEAD + ROW * rows + 1 }
}

/// The width that the texts of a card or of a frame's head want.
fn title_width(graph: &Graph, id: NodeId) -> i32 {
    let node = &graph.nodes[id];
    let title = if node.kind == Kind::Stack { STACK_TITLE } else { TITLE };
    if node.kind == Kind::Group {
        return (SMALL.width(&node.id) + 2 * UNIT) / UNIT + 1;
    }
    let head = title.width(&node.id).max(SMALL.width(&subtitle(graph, id))) + BESIDE_TITLE;
    let rows =
        graph.rows(id).map(|row| SMALL.width(&graph.nodes[row].id) + SMALL.width(remark(graph, row)) + BESIDE_ROW);
    let pixels = rows.fold(head, i32::max);
    // Widths in steps make columns of cards line up more often.
    (((pixels + UNIT - 1) / UNIT + 3) / 4 * 4).clamp(NARROWEST, WIDEST)
}

/// What stands under the title.
pub(super) fn subtitle(graph: &Graph, id: NodeId) -> String {
    let node = &graph.nodes[id];
    match (node.what.as_str(), node.detail.as_str()) {
        ("", text) | (text, "") => text.to_owned(),
        (what, detail) => format!("{what} · {detail}"),
    }
}

/// What stands at the end of a row.
pub(super) fn remark(graph: &Graph, row: NodeId) -> &str {
    let node = &graph.nodes[row];
    if node.detail.is_empty() { &node.what } else { &node.detail }
}

fn place_rows(graph: &Graph, places: &mut [Rect]) {
    for card in 0..graph.nodes.len() {
        let Rect { x, y, width, .. } = places[card];
        for (index, row) in graph.rows(card).enumerate() {
            places[row] = Rect { x, y: y + HEAD + ROW * index as i32, width, height: ROW };
        }
    }
}
