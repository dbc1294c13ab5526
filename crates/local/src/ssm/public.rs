//! The parameters in which AWS and Canonical publish their newest images.
//!
//! Sources: *Calling AMI public parameters* in the Systems Manager user guide, and *Find an Ubuntu AMI* of Canonical. The images
//! are those that every region has here.
use crate::ec2::Ec2;

/// Beginning of the name, what the image's name has in it, and how the rest of the parameter's name is read.
const ALIASES: [(&str, &str, &str); 4] = [
    ("/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-", "al2023-ami-2023", ""),
    ("/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-6.1-", "al2023-ami-2023", ""),
    ("/aws/service/canonical/ubuntu/server/22.04/stable/current/", "ubuntu-jammy-22.04", "/hvm/ebs-gp2/ami-id"),
    ("/aws/service/canonical/ubuntu/server/24.04/stable/current/", "ubuntu-noble-24.04", "/hvm/ebs-gp3/ami-id"),
];

const ALTERNATIVES: [(&str, &str); 2] = [("/server/jammy/", "/server/22.04/"), ("/server/noble/", "/server/24.04/")];

/// The newest image behind a public parameter, with the day on which it was published.
pub(super) fn image(ec2: &Ec2, name: &str) -> Option<(String, jiff::Timestamp)> {
    let name = ALTERNATIVES.iter().fold(name.to_owned(), |name, (other, one)| name.replace(other, one));
    let fitting = |(start, part, end): &(&str, &'static str, &str)| {
        let architecture = name.strip_prefix(start)?.strip_suffix(end)?;
        let architecture = if architecture == "amd64" { "x86_64" } else { architecture };
        Some((*part, architecture.to_owned()))
    };
    let (part, architecture) = ALIASES.iter().find_map(fitting)?;
    let of_makers = ec2.images.values().filter(|it| matches!(it.owner.as_str(), "137112412989" | "099720109477"));
    let newest = of_makers
        .filter(|it| it.public && it.until.is_none() && it.architecture == architecture && it.name.contains(part))
        .max_by_key(|it| it.created)?;
    Some((newest.id.clone(), newest.created))
}

/// The names of all public parameters that are here.
pub(super) fn names() -> impl Iterator<Item = String> {
    ALIASES.iter().flat_map(|(start, _, end)| {
        let architectures = if end.is_empty() { ["x86_64", "arm64"] } else { ["amd64", "arm64"] };
        architectures.map(|it| format!("{start}{it}{end}"))
    })
}
