//! The one walk over all properties, side by side with what the resource types say about them.
//!
//! For every value the walk knows the [`Place`]: the shape that it must satisfy, the resource, and what holds of conditions
//! there. It calls the rules ([`crate::rule::Check`]) and goes on to what is below. A rule looks at one keyword of the shape
//! and never walks by itself; whether a value fits *another* shape (`oneOf`, `not`, `if`) it asks with [`Place::fits`].

mod group;
mod place;
mod walker;

pub use group::Group;
pub use place::Place;
pub(crate) use walker::{Sorted, Walker};
