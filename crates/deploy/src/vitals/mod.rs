//! The hosts of a stack as an operator thinks of them: a machine with its image, its disk, its address, and how its boot went.
//!
//! All looks go out at once, one call each however many hosts there are, except for consoles. One that is refused says so in
//! its place and spoils nothing else.
mod boot;
mod machine;

use std::future::Future;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value as Json;
use stackgen_assembly::ResourceEntry;

pub use boot::{Boot, Section};
pub use machine::{Image, Machine};

use crate::aws::Connection;
use crate::failure::Failure;
use crate::host::{self, Host};
use crate::lease;
use crate::plan::{Change, Side, changes_between, references};
use crate::stack::{self, ResourceNow, StackNow};
use crate::volume::{self, Snapshot, Volume};

/// What was seen, or why not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Look<T> {
    /// It.
    Seen(T),
    /// Why nobody knows.
    Unseen {
        /// In a sentence.
        unseen: String,
    },
}

/// All that is seen of a stack's hosts.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Vitals {
    /// The hosts.
    pub hosts: Vec<HostVitals>,
    /// Who is at work on the stack, if somebody is.
    pub lease: Look<Option<lease::Entry>>,
    /// What a deploy would change, as far as two templates tell; nothing if there is no app.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pending: Option<Look<Vec<Change>>>,
}

/// What is seen of a host.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct HostVitals {
    /// The logical id of the instance.
    pub id: String,
    /// The parameter that names its image.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image_parameter: Option<String>,
    /// The machine; nothing if it is gone.
    pub machine: Look<Option<Machine>>,
    /// Its image; nothing if it is gone.
    pub image: Look<Option<Image>>,
    /// Its volumes.
    pub volumes: Vec<Disk>,
    /// Its public addresses, as the stack has them.
    pub addresses: Vec<String>,
    /// Whether Systems Manager reaches its agent; nothing if there is no machine.
    pub agent: Look<Option<bool>>,
    /// How its first boot went, as far as the console still tells.
    pub boot: Look<Option<Boot>>,
    /// What said that it is ready: logical id and status of the wait condition, and when.
    pub ready: Vec<Ready>,
    /// What its boot script reads about its volume.
    pub record: Look<Option<String>>,
}

/// A volume of a host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Disk {
    /// Its logical id.
    pub id: String,
    /// It; nothing if it is gone.
    pub volume: Look<Option<Volume>>,
    /// Its snapshots, the newest first.
    pub snapshots: Look<Vec<Snapshot>>,
}

/// A wait condition of a host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Ready {
    /// Its logical id.
    pub id: String,
    /// Its status.
    pub status: String,
    /// Since when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
}

impl<T> Look<T> {
    fn of(found: Result<T, Failure>) -> Look<T> {
        match found {
            Ok(found) => Look::Seen(found),
            Err(failure) => Look::Unseen { unseen: failure.message },
        }
    }

    fn map<U>(&self, with: impl FnOnce(&T) -> U) -> Look<U> {
        match self {
            Look::Seen(found) => Look::Seen(with(found)),
            Look::Unseen { unseen } => Look::Unseen { unseen: unseen.clone() },
        }
    }
}

/// Looks at the hosts of a stack; nothing if it has none. `wanted` is the app's template of it with its resources.
///
/// # Errors
///
/// Only if the template in force cannot be had, which tells what the hosts are.
pub async fn look(
    connection: &Connection,
    now: &StackNow,
    resources: &[ResourceNow],
    wanted: Option<(&Json, &[ResourceEntry])>,
) -> Result<Vitals, Failure> {
    let text = stack::template(connection, &now.id).await?.unwrap_or_default();
    let template: Option<Json> = serde_json::from_str(&text).ok();
    let pending = wanted.map(|(wanted, entries)| match &template {
        Some(template) => Look::Seen(changes_between(template, wanted, entries)),
        None => Look::Unseen { unseen: "the template in force is not JSON".to_owned() },
    });
    let template = template.unwrap_or_default();
    let side = Side { template: &template, parameters: &now.parameters };
    let found = host::hosts(&side, &now.name);
    let parts = Parts { now, template: &template, resources };
    let lease = async { Look::of(lease::held(connection, &now.name).await) };
    let (hosts, lease) = tokio::join!(parts.look(connection, &found), lease);
    Ok(Vitals { hosts, lease, pending })
}

/// What is known of a stack before anything else is asked.
struct Parts<'a> {
    now: &'a StackNow,
    template: &'a Json,
    resources: &'a [ResourceNow],
}

