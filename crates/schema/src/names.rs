//! From AWS's spelling to Rust's.
//!
//! AWS writes `EBSOptimized`, `IPv6Addresses`, `DBInstanceClass` and `t3.micro`. Everything here is a pure function of the
//! name, so a name in the builders never changes because another one came along; only [`Names`] looks at neighbours, and
//! only when two would be the same.
use std::collections::HashSet;

/// Words that the rules would cut in two.
const WHOLE: [&str; 2] = ["IoT", "OAuth"];

const KEYWORDS: [&str; 53] = [
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate", "do", "dyn", "else",
    "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro", "match", "mod",
    "move", "mut", "override", "priv", "pub", "ref", "return", "self", "Self", "static", "struct", "super", "trait",
    "true", "try", "type", "typeof", "unsafe", "unsized", "use", "virtual", "where", "while", "yield", "_",
];

/// The name of a module, method or marker: `DBInstanceClass` gives `db_instance_class`, `Type` gives `type_`.
pub fn snake(name: &str) -> String {
    identifier(words(name).join("_").to_lowercase())
}

/// The name of a type: `EIPAssociation` gives `EipAssociation`.
pub fn pascal(name: &str) -> String {
    identifier(words(name).iter().map(|word| capitalized(word)).collect())
}

/// The name of a constant for a value: `gp3` gives `GP3`, `us-east-1` gives `US_EAST_1`.
pub fn screaming(value: &str) -> String {
    let mut words = words(value);
    if value.starts_with('-') && value[1..].starts_with(|next: char| next.is_ascii_digit()) {
        words.insert(0, "MINUS".to_owned());
    }
    if words.is_empty() {
        words = value.chars().map(|symbol| symbol_name(symbol).to_owned()).collect();
    }
    if words.is_empty() {
        return "EMPTY".to_owned();
    }
    let name = words.join("_").to_uppercase();
    if name.starts_with(|first: char| first.is_ascii_digit()) { format!("V_{name}") } else { name }
}

fn symbol_name(symbol: char) -> &'static str {
    match symbol {
        '*' => "STAR",
        '+' => "PLUS",
        '-' => "MINUS",
        '<' => "LESS",
        '=' => "EQUAL",
        '>' => "GREATER",
        '!' => "NOT",
        _ => "SYMBOL",
    }
}

fn identifier(name: String) -> String {
    if KEYWORDS.contains(&name.as_str()) {
        return name + "_";
    }
    match name.chars().next() {
        None => "unnamed".to_owned(),
        Some(first) if first.is_ascii_digit() => format!("v_{name}"),
        Some(_) => name,
    }
}

fn capitalized(word: &str) -> String {
    word[..1].to_uppercase() + &word[1..].to_lowercase()
}

/// Cuts a name at everything that is no letter or digit, and where the case changes.
fn words(name: &str) -> Vec<String> {
    let mut words = Vec::new();
    for part in name.split(|symbol: char| !symbol.is_ascii_alphanumeric()) {
        let mut rest = part;
        while !rest.is_empty() {
            let (word, after) = rest.split_at(word_length(rest));
            words.push(word.to_owned());
            rest = after;
        }
    }
    words
}

