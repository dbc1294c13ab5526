//! Where something stands in a file.

/// A place between two characters, counted from one. Columns are characters, not bytes, as editors and cfn-lint count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// The line.
    pub line: u32,
    /// The column.
    pub column: u32,
}

/// From one place to another, the end not included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// Where it begins.
    pub start: Position,
    /// Where it has ended.
    pub end: Position,
}

impl Span {
    /// The first place of a file.
    pub const START: Span = Span::new((1, 1), (1, 1));

    /// From one line and column to another.
    #[must_use]
    pub const fn new(start: (u32, u32), end: (u32, u32)) -> Span {
        Span { start: Position { line: start.0, column: start.1 }, end: Position { line: end.0, column: end.1 } }
    }
}
