//! Finds a way for each line around the boxes, with few bends and crossings, and apart from other lines.
use crate::graph::model::{Graph, Line, NodeId, Style};

use super::cost::Terrain;
use super::grid::{DIRECTIONS, Ends, Grid, Point};
use super::search::Search;
use super::{HEAD, Rect};

/// A place where a line may touch a box.
#[derive(Clone, Copy, Debug)]
pub(super) struct Port {
    pub(super) at: Point,
    /// The direction that leads away from the box.
    pub(super) outwards: usize,
    /// Distance from the middle of the side, which looks best.
    pub(super) bias: u32,
}

/// How often lines are taken up and laid again, now that they know each other.
const ROUNDS: usize = 2;

/// The corners of each line.
pub(super) fn route(graph: &Graph, lines: &[Line], places: &[Rect], width: i32, height: i32) -> Vec<Vec<Point>> {
    let mut grid = Grid::new(graph, places, width, height);
    let mut search = Search::new(&grid);
    let mut routes: Vec<Vec<Point>> = vec![Vec::new(); lines.len()];
    let mut order: Vec<usize> = (0..lines.len()).collect();
    order.sort_by_key(|&index| (lines[index].style == Style::Crossing, distance(places, &lines[index]), index));
    for round in 0..ROUNDS {
        for &index in &order {
            let line = &lines[index];
            if search.is_hasty() && round > 0 {
                return routes;
            }
            if round > 0 {
                grid.clear();
                let others = (0..lines.len()).filter(|&other| other != index);
                others.for_each(|other| grid.run(&routes[other], ends(graph, &lines[other])));
            }
            let (from, to) = (ports(graph, places, line.from), ports(graph, places, line.to));
            let terrain = Terrain::new(&grid, ends(graph, line), passable(graph, line), &to);
            routes[index] = search.find(&terrain, &from).unwrap_or_else(|| straight(places, line));
            grid.run(&routes[index], ends(graph, line));
        }
    }
    routes
}

/// Lines of different looks do not run as one, so the look is a part of the ends.
fn ends(graph: &Graph, line: &Line) -> Ends {
    let look = line.style as usize * 8 + graph.nodes[line.to].category as usize;
    Ends { from: line.from * 32 + look, to: line.to * 32 + look }
}

fn distance(places: &[Rect], line: &Line) -> i32 {
    let (from, to) = (places[line.from], places[line.to]);
    let apart = |low: i32, high: i32, other_low: i32, other_high: i32| (other_low - high).max(low - other_high).max(0);
    apart(from.x, from.right(), to.x, to.right()) + apart(from.y, from.bottom(), to.y, to.bottom())
}

/// The frames that a line may run in: those around its ends.
fn passable(graph: &Graph, line: &Line) -> Vec<u32> {
    let around = |end: NodeId| graph.ancestry(graph.box_of(end)).skip(1);
    around(line.from).chain(around(line.to)).map(|id| id as u32).collect()
}

/// Where a line may touch a node: anywhere at a box but its corners, and at the two sides of a row.
fn ports(graph: &Graph, places: &[Rect], id: NodeId) -> Vec<Port> {
    let Rect { x, y, width, height } = places[id];
    let (right, bottom) = (x + width, y + height);
    if graph.nodes[id].is_row {
        let middle = y + height / 2;
        return vec![
            Port { at: (right, middle), outwards: 0, bias: 0 },
            Port { at: (x, middle), outwards: 2, bias: 0 },
        ];
    }
    // The sides of a card with rows belong to the rows.
    let side = if graph.is_frame(id) { height } else { height.min(HEAD) };
    let mut ports = Vec::new();
    for at in x + 2..right - 1 {
        let bias = (2 * at - x - right).unsigned_abs();
        ports.push(Port { at: (at, y), outwards: 3, bias });
        ports.push(Port { at: (at, bottom), outwards: 1, bias });
    }
    for at in y + 1..y + side {
        let bias = (2 * at - y - y - side).unsigned_abs();
        ports.push(Port { at: (right, at), outwards: 0, bias });
        ports.push(Port { at: (x, at), outwards: 2, bias });
    }
    ports
}

/// The last resort, if boxes leave no way.
fn straight(places: &[Rect], line: &Line) -> Vec<Point> {
    let middle = |place: Rect| (place.x + place.width / 2, place.y + place.height / 2);
    let (from, to) = (middle(places[line.from]), middle(places[line.to]));
    vec![from, (to.0, from.1), to]
}

/// The point one step further.
pub(super) fn step((x, y): Point, direction: usize) -> Point {
    let (right, down) = DIRECTIONS[direction];
    (x + right, y + down)
}
