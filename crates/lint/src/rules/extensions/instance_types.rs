//! Instance types that a region does not offer. Source of the tables: AWS's price lists, as cfn-lint collects them.
use crate::rule::{Check, Demand, Rule};

pub(super) static BROKER: Rule = Rule {
    id: "E3670",
    name: "broker-instance-type",
    reason: "A broker of a type that a region does not offer cannot be made there, which is found out in the middle of a deployment.",
    fix: "Write a type that the region offers, or lint for the regions that the template is meant for (`--region`).",
    good: "Resources:\n  Thing:\n    Type: AWS::AmazonMQ::Broker\n    Properties:\n      AutoMinorVersionUpgrade: true\n      BrokerName: jobs\n      DeploymentMode: SINGLE_INSTANCE\n      EngineType: RABBITMQ\n      EngineVersion: \"3.13\"\n      HostInstanceType: mq.m5.large\n      PubliclyAccessible: false\n",
    bad: "Resources:\n  Thing:\n    Type: AWS::AmazonMQ::Broker\n    Properties:\n      HostInstanceType: mq.m5.huge\n",
    check: Check::Demand(&Demand {
        facts: "aws_amazonmq_broker/instancetype_enum",
        places: &["AWS::AmazonMQ::Broker/HostInstanceType"],
        all: false,
        settled: &[],
        because: "AWS has no price for it there, so it is not offered",
    }),
};

pub(super) static STREAMING: Rule = Rule {
    id: "E3621",
    name: "streaming-instance-type",
    reason: "A fleet of a type that a region does not offer cannot be made there, which is found out in the middle of a deployment.",
    fix: "Write a type that the region offers, or lint for the regions that the template is meant for (`--region`).",
    good: "Resources:\n  Thing:\n    Type: AWS::AppStream::Fleet\n    Properties:\n      Name: desk\n      InstanceType: Accelerated.g4dn.xlarge\n",
    bad: "Resources:\n  Thing:\n    Type: AWS::AppStream::Fleet\n    Properties:\n      Name: desk\n      InstanceType: stream.huge\n",
    check: Check::Demand(&Demand {
        facts: "aws_appstream_fleet/instancetype_enum",
        places: &["AWS::AppStream::Fleet/InstanceType"],
        all: false,
        settled: &[],
        because: "AWS has no price for it there, so it is not offered",
    }),
};

pub(super) static DAX: Rule = Rule {
    id: "E3672",
    name: "dax-node-type",
    reason: "A node of a type that a region does not offer cannot be made there, which is found out in the middle of a deployment.",
    fix: "Write a type that the region offers, or lint for the regions that the template is meant for (`--region`).",
    good: "Resources:\n  Thing:\n    Type: AWS::DAX::Cluster\n    Properties:\n      IAMRoleARN: arn:aws:iam::123456789012:role/dax\n      NodeType: dax.r5.large\n      ReplicationFactor: 1\n",
    bad: "Resources:\n  Thing:\n    Type: AWS::DAX::Cluster\n    Properties:\n      NodeType: dax.huge\n",
    check: Check::Demand(&Demand {
        facts: "aws_dax_cluster/nodetype_enum",
        places: &["AWS::DAX::Cluster/NodeType"],
        all: false,
        settled: &[],
        because: "AWS has no price for it there, so it is not offered",
    }),
};

pub(super) static DOCUMENTS: Rule = Rule {
    id: "E3620",
    name: "docdb-instance-class",
    reason: "An instance of a class that a region does not offer cannot be made there, which is found out in the middle of a deployment.",
    fix: "Write a type that the region offers, or lint for the regions that the template is meant for (`--region`).",
    good: "Resources:\n  Thing:\n    Type: AWS::DocDB::DBInstance\n    Properties:\n      DBClusterIdentifier: papers\n      DBInstanceClass: db.r5.large\n",
    bad: "Resources:\n  Thing:\n    Type: AWS::DocDB::DBInstance\n    Properties:\n      DBClusterIdentifier: papers\n      DBInstanceClass: db.huge\n",
    check: Check::Demand(&Demand {
        facts: "aws_docdb_dbinstance/dbinstanceclass_enum",
        places: &["AWS::DocDB::DBInstance/DBInstanceClass"],
        all: false,
        settled: &[],
        because: "AWS has no price for it there, so it is not offered",
    }),
};

