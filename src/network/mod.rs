//! A network: a VPC over named zones, public and private subnets, ways out, endpoints, security groups.
//!
//! Zones are named in the configuration and never asked for, because their order differs between accounts and over time.
//! A [`Subnet`] carries its zone, so that whatever is placed in it and must stay there, such as a volume, takes the zone
//! from it. Blocks of addresses belong to a zone's place in the list: adding a zone at the end moves nothing.
mod blocks;
mod config;
mod endpoints;
mod security;
mod subnet;
mod vpc;

pub use blocks::{Blocks, Layout, LayoutError};
pub use config::{Config, GatewayService, Nat};
pub use security::{Ingress, Peer, Tcp, security_group};
pub use subnet::Subnet;
pub use vpc::{Network, NoSuchZone};
