//! What `Fn::GetAtt` reads of a type that nobody models here: values of the right shape that depend only on what the resource is.
use serde_json::{Map, Value as Json, json};
use stackgen_schema::{Facts, Kind, Literal, ResourceType, Shape};

use super::{Site, naming};
use crate::cloudformation::template::partition;

/// All attributes of a resource.
pub(super) fn all(site: &mut Site<'_>, facts: &ResourceType, id: &str, properties: &Json) -> Map<String, Json> {
    let name = name_of(facts, id, properties);
    let one = |name_of_attribute: &str, kind: &Kind| {
        let path = name_of_attribute.replace('.', "/");
        let given = properties.pointer(&format!("/{path}")).cloned();
        given
            .or_else(|| naming::part(facts, id, name_of_attribute).map(Json::String))
            .unwrap_or_else(|| value(site, facts, &path, kind, &name, id))
    };
    facts.attributes.iter().map(|it| (it.name.clone(), one(&it.name, &it.kind))).collect()
}

/// The name of a resource whose physical id is known.
fn name_of(facts: &ResourceType, id: &str, properties: &Json) -> String {
    let shape = Facts::embedded().shape(facts.properties);
    let property = naming::name_property(facts, &shape.properties);
    let given = property.and_then(|it| naming::text(properties.get(&it.name)?));
    let last = id.rsplit('|').next().unwrap_or(id);
    let last = last.rsplit(['/', ':']).next().unwrap_or(last);
    given.unwrap_or_else(|| last.to_owned())
}

/// One value that identifies a new resource: a property, or what AWS would make up.
pub(super) fn identifier(
    site: &Site<'_>,
    facts: &ResourceType,
    path: &str,
    properties: &Json,
    name: &str,
    mark: &str,
) -> Option<String> {
    if let Some(given) = properties.pointer(&format!("/{path}")).and_then(naming::text).filter(|it| !it.is_empty()) {
        return Some(given);
    }
    let shape = Facts::embedded().shape(facts.properties);
    if naming::name_property(facts, &shape.properties).is_some_and(|it| it.name == path) {
        return Some(name.to_owned());
    }
    let is_made =
        facts.read_only.iter().any(|it| it == &format!("/{path}")) || facts.attributes.iter().any(|it| it.name == path);
    is_made.then(|| naming::text(&value(site, facts, path, &Kind::String, name, mark))).flatten()
}

/// The value of an attribute that is no property.
fn value(site: &Site<'_>, facts: &ResourceType, path: &str, kind: &Kind, name: &str, id: &str) -> Json {
    match kind {
        Kind::Integer | Kind::Number => json!(i32::from(path.contains("Version"))),
        Kind::Boolean => json!(false),
        Kind::List(_) => json!([]),
        Kind::Json | Kind::Map(_) | Kind::Object(_) | Kind::Tag => json!({}),
        Kind::String => Json::String(text(site, facts, path, name, id)),
    }
}

fn text(site: &Site<'_>, facts: &ResourceType, path: &str, name: &str, id: &str) -> String {
    let last = path.rsplit('/').next().unwrap_or(path);
    let shape = shape_at(facts, path);
    let resource = facts.name.rsplit("::").next().unwrap_or_default();
    if let Some(Literal::String(first)) = shape.as_ref().and_then(|it| it.allowed.first()) {
        return first.clone();
    }
    let seed = format!("{} {} {id} {path}", site.region, facts.name);
    match last {
        "QueueUrl" => {
            format!("https://sqs.{}.{}/{}/{name}", site.region, partition(&site.region).1, site.world.account)
        }
        "Id" if facts.name == "AWS::SecretsManager::Secret" => {
            arn(site, facts, &format!("{name}-{}", letters(&seed, 6)), "Arn")
        }
        "StreamArn" => format!("{}/stream/2026-01-01T00:00:00.000", arn(site, facts, name, "Arn")),
        _ if last.ends_with("Arn") || last.ends_with("ARN") => arn(site, facts, name, last),
        _ if last == format!("{resource}Name") || last == "Name" => name.to_owned(),
        "Id" if shape.as_ref().is_none_or(|it| it.pattern.is_none()) => short(facts, name, &seed),
        _ if last.ends_with("Id") || last.ends_with("ID") => identity(facts, shape.as_ref(), last, &seed),
        _ if last.ends_with("Url") || last.ends_with("URL") || last.ends_with("Uri") => {
            format!("https://{}", host(site, facts, name))
        }
        "Port" => "443".to_owned(),
        _ if ["Endpoint", "DomainName", "DNSName", "Address", "HostName"].iter().any(|it| last.ends_with(it)) => {
            host(site, facts, name)
        }
        _ if ["Time", "Date", "On", "At"].iter().any(|it| last.ends_with(it)) => began(site),
        _ if last.ends_with("Status") || last.ends_with("State") => "ACTIVE".to_owned(),
        _ if last.ends_with("Version") => "1".to_owned(),
        _ => name.to_owned(),
    }
}

/// When the stack was made: a resource's own time is not kept.
fn began(site: &Site<'_>) -> String {
    let stack = site.world.regions.get(&site.region).and_then(|region| region.stacks.get(&site.stack_id));
    format!("{:.3}", stack.map_or_else(|| site.world.now(), |stack| stack.created))
}

