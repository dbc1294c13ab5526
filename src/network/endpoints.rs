//! Endpoints: AWS's services without the way through the internet.
use stackgen_cfn::ec2;
use stackgen_core::{Stack, Value, aws, intrinsic};

use super::config::Config;
use super::security::{Ingress, security_group};
use super::subnet::Subnet;
use super::vpc::Network;

#[track_caller]
pub(super) fn add(stack: &mut Stack, config: &Config, network: &Network) {
    for service in config.gateway_endpoints.iter().map(|service| service.name()) {
        let tables = network.public.iter().chain(&network.private).filter_map(Subnet::routes);
        let tables: Vec<Value<String>> = tables.map(|table| table.reference()).collect();
        let endpoint = ec2::VpcEndpoint::new().vpc_id(&network.vpc).service_name(service_name(service));
        let endpoint = endpoint.vpc_endpoint_type(ec2::vpc_endpoint::VpcEndpointType::GATEWAY).route_table_ids(tables);
        stack.add(&format!("{}Endpoint", capitalized(service)), endpoint);
    }
    if config.interface_endpoints.is_empty() {
        return;
    }
    let https = [Ingress::tcp(443, "HTTPS from the network").from(&config.cidr.to_string())];
    let group = security_group(stack, "EndpointSecurityGroup", &network.vpc, "Endpoints of AWS services", https);
    let homes = if network.private.is_empty() { &network.public } else { &network.private };
    for service in &config.interface_endpoints {
        let subnets: Vec<Value<String>> = homes.iter().map(|home| home.id().clone()).collect();
        let endpoint = ec2::VpcEndpoint::new().vpc_id(&network.vpc).service_name(service_name(service));
        let endpoint = endpoint.vpc_endpoint_type(ec2::vpc_endpoint::VpcEndpointType::INTERFACE);
        let endpoint = endpoint.private_dns_enabled(true).subnet_ids(subnets).security_group_ids([&group]);
        stack.add(&format!("{}Endpoint", capitalized(service)), endpoint);
    }
}

fn service_name(service: &str) -> Value<String> {
    intrinsic::concat(["com.amazonaws.".into(), aws::region(), format!(".{service}").into()])
}

/// A service as part of a logical id: `EcrDkr` of `ecr.dkr`.
fn capitalized(service: &str) -> String {
    let words = service.split(|letter: char| !letter.is_ascii_alphanumeric());
    words
        .map(|word| word.chars().take(1).flat_map(char::to_uppercase).chain(word.chars().skip(1)).collect::<String>())
        .collect()
}