pub(super) static EC2: Rule = Rule {
    id: "E3628",
    name: "ec2-instance-type",
    reason: "An instance of a type that a region does not offer cannot be made there, which is found out in the middle of a deployment.",
    fix: "Write a type that the region offers, or lint for the regions that the template is meant for (`--region`).",
    good: "Resources:\n  Thing:\n    Type: AWS::EC2::Instance\n    Properties:\n      ImageId: ami-0123456789abcdef0\n      InstanceType: t4g.small\n",
    bad: "Resources:\n  Thing:\n    Type: AWS::EC2::Instance\n    Properties:\n      ImageId: ami-0123456789abcdef0\n      InstanceType: t9.small\n",
    check: Check::Demand(&Demand {
        facts: "aws_ec2_instance/instancetype_enum",
        places: &[
            "AWS::EC2::Instance/InstanceType",
            "AWS::EC2::LaunchTemplate/LaunchTemplateData/InstanceType",
            "AWS::EC2::EC2Fleet/LaunchTemplateConfigs/*/Overrides/*/InstanceType",
            "AWS::EC2::CapacityReservationFleet/InstanceTypeSpecifications/*/InstanceType",
            "AWS::GameLift::GameServerGroup/InstanceDefinitions/*/InstanceType",
        ],
        all: false,
        settled: &[],
        because: "AWS has no price for it there, so it is not offered",
    }),
};

pub(super) static CACHE: Rule = Rule {
    id: "E3647",
    name: "cache-node-type",
    reason: "A node of a type that a region does not offer cannot be made there, which is found out in the middle of a deployment.",
    fix: "Write a type that the region offers, or lint for the regions that the template is meant for (`--region`).",
    good: "Resources:\n  Thing:\n    Type: AWS::ElastiCache::CacheCluster\n    Properties:\n      CacheNodeType: cache.t4g.small\n      Engine: redis\n      NumCacheNodes: 1\n",
    bad: "Resources:\n  Thing:\n    Type: AWS::ElastiCache::CacheCluster\n    Properties:\n      CacheNodeType: cache.huge\n      Engine: redis\n      NumCacheNodes: 1\n",
    check: Check::Demand(&Demand {
        facts: "aws_elasticache_cachecluster/cachenodetype_enum",
        places: &["AWS::ElastiCache::CacheCluster/CacheNodeType"],
        all: false,
        settled: &[],
        because: "AWS has no price for it there, so it is not offered",
    }),
};

pub(super) static ELASTICSEARCH: Rule = Rule {
    id: "E3652",
    name: "elasticsearch-instance-type",
    reason: "A domain with instances of a type that a region does not offer cannot be made there, which is found out in the middle of a deployment.",
    fix: "Write a type that the region offers, or lint for the regions that the template is meant for (`--region`).",
    good: "Resources:\n  Thing:\n    Type: AWS::Elasticsearch::Domain\n    Properties:\n      ElasticsearchClusterConfig:\n        InstanceType: c4.large.elasticsearch\n",
    bad: "Resources:\n  Thing:\n    Type: AWS::Elasticsearch::Domain\n    Properties:\n      ElasticsearchClusterConfig:\n        InstanceType: c4.large\n",
    check: Check::Demand(&Demand {
        facts: "aws_elasticsearch_domain/elasticsearchclusterconfig_instancetype_enum",
        places: &["AWS::Elasticsearch::Domain/ElasticsearchClusterConfig/InstanceType"],
        all: false,
        settled: &[],
        because: "AWS has no price for it there, so it is not offered",
    }),
};

