//! The stackgen command.
fn main() {}