impl Parts<'_> {
    fn own(&self, id: &str) -> Option<String> {
        let there = self.resources.iter().filter(|it| it.status != "DELETE_COMPLETE");
        there.filter(|it| it.id == id).find_map(|it| it.physical_id.clone())
    }

    async fn look(&self, connection: &Connection, hosts: &[Host]) -> Vec<HostVitals> {
        if hosts.is_empty() {
            return Vec::new();
        }
        let volumes = volume::of_template(self.template, self.now, |id| self.own(id));
        let disks: Vec<String> = volumes.iter().map(|one| one.volume.clone()).collect();
        let machines: Vec<String> = hosts.iter().filter_map(|host| self.own(&host.instance)).collect();
        let boots = together(machines.iter().map(|id| boot::look(connection, id)));
        let agents = together(machines.iter().map(|id| connection.has_agent(id)));
        let records = together(hosts.iter().map(|host| record(connection, host)));
        let (machines, disks, snapshots, boots, agents, records) = tokio::join!(
            machine::look(connection, &machines),
            volume::describe(connection, &disks),
            volume::copies_of(connection, &disks),
            boots,
            agents,
            records,
        );
        let (machines, images) = machines;
        let (machines, images) = (Look::of(machines), Look::of(images));
        let (disks, snapshots) = (Look::of(disks), Look::of(snapshots));
        let (mut boots, mut agents) = (boots.into_iter(), agents.into_iter());
        let hosts = hosts.iter().zip(records).map(|(host, record)| {
            let own = self.own(&host.instance);
            let boot = own.as_ref().and_then(|_| boots.next()).unwrap_or(Ok(None));
            let agent = own.as_ref().and_then(|_| agents.next()).transpose();
            let machine = machines.map(|all| all.iter().find(|it| Some(&it.id) == own.as_ref()).cloned());
            let image = match &machine {
                Look::Seen(Some(machine)) => images.map(|all| all.iter().find(|it| it.id == machine.image).cloned()),
                Look::Seen(None) => Look::Seen(None),
                Look::Unseen { unseen } => Look::Unseen { unseen: unseen.clone() },
            };
            let disk = |one: &volume::DataVolume| Disk {
                id: one.id.clone(),
                volume: disks.map(|all| all.iter().find(|it| it.id == one.volume).cloned()),
                snapshots: snapshots.map(|all| all.iter().filter(|it| it.volume == one.volume).cloned().collect()),
            };
            HostVitals {
                id: host.instance.clone(),
                image_parameter: host.image.clone(),
                machine,
                image,
                volumes: volumes.iter().filter(|one| one.host == host.instance).map(disk).collect(),
                addresses: self.addresses(host),
                agent: Look::of(agent),
                boot: Look::of(boot),
                ready: host.ready.iter().filter_map(|id| self.ready(id)).collect(),
                record: Look::of(record),
            }
        });
        hosts.collect()
    }

    /// The addresses that are associated with a host: of an EIP the id is the address itself.
    fn addresses(&self, host: &Host) -> Vec<String> {
        let mut ids = Vec::new();
        for association in &host.associations {
            let properties = self.template.pointer(&format!("/Resources/{association}/Properties"));
            references(properties.unwrap_or(&Json::Null), &mut ids);
        }
        let is_address =
            |id: &&str| self.template.pointer(&format!("/Resources/{id}/Type")) == Some(&Json::from("AWS::EC2::EIP"));
        ids.into_iter().filter(is_address).filter_map(|id| self.own(id)).collect()
    }

    fn ready(&self, id: &str) -> Option<Ready> {
        let found = self.resources.iter().find(|it| it.id == id)?;
        Some(Ready { id: id.to_owned(), status: found.status.clone(), since: found.updated })
    }
}

async fn record(connection: &Connection, host: &Host) -> Result<Option<String>, Failure> {
    let Some(record) = &host.record else { return Ok(None) };
    Ok(connection.parameter(&record.parameter).await?.map(|found| found.value))
}

/// Several looks at once, in their order.
async fn together<T>(looks: impl Iterator<Item = impl Future<Output = T>>) -> Vec<T> {
    let mut waiting: Vec<_> = looks.map(Box::pin).collect();
    let mut done: Vec<Option<T>> = waiting.iter().map(|_| None).collect();
    std::future::poll_fn(|context| {
        for (look, done) in waiting.iter_mut().zip(&mut done).filter(|(_, done)| done.is_none()) {
            if let std::task::Poll::Ready(found) = look.as_mut().poll(context) {
                *done = Some(found);
            }
        }
        if done.iter().all(Option::is_some) { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
    done.into_iter().flatten().collect()
}
