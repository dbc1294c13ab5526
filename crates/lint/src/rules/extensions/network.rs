//! Security groups, load balancers, gateways, health checks.
use crate::rule::{Check, Demand, Rule};

pub(super) static PORTS_TOGETHER: Rule = Rule {
    id: "E3688",
    name: "security-group-all-ports",
    reason: "EC2 refuses a range of ports of which one end is `-1` and the other a number.",
    fix: "Write `-1` for `FromPort` and `ToPort`, or a number for both.",
    good: "Resources:\n  Thing:\n    Type: AWS::EC2::SecurityGroup\n    Properties:\n      GroupDescription: web\n      SecurityGroupIngress:\n      - {CidrIp: 10.0.0.0/8, IpProtocol: icmp, FromPort: -1, ToPort: -1}\n",
    bad: "Resources:\n  Thing:\n    Type: AWS::EC2::SecurityGroup\n    Properties:\n      GroupDescription: web\n      SecurityGroupIngress:\n      - {CidrIp: 10.0.0.0/8, IpProtocol: tcp, FromPort: -1, ToPort: 80}\n",
    check: Check::Demand(&Demand {
        facts: "aws_ec2_securitygroup/all_to_and_from_ports",
        places: &[
            "AWS::EC2::SecurityGroup/SecurityGroupIngress/*",
            "AWS::EC2::SecurityGroup/SecurityGroupEgress/*",
            "AWS::EC2::SecurityGroupEgress",
            "AWS::EC2::SecurityGroupIngress",
        ],
        all: false,
        settled: &[],
        because: "`-1` means all ports and needs the other end to be `-1` too",
    }),
};

pub(super) static PORTS_IGNORED: Rule = Rule {
    id: "W3687",
    name: "security-group-ports-ignored",
    reason: "EC2 ignores ports for other protocols, so that more is open than it looks.",
    fix: "Take `FromPort` and `ToPort` away, or write `tcp` or `udp`.",
    good: "Resources:\n  Thing:\n    Type: AWS::EC2::SecurityGroup\n    Properties:\n      GroupDescription: web\n      SecurityGroupIngress:\n      - {CidrIp: 10.0.0.0/8, IpProtocol: -1}\n",
    bad: "Resources:\n  Thing:\n    Type: AWS::EC2::SecurityGroup\n    Properties:\n      GroupDescription: web\n      SecurityGroupIngress:\n      - {CidrIp: 10.0.0.0/8, IpProtocol: -1, FromPort: 80, ToPort: 80}\n",
    check: Check::Demand(&Demand {
        facts: "aws_ec2_securitygroup/protocols_and_port_ranges_exclude",
        places: &[
            "AWS::EC2::SecurityGroup/SecurityGroupIngress/*",
            "AWS::EC2::SecurityGroup/SecurityGroupEgress/*",
            "AWS::EC2::SecurityGroupEgress",
            "AWS::EC2::SecurityGroupIngress",
        ],
        all: false,
        settled: &[],
        because: "only TCP, UDP and ICMP have ports",
    }),
};

pub(super) static PORTS_MISSING: Rule = Rule {
    id: "E3687",
    name: "security-group-ports-missing",
    reason: "EC2 refuses a rule for TCP, UDP or ICMP without a range of ports.",
    fix: "Write `FromPort` and `ToPort`.",
    good: "Resources:\n  Thing:\n    Type: AWS::EC2::SecurityGroup\n    Properties:\n      GroupDescription: web\n      SecurityGroupIngress:\n      - {CidrIp: 10.0.0.0/8, IpProtocol: tcp, FromPort: 80, ToPort: 80}\n",
    bad: "Resources:\n  Thing:\n    Type: AWS::EC2::SecurityGroup\n    Properties:\n      GroupDescription: web\n      SecurityGroupIngress:\n      - {CidrIp: 10.0.0.0/8, IpProtocol: tcp}\n",
    check: Check::Demand(&Demand {
        facts: "aws_ec2_securitygroup/protocols_and_port_ranges_include",
        places: &[
            "AWS::EC2::SecurityGroup/SecurityGroupIngress/*",
            "AWS::EC2::SecurityGroup/SecurityGroupEgress/*",
            "AWS::EC2::SecurityGroupEgress",
            "AWS::EC2::SecurityGroupIngress",
        ],
        all: false,
        settled: &[],
        because: "TCP, UDP and ICMP need both ports",
    }),
};

