//! The VPC and its subnets.
use stackgen_cfn::ec2;
use stackgen_core::{Handle, IntoValue, Stack};
use thiserror::Error;

use super::blocks::{Blocks, Layout};
use super::config::{Config, Nat};
use super::endpoints;
use super::subnet::Subnet;

/// A network in a stack.
#[derive(Clone, Debug)]
pub struct Network {
    /// The VPC.
    pub vpc: ec2::Vpc,
    /// Subnets whose hosts may have public addresses, one a zone.
    pub public: Vec<Subnet>,
    /// Subnets whose hosts have none, one a zone.
    pub private: Vec<Subnet>,
    /// What joins the VPC to the internet. An address of a host needs it.
    pub gateway: ec2::VpcGatewayAttachment,
}

/// A zone in which the network has no subnet.
#[derive(Clone, Debug, Error)]
#[error("the network has no subnet in `{zone}`; it has some in {}", zones.join(", "))]
pub struct NoSuchZone {
    /// The zone that was asked for.
    pub zone: String,
    /// The zones that there are.
    pub zones: Vec<String>,
}

impl Network {
    /// Adds a network to a stack.
    #[track_caller]
    pub fn add(stack: &mut Stack, config: &Config) -> Self {
        let vpc = ec2::Vpc::new().cidr_block(config.checked_cidr());
        let vpc = stack.add("Vpc", vpc.enable_dns_support(true).enable_dns_hostnames(true).tags(name(stack, "vpc")));
        let internet = stack.add("InternetGateway", ec2::InternetGateway::new().tags(name(stack, "internet")));
        let attachment = ec2::VpcGatewayAttachment::new().vpc_id(&vpc).internet_gateway_id(&internet);
        let gateway = stack.add("InternetGatewayAttachment", attachment);
        let mut network = Network { vpc, public: Vec::new(), private: Vec::new(), gateway };
        let layout = Layout::new(config.cidr, config.subnet_prefix);
        for (position, zone) in config.zones.iter().enumerate() {
            let blocks = match &layout {
                Ok(layout) => layout.zone(position).ok_or_else(|| no_room(layout, config)),
                Err(error) => Err(error.to_string()),
            };
            network.zone(stack, config, &internet, zone, blocks);
        }
        endpoints::add(stack, config, &network);
        network
    }

    /// The public subnet in a zone.
    ///
    /// # Errors
    /// Names the zones that the network has.
    pub fn public_in(&self, zone: &str) -> Result<&Subnet, NoSuchZone> {
        let zones = || self.public.iter().map(|subnet| subnet.zone().to_owned()).collect();
        let found = self.public.iter().find(|subnet| subnet.zone() == zone);
        found.ok_or_else(|| NoSuchZone { zone: zone.to_owned(), zones: zones() })
    }

    #[track_caller]
    fn zone(
        &mut self,
        stack: &mut Stack,
        config: &Config,
        internet: &ec2::InternetGateway,
        zone: &str,
        blocks: Result<Blocks, String>,
    ) {
        let block = blocks.as_ref().map(|blocks| blocks.public.to_string());
        let (public, table) = self.subnet(stack, "Public", zone, block);
        let way_out = ec2::Route::new().route_table_id(&table).destination_cidr_block("0.0.0.0/0");
        let route = stack.add(&format!("PublicRoute{}", letter(zone)), way_out.gateway_id(internet));
        // A route to a gateway that is not attached yet fails.
        let public = public.reached_by(&*self.gateway).reached_by(&*route.depends_on(&*self.gateway));
        if config.private_subnets {
            let block = blocks.as_ref().map(|blocks| blocks.private.to_string());
            let (private, table) = self.subnet(stack, "Private", zone, block);
            let route = self.nat(stack, config.nat, &public, &table, zone);
            let private = private.reached_by(&*self.gateway);
            self.private.push(route.into_iter().fold(private, |private, route| private.reached_by(&*route)));
        }
        self.public.push(public);
    }

    #[track_caller]
    fn subnet(
        &self,
        stack: &mut Stack,
        kind: &str,
        zone: &str,
        cidr: impl IntoValue<String>,
    ) -> (Subnet, ec2::RouteTable) {
        let (letter, cidr) = (letter(zone), cidr.into_value());
        let label = |what: &str| name(stack, &format!("{}-{what}", kind.to_lowercase()));
        let subnet = ec2::Subnet::new().vpc_id(&self.vpc).availability_zone(zone).cidr_block(&cidr).tags(label(zone));
        let table = ec2::RouteTable::new().vpc_id(&self.vpc).tags(label(zone));
        let subnet = stack.add(&format!("{kind}Subnet{letter}"), subnet);
        let routes = stack.add(&format!("{kind}Routes{letter}"), table);
        let association = ec2::SubnetRouteTableAssociation::new().subnet_id(&subnet).route_table_id(&routes);
        let association = stack.add(&format!("{kind}Association{letter}"), association);
        (Subnet::made(&subnet, zone, cidr, &routes).reached_by(&*association), routes)
    }

    #[track_caller]
    fn nat(
        &self,
        stack: &mut Stack,
        nat: Nat,
        public: &Subnet,
        private: &ec2::RouteTable,
        zone: &str,
    ) -> Option<ec2::Route> {
        let first = self.public.first().unwrap_or(public);
        let home = match nat {
            Nat::None => return None,
            Nat::One => first,
            Nat::PerZone => public,
        };
        let id = format!("NatGateway{}", letter(home.zone()));
        if stack.resource(&id).is_none() {
            let address = ec2::Eip::new().domain("vpc").tags(name(stack, &format!("nat-{}", home.zone())));
            // An address needs the way to the internet that it is reached by.
            let address = stack.add(&format!("NatAddress{}", letter(home.zone())), address).depends_on(&*self.gateway);
            let gateway = ec2::NatGateway::new().subnet_id(home).allocation_id(address.allocation_id());
            stack.add(&id, gateway.tags(name(stack, home.zone())));
        }
        let gateway = stack.resource(&id).expect("it was added above").reference();
        let route = ec2::Route::new().route_table_id(private).destination_cidr_block("0.0.0.0/0");
        Some(stack.add(&format!("PrivateRoute{}", letter(zone)), route.nat_gateway_id(gateway)))
    }
}

fn no_room(layout: &Layout, config: &Config) -> String {
    let (zones, prefix) = (layout.capacity(), config.subnet_prefix);
    format!(
        "`{}` has room for {zones} zones with subnets of /{prefix}, and {} are named",
        config.cidr,
        config.zones.len()
    )
}

/// What tells a zone from its neighbours, as part of a logical id: `A` of `eu-west-1a`.
fn letter(zone: &str) -> String {
    zone.chars().rev().take_while(char::is_ascii_alphabetic).collect::<String>().to_uppercase()
}

pub(super) fn name(stack: &Stack, what: &str) -> [(&'static str, String); 1] {
    [("Name", format!("{}-{what}", stack.name()))]
}