/// An ARN by the template of the facts if it is the resource's own, else one in the common form.
fn arn(site: &Site<'_>, facts: &ResourceType, name: &str, attribute: &str) -> String {
    let resource = facts.name.rsplit("::").next().unwrap_or_default();
    let is_own = attribute == "Arn" || attribute.strip_suffix("Arn").is_some_and(|it| resource.ends_with(it));
    let partition = partition(&site.region).0;
    if let Some(template) = facts.arn.as_ref().filter(|_| is_own) {
        return filled(template, partition, &site.region, &site.world.account, name);
    }
    let service = facts.service().to_lowercase();
    let kind = if is_own { resource } else { attribute.trim_end_matches("Arn").trim_end_matches("ARN") };
    format!("arn:{partition}:{service}:{}:{}:{}/{name}", site.region, site.world.account, kind.to_lowercase())
}

/// An ARN template with its places filled: all that are not about the account are the name.
fn filled(template: &str, partition: &str, region: &str, account: &str, name: &str) -> String {
    let mut text = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("${") {
        let Some((place, after)) = after.split_once('}') else { break };
        text.push_str(before);
        text.push_str(match place {
            "Partition" => partition,
            "Region" => region,
            "Account" => account,
            _ => name,
        });
        rest = after;
    }
    text + rest
}

/// What stands alone as `Id`: numbers in lower letters where AWS numbers things, the name where it does not.
fn short(facts: &ResourceType, name: &str, seed: &str) -> String {
    match facts.service() {
        "CloudFront" => format!("E{}", letters(seed, 13)),
        "ApiGateway" | "ApiGatewayV2" => letters(seed, 10).to_lowercase(),
        _ => name.to_owned(),
    }
}

/// Prefixes of EC2's ids whose facts have no pattern. Source: the examples of the EC2 API reference.
const PREFIXES: [(&str, &str); 22] = [
    ("NatGateway", "nat"),
    ("FlowLog", "fl"),
    ("TransitGateway", "tgw"),
    ("TransitGatewayAttachment", "tgw-attach"),
    ("TransitGatewayRouteTable", "tgw-rtb"),
    ("NetworkAcl", "acl"),
    ("DHCPOptions", "dopt"),
    ("EgressOnlyInternetGateway", "eigw"),
    ("PrefixList", "pl"),
    ("CustomerGateway", "cgw"),
    ("VPNGateway", "vgw"),
    ("VPNConnection", "vpn"),
    ("VPCPeeringConnection", "pcx"),
    ("CapacityReservation", "cr"),
    ("EC2Fleet", "fleet"),
    ("Eni", "eni"),
    ("RouteTable", "rtb"),
    ("Subnet", "subnet"),
    ("Vpc", "vpc"),
    ("SecurityGroup", "sg"),
    ("Image", "ami"),
    ("FileSystem", "fs"),
];

fn identity(facts: &ResourceType, shape: Option<&Shape>, last: &str, seed: &str) -> String {
    let pattern = shape.and_then(|it| it.pattern.as_deref()).unwrap_or_default();
    let resource = facts.name.rsplit("::").next().unwrap_or_default();
    let hexadecimal = format!("0{:016x}", hash(seed));
    let prefix: String =
        pattern.trim_start_matches('^').chars().take_while(|it| it.is_ascii_lowercase() || *it == '-').collect();
    if let Some(prefix) = prefix.strip_suffix('-').filter(|it| it.len() > 1) {
        return format!("{prefix}-{hexadecimal}");
    }
    let stem = last.trim_end_matches("Id").trim_end_matches("ID");
    let stem = if stem.is_empty() { resource } else { stem };
    if let Some((_, prefix)) = PREFIXES.iter().find(|(name, _)| *name == stem) {
        return format!("{prefix}-{hexadecimal}");
    }
    if facts.name == "AWS::KMS::Key" || pattern.contains("{8}-") || pattern.contains("8}-[") {
        return uuid(seed);
    }
    if last.ends_with("HostedZoneId") || last.ends_with("HostedZoneID") {
        return format!("Z{}", letters(seed, 13));
    }
    letters(seed, 10).to_lowercase()
}

fn host(site: &Site<'_>, facts: &ResourceType, name: &str) -> String {
    let service = facts.service().to_lowercase();
    let mark = letters(&format!("{} {name}", facts.name), 12).to_lowercase();
    let end = partition(&site.region).1;
    match service.as_str() {
        "cloudfront" => format!("d{mark}.cloudfront.net"),
        "elasticloadbalancingv2" => format!("{name}-{}.{}.elb.{end}", hash(name) % 1_000_000_000, site.region),
        service => format!("{}.{mark}.{}.{service}.{end}", name.to_lowercase(), site.region),
    }
}

/// The shape of a property by its path.
fn shape_at(facts: &ResourceType, path: &str) -> Option<Shape> {
    let all = Facts::embedded();
    let mut shape = all.shape(facts.properties);
    for segment in path.split('/') {
        let property = shape.properties.iter().find(|it| it.name == segment)?;
        shape = match &property.kind {
            Kind::Object(object) => all.shape(*object),
            _ => all.shape(property.shape),
        };
    }
    Some(shape)
}

/// FNV-1a, and the finisher of SplitMix64 over it so that near texts are far apart.
fn hash(text: &str) -> u64 {
    let sum = text
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    let mixed = (sum ^ (sum >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb)
}

fn letters(seed: &str, length: usize) -> String {
    const LETTERS: &[u8; 36] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    let one = |index: usize| char::from(LETTERS[(hash(&format!("{seed} {index}")) % 36) as usize]);
    (0..length).map(one).collect()
}

fn uuid(seed: &str) -> String {
    let (high, low) = (hash(seed), hash(&format!("{seed} low")));
    format!(
        "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
        high >> 32,
        high >> 16 & 0xffff,
        high & 0xfff,
        low >> 48 & 0x3fff | 0x8000,
        low & 0xffff_ffff_ffff
    )
}