pub(super) static VPN: Rule = Rule {
    id: "W3703",
    name: "vpn-gateway-type",
    reason: "The only type of VPN gateways is `ipsec.1`.",
    fix: "Write `Type: ipsec.1`.",
    good: "Resources:\n  Thing:\n    Type: AWS::EC2::VPNGateway\n    Properties:\n      Type: ipsec.1\n",
    bad: "Resources:\n  Thing:\n    Type: AWS::EC2::VPNGateway\n    Properties:\n      Type: ipsec.2\n",
    check: Check::Demand(&Demand {
        facts: "aws_ec2_vpngateway/type_enum",
        places: &["AWS::EC2::VPNGateway/Type"],
        all: true,
        settled: &[],
        because: "EC2 has one type of them",
    }),
};

pub(super) static CLASSIC_CERTIFICATE: Rule = Rule {
    id: "E3679",
    name: "classic-listener-certificate",
    reason: "A listener cannot speak HTTPS or SSL without a certificate.",
    fix: "Write `SSLCertificateId`.",
    good: "Resources:\n  Thing:\n    Type: AWS::ElasticLoadBalancing::LoadBalancer\n    Properties:\n      AvailabilityZones: !GetAZs \"\"\n      Listeners: [{InstancePort: \"80\", LoadBalancerPort: \"80\", Protocol: HTTP}]\n",
    bad: "Resources:\n  Thing:\n    Type: AWS::ElasticLoadBalancing::LoadBalancer\n    Properties:\n      AvailabilityZones: !GetAZs \"\"\n      Listeners: [{InstancePort: \"80\", LoadBalancerPort: \"443\", Protocol: HTTPS}]\n",
    check: Check::Demand(&Demand {
        facts: "aws_elasticloadbalancing_loadbalancer/certificate",
        places: &["AWS::ElasticLoadBalancing::LoadBalancer/Listeners/*"],
        all: true,
        settled: &[],
        because: "HTTPS and SSL need a certificate",
    }),
};

pub(super) static CERTIFICATE: Rule = Rule {
    id: "E3676",
    name: "listener-certificate",
    reason: "A listener cannot speak HTTPS or TLS without a certificate.",
    fix: "Write `Certificates`.",
    good: "Resources:\n  Thing:\n    Type: AWS::ElasticLoadBalancingV2::Listener\n    Properties:\n      DefaultActions: [{Type: fixed-response, FixedResponseConfig: {StatusCode: \"404\"}}]\n      LoadBalancerArn: arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/web/0\n      Port: 80\n      Protocol: HTTP\n",
    bad: "Resources:\n  Thing:\n    Type: AWS::ElasticLoadBalancingV2::Listener\n    Properties:\n      DefaultActions: [{Type: fixed-response, FixedResponseConfig: {StatusCode: \"404\"}}]\n      LoadBalancerArn: arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/web/0\n      Port: 443\n      Protocol: HTTPS\n",
    check: Check::Demand(&Demand {
        facts: "aws_elasticloadbalancingv2_listener/certificate",
        places: &["AWS::ElasticLoadBalancingV2::Listener"],
        all: true,
        settled: &[],
        because: "HTTPS and TLS need a certificate",
    }),
};

pub(super) static TWO_SUBNETS: Rule = Rule {
    id: "E3680",
    name: "load-balancer-subnets",
    reason: "An application load balancer is refused with fewer than two subnets.",
    fix: "Name a subnet in a second zone.",
    good: "Resources:\n  Thing:\n    Type: AWS::ElasticLoadBalancingV2::LoadBalancer\n    Properties:\n      Subnets: [subnet-01234567, subnet-89abcdef]\n",
    bad: "Resources:\n  Thing:\n    Type: AWS::ElasticLoadBalancingV2::LoadBalancer\n    Properties:\n      Subnets: [subnet-01234567]\n",
    check: Check::Demand(&Demand {
        facts: "aws_elasticloadbalancingv2_loadbalancer/application_subnets",
        places: &["AWS::ElasticLoadBalancingV2::LoadBalancer"],
        all: true,
        settled: &[],
        because: "an application load balancer stands in two zones at least",
    }),
};

