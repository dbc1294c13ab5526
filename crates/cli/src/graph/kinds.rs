//! What placement has to know about resource types: who hosts whom, which property puts a thing where, and what is worth a
//! word in the card. Types that are not here still get a card and edges.

/// Resources that only join or extend another one, and the property that names it. They become rows of its card.
pub(super) fn host_properties(type_name: &str) -> &'static [&'static str] {
    match type_name.trim_start_matches("AWS::") {
        "EC2::VolumeAttachment" => &["VolumeId"],
        "EC2::EIPAssociation" => &["AllocationId", "EIP"],
        "EC2::SubnetRouteTableAssociation" | "EC2::Route" | "EC2::GatewayRouteTableAssociation" => &["RouteTableId"],
        "EC2::VPCGatewayAttachment" => &["InternetGatewayId", "VpnGatewayId"],
        "EC2::SecurityGroupIngress" | "EC2::SecurityGroupEgress" => &["GroupId", "GroupName"],
        "EC2::SubnetNetworkAclAssociation" | "EC2::NetworkAclEntry" => &["NetworkAclId"],
        "EC2::VPCDHCPOptionsAssociation" => &["DhcpOptionsId"],
        "EC2::VPCCidrBlock" => &["VpcId"],
        "EC2::NetworkInterfaceAttachment" => &["NetworkInterfaceId"],
        "IAM::Policy" | "IAM::ManagedPolicy" | "IAM::InstanceProfile" => &["Roles", "Users", "Groups"],
        "IAM::RolePolicy" => &["RoleName"],
        "S3::BucketPolicy" => &["Bucket"],
        "SQS::QueuePolicy" => &["Queues"],
        "SNS::TopicPolicy" => &["Topics"],
        "SNS::Subscription" => &["TopicArn"],
        "KMS::Alias" => &["TargetKeyId"],
        "Lambda::Permission"
        | "Lambda::EventSourceMapping"
        | "Lambda::Url"
        | "Lambda::EventInvokeConfig"
        | "Lambda::Version"
        | "Lambda::Alias" => &["FunctionName", "TargetFunctionArn"],
        "Logs::MetricFilter" | "Logs::SubscriptionFilter" | "Logs::LogStream" => &["LogGroupName"],
        "ElasticLoadBalancingV2::Listener" => &["LoadBalancerArn"],
        "ElasticLoadBalancingV2::ListenerRule" => &["ListenerArn"],
        "AutoScaling::ScalingPolicy" | "AutoScaling::LifecycleHook" | "AutoScaling::ScheduledAction" => {
            &["AutoScalingGroupName"]
        }
        "SecretsManager::ResourcePolicy"
        | "SecretsManager::RotationSchedule"
        | "SecretsManager::SecretTargetAttachment" => &["SecretId"],
        "EFS::MountTarget" | "EFS::AccessPoint" => &["FileSystemId"],
        "Route53::RecordSet" => &["HostedZoneId"],
        "ApiGateway::Resource" | "ApiGateway::Method" | "ApiGateway::Deployment" | "ApiGateway::Stage" => {
            &["RestApiId"]
        }
        "ApiGatewayV2::Route" | "ApiGatewayV2::Integration" | "ApiGatewayV2::Stage" | "ApiGatewayV2::Deployment" => {
            &["ApiId"]
        }
        "CloudFormation::WaitCondition" => &["Handle"],
        _ => &[],
    }
}

/// Types that are drawn around what is in them.
pub(super) fn is_holder(type_name: &str) -> bool {
    matches!(
        type_name.trim_start_matches("AWS::"),
        "EC2::VPC" | "EC2::Subnet" | "ECS::Cluster" | "EKS::Cluster" | "RDS::DBCluster" | "DocDB::DBCluster"
    )
}

/// Properties that say where a resource is, the narrowest place first. A list counts only if it names a single place.
pub(super) const PLACES: &[&str] = &[
    "/Properties/SubnetId",
    "/Properties/NetworkInterfaces",
    "/Properties/SubnetIds",
    "/Properties/Subnets",
    "/Properties/SubnetMappings",
    "/Properties/VPCZoneIdentifier",
    "/Properties/VpcConfig/SubnetIds",
    "/Properties/NetworkConfiguration/AwsvpcConfiguration/Subnets",
    "/Properties/DBClusterIdentifier",
    "/Properties/Cluster",
    "/Properties/ClusterName",
    "/Properties/VpcId",
];

/// Properties whose value is worth showing beside the type, each with what follows it.
pub(super) fn telling_properties(type_name: &str) -> &'static [(&'static str, &'static str)] {
    match type_name.trim_start_matches("AWS::") {
        "EC2::VPC" => &[("CidrBlock", "")],
        "EC2::Subnet" => &[("CidrBlock", ""), ("AvailabilityZone", "")],
        "EC2::Instance" | "EC2::LaunchTemplate" => &[("InstanceType", "")],
        "EC2::Volume" => &[("Size", " GiB"), ("VolumeType", "")],
        "EC2::VolumeAttachment" => &[("Device", "")],
        "EC2::Route" => &[("DestinationCidrBlock", ""), ("DestinationIpv6CidrBlock", "")],
        "EC2::VPCEndpoint" => &[("ServiceName", "")],
        "EC2::SecurityGroup" => &[("GroupName", "")],
        "Logs::LogGroup" => &[("RetentionInDays", " days")],
        "KMS::Alias" => &[("AliasName", "")],
        "SNS::Subscription" => &[("Protocol", "")],
        "CloudWatch::Alarm" => &[("MetricName", "")],
        "Lambda::Function" => &[("Runtime", ""), ("MemorySize", " MiB")],
        "Events::Rule" | "Scheduler::Schedule" => &[("ScheduleExpression", "")],
        "SSM::Parameter" | "Route53::RecordSet" | "Route53::HostedZone" => &[("Name", "")],
        "RDS::DBInstance" => &[("Engine", ""), ("DBInstanceClass", "")],
        "DynamoDB::Table" => &[("BillingMode", "")],
        "AutoScaling::AutoScalingGroup" => &[("MinSize", " to"), ("MaxSize", "")],
        "ElasticLoadBalancingV2::Listener" => &[("Protocol", ""), ("Port", "")],
        "S3::Bucket" => &[("BucketName", "")],
        _ => &[],
    }
}