pub(super) static EMR: Rule = Rule {
    id: "E3675",
    name: "emr-instance-type",
    reason: "A cluster with instances of a type that a region does not offer cannot be made there, which is found out in the middle of a deployment.",
    fix: "Write a type that the region offers, or lint for the regions that the template is meant for (`--region`).",
    good: "Resources:\n  Thing:\n    Type: AWS::EMR::Cluster\n    Properties:\n      Name: batch\n      JobFlowRole: EMR_EC2_DefaultRole\n      ServiceRole: EMR_DefaultRole\n      ReleaseLabel: emr-7.0.0\n      Instances:\n        CoreInstanceGroup: {InstanceCount: 1, InstanceType: m5.xlarge}\n        MasterInstanceGroup: {InstanceCount: 1, InstanceType: m5.xlarge}\n",
    bad: "Resources:\n  Thing:\n    Type: AWS::EMR::Cluster\n    Properties:\n      Name: batch\n      JobFlowRole: EMR_EC2_DefaultRole\n      ServiceRole: EMR_DefaultRole\n      Instances:\n        CoreInstanceGroup: {InstanceCount: 1, InstanceType: m9.huge}\n",
    check: Check::Demand(&Demand {
        facts: "aws_emr_cluster/instancetypeconfig_instancetype_enum",
        places: &[
            "AWS::EMR::Cluster/Instances/CoreInstanceFleet/InstanceTypeConfigs/*/InstanceType",
            "AWS::EMR::Cluster/Instances/CoreInstanceGroup/InstanceType",
            "AWS::EMR::Cluster/Instances/TaskInstanceFleets/*/InstanceTypeConfigs/*/InstanceType",
            "AWS::EMR::Cluster/Instances/TaskInstanceGroups/*/InstanceType",
        ],
        all: false,
        settled: &[],
        because: "AWS has no price for it there, so it is not offered",
    }),
};

pub(super) static GAMES: Rule = Rule {
    id: "E3641",
    name: "game-fleet-instance-type",
    reason: "A fleet of a type that a region does not offer cannot be made there, which is found out in the middle of a deployment.",
    fix: "Write a type that the region offers, or lint for the regions that the template is meant for (`--region`).",
    good: "Resources:\n  Thing:\n    Type: AWS::GameLift::Fleet\n    Properties:\n      Name: chess\n      EC2InstanceType: c5.large\n",
    bad: "Resources:\n  Thing:\n    Type: AWS::GameLift::Fleet\n    Properties:\n      Name: chess\n      EC2InstanceType: c9.large\n",
    check: Check::Demand(&Demand {
        facts: "aws_gamelift_fleet/ec2instancetype_enum",
        places: &["AWS::GameLift::Fleet/EC2InstanceType"],
        all: false,
        settled: &[],
        because: "AWS has no price for it there, so it is not offered",
    }),
};

pub(super) static BLOCKCHAIN: Rule = Rule {
    id: "E3617",
    name: "blockchain-instance-type",
    reason: "A node of a type that a region does not offer cannot be made there, which is found out in the middle of a deployment.",
    fix: "Write a type that the region offers, or lint for the regions that the template is meant for (`--region`).",
    good: "Resources:\n  Thing:\n    Type: AWS::ManagedBlockchain::Node\n    Properties:\n      NetworkId: n-ABC\n      NodeConfiguration: {AvailabilityZone: us-east-1a, InstanceType: bc.c5.2xlarge}\n",
    bad: "Resources:\n  Thing:\n    Type: AWS::ManagedBlockchain::Node\n    Properties:\n      NetworkId: n-ABC\n      NodeConfiguration: {AvailabilityZone: us-east-1a, InstanceType: bc.huge}\n",
    check: Check::Demand(&Demand {
        facts: "aws_managedblockchain_node/nodeconfiguration_instancetype_enum",
        places: &["AWS::ManagedBlockchain::Node/NodeConfiguration/InstanceType"],
        all: false,
        settled: &[],
        because: "AWS has no price for it there, so it is not offered",
    }),
};

