//! Blocks of IPv4 addresses.
use std::net::Ipv4Addr;

/// The first and the last address of a block.
pub(super) fn range(block: &str) -> Option<(u32, u32)> {
    let (address, bits) = block.split_once('/')?;
    let (address, bits) = (u32::from(address.parse::<Ipv4Addr>().ok()?), bits.parse::<u32>().ok()?);
    let hosts = if bits > 32 { return None } else { u32::MAX.checked_shr(bits).unwrap_or(0) };
    (address & hosts == 0).then_some((address, address | hosts))
}

pub(super) fn overlap(one: &str, other: &str) -> bool {
    let (Some(one), Some(other)) = (range(one), range(other)) else { return false };
    one.0 <= other.1 && other.0 <= one.1
}

pub(super) fn contains(outer: &str, inner: &str) -> bool {
    let (Some(outer), Some(inner)) = (range(outer), range(inner)) else { return false };
    outer.0 <= inner.0 && inner.1 <= outer.1
}

/// The first address that nobody has. AWS keeps the first four and the last (`CreateSubnet` in the API reference).
pub(super) fn free(block: &str, taken: impl Fn(&str) -> bool) -> Option<String> {
    let (first, last) = range(block)?;
    (first + 4..last).map(|number| Ipv4Addr::from(number).to_string()).find(|address| !taken(address))
}

/// How many addresses a subnet has for machines.
pub(super) fn size(block: &str) -> i64 {
    range(block).map_or(0, |(first, last)| i64::from(last - first) + 1 - 5)
}