/// How long the first word is: a capitalized word (`Instance`, `Ec2`), a run of capitals (`DB` before `Instance`), or such a
/// run with a plural's `s` (`ARNs`) or a version behind it (`IPv6`, `TLSv1`).
fn word_length(text: &str) -> usize {
    if let Some(whole) = WHOLE.iter().find(|whole| text.starts_with(**whole)) {
        return whole.len();
    }
    let bytes = text.as_bytes();
    let is = |at: usize, test: fn(&u8) -> bool| bytes.get(at).is_some_and(test);
    let run = count(bytes, 0, |byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    if run >= 2 && is(run, |byte| *byte == b's') && !is(run + 1, |byte| byte.is_ascii_lowercase()) {
        return run + 1;
    }
    if run >= 2 && is(run, |byte| *byte == b'v') && is(run + 1, u8::is_ascii_digit) {
        return run + 1 + count(bytes, run + 1, u8::is_ascii_digit);
    }
    let before_capitalized = run >= 2 && is(run, u8::is_ascii_lowercase) && is(run - 1, u8::is_ascii_uppercase);
    if before_capitalized {
        return run - 1;
    }
    run + count(bytes, run, |byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
}

fn count(bytes: &[u8], from: usize, test: impl Fn(&u8) -> bool) -> usize {
    bytes[from..].iter().take_while(|byte| test(byte)).count()
}

/// The names that are taken in one place.
#[derive(Debug, Default)]
pub struct Names(HashSet<String>);

impl Names {
    /// A place in which these are taken already.
    pub fn with(reserved: &[&str]) -> Self {
        Names(reserved.iter().map(|name| (*name).to_owned()).collect())
    }

    /// Takes the first of these names that is free; if none is, the last with a number behind it.
    pub fn take<const N: usize>(&mut self, wanted: [String; N]) -> String {
        let last = wanted.last().cloned().unwrap_or_default();
        let numbered = (2..).map(|number| match last.chars().any(|letter| letter.is_ascii_lowercase()) {
            true => format!("{last}{number}"),
            false => format!("{last}_{number}"),
        });
        let free = wanted.into_iter().chain(numbered).find(|name| !self.0.contains(name));
        let name = free.expect("numbers do not end");
        self.0.insert(name.clone());
        name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn acronyms_are_words() {
        let cases = [
            ("EBSOptimized", "ebs_optimized"),
            ("EbsOptimized", "ebs_optimized"),
            ("DBInstanceClass", "db_instance_class"),
            ("VPCId", "vpc_id"),
            ("VpcId", "vpc_id"),
            ("IPv6CidrBlock", "ipv6_cidr_block"),
            ("AssignIPv6AddressOnCreation", "assign_ipv6_address_on_creation"),
            ("Ipv6AddressCount", "ipv6_address_count"),
            ("S3Bucket", "s3_bucket"),
            ("EnableDnsHostnames", "enable_dns_hostnames"),
            ("EC2InstanceId", "ec2_instance_id"),
            ("KMSKeyARN", "kms_key_arn"),
            ("TargetGroupARNs", "target_group_arns"),
            ("VPCSecurityGroups", "vpc_security_groups"),
            ("AllowedOAuthFlowsUserPoolClient", "allowed_oauth_flows_user_pool_client"),
            ("IoTAnalytics", "iot_analytics"),
            ("AWSIoTThing", "aws_iot_thing"),
            ("M2tsSettings", "m2ts_settings"),
            ("MD5OfBody", "md5_of_body"),
            ("WAFv2Acl", "wafv2_acl"),
            ("Attributes.QueueArn", "attributes_queue_arn"),
            ("aws-foo", "aws_foo"),
            ("A", "a"),
        ];
        for (name, expected) in cases {
            assert_eq!(snake(name), expected, "{name}");
        }
    }

    #[test]
    fn types_look_like_types() {
        let cases = [
            ("VPC", "Vpc"),
            ("EIP", "Eip"),
            ("EIPAssociation", "EipAssociation"),
            ("VPCCidrBlock", "VpcCidrBlock"),
            ("IPAMPool", "IpamPool"),
            ("DBCluster", "DbCluster"),
            ("SecurityGroupIngress", "SecurityGroupIngress"),
            ("EC2Fleet", "Ec2Fleet"),
            ("self", "Self_"),
        ];
        for (name, expected) in cases {
            assert_eq!(pascal(name), expected, "{name}");
        }
    }

    #[test]
    fn keywords_get_a_suffix() {
        assert_eq!(snake("Type"), "type_");
        assert_eq!(snake("Match"), "match_");
        assert_eq!(snake("Self"), "self_");
    }

    #[test]
    fn values_become_constants() {
        let cases = [
            ("gp3", "GP3"),
            ("us-east-1", "US_EAST_1"),
            ("t3.micro", "T3_MICRO"),
            ("m5d.24xlarge", "M5D_24XLARGE"),
            ("aws:kms:dsse", "AWS_KMS_DSSE"),
            ("TLSv1.2_2021", "TLSV1_2_2021"),
            ("createdTime", "CREATED_TIME"),
            ("StandardIA", "STANDARD_IA"),
            ("AES256", "AES256"),
            ("1.2", "V_1_2"),
            ("-1", "MINUS_1"),
            ("*", "STAR"),
            (">=", "GREATER_EQUAL"),
            ("", "EMPTY"),
        ];
        for (value, expected) in cases {
            assert_eq!(screaming(value), expected, "{value}");
        }
    }

    #[test]
    fn a_taken_name_gets_a_number() {
        let mut names = Names::with(&["Builder"]);
        assert_eq!(names.take(["Builder".to_owned()]), "Builder2");
        assert_eq!(names.take(["Ebs".to_owned(), "InstanceEbs".to_owned()]), "Ebs");
        assert_eq!(names.take(["Ebs".to_owned(), "InstanceEbs".to_owned()]), "InstanceEbs");
        assert_eq!(names.take(["Ebs".to_owned(), "InstanceEbs".to_owned()]), "InstanceEbs2");
        assert_eq!(names.take(["ENABLED".to_owned()]), "ENABLED");
        assert_eq!(names.take(["ENABLED".to_owned()]), "ENABLED_2");
    }
}