pub(super) static NEPTUNE: Rule = Rule {
    id: "E3635",
    name: "neptune-instance-class",
    reason: "An instance of a class that a region does not offer cannot be made there, which is found out in the middle of a deployment.",
    fix: "Write a type that the region offers, or lint for the regions that the template is meant for (`--region`).",
    good: "Resources:\n  Thing:\n    Type: AWS::Neptune::DBInstance\n    Properties:\n      DBInstanceClass: db.r5.large\n",
    bad: "Resources:\n  Thing:\n    Type: AWS::Neptune::DBInstance\n    Properties:\n      DBInstanceClass: db.huge\n",
    check: Check::Demand(&Demand {
        facts: "aws_neptune_dbinstance/dbinstanceclass_enum",
        places: &["AWS::Neptune::DBInstance/DBInstanceClass"],
        all: false,
        settled: &[],
        because: "AWS has no price for it there, so it is not offered",
    }),
};

pub(super) static OPENSEARCH: Rule = Rule {
    id: "E3653",
    name: "opensearch-instance-type",
    reason: "A domain with instances of a type that a region does not offer cannot be made there, which is found out in the middle of a deployment.",
    fix: "Write a type that the region offers, or lint for the regions that the template is meant for (`--region`).",
    good: "Resources:\n  Thing:\n    Type: AWS::OpenSearchService::Domain\n    Properties:\n      ClusterConfig:\n        InstanceType: c4.large.search\n",
    bad: "Resources:\n  Thing:\n    Type: AWS::OpenSearchService::Domain\n    Properties:\n      ClusterConfig:\n        InstanceType: c4.large\n",
    check: Check::Demand(&Demand {
        facts: "aws_opensearchservice_domain/clusterconfig_instancetype_enum",
        places: &["AWS::OpenSearchService::Domain/ClusterConfig/InstanceType"],
        all: false,
        settled: &[],
        because: "AWS has no price for it there, so it is not offered",
    }),
};

pub(super) static REDSHIFT: Rule = Rule {
    id: "E3667",
    name: "redshift-node-type",
    reason: "A cluster with nodes of a type that a region does not offer cannot be made there, which is found out in the middle of a deployment.",
    fix: "Write a type that the region offers, or lint for the regions that the template is meant for (`--region`).",
    good: "Resources:\n  Thing:\n    Type: AWS::Redshift::Cluster\n    Properties:\n      ClusterType: single-node\n      DBName: sales\n      ManageMasterPassword: true\n      MasterUsername: boss\n      NodeType: ra3.xlplus\n",
    bad: "Resources:\n  Thing:\n    Type: AWS::Redshift::Cluster\n    Properties:\n      ClusterType: single-node\n      DBName: sales\n      ManageMasterPassword: true\n      MasterUsername: boss\n      NodeType: ds9.large\n",
    check: Check::Demand(&Demand {
        facts: "aws_redshift_cluster/nodetype_enum",
        places: &["AWS::Redshift::Cluster/NodeType"],
        all: false,
        settled: &[],
        because: "AWS has no price for it there, so it is not offered",
    }),
};

