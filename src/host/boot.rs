//! What a boot script of a host is told, and the parts of it that belong to the host.
use serde::Serialize;
use stackgen_core::Value;

use super::wait::Wait;
use crate::iam::Grant;
use crate::userdata::{BootScript, Section, Template, network};

/// What a boot script is told.
#[derive(Clone, Debug)]
pub struct Boot {
    /// The id of the data volume.
    pub volume_id: Value<String>,
    /// The logical id to signal when everything runs, or failed.
    pub signal: String,
    /// How long the stack waits for the signal. It starts to wait after the script has started, when the volume is attached
    /// and the address is there; so a script that ends within this time of its own is in time.
    pub within: Wait,
    /// The SSM parameter in which a deploy says whether the data volume is new.
    pub record: String,
}

#[derive(Serialize)]
struct Mount<'a> {
    volume: &'a Value<String>,
    record: &'a str,
    point: &'a str,
}

const MOUNT: Template = Template::new("src/host/mount.sh.hbs", include_str!("mount.sh.hbs"));

impl Boot {
    /// A script that reports to the stack, with the wait for the network behind it.
    pub fn script(&self) -> BootScript {
        BootScript::reporting(&self.signal, self.within.seconds()).section(network())
    }

    /// The section that mounts the data volume, wherever its disk appears, and formats it only if it is proven to be new.
    pub fn mount(&self, point: &str) -> Section {
        let values = Mount { volume: &self.volume_id, record: &self.record, point };
        let mount = Section::new("mount", "the data volume could not be mounted", MOUNT, &values);
        mount.needs([Grant::read_parameters([self.record.as_str()])])
    }
}
