//! What is on each point of the grid: which box covers it, and which lines already run there.
use crate::graph::model::{Graph, NodeId};

use super::Rect;

/// A corner of the grid.
pub(super) type Point = (i32, i32);

/// To the right, down, to the left and up.
pub(super) const DIRECTIONS: [Point; 4] = [(1, 0), (0, 1), (-1, 0), (0, -1)];

/// Nothing may pass: a title stands here.
pub(super) const WALL: u32 = u32::MAX;
/// No box is here.
pub(super) const FREE: u32 = u32::MAX - 1;

/// Who runs along the step from a point to its right or lower neighbour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Track {
    #[default]
    Empty,
    /// All who do come from here, go there, or both.
    Used { from: Option<NodeId>, to: Option<NodeId> },
    /// A frame's border.
    Border,
}

/// What a line is, to those that share its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ends {
    pub(super) from: NodeId,
    pub(super) to: NodeId,
}

impl Track {
    /// Lines with the same end may run as one: they read as a tree.
    pub(super) fn is_shared_by(self, ends: Ends) -> bool {
        matches!(self, Track::Used { from, to } if from == Some(ends.from) || to == Some(ends.to))
    }

    fn with(self, ends: Ends) -> Self {
        match self {
            Track::Empty | Track::Border => Track::Used { from: Some(ends.from), to: Some(ends.to) },
            Track::Used { from, to } => {
                Track::Used { from: from.filter(|from| *from == ends.from), to: to.filter(|to| *to == ends.to) }
            }
        }
    }
}

pub(super) struct Grid {
    pub(super) width: i32,
    pub(super) height: i32,
    owners: Vec<u32>,
    /// Two for each point: to the right and down.
    borders: Vec<bool>,
    tracks: Vec<Track>,
}

impl Grid {
    pub(super) fn new(graph: &Graph, places: &[Rect], width: i32, height: i32) -> Self {
        let points = ((width + 1) * (height + 1)) as usize;
        let mut grid = Grid {
            width,
            height,
            owners: vec![FREE; points],
            borders: vec![false; 2 * points],
            tracks: vec![Track::Empty; 2 * points],
        };
        let roots: Vec<NodeId> = graph.boxes(None).collect();
        roots.into_iter().for_each(|root| grid.paint(graph, places, root));
        grid.clear();
        grid
    }

    fn paint(&mut self, graph: &Graph, places: &[Rect], id: NodeId) {
        let place = places[id];
        self.fill(place, id as u32);
        if graph.is_frame(id) {
            let title = super::title_width(graph, id).min(place.width);
            let height = (super::head(graph, id) - 2).max(1);
            self.fill(Rect { x: place.x + 1, y: place.y + 1, width: title - 2, height }, WALL);
            let (right, bottom) = (place.right(), place.bottom());
            for x in place.x..right {
                self.mark((x, place.y), 0);
                self.mark((x, bottom), 0);
            }
            for y in place.y..bottom {
                self.mark((place.x, y), 1);
                self.mark((right, y), 1);
            }
            graph.boxes(Some(id)).for_each(|child| self.paint(graph, places, child));
        }
    }

    fn fill(&mut self, place: Rect, owner: u32) {
        for y in place.y..=place.bottom() {
            for x in place.x..=place.right() {
                let at = self.index((x, y));
                self.owners[at] = owner;
            }
        }
    }

    fn mark(&mut self, point: Point, direction: usize) {
        let at = 2 * self.index(point) + direction;
        self.borders[at] = true;
    }

    pub(super) fn index(&self, (x, y): Point) -> usize {
        (y * (self.width + 1) + x) as usize
    }

    pub(super) fn contains(&self, (x, y): Point) -> bool {
        x >= 0 && y >= 0 && x <= self.width && y <= self.height
    }

    pub(super) fn owner(&self, point: Point) -> u32 {
        self.owners[self.index(point)]
    }

    /// Forgets all lines.
    pub(super) fn clear(&mut self) {
        for (track, &border) in self.tracks.iter_mut().zip(&self.borders) {
            *track = if border { Track::Border } else { Track::Empty };
        }
    }

    /// Where the track of the step from a point in a direction is kept.
    fn track_index(&self, (x, y): Point, direction: usize) -> Option<usize> {
        let start = match direction {
            2 => (x - 1, y),
            3 => (x, y - 1),
            _ => (x, y),
        };
        self.contains(start).then(|| 2 * self.index(start) + direction % 2)
    }

    pub(super) fn track(&self, point: Point, direction: usize) -> Track {
        self.track_index(point, direction).map_or(Track::Empty, |at| self.tracks[at])
    }

    /// Remembers a line along all its corners.
    pub(super) fn run(&mut self, corners: &[Point], ends: Ends) {
        for pair in corners.windows(2) {
            let (mut at, goal) = (pair[0], pair[1]);
            let step = ((goal.0 - at.0).signum(), (goal.1 - at.1).signum());
            let Some(direction) = DIRECTIONS.iter().position(|one| *one == step) else { continue };
            while at != goal {
                if let Some(index) = self.track_index(at, direction) {
                    self.tracks[index] = self.tracks[index].with(ends);
                }
                at = (at.0 + step.0, at.1 + step.1);
            }
        }
    }
}
