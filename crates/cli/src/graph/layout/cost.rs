//! What makes a picture calm, as numbers: short ways, few bends and crossings, and no two lines on one track unless they
//! read as one.
use std::collections::HashMap;

use super::grid::{DIRECTIONS, Ends, FREE, Grid, Point, Track, WALL};
use super::route::{Port, step};

const STEP: u32 = 10;
/// Less than a step, so that lines to the same end run together.
const SHARED_STEP: u32 = 8;
const BEND: u32 = 30;
const CROSSING: u32 = 25;
/// Two lines that bend at one point look like one that forks.
const TOUCHING: u32 = 60;
const ALONG_BORDER: u32 = 30;
const OVERLAP: u32 = 200;

/// The grid as one line sees it.
pub(super) struct Terrain<'a> {
    pub(super) grid: &'a Grid,
    ends: Ends,
    /// Frames that the line may run in.
    passable: Vec<u32>,
    /// The ports of its end, by the point before each.
    goals: HashMap<Point, Port>,
    low: Point,
    high: Point,
}

impl<'a> Terrain<'a> {
    pub(super) fn new(grid: &'a Grid, ends: Ends, passable: Vec<u32>, goals: &[Port]) -> Self {
        let bound = |pick: fn(i32, i32) -> i32| {
            let points = goals.iter().map(|port| port.at);
            points.reduce(|one, other| (pick(one.0, other.0), pick(one.1, other.1))).unwrap_or_default()
        };
        let (low, high) = (bound(i32::min), bound(i32::max));
        let goals = goals.iter().map(|&port| (step(port.at, port.outwards), port)).collect();
        Terrain { grid, ends, passable, goals, low, high }
    }

    pub(super) fn is_open(&self, point: Point) -> bool {
        self.grid.contains(point)
            && match self.grid.owner(point) {
                FREE => true,
                WALL => false,
                frame => self.passable.contains(&frame),
            }
    }

    /// A lower bound of what it costs to get from a point to the end, if one comes there in a direction.
    pub(super) fn rest(&self, (x, y): Point, direction: usize) -> u32 {
        let across = (self.low.0 - x).max(0) - (x - self.high.0).max(0);
        let down = (self.low.1 - y).max(0) - (y - self.high.1).max(0);
        let (right, below) = DIRECTIONS[direction];
        let is_ahead = across * right + down * below > 0;
        let bends = match (across != 0, down != 0) {
            (false, false) => 0,
            (true, true) => 1 + u32::from(!is_ahead),
            _ => u32::from(!is_ahead),
        };
        (across.unsigned_abs() + down.unsigned_abs()) * SHARED_STEP + bends * BEND
    }

    /// What it costs to begin at a port.
    pub(super) fn leave(&self, port: &Port) -> u32 {
        port.bias + self.step(port.at, port.outwards)
    }

    /// The port that can be entered from a point, and what that costs.
    pub(super) fn enter(&self, point: Point, direction: usize) -> Option<(Point, u32)> {
        let port = self.goals.get(&point)?;
        let cost = self.go(point, direction, (port.outwards + 2) % 4)?;
        Some((port.at, cost + port.bias))
    }

    /// What a step in the direction `next` costs after one in the direction `before`; there is no turning back.
    pub(super) fn go(&self, point: Point, before: usize, next: usize) -> Option<u32> {
        let is_foreign = |direction: usize| {
            let track = self.grid.track(point, direction);
            matches!(track, Track::Used { .. }) && !track.is_shared_by(self.ends)
        };
        let turn = match before.abs_diff(next) {
            0 if is_foreign((next + 1) % 4) || is_foreign((next + 3) % 4) => CROSSING,
            0 => 0,
            2 => return None,
            _ if (0..4).any(is_foreign) => BEND + TOUCHING,
            _ => BEND,
        };
        Some(turn + self.step(point, next))
    }

    fn step(&self, point: Point, direction: usize) -> u32 {
        match self.grid.track(point, direction) {
            Track::Empty => STEP,
            Track::Border => STEP + ALONG_BORDER,
            track if track.is_shared_by(self.ends) => SHARED_STEP,
            Track::Used { .. } => STEP + OVERLAP,
        }
    }
}
