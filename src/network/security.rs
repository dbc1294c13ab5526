//! Security groups. Everything may leave; only what is named may come in, and SSH never from everywhere.
use ipnet::IpNet;
use serde::Deserialize;
use stackgen_cfn::ec2;
use stackgen_cfn::ec2::security_group as group;
use stackgen_core::{IntoValue, Stack, Value};

/// Traffic that may come in.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ingress {
    /// The TCP port.
    port: u16,
    /// Where it may come from.
    from: Peer,
    /// Why, for whoever reviews the group.
    why: String,
}

/// Where traffic may come from.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum Peer {
    /// A block of addresses.
    Block(String),
    /// The hosts of a security group.
    #[serde(skip)]
    Group(Value<String>),
}

/// A TCP rule that lacks its source.
#[derive(Clone, Debug)]
pub struct Tcp {
    port: u16,
    why: String,
}

impl Ingress {
    /// A TCP port, and why it is open.
    pub fn tcp(port: u16, why: &str) -> Tcp {
        Tcp { port, why: why.to_owned() }
    }

    fn property(&self) -> group::Ingress {
        let port = i64::from(self.port);
        let rule =
            group::Ingress::new().ip_protocol("tcp").from_port(port).to_port(port).description(described(&self.why));
        match &self.from {
            Peer::Group(group) => rule.source_security_group_id(group),
            Peer::Block(block) => match checked(self.port, block) {
                Ok(block @ IpNet::V4(_)) => rule.cidr_ip(block.to_string()),
                Ok(block @ IpNet::V6(_)) => rule.cidr_ipv6(block.to_string()),
                Err((message, hint)) => rule.cidr_ip(Value::fault(message, Some(hint))),
            },
        }
    }
}

impl Tcp {
    /// From a block of addresses, such as `203.0.113.0/24`.
    pub fn from(self, block: &str) -> Ingress {
        Ingress { port: self.port, from: Peer::Block(block.to_owned()), why: self.why }
    }

    /// From the hosts of another security group.
    pub fn from_group(self, group: impl IntoValue<String>) -> Ingress {
        Ingress { port: self.port, from: Peer::Group(group.into_value()), why: self.why }
    }
}

fn checked(port: u16, block: &str) -> Result<IpNet, (String, String)> {
    let network: IpNet = block.parse().map_err(|_| {
        (format!("`{block}` is no block of addresses"), "write it as `203.0.113.0/24` or `2001:db8::/32`".to_owned())
    })?;
    if network.trunc() != network {
        let hint =
            format!("`{}` is the block that it is in; one host is /{}", network.trunc(), network.max_prefix_len());
        return Err((format!("`{block}` is not the start of a block"), hint));
    }
    if port == 22 && network.prefix_len() == 0 {
        let hint = "log in with Session Manager, which needs no open port, or name your own addresses".to_owned();
        return Err(("SSH must not be open to everyone".to_owned(), hint));
    }
    Ok(network)
}

/// A description as EC2 takes it. It refuses others only at the deploy. Source: EC2's API model, `CreateSecurityGroup` and
/// `IpRange`.
fn described(text: &str) -> Value<String> {
    let fits = |letter: char| letter.is_ascii_alphanumeric() || " ._-:/()#,@[]+=&;{}!$*".contains(letter);
    let message = match text.chars().find(|letter| !fits(*letter)) {
        Some(letter) => format!("EC2 takes no `{}` in descriptions of security groups", letter.escape_debug()),
        None if text.len() > 255 => "EC2 takes descriptions of security groups up to 255 characters".to_owned(),
        None => return text.into_value(),
    };
    Value::fault(message, Some("use a-z, A-Z, 0-9, spaces and ._-:/()#,@[]+=&;{}!$*".to_owned()))
}

/// Adds a security group. The VPC is one of this app, or the id of another one.
#[track_caller]
pub fn security_group(
    stack: &mut Stack,
    id: &str,
    vpc: impl IntoValue<String>,
    description: &str,
    ingress: impl IntoIterator<Item = Ingress>,
) -> ec2::SecurityGroup {
    let rules: Vec<group::Ingress> = ingress.into_iter().map(|rule| rule.property()).collect();
    let all = group::Egress::new().ip_protocol("-1").cidr_ip("0.0.0.0/0").description("Everything may leave");
    let builder = ec2::SecurityGroup::new().group_description(described(description)).vpc_id(vpc);
    let builder = builder.security_group_egress([all]);
    stack.add(id, if rules.is_empty() { builder } else { builder.security_group_ingress(rules) })
}

#[cfg(test)]
mod tests {
    use super::{checked, described};

    #[test]
    fn ssh_is_never_open_to_everyone() {
        assert!(checked(22, "0.0.0.0/0").is_err() && checked(22, "::/0").is_err());
        assert!(checked(443, "0.0.0.0/0").is_ok() && checked(22, "203.0.113.7/32").is_ok());
    }

    #[test]
    fn blocks_are_written_by_their_start() {
        let (message, hint) = checked(443, "10.0.0.5/16").unwrap_err();
        assert_eq!(message, "`10.0.0.5/16` is not the start of a block");
        assert!(hint.contains("10.0.0.0/16") && hint.contains("/32"), "{hint}");
        assert!(checked(443, "everywhere").is_err());
    }

    #[test]
    fn descriptions_are_as_ec2_takes_them() {
        let is_taken = |text: &str| described(text).node().as_text().is_some();
        assert!(is_taken("HTTPS from API Gateway (v2), port 443: all!") && is_taken(&"x".repeat(255)));
        assert!(
            !is_taken("Anna's office") && !is_taken("B\u{fc}ro") && !is_taken("a\nb") && !is_taken(&"x".repeat(256))
        );
    }
}
