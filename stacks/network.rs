//! The network that everything else stands in.
use serde::Deserialize;
use stackgen::Stack;
use stackgen::cfn::ec2;
use stackgen::network::{Ingress, Network, security_group};

/// Its values.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    pub vpc: stackgen::network::Config,
    pub host_ingress: Vec<Ingress>,
}

/// What other stacks use of it.
pub struct Exports {
    pub network: Network,
    pub host_security_group: ec2::SecurityGroup,
}

/// A VPC and the security group of its hosts.
pub fn network(name: &str, region: &str, config: &Config) -> (Stack, Exports) {
    let mut stack = Stack::new(name);
    stack.description("Network of the hosts").region(region);
    let network = Network::add(&mut stack, &config.vpc);
    let ingress = config.host_ingress.iter().cloned();
    let group = security_group(&mut stack, "HostSecurityGroup", &network.vpc, "Hosts that serve the public", ingress);
    (stack, Exports { network, host_security_group: group })
}
