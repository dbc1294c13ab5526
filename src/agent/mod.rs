//! The Amazon CloudWatch agent: what a host reports, as one thing with its log groups and its permissions.
//!
//! A configuration is JSON that the agent checks at the boot, and much of what is wrong with one is dropped there without a
//! word. Here the names of measurements are types, every other rule of the agent is a problem of the synth, the stack makes
//! each log group with a retention, and the grants are what the configuration needs and no more.
//!
//! ```
//! use stackgen::agent::{Agent, Cpu, Disk, LogGroup, Memory};
//! use stackgen::Stack;
//!
//! let mut stack = Stack::new("shop");
//! let mut agent = Agent::new("shop")
//!     .cpu([Cpu::UsageActive])
//!     .memory([Memory::UsedPercent])
//!     .disk(["/", "/data"], [Disk::UsedPercent, Disk::InodesFree]);
//! let api = LogGroup { name: "/shop/prod/api".to_owned(), retention_days: 30 };
//! agent.log_group(&mut stack, "ApiLogs", api, ["/var/log/shop/api.log"]);
//! assert_eq!(agent.grants().len(), 2);
//! assert!(agent.json().preview().contains("/var/log/shop/api.log"));
//! ```
//!
//! [`Agent::section`] gives it to the agent of the image, as a part of a boot script.
mod document;
mod go_pattern;
mod logs;
mod metrics;
mod rules;
#[cfg(test)]
mod tests;

use serde::Serialize;
use stackgen_cfn::logs as cfn_logs;
use stackgen_core::{DeletionPolicy, Fault, Handle, IntoValue, Stack, UpdateReplacePolicy, Value, intrinsic};

use document::Document;
pub use logs::{LogFile, LogGroup, Timezone};
use metrics::Plugin;
pub use metrics::{Cpu, Disk, DiskIo, Memory, Net, Netstat, Processes, Swap};

use crate::iam::Grant;
use crate::userdata::{Section, Template};

/// What the agent of a host reports.
#[derive(Clone, Debug)]
pub struct Agent {
    namespace: String,
    interval: Option<u32>,
    plugins: Vec<Plugin>,
    groups: Vec<Collected>,
}

/// A log group of the stack, and the files whose lines go there.
#[derive(Clone, Debug)]
struct Collected {
    name: String,
    files: Vec<LogFile>,
    made: cfn_logs::LogGroup,
}

impl Agent {
    /// An agent that puts its metrics into this namespace. Hosts share one; the id of the instance, which every metric has,
    /// tells them apart.
    pub fn new(namespace: impl Into<String>) -> Self {
        Agent { namespace: namespace.into(), interval: None, plugins: Vec::new(), groups: Vec::new() }
    }

    /// Measures every so many seconds, and not once a minute. Below a minute metrics are stored in high resolution.
    #[must_use]
    pub fn every_seconds(mut self, seconds: u32) -> Self {
        self.interval = Some(seconds);
        self
    }

    /// Measures the processors together.
    #[must_use]
    pub fn cpu(self, measurements: impl IntoIterator<Item = Cpu>) -> Self {
        self.measure("cpu", None, measurements)
    }

    /// Measures the memory.
    #[must_use]
    pub fn memory(self, measurements: impl IntoIterator<Item = Memory>) -> Self {
        self.measure("mem", None, measurements)
    }

    /// Measures the swap space.
    #[must_use]
    pub fn swap(self, measurements: impl IntoIterator<Item = Swap>) -> Self {
        self.measure("swap", None, measurements)
    }

    /// Measures the file systems that are mounted at these places; `*` means all, those in memory too. The name of the
    /// device is no dimension of these metrics, since it changes from boot to boot.
    #[must_use]
    pub fn disk<P: Into<String>>(
        self,
        places: impl IntoIterator<Item = P>,
        measurements: impl IntoIterator<Item = Disk>,
    ) -> Self {
        self.measure("disk", Some(places.into_iter().map(Into::into).collect()), measurements)
    }

    /// Measures all block devices. None is picked by its name, since that changes from boot to boot.
    #[must_use]
    pub fn disk_io(self, measurements: impl IntoIterator<Item = DiskIo>) -> Self {
        self.measure("diskio", Some(vec!["*".to_owned()]), measurements)
    }

