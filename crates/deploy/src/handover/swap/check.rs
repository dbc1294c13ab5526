//! What has to be so before a root is swapped.
use roxmltree::Node;

use super::roots::{self, Host};
use crate::aws::ec2::{numbered, root_mapping, text};
use crate::aws::{Connection, Retry};
use crate::failure::{Failure, Kind};
use crate::handover::check::{refuse, settled};
use crate::handover::{Handover, Old, Passing, Root};
use crate::stack::{self, StackNow};
use crate::volume;

/// Checks, and says which machines and roots the hosts have. Source of what EC2 wants: `CreateReplaceRootVolumeTask` in the API
/// reference, and *Replace the root volume for an Amazon EC2 instance*.
///
/// # Errors
///
/// If something is not as it has to be; nothing was touched then.
pub(in crate::handover) async fn check(
    connection: &Connection,
    now: &StackNow,
    handover: &Handover,
) -> Result<Vec<Old>, Failure> {
    let name = &now.name;
    settled(now)?;
    let resources = stack::resources(connection, &now.id).await?;
    let mut old = Vec::new();
    for passing in &handover.hosts {
        let physical = |id: &str| resources.get(id).and_then(|one| one.physical_resource_id.clone());
        let Some(instance) = physical(&passing.from) else {
            return refuse(format!("`{name}` has no `{}` any more", passing.from));
        };
        let volumes =
            passing.volumes.iter().filter_map(|it| physical(volume::logical(it)).or_else(|| Some(it.clone())));
        let volumes = volumes.filter(|it| it.starts_with("vol-")).collect();
        let found = roots::describe(connection, std::slice::from_ref(&instance)).await?;
        let Some(host) = found.into_iter().next() else { return refuse(format!("there is no machine {instance}")) };
        let root = fits(connection, &host, passing).await?;
        let has_agent = connection.has_agent(&instance).await?;
        old.push(Old { instance, volumes, root: Some(root), has_agent });
    }
    Ok(old)
}

async fn fits(connection: &Connection, host: &Host, passing: &Passing) -> Result<Root, Failure> {
    let id = &host.instance;
    if host.state != "running" {
        return refuse(format!("{id} is {}, and only a machine that runs can get another root", host.state));
    }
    if host.kind.contains(".metal") {
        return refuse(format!("{id} is a {}, and EC2 swaps no roots of whole servers", host.kind));
    }
    let Some(volume) = host.root.clone() else { return refuse(format!("{id} has no volume for a root")) };
    let image = passing.image.as_deref().unwrap_or_default();
    let found = match connection.ec2("DescribeImages", Retry::Safe, &numbered("ImageId", [image])).await {
        Err(failure) if failure.kind == Kind::NotFound => return refuse(format!("there is no image {image}")),
        answer => answer?,
    };
    let found = found.items("imagesSet", |it| {
        let gib: u32 = text(root_mapping(it)?, "ebs/volumeSize")?.parse().ok()?;
        Some((text(it, "imageState").unwrap_or_default().to_owned(), gib, traits(it)))
    })?;
    let Some((state, gib, traits)) = found.into_iter().next() else {
        return refuse(format!("the image {image} has no volume for a root"));
    };
    if state != "available" {
        return refuse(format!("the image {image} is {state}"));
    }
    if let Some(((name, own), (_, other))) = host.traits.iter().zip(&traits).find(|(own, other)| own != other) {
        let shown = |text: &str| if text.is_empty() { "none".to_owned() } else { text.to_owned() };
        return refuse(format!("the {name} of {image} is {}, and that of {id} {}", shown(other), shown(own)));
    }
    let own = volume::describe(connection, std::slice::from_ref(&volume)).await?;
    let own = own.first().map_or(0, |own| own.gib);
    if gib < own {
        return refuse(format!("the root of {image} has {gib} GiB, which is less than the {own} GiB of {id}"));
    }
    Ok(Root { volume, device: host.device.clone(), goes_along: host.goes_along })
}

/// What a machine and an image have to have in common.
pub(super) fn traits(node: Node<'_, '_>) -> [(&'static str, String); 3] {
    let said = |path: &str| text(node, path).unwrap_or_default().to_owned();
    let codes = node.children().find(|child| child.has_tag_name("productCodes"));
    let codes = codes.into_iter().flat_map(|all| all.children().filter(Node::is_element));
    let mut codes: Vec<&str> = codes.filter_map(|one| text(one, "productCode")).collect();
    codes.sort_unstable();
    [
        ("architecture", said("architecture")),
        ("virtualization type", said("virtualizationType")),
        ("product code", codes.join(" and ")),
    ]
}