pub(super) static SAGEMAKER_CLUSTER: Rule = Rule {
    id: "E3644",
    name: "sagemaker-cluster-instance-type",
    reason: "A cluster with instances of a type that a region does not offer cannot be made there, which is found out in the middle of a deployment.",
    fix: "Write a type that the region offers, or lint for the regions that the template is meant for (`--region`).",
    good: "Resources:\n  Thing:\n    Type: AWS::SageMaker::Cluster\n    Properties:\n      InstanceGroups:\n      - ExecutionRole: arn:aws:iam::123456789012:role/train\n        InstanceCount: 1\n        InstanceGroupName: train\n        InstanceType: ml.c5.18xlarge\n        LifeCycleConfig: {OnCreate: on.sh, SourceS3Uri: \"s3://sagemaker-start/x\"}\n",
    bad: "Resources:\n  Thing:\n    Type: AWS::SageMaker::Cluster\n    Properties:\n      InstanceGroups:\n      - InstanceType: ml.huge\n",
    check: Check::Demand(&Demand {
        facts: "aws_sagemaker_cluster/instancetype_enum",
        places: &[
            "AWS::SageMaker::Cluster/InstanceGroups/*/InstanceType",
            "AWS::SageMaker::Cluster/RestrictedInstanceGroups/*/InstanceType",
        ],
        all: false,
        settled: &[],
        because: "AWS has no price for it there, so it is not offered",
    }),
};

pub(super) static SAGEMAKER_HOSTING: Rule = Rule {
    id: "E3642",
    name: "sagemaker-hosting-instance-type",
    reason: "A variant on instances of a type that a region does not offer cannot be made there, which is found out in the middle of a deployment.",
    fix: "Write a type that the region offers, or lint for the regions that the template is meant for (`--region`).",
    good: "Resources:\n  Thing:\n    Type: AWS::SageMaker::InferenceExperiment\n    Properties:\n      EndpointName: guess\n      ModelVariants:\n      - ModelName: one\n        VariantName: one\n        InfrastructureConfig:\n          InfrastructureType: RealTimeInference\n          RealTimeInferenceConfig: {InstanceCount: 1, InstanceType: ml.c4.2xlarge}\n      Name: guess\n      RoleArn: arn:aws:iam::123456789012:role/train\n      Type: ShadowMode\n",
    bad: "Resources:\n  Thing:\n    Type: AWS::SageMaker::InferenceExperiment\n    Properties:\n      ModelVariants:\n      - InfrastructureConfig:\n          RealTimeInferenceConfig: {InstanceCount: 1, InstanceType: ml.huge}\n",
    check: Check::Demand(&Demand {
        facts: "aws_sagemaker_hosting/instancetype_enum",
        places: &[
            "AWS::SageMaker::InferenceExperiment/ModelVariants/*/InfrastructureConfig/RealTimeInferenceConfig/InstanceType",
        ],
        all: false,
        settled: &[],
        because: "AWS has no price for it there, so it is not offered",
    }),
};

pub(super) static SAGEMAKER_PROCESSING: Rule = Rule {
    id: "E3640",
    name: "sagemaker-processing-instance-type",
    reason: "A job on instances of a type that a region does not offer cannot be made there, which is found out in the middle of a deployment.",
    fix: "Write a type that the region offers, or lint for the regions that the template is meant for (`--region`).",
    good: "Resources:\n  Thing:\n    Type: AWS::SageMaker::MonitoringSchedule\n    Properties:\n      MonitoringScheduleName: watch\n      MonitoringScheduleConfig: {MonitoringJobDefinitionName: watch, MonitoringType: DataQuality}\n",
    bad: "Resources:\n  Thing:\n    Type: AWS::SageMaker::MonitoringSchedule\n    Properties:\n      MonitoringScheduleName: watch\n      MonitoringScheduleConfig:\n        MonitoringJobDefinition:\n          MonitoringResources: {ClusterConfig: {InstanceCount: 1, InstanceType: ml.huge, VolumeSizeInGB: 9}}\n",
    check: Check::Demand(&Demand {
        facts: "aws_sagemaker_processing/instancetype_enum",
        places: &[
            "AWS::SageMaker::DataQualityJobDefinition/JobResources/ClusterConfig/InstanceType",
            "AWS::SageMaker::ModelBiasJobDefinition/JobResources/ClusterConfig/InstanceType",
            "AWS::SageMaker::ModelExplainabilityJobDefinition/JobResources/ClusterConfig/InstanceType",
            "AWS::SageMaker::ModelQualityJobDefinition/JobResources/ClusterConfig/InstanceType",
            "AWS::SageMaker::MonitoringSchedule/MonitoringScheduleConfig/MonitoringJobDefinition/MonitoringResources/ClusterConfig/InstanceType",
        ],
        all: false,
        settled: &[],
        because: "AWS has no price for it there, so it is not offered",
    }),
};

