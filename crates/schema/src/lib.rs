//! Facts that AWS publishes about every CloudFormation resource type.
//!
//! One compact file, `facts.bin`, is the only place in the project where anything is written about a resource type. The
//! builders, the synthesizer, the linter, the planner and the local engine all ask here. `cargo xtask schema update` makes
//! the file; nobody edits it. It holds facts only, none of AWS's prose.
//!
//! Start at [`Facts::embedded`] and [`Facts::resource`]. Nothing is decoded before somebody asks for it: looking up one type
//! costs microseconds, whatever the number of types.
//!
//! ```
//! let facts = stackgen_schema::Facts::embedded();
//! let volume = facts.resource("AWS::EC2::Volume").expect("it is one of them");
//! assert!(volume.stateful);
//! assert_eq!(volume.ref_returns, ["VolumeId"]);
//! ```
mod dates;
#[cfg(feature = "encode")]
mod encode;
mod extension;
mod facts;
mod file;
mod iam;
#[cfg(feature = "encode")]
mod interner;
mod links;
mod model;
pub mod names;
mod nearest;
mod pseudo;
mod wire;

pub use dates::{Date, DateError, Phase, RuntimeLife, ServiceEnd};
#[cfg(feature = "encode")]
pub use encode::Document;
pub use extension::{Demands, Extension};
pub use facts::{Facts, Source};
pub use file::FactsError;
pub use iam::{ActionFact, ServiceActions};
pub use model::{
    Attribute, Combination, Kind, Literal, Property, Replacement, ResourceType, Shape, ShapeId, TagStyle, Tagging,
    TypeSet, UpdateEffect,
};
pub use nearest::{nearest, nearest_above};
pub use pseudo::PSEUDO_PARAMETERS;
