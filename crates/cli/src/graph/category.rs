//! What kind of thing a resource type is: the hue and the words of its card.

/// What a resource is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Category {
    Network,
    Compute,
    Storage,
    Database,
    Identity,
    Messaging,
    Operations,
    Other,
}

impl Category {
    pub(crate) const ALL: [Category; 8] = [
        Category::Network,
        Category::Compute,
        Category::Storage,
        Category::Database,
        Category::Identity,
        Category::Messaging,
        Category::Operations,
        Category::Other,
    ];

    /// One word, also the CSS class.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Category::Network => "network",
            Category::Compute => "compute",
            Category::Storage => "storage",
            Category::Database => "database",
            Category::Identity => "identity",
            Category::Messaging => "messaging",
            Category::Operations => "operations",
            Category::Other => "other",
        }
    }

    /// The category of `AWS::EC2::Instance`.
    pub(crate) fn of(type_name: &str) -> Self {
        let mut parts = type_name.split("::").skip(1);
        let (service, name) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        match service {
            "EC2" => of_ec2(name),
            "AutoScaling" | "Batch" | "ECS" | "EKS" | "ElasticBeanstalk" | "ImageBuilder" | "Lambda"
            | "StepFunctions" | "AppRunner" | "CodeBuild" | "EMR" | "SageMaker" => Category::Compute,
            "ApiGateway"
            | "ApiGatewayV2"
            | "CloudFront"
            | "ElasticLoadBalancing"
            | "ElasticLoadBalancingV2"
            | "GlobalAccelerator"
            | "NetworkFirewall"
            | "Route53"
            | "Route53Resolver"
            | "ServiceDiscovery"
            | "VpcLattice" => Category::Network,
            "S3" | "EFS" | "FSx" | "ECR" | "Backup" | "DLM" | "S3Express" | "Glacier" => Category::Storage,
            "DAX" | "DocDB" | "DynamoDB" | "ElastiCache" | "MemoryDB" | "Neptune" | "OpenSearchService" | "RDS"
            | "Redshift" | "Timestream" | "Cassandra" | "DSQL" => Category::Database,
            "IAM" | "KMS" | "SecretsManager" | "CertificateManager" | "Cognito" | "SSO" | "WAFv2" | "GuardDuty"
            | "ACMPCA" => Category::Identity,
            "SNS" | "SQS" | "SES" | "Events" | "Pipes" | "Kinesis" | "KinesisFirehose" | "MSK" | "Scheduler"
            | "AmazonMQ" => Category::Messaging,
            "Logs" | "CloudWatch" | "SSM" | "Budgets" | "CloudTrail" | "Config" | "CloudFormation" | "XRay"
            | "Synthetics" | "ServiceCatalog" => Category::Operations,
            _ => Category::Other,
        }
    }
}

fn of_ec2(name: &str) -> Category {
    match name {
        "Instance"
        | "LaunchTemplate"
        | "SpotFleet"
        | "EC2Fleet"
        | "Host"
        | "CapacityReservation"
        | "PlacementGroup" => Category::Compute,
        "Volume" | "VolumeAttachment" => Category::Storage,
        "KeyPair" => Category::Identity,
        "FlowLog" => Category::Operations,
        _ => Category::Network,
    }
}

/// A type in words: `EC2 instance`, `VPC endpoint`, `Log group`.
///
/// A single plain word gets its service, because `Role` or `Table` alone leave one guessing.
pub(crate) fn in_words(type_name: &str) -> String {
    if let Some(known) = known_words(type_name) {
        return known.to_owned();
    }
    let (rest, last) = type_name.rsplit_once("::").unwrap_or(("", type_name));
    let service = rest.rsplit("::").next().unwrap_or_default();
    let words = words_of(last);
    let first = words.first().map_or("", String::as_str);
    let is_plain = words.len() == 1 && first.chars().any(char::is_lowercase) && !service.starts_with(first);
    let text = words.iter().map(|word| in_sentence(word)).collect::<Vec<String>>().join(" ");
    match text.split_at_checked(1) {
        _ if is_plain && !service.is_empty() => format!("{service} {text}"),
        Some((initial, rest)) => initial.to_uppercase() + rest,
        None => text,
    }
}

/// A word of a type name as it stands in a text; acronyms stay large, also those that CloudFormation writes like words.
pub(super) fn in_sentence(word: &str) -> String {
    let is_acronym = word.len() > 1 && !word.chars().any(char::is_lowercase);
    match word {
        "Acl" | "Api" | "Dns" | "Nat" | "Url" | "Vpc" => word.to_uppercase(),
        _ if is_acronym => word.to_owned(),
        _ => word.to_lowercase(),
    }
}

/// Types whose names are too long for a card, or are called otherwise by everybody.
fn known_words(type_name: &str) -> Option<&'static str> {
    Some(match type_name.strip_prefix("AWS::EC2::")? {
        "EIP" => "Elastic IP",
        "EIPAssociation" => "Association",
        "Route" => "Route",
        "SecurityGroupEgress" => "Egress rule",
        "SecurityGroupIngress" => "Ingress rule",
        "Subnet" => "Subnet",
        "SubnetRouteTableAssociation" => "Association",
        "VPCGatewayAttachment" => "Attachment",
        "Volume" => "EBS volume",
        _ => return None,
    })
}

/// `VPCGatewayAttachment` as `VPC`, `Gateway`, `Attachment`.
pub(crate) fn words_of(name: &str) -> Vec<String> {
    let letters: Vec<char> = name.chars().collect();
    let mut words: Vec<String> = Vec::new();
    for (index, &letter) in letters.iter().enumerate() {
        let after_lower = index > 0 && !letters[index - 1].is_uppercase();
        let before_lower = letters.get(index + 1).is_some_and(|next| next.is_lowercase());
        let starts = letter.is_uppercase() && (after_lower || before_lower);
        match words.last_mut() {
            Some(word) if !starts => word.push(letter),
            _ => words.push(letter.to_string()),
        }
    }
    words
}
