//! An assembly: what describing and deploying share, as files on disk.
//!
//! An app writes a folder: `manifest.json`, one template a stack, the decoded boot scripts beside it. Commands read the
//! folder and nothing else of the app, so that templates of any origin can take the same way. The same app gives the same
//! bytes. Start at [`Assembly::read`] and [`Assembly::write`].
//!
//! The other way goes [`lock`]: what commands looked up, for the app to go by.
mod assembly;
pub mod lock;
mod manifest;
mod yaml;

pub use assembly::{Assembly, ReadError, WriteError};
pub use manifest::{
    FORMAT_VERSION, ImageEntry, ImageWish, InputEntry, LineEntry, Manifest, OtherEntry, ProblemEntry, ResourceEntry,
    RetiredEntry, SectionEntry, StackEntry, USER_DATA_BYTES, UserDataEntry,
};
pub use yaml::to_yaml;
