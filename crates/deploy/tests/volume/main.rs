//! Volumes that outlive their hosts and stacks, on the local engine, over the wire.
#[path = "../../src/host/samples.rs"]
mod samples;

#[path = "../handover/desk.rs"]
#[expect(dead_code, reason = "handovers need more of it")]
mod desk;

mod adopt;
mod restore;
mod snapshot;
mod vitals;
