//! The one walk over all properties, side by side with what the resource types say about them.
//!
//! For every value the walk knows the [`Place`]: the shape that it must satisfy, the resource, and what holds of conditions
//! there. It calls the rules ([`crate::rule::Check`]) and goes on to what is below. A rule looks at one keyword of the shape
//! and never walks by itself. Shapes that hold together in some way (`oneOf`, `not`, `if`) are the walk's own: it tries
//! whether a value satisfies them.

mod combined;
mod demands;
mod group;
mod place;
mod walker;

pub use group::Group;
pub use place::Place;
pub(crate) use walker::{Sorted, Walker};