    /// Measures network interfaces, such as `ens5`; `*` means all.
    #[must_use]
    pub fn net<I: Into<String>>(
        self,
        interfaces: impl IntoIterator<Item = I>,
        measurements: impl IntoIterator<Item = Net>,
    ) -> Self {
        self.measure("net", Some(interfaces.into_iter().map(Into::into).collect()), measurements)
    }

    /// Counts connections by their state.
    #[must_use]
    pub fn netstat(self, measurements: impl IntoIterator<Item = Netstat>) -> Self {
        self.measure("netstat", None, measurements)
    }

    /// Counts processes by their state.
    #[must_use]
    pub fn processes(self, measurements: impl IntoIterator<Item = Processes>) -> Self {
        self.measure("processes", None, measurements)
    }

    fn measure<M: Into<&'static str>>(
        mut self,
        name: &'static str,
        resources: Option<Vec<String>>,
        measurements: impl IntoIterator<Item = M>,
    ) -> Self {
        let measurement = measurements.into_iter().map(Into::into).collect();
        self.plugins.push(Plugin { name, measurement, resources });
        self
    }

    /// Adds a log group to the stack and sends the lines of these files there: paths, or [`LogFile`]s.
    ///
    /// The group goes with the stack. Its lines are thrown away after some days anyway, and a group that stays would keep
    /// its name from the next stack; a policy set on the handle says otherwise.
    #[track_caller]
    pub fn log_group<F: Into<LogFile>>(
        &mut self,
        stack: &mut Stack,
        id: &str,
        group: LogGroup,
        files: impl IntoIterator<Item = F>,
    ) -> cfn_logs::LogGroup {
        let is_taken = self.groups.iter().any(|other| other.name == group.name);
        let builder = cfn_logs::LogGroup::new()
            .log_group_name(unless(rules::group_name(&group.name, is_taken), &group.name))
            .retention_in_days(unless::<i64>(rules::retention(group.retention_days), group.retention_days));
        let made = stack.add(id, builder);
        let made = made.deletion_policy(DeletionPolicy::Delete).update_replace_policy(UpdateReplacePolicy::Delete);
        let files = files.into_iter().map(Into::into).collect();
        self.groups.push(Collected { name: group.name, files, made: made.clone() });
        made
    }

    /// What the host must be allowed to do for this, and nothing beyond: put metrics into the namespace if any are
    /// measured, and write to these log groups if there are any.
    pub fn grants(&self) -> Vec<Grant> {
        let metrics = (!self.plugins.is_empty()).then(|| Grant::put_metrics(&self.namespace));
        let groups: Vec<&cfn_logs::LogGroup> = self.groups.iter().map(|group| &group.made).collect();
        let logs = (!groups.is_empty()).then(|| Grant::write_logs(groups));
        metrics.into_iter().chain(logs).collect()
    }

    /// The configuration as the agent reads it. What the agent would refuse or drop is a problem at the place where this is
    /// used.
    pub fn json(&self) -> Value<String> {
        let faults = rules::faults(self);
        if faults.is_empty() {
            return serde_json::to_string_pretty(&Document::new(self)).expect("JSON of text and numbers").into();
        }
        intrinsic::concat(faults.into_iter().map(|Fault { message, hint, .. }| Value::fault(message, hint)))
    }

    /// The section `agent` of a boot script: gives the agent of the image this configuration, and starts it.
    pub fn section(&self) -> Section {
        #[derive(Serialize)]
        struct Values {
            configuration: Value<String>,
        }
        let template = Template::new("src/agent/agent.sh.hbs", include_str!("agent.sh.hbs"));
        let failure = "the CloudWatch agent does not take its configuration";
        Section::new("agent", failure, template, &Values { configuration: self.json() }).needs(self.grants())
    }
}

/// The value, unless something is wrong with it.
fn unless<T>(fault: Option<Fault>, value: impl IntoValue<T>) -> Value<T> {
    fault.map_or_else(|| value.into_value(), |Fault { message, hint, .. }| Value::fault(message, hint))
}
