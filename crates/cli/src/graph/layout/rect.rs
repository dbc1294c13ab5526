//! Rectangles on the grid. One unit is [`UNIT`] pixels; whole numbers keep the picture the same on every machine.

/// Pixels in a unit. Arrows run on grid lines, so this is also how close two of them come.
pub(crate) const UNIT: i32 = 10;

/// A box: its upper left corner and its size, in units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Rect {
    pub(crate) x: i32,
    pub(crate) y: i32,
    pub(crate) width: i32,
    pub(crate) height: i32,
}

impl Rect {
    pub(crate) fn right(self) -> i32 {
        self.x + self.width
    }

    pub(crate) fn bottom(self) -> i32 {
        self.y + self.height
    }

    pub(super) fn moved(self, x: i32, y: i32) -> Self {
        Rect { x: self.x + x, y: self.y + y, ..self }
    }

    /// The same box seen with left and top exchanged.
    pub(super) fn turned(self) -> Self {
        Rect { x: self.y, y: self.x, width: self.height, height: self.width }
    }
}

/// Boxes and the size of all of them together.
#[derive(Clone, Debug, Default)]
pub(super) struct Arrangement {
    pub(super) places: Vec<Rect>,
    pub(super) width: i32,
    pub(super) height: i32,
}

impl Arrangement {
    /// Moves everything to the upper left and measures it.
    pub(super) fn of(mut places: Vec<Rect>) -> Self {
        let left = places.iter().map(|place| place.x).min().unwrap_or(0);
        let top = places.iter().map(|place| place.y).min().unwrap_or(0);
        for place in &mut places {
            *place = place.moved(-left, -top);
        }
        let width = places.iter().map(|place| place.right()).max().unwrap_or(0);
        let height = places.iter().map(|place| place.bottom()).max().unwrap_or(0);
        Arrangement { places, width, height }
    }

    /// How small a window of a form can be that shows it whole; less is better.
    pub(super) fn score(&self, aspect: Aspect) -> i64 {
        let (width, height) = (i64::from(self.width), i64::from(self.height));
        (width * 10).max(height * aspect.tenths) * 1_000_000 + width * height
    }
}

/// The wished form of a frame: ten times its width by its height.
#[derive(Clone, Copy, Debug)]
pub(super) struct Aspect {
    pub(super) tenths: i64,
}
