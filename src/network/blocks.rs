//! Which addresses each subnet gets.
use ipnet::Ipv4Net;
use thiserror::Error;

/// AWS takes VPCs and subnets from /16 to /28. Source: *VPC CIDR blocks* in the Amazon VPC User Guide.
const LARGEST: u8 = 16;
const SMALLEST: u8 = 28;

/// The blocks of a VPC: the first half for public subnets, the second for private ones, so that zones can be added at the
/// end without moving what is there.
#[derive(Clone, Copy, Debug)]
pub struct Layout {
    vpc: Ipv4Net,
    subnet_prefix: u8,
}

/// The two blocks of a zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Blocks {
    /// For its public subnet.
    pub public: Ipv4Net,
    /// For its private subnet.
    pub private: Ipv4Net,
}

/// Why addresses cannot be divided as asked.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum LayoutError {
    /// The VPC is too large or too small for AWS.
    #[error("a VPC of `{0}` is not possible; AWS takes /{LARGEST} to /{SMALLEST}")]
    Vpc(Ipv4Net),
    /// There are bits beyond the prefix.
    #[error("`{written}` is not the start of a block; `{block}` is")]
    NotTheStart {
        /// What was written.
        written: Ipv4Net,
        /// The block that the address is in.
        block: Ipv4Net,
    },
    /// The subnets are too large or too small.
    #[error("subnets of /{prefix} do not fit into `{vpc}`; take /{least} to /{SMALLEST}")]
    Subnets {
        /// The prefix that was asked for.
        prefix: u8,
        /// The VPC.
        vpc: Ipv4Net,
        /// The largest subnets that leave room for a public and a private one.
        least: u8,
    },
}

impl Layout {
    /// A division of `vpc` into subnets of one size.
    ///
    /// # Errors
    /// Says what AWS would not take.
    pub fn new(vpc: Ipv4Net, subnet_prefix: u8) -> Result<Self, LayoutError> {
        if !(LARGEST..=SMALLEST).contains(&vpc.prefix_len()) {
            return Err(LayoutError::Vpc(vpc));
        }
        if vpc.trunc() != vpc {
            return Err(LayoutError::NotTheStart { written: vpc, block: vpc.trunc() });
        }
        let least = vpc.prefix_len() + 1;
        if !(least..=SMALLEST).contains(&subnet_prefix) {
            return Err(LayoutError::Subnets { prefix: subnet_prefix, vpc, least });
        }
        Ok(Layout { vpc, subnet_prefix })
    }

    /// How many zones fit.
    pub fn capacity(&self) -> usize {
        1 << (self.subnet_prefix - self.vpc.prefix_len() - 1)
    }

    /// The blocks of the zone at a position, if there is room.
    pub fn zone(&self, position: usize) -> Option<Blocks> {
        let mut halves = self.vpc.subnets(self.vpc.prefix_len() + 1).ok()?;
        let mut block = || halves.next()?.subnets(self.subnet_prefix).ok()?.nth(position);
        Some(Blocks { public: block()?, private: block()? })
    }
}

#[cfg(test)]
mod tests {
    use ipnet::Ipv4Net;
    use proptest::prelude::*;

    use super::{Layout, LayoutError};

    fn net(text: &str) -> Ipv4Net {
        text.parse().expect("a literal block")
    }

    #[test]
    fn zones_take_blocks_from_both_halves() {
        let layout = Layout::new(net("10.0.0.0/16"), 20).expect("it fits");
        let second = layout.zone(1).expect("there is room");
        assert_eq!((second.public, second.private), (net("10.0.16.0/20"), net("10.0.144.0/20")));
        assert_eq!(layout.capacity(), 8);
        assert_eq!(layout.zone(8), None);
    }

    #[test]
    fn what_aws_refuses_is_refused() {
        let error = |vpc: &str, prefix| Layout::new(net(vpc), prefix).map(|layout| layout.capacity()).unwrap_err();
        assert_eq!(error("10.0.0.0/8", 20), LayoutError::Vpc(net("10.0.0.0/8")));
        assert!(matches!(error("10.0.1.0/16", 20), LayoutError::NotTheStart { .. }));
        assert!(matches!(error("10.0.0.0/16", 16), LayoutError::Subnets { least: 17, .. }));
        assert!(matches!(error("10.0.0.0/16", 29), LayoutError::Subnets { .. }));
    }

    proptest! {
        #[test]
        fn blocks_are_inside_the_vpc_and_apart(prefix in 16_u8..28, address: u32, extra in 1_u8..8) {
            let vpc = Ipv4Net::new(address.into(), prefix).expect("a prefix below 32").trunc();
            let Ok(layout) = Layout::new(vpc, (prefix + extra).min(28)) else { return Ok(()) };
            let zones = 0..layout.capacity().min(9);
            let blocks: Vec<Ipv4Net> =
                zones.filter_map(|zone| layout.zone(zone)).flat_map(|blocks| [blocks.public, blocks.private]).collect();
            prop_assert_eq!(blocks.len(), layout.capacity().min(9) * 2);
            for (index, block) in blocks.iter().enumerate() {
                prop_assert!(vpc.contains(block));
                prop_assert!(blocks[index + 1..].iter().all(|other| !block.contains(other) && !other.contains(block)));
            }
        }
    }
}
