//! Hosts change places on the local engine, over the wire.
#[path = "../../src/host/samples.rs"]
mod samples;

mod desk;
mod failures;
mod kills;
mod people;
mod records;
mod roots;
mod sequences;
mod unmount;
mod ways;
