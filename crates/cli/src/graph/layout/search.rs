//! The cheapest way through the grid (A*). Costs are what makes a picture calm: short ways, few bends, and no two lines on
//! one track unless they read as one.
use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

use super::grid::{Ends, FREE, Grid, Point, Track, WALL};
use super::route::step;

const STEP: u32 = 10;
/// Less than a step, so that lines to the same end run together.
const SHARED_STEP: u32 = 6;
const BEND: u32 = 30;
const CROSSING: u32 = 25;
/// Two lines that bend at one point look like one that forks.
const TOUCHING: u32 = 60;
const ALONG_BORDER: u32 = 30;
const OVERLAP: u32 = 200;

/// A place where a line may touch a box.
#[derive(Clone, Copy, Debug)]
pub(super) struct Port {
    pub(super) at: Point,
    /// The direction that leads away from the box.
    pub(super) outwards: usize,
    /// Distance from the middle of the side, which looks best.
    pub(super) bias: u32,
}

/// Memory for searching, used again for each line.
pub(super) struct Search {
    costs: Vec<u32>,
    came_from: Vec<u32>,
    /// The search that wrote a cost.
    stamps: Vec<u32>,
    stamp: u32,
}

const START: u32 = u32::MAX;

struct Goal {
    cost: u32,
    state: usize,
    port: Point,
}

impl Search {
    pub(super) fn new(grid: &Grid) -> Self {
        let states = 4 * ((grid.width + 1) * (grid.height + 1)) as usize;
        Search { costs: vec![0; states], came_from: vec![START; states], stamps: vec![0; states], stamp: 0 }
    }

    /// The corners of the cheapest way from one of the ports to another, through free points and `passable` frames.
    pub(super) fn find(
        &mut self,
        grid: &Grid,
        from: &[Port],
        to: &[Port],
        passable: &[u32],
        ends: Ends,
    ) -> Option<Vec<Point>> {
        self.stamp += 1;
        let goals: HashMap<Point, &Port> = to.iter().map(|port| (step(port.at, port.outwards), port)).collect();
        let bounds = Bounds::of(to);
        let is_open = |point: Point| {
            grid.contains(point)
                && match grid.owner(point) {
                    WALL => false,
                    owner => owner == FREE || passable.contains(&owner),
                }
        };
        let mut queue = BinaryHeap::new();
        for port in from {
            let first = step(port.at, port.outwards);
            if is_open(first) {
                let cost = port.bias + step_cost(grid, port.at, port.outwards, ends);
                self.visit(&mut queue, state(grid, first, port.outwards), cost, START, bounds.distance(first));
            }
        }
        let mut best: Option<Goal> = None;
        while let Some(Reverse((promise, at))) = queue.pop() {
            if best.as_ref().is_some_and(|best| best.cost <= promise) {
                break;
            }
            let (point, direction) = place(grid, at as usize);
            let cost = self.costs[at as usize];
            if promise > cost + bounds.distance(point) {
                continue;
            }
            if let Some(port) = goals.get(&point) {
                let inwards = (port.outwards + 2) % 4;
                let turn = turn_cost(grid, point, direction, inwards, ends);
                let turn = turn.map(|turn| cost + turn + port.bias + step_cost(grid, point, inwards, ends));
                if let Some(cost) = turn.filter(|cost| best.as_ref().is_none_or(|best| *cost < best.cost)) {
                    best = Some(Goal { cost, state: at as usize, port: port.at });
                }
            }
            for next in 0..4 {
                let target = step(point, next);
                let Some(turn) = turn_cost(grid, point, direction, next, ends).filter(|_| is_open(target)) else {
                    continue;
                };
                let cost = cost + turn + step_cost(grid, point, next, ends);
                self.visit(&mut queue, state(grid, target, next), cost, at, bounds.distance(target));
            }
        }
        best.map(|goal| self.corners(grid, &goal))
    }

    fn visit(&mut self, queue: &mut BinaryHeap<Reverse<(u32, u32)>>, at: usize, cost: u32, before: u32, rest: u32) {
        if self.stamps[at] == self.stamp && self.costs[at] <= cost {
            return;
        }
        (self.stamps[at], self.costs[at], self.came_from[at]) = (self.stamp, cost, before);
        queue.push(Reverse((cost + rest, at as u32)));
    }

    fn corners(&self, grid: &Grid, goal: &Goal) -> Vec<Point> {
        let mut points = vec![goal.port];
        let mut at = goal.state;
        loop {
            let (point, direction) = place(grid, at);
            points.push(point);
            if self.came_from[at] == START {
                points.push(step(point, (direction + 2) % 4));
                break;
            }
            at = self.came_from[at] as usize;
        }
        points.reverse();
        let is_straight = |a: Point, b: Point, c: Point| (a.0 == b.0 && b.0 == c.0) || (a.1 == b.1 && b.1 == c.1);
        let mut corners: Vec<Point> = Vec::new();
        for point in points {
            if let [.., before, last] = corners[..]
                && is_straight(before, last, point)
            {
                corners.pop();
            }
            corners.push(point);
        }
        corners
    }
}

fn state(grid: &Grid, point: Point, direction: usize) -> usize {
    4 * grid.index(point) + direction
}

fn place(grid: &Grid, state: usize) -> (Point, usize) {
    let (index, width) = ((state / 4) as i32, grid.width + 1);
    ((index % width, index / width), state % 4)
}

fn step_cost(grid: &Grid, point: Point, direction: usize, ends: Ends) -> u32 {
    match grid.track(point, direction) {
        Track::Empty => STEP,
        Track::Border => STEP + ALONG_BORDER,
        track if track.is_shared_by(ends) => SHARED_STEP,
        Track::Used { .. } => STEP + OVERLAP,
    }
}

/// What it costs to go on from a point in a direction; there is no turning back.
fn turn_cost(grid: &Grid, point: Point, before: usize, next: usize, ends: Ends) -> Option<u32> {
    let is_foreign = |direction: usize| {
        let track = grid.track(point, direction);
        matches!(track, Track::Used { .. }) && !track.is_shared_by(ends)
    };
    if before == next {
        let crosses = is_foreign((next + 1) % 4) || is_foreign((next + 3) % 4);
        Some(if crosses { CROSSING } else { 0 })
    } else if before.abs_diff(next) == 2 {
        None
    } else {
        let touches = (0..4).any(is_foreign);
        Some(BEND + if touches { TOUCHING } else { 0 })
    }
}

/// The smallest box around all goals, for a lower bound of the cost that is left.
struct Bounds {
    low: Point,
    high: Point,
}

impl Bounds {
    fn of(ports: &[Port]) -> Self {
        let xs = || ports.iter().map(|port| port.at.0);
        let ys = || ports.iter().map(|port| port.at.1);
        let low = (xs().min().unwrap_or(0), ys().min().unwrap_or(0));
        Bounds { low, high: (xs().max().unwrap_or(0), ys().max().unwrap_or(0)) }
    }

    fn distance(&self, (x, y): Point) -> u32 {
        let across = (self.low.0 - x).max(x - self.high.0).max(0);
        let down = (self.low.1 - y).max(y - self.high.1).max(0);
        (across + down).unsigned_abs() * SHARED_STEP
    }
}
