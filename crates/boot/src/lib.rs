//! Runs the boot script of a host for real: as root, with real disks and real tools, in a throw-away root of this machine.
//!
//! What EC2 would hand to cloud-init comes from a template ([`user_data::evaluate`]), what cloud-init would run of it from
//! [`user_data::parts`]. A [`Host`] is a root over the machine's own, with a [`Disk`] or several; AWS, systemd and the metadata
//! service are played by small programs that write down every call, everything else is what the machine has. A [`Boot`] runs
//! the script and tells what it did.
//!
//! It keeps a script from hurting the machine by accident. It is no prison: a script that means harm, with root's rights, finds
//! a way out.
//!
//! Nothing is left behind, whatever dies: mounts and files live in namespaces that end with a process, processes end when the
//! program that started them does, and loop devices are detached before they are used, so that they end with their last user.
mod boot;
mod capability;
mod disk;
mod error;
mod host;
mod image;
mod keeper;
mod leaks;
mod outcome;
mod rooted;
pub mod user_data;
mod world;

pub use boot::{Boot, Start, StopAt};
pub use capability::{PACKAGES, can_boot, missing};
pub use disk::{Content, Disk};
pub use error::BootError;
pub use host::Host;
pub use image::{Image, ImageFault};
pub use leaks::Leak;
pub use outcome::{Call, Outcome, Signal};
pub use world::World;