pub(super) static TARGET_TYPE: Rule = Rule {
    id: "E3681",
    name: "target-group-type",
    reason: "Target groups of functions are refused with ports and protocols, all others without.",
    fix: "Write `Port`, `Protocol` and `VpcId`, or take them away if the target is a function.",
    good: "Resources:\n  Thing:\n    Type: AWS::ElasticLoadBalancingV2::TargetGroup\n    Properties:\n      TargetType: lambda\n",
    bad: "Resources:\n  Thing:\n    Type: AWS::ElasticLoadBalancingV2::TargetGroup\n    Properties:\n      TargetType: ip\n",
    check: Check::Demand(&Demand {
        facts: "aws_elasticloadbalancingv2_targetgroup/targettype_restrictions",
        places: &["AWS::ElasticLoadBalancingV2::TargetGroup"],
        all: true,
        settled: &[],
        because: "a function needs no port, protocol and VPC, everything else needs them",
    }),
};

pub(super) static TARGET_PORT: Rule = Rule {
    id: "E3683",
    name: "target-group-protocol",
    reason: "A target group of GENEVE is refused with another port than 6081.",
    fix: "Write `Port: 6081`.",
    good: "Resources:\n  Thing:\n    Type: AWS::ElasticLoadBalancingV2::TargetGroup\n    Properties:\n      Port: 6081\n      Protocol: GENEVE\n      TargetType: instance\n      VpcId: vpc-01234567\n",
    bad: "Resources:\n  Thing:\n    Type: AWS::ElasticLoadBalancingV2::TargetGroup\n    Properties:\n      Port: 80\n      Protocol: GENEVE\n      TargetType: instance\n      VpcId: vpc-01234567\n",
    check: Check::Demand(&Demand {
        facts: "aws_elasticloadbalancingv2_targetgroup/protocol_restrictions",
        places: &["AWS::ElasticLoadBalancingV2::TargetGroup"],
        all: true,
        settled: &[],
        because: "GENEVE has one port",
    }),
};

pub(super) static HEALTH: Rule = Rule {
    id: "E3684",
    name: "target-group-health-check",
    reason: "`Matcher` and `ProtocolVersion` go with health checks by HTTP or HTTPS; the service refuses them with others.",
    fix: "Take the property away, or check by HTTP.",
    good: "Resources:\n  Thing:\n    Type: AWS::ElasticLoadBalancingV2::TargetGroup\n    Properties:\n      HealthCheckProtocol: TCP\n      Port: 80\n      Protocol: TCP\n      VpcId: vpc-01234567\n",
    bad: "Resources:\n  Thing:\n    Type: AWS::ElasticLoadBalancingV2::TargetGroup\n    Properties:\n      HealthCheckProtocol: TCP\n      Matcher: {HttpCode: \"200\"}\n      Port: 80\n      Protocol: TCP\n      VpcId: vpc-01234567\n",
    check: Check::Demand(&Demand {
        facts: "aws_elasticloadbalancingv2_targetgroup/healthcheckprotocol_restrictions",
        places: &["AWS::ElasticLoadBalancingV2::TargetGroup"],
        all: true,
        settled: &[],
        because: "only checks by HTTP have it",
    }),
};

pub(super) static ALARM: Rule = Rule {
    id: "E3661",
    name: "health-check-alarm",
    reason: "A health check by a metric has nothing to look at without an alarm.",
    fix: "Write `AlarmIdentifier`.",
    good: "Resources:\n  Thing:\n    Type: AWS::Route53::HealthCheck\n    Properties:\n      HealthCheckConfig: {Type: CLOUDWATCH_METRIC, AlarmIdentifier: {Name: down, Region: us-east-1}}\n",
    bad: "Resources:\n  Thing:\n    Type: AWS::Route53::HealthCheck\n    Properties:\n      HealthCheckConfig: {Type: CLOUDWATCH_METRIC}\n",
    check: Check::Demand(&Demand {
        facts: "aws_route53_healthcheck/healthcheckconfig_type_inclusive",
        places: &["AWS::Route53::HealthCheck/HealthCheckConfig"],
        all: false,
        settled: &[],
        because: "a check by metric looks at an alarm",
    }),
};
