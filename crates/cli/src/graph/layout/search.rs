//! The cheapest way through the grid: A*, where a state is a point and the direction in which one came there.
use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::cost::Terrain;
use super::grid::{Grid, Point};
use super::route::{Port, step};

/// Memory for searching, used again for each line.
pub(super) struct Search {
    costs: Vec<u32>,
    came_from: Vec<u32>,
    /// The search that wrote a cost.
    stamps: Vec<u32>,
    stamp: u32,
    looked_at: u64,
    /// States by the least cost of a way through them.
    queue: BinaryHeap<Reverse<(u32, u32)>>,
}

/// How many states may be looked at before searches are content with a way that is good instead of the best. Pictures of
/// a hundred resources stay far below; without a limit, a thousand tangled ones would take minutes.
const PATIENCE: u64 = 20_000_000;
/// How much a search without patience trusts in going straight.
const HASTE: u32 = 3;

/// The state before the first one.
const START: u32 = u32::MAX;

/// The end of a way.
struct Goal {
    cost: u32,
    state: u32,
    port: Point,
}

impl Search {
    pub(super) fn new(grid: &Grid) -> Self {
        let states = 4 * ((grid.width + 1) * (grid.height + 1)) as usize;
        let (costs, came_from, stamps) = (vec![0; states], vec![START; states], vec![0; states]);
        Search { costs, came_from, stamps, stamp: 0, looked_at: 0, queue: BinaryHeap::new() }
    }

    /// Whether there has been so much to look at that the rest has to be quick.
    pub(super) fn is_hasty(&self) -> bool {
        self.looked_at > PATIENCE
    }

    /// What is left from a state to the end; too much if there is haste, which makes the search run ahead.
    fn rest(&self, terrain: &Terrain<'_>, point: Point, direction: usize) -> u32 {
        terrain.rest(point, direction) * if self.is_hasty() { HASTE } else { 1 }
    }

    /// The corners of the cheapest way from one of the ports to the end.
    pub(super) fn find(&mut self, terrain: &Terrain<'_>, from: &[Port]) -> Option<Vec<Point>> {
        self.stamp += 1;
        self.queue.clear();
        for port in from {
            let first = step(port.at, port.outwards);
            if terrain.is_open(first) {
                self.visit(terrain, first, port.outwards, terrain.leave(port), START);
            }
        }
        let mut best: Option<Goal> = None;
        while let Some(Reverse((promise, state))) = self.queue.pop() {
            if best.as_ref().is_some_and(|best| best.cost <= promise) {
                break;
            }
            self.looked_at += 1;
            let (point, direction) = place(terrain.grid, state);
            let cost = self.costs[state as usize];
            if promise > cost + self.rest(terrain, point, direction) {
                continue;
            }
            if let Some((port, last)) = terrain.enter(point, direction)
                && best.as_ref().is_none_or(|best| cost + last < best.cost)
            {
                best = Some(Goal { cost: cost + last, state, port });
            }
            for next in 0..4 {
                let target = step(point, next);
                if let Some(more) = terrain.go(point, direction, next).filter(|_| terrain.is_open(target)) {
                    self.visit(terrain, target, next, cost + more, state);
                }
            }
        }
        best.map(|goal| corners(&self.points(terrain.grid, &goal)))
    }

    fn visit(&mut self, terrain: &Terrain<'_>, point: Point, direction: usize, cost: u32, before: u32) {
        let state = 4 * terrain.grid.index(point) + direction;
        if self.stamps[state] == self.stamp && self.costs[state] <= cost {
            return;
        }
        (self.stamps[state], self.costs[state], self.came_from[state]) = (self.stamp, cost, before);
        let promise = cost + self.rest(terrain, point, direction);
        self.queue.push(Reverse((promise, state as u32)));
    }

    fn points(&self, grid: &Grid, goal: &Goal) -> Vec<Point> {
        let before = |&state: &u32| Some(self.came_from[state as usize]).filter(|&before| before != START);
        let states: Vec<u32> = std::iter::successors(Some(goal.state), before).collect();
        let mut points = vec![goal.port];
        points.extend(states.iter().map(|&state| place(grid, state).0));
        let first = states.last().map(|&state| place(grid, state));
        points.extend(first.map(|(point, direction)| step(point, (direction + 2) % 4)));
        points.reverse();
        points
    }
}

fn place(grid: &Grid, state: u32) -> (Point, usize) {
    let (index, width) = ((state / 4) as i32, grid.width + 1);
    ((index % width, index / width), state as usize % 4)
}

/// The ends of a way and the points at which it turns.
fn corners(points: &[Point]) -> Vec<Point> {
    let turns = |near: &[Point]| near[0].0 != near[2].0 && near[0].1 != near[2].1;
    let inner = points.windows(3).filter(|near| turns(near)).map(|near| near[1]);
    points.first().copied().into_iter().chain(inner).chain(points.last().copied()).collect()
}
