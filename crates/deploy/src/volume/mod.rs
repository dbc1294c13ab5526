//! The data volumes of hosts, as things with a life of their own: copied, made again from a copy, and taken back into a stack.
//!
//! - [`of_stack`] finds them by the shape of the template in force, whoever wrote it;
//! - [`take`] copies one, [`copies`] lists what there is of it;
//! - [`fits`] says whether a snapshot can become a volume of a stack, before anything is written;
//! - [`Adoption`] takes a volume that no stack has into a stack again, and is refused wherever it would not be the same volume.
mod adopt;
mod restore;
mod seen;
mod snapshot;

use serde_json::Value as Json;

pub use adopt::{Adoption, look, settle};
pub use restore::{Doubt, Wanted, fits, wanted};
pub(crate) use seen::copies_of;
pub use seen::{Attached, Snapshot, Volume, describe};
pub use snapshot::{completed, copies, take};

use crate::aws::Connection;
use crate::failure::Failure;
use crate::host;
use crate::machines;
use crate::plan::Side;
use crate::stack::{self, StackNow};

/// A volume of a host of a stack.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DataVolume {
    /// Its logical id; of a volume that the stack does not make, its own.
    pub id: String,
    /// Its own id.
    pub volume: String,
    /// The logical id of the instance that has it.
    pub host: String,
    /// That instance's own id, if there is one.
    pub instance: Option<String>,
    /// Whether it stays when it leaves the stack.
    pub stays: bool,
}

/// The volumes of the hosts of a stack.
///
/// # Errors
///
/// If CloudFormation does not say.
pub async fn of_stack(connection: &Connection, now: &StackNow) -> Result<Vec<DataVolume>, Failure> {
    let text = stack::template(connection, &now.id).await?.unwrap_or_default();
    let template: Json = serde_json::from_str(&text).unwrap_or_default();
    let resources = stack::resources(connection, &now.id).await?;
    let own = |id: &str| resources.get(id).and_then(|one| one.physical_resource_id.clone());
    Ok(of_template(&template, now, own))
}

/// The same, for who knows the template and what is behind its ids.
pub(crate) fn of_template(template: &Json, now: &StackNow, own: impl Fn(&str) -> Option<String>) -> Vec<DataVolume> {
    let side = Side { template, parameters: &now.parameters };
    let mut found: Vec<DataVolume> = Vec::new();
    for host in host::hosts(&side, &now.name) {
        for attachment in &host.attachments {
            let id = logical(&attachment.volume).to_owned();
            let volume = if id == attachment.volume { Some(id.clone()) } else { own(&id) };
            let Some(volume) = volume.filter(|_| !found.iter().any(|it| it.id == id)) else { continue };
            let policy = template.pointer(&format!("/Resources/{id}/DeletionPolicy")).and_then(Json::as_str);
            // What the stack does not make it does not take away either.
            let stays = id == volume || policy.is_some_and(|policy| policy.starts_with("Retain"));
            let (host, instance) = (host.instance.clone(), own(&host.instance));
            found.push(DataVolume { id, volume, host, instance, stays });
        }
    }
    found
}

/// `${Data}` without its braces.
pub(crate) fn logical(text: &str) -> &str {
    text.strip_prefix("${").and_then(|rest| rest.strip_suffix('}')).unwrap_or(text)
}

/// Which of some machines run.
///
/// # Errors
///
/// If EC2 does not say.
pub async fn running(connection: &Connection, machines: &[String]) -> Result<Vec<String>, Failure> {
    if machines.is_empty() { Ok(Vec::new()) } else { machines::running(connection, machines).await }
}