pub(super) static SAGEMAKER_TRANSFORM: Rule = Rule {
    id: "E3643",
    name: "sagemaker-transform-instance-type",
    reason: "A job on instances of a type that a region does not offer cannot be made there, which is found out in the middle of a deployment.",
    fix: "Write a type that the region offers, or lint for the regions that the template is meant for (`--region`).",
    good: "Resources:\n  Thing:\n    Type: AWS::SageMaker::ModelPackage\n    Properties:\n      ModelPackageName: guess\n",
    bad: "Resources:\n  Thing:\n    Type: AWS::SageMaker::ModelPackage\n    Properties:\n      ValidationSpecification:\n        ValidationProfiles:\n        - TransformJobDefinition:\n            TransformResources: {InstanceCount: 1, InstanceType: ml.huge}\n",
    check: Check::Demand(&Demand {
        facts: "aws_sagemaker_transform/instancetype_enum",
        places: &[
            "AWS::SageMaker::ModelPackage/ValidationSpecification/ValidationProfiles/*/TransformJobDefinition/TransformResources/InstanceType",
        ],
        all: false,
        settled: &[],
        because: "AWS has no price for it there, so it is not offered",
    }),
};

pub(super) static DATABASE: Rule = Rule {
    id: "E3025",
    name: "rds-instance-class",
    reason: "An instance of a class that a region does not offer cannot be made there, which is found out in the middle of a deployment.",
    fix: "Write a type that the region offers, or lint for the regions that the template is meant for (`--region`).",
    good: "Resources:\n  Thing:\n    Type: AWS::RDS::DBInstance\n    Properties:\n      AllocatedStorage: \"20\"\n      DBInstanceClass: db.t4g.small\n      Engine: postgres\n      ManageMasterUserPassword: true\n      MasterUsername: boss\n",
    bad: "Resources:\n  Thing:\n    Type: AWS::RDS::DBInstance\n    Properties:\n      AllocatedStorage: \"20\"\n      DBInstanceClass: db.t9.small\n      Engine: postgres\n",
    check: Check::Demand(&Demand {
        facts: "aws_rds_dbinstance/dbinstanceclass_enum",
        places: &["AWS::RDS::DBInstance"],
        all: false,
        settled: &["DBInstanceClass", "Engine", "LicenseModel"],
        because: "AWS has no price for it there, so it is not offered",
    }),
};

pub(super) static DATABASE_CLUSTER: Rule = Rule {
    id: "E3694",
    name: "rds-cluster-instance-class",
    reason: "A cluster of a class that a region does not offer cannot be made there, which is found out in the middle of a deployment.",
    fix: "Write a type that the region offers, or lint for the regions that the template is meant for (`--region`).",
    good: "Resources:\n  Thing:\n    Type: AWS::RDS::DBCluster\n    Properties:\n      DBClusterInstanceClass: db.m5d.large\n      Engine: mysql\n      AllocatedStorage: 100\n      Iops: 1000\n      StorageType: io1\n",
    bad: "Resources:\n  Thing:\n    Type: AWS::RDS::DBCluster\n    Properties:\n      DBClusterInstanceClass: db.t9.small\n      Engine: mysql\n      AllocatedStorage: 100\n      Iops: 1000\n      StorageType: io1\n",
    check: Check::Demand(&Demand {
        facts: "aws_rds_dbcluster/dbclusterinstanceclass_enum",
        places: &["AWS::RDS::DBCluster"],
        all: false,
        settled: &["DBClusterInstanceClass", "Engine"],
        because: "AWS has no price for it there, so it is not offered",
    }),
};
