//! The values of a network.
use ipnet::Ipv4Net;
use serde::Deserialize;
use stackgen_core::{IntoValue, Value};

/// The values of a network.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The addresses of the VPC.
    pub cidr: Ipv4Net,
    /// The zones, such as `eu-west-1a`. Add at the end; what is there keeps its addresses.
    pub zones: Vec<String>,
    /// The size of a subnet.
    #[serde(default = "subnet_prefix")]
    pub subnet_prefix: u8,
    /// Whether each zone has a private subnet too.
    #[serde(default)]
    pub private_subnets: bool,
    /// How private subnets reach the internet.
    #[serde(default)]
    pub nat: Nat,
    /// Services reached without leaving AWS and without a charge.
    #[serde(default)]
    pub gateway_endpoints: Vec<GatewayService>,
    /// Services reached through an interface in the network, which costs by the hour: `ssm`, `ssmmessages`, `logs`, …
    #[serde(default)]
    pub interface_endpoints: Vec<String>,
}

fn subnet_prefix() -> u8 {
    20
}

/// How private subnets reach the internet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Nat {
    /// Not at all. Gateways cost by the hour and by the byte.
    #[default]
    None,
    /// Through one gateway, whose zone they all depend on.
    One,
    /// Through one gateway a zone.
    PerZone,
}

/// A service that route tables reach. There are only these two; all others have interfaces.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GatewayService {
    /// S3.
    S3,
    /// DynamoDB.
    Dynamodb,
}

impl GatewayService {
    pub(super) fn name(self) -> &'static str {
        match self {
            GatewayService::S3 => "s3",
            GatewayService::Dynamodb => "dynamodb",
        }
    }
}

impl Config {
    /// The addresses, if the values go together.
    pub(super) fn checked_cidr(&self) -> Value<String> {
        if self.nat == Nat::None || self.private_subnets {
            return self.cidr.to_string().into_value();
        }
        let hint = "set `private_subnets: true`, or leave `nat` out; public subnets need none".to_owned();
        Value::fault("`nat` is set, and there are no private subnets to use it", Some(hint))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use stackgen_core::{App, Problem, Stack};

    use super::super::{Config, Network};

    fn synth(values: serde_json::Value) -> Result<usize, Vec<Problem>> {
        let config: Config = serde_json::from_value(values).expect("the values of a network");
        let mut stack = Stack::new("test");
        Network::add(&mut stack, &config);
        App::from(stack).synth().map(|app| app.stacks[0].resources.len())
    }

    #[test]
    fn nat_without_private_subnets_would_serve_nobody() {
        let network = |private: bool| json!({"cidr": "10.0.0.0/16", "zones": ["eu-west-1a"], "nat": "one", "private_subnets": private});
        assert!(synth(network(true)).is_ok());
        let problems = synth(network(false)).expect_err("it is refused");
        assert_eq!(problems[0].message, "`nat` is set, and there are no private subnets to use it");
    }

    #[test]
    fn only_two_services_have_gateways() {
        let network = |service: &str| json!({"cidr": "10.0.0.0/16", "zones": [], "gateway_endpoints": [service]});
        assert!(serde_json::from_value::<Config>(network("dynamodb")).is_ok());
        let error = serde_json::from_value::<Config>(network("ssm")).expect_err("it is refused").to_string();
        assert!(error.contains("unknown variant `ssm`"), "{error}");
    }
}
