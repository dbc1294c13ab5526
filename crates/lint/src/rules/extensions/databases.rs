//! DynamoDB, ElastiCache and RDS.
use crate::rule::{Check, Demand, Rule};

pub(super) static ON_DEMAND: Rule = Rule {
    id: "E3638",
    name: "table-on-demand",
    reason: "DynamoDB refuses capacity for a table that is paid by request.",
    fix: "Take `ProvisionedThroughput` away, or write `BillingMode: PROVISIONED`.",
    good: "Resources:\n  Thing:\n    Type: AWS::DynamoDB::Table\n    Properties:\n      AttributeDefinitions: [{AttributeName: id, AttributeType: S}]\n      KeySchema: [{AttributeName: id, KeyType: HASH}]\n      BillingMode: PAY_PER_REQUEST\n",
    bad: "Resources:\n  Thing:\n    Type: AWS::DynamoDB::Table\n    Properties:\n      AttributeDefinitions: [{AttributeName: id, AttributeType: S}]\n      KeySchema: [{AttributeName: id, KeyType: HASH}]\n      BillingMode: PAY_PER_REQUEST\n      ProvisionedThroughput: {ReadCapacityUnits: 1, WriteCapacityUnits: 1}\n",
    check: Check::Demand(&Demand {
        facts: "aws_dynamodb_table/billingmode_exclusive",
        places: &["AWS::DynamoDB::Table"],
        all: false,
        settled: &[],
        because: "a table that is paid by request has no provisioned capacity",
    }),
};

pub(super) static PROVISIONED: Rule = Rule {
    id: "E3639",
    name: "table-provisioned",
    reason: "Without `BillingMode` a table has provisioned capacity, and DynamoDB refuses it if none is given.",
    fix: "Write `BillingMode: PAY_PER_REQUEST`, or give `ProvisionedThroughput`.",
    good: "Resources:\n  Thing:\n    Type: AWS::DynamoDB::Table\n    Properties:\n      AttributeDefinitions: [{AttributeName: id, AttributeType: S}]\n      KeySchema: [{AttributeName: id, KeyType: HASH}]\n      BillingMode: PAY_PER_REQUEST\n",
    bad: "Resources:\n  Thing:\n    Type: AWS::DynamoDB::Table\n    Properties:\n      AttributeDefinitions: [{AttributeName: id, AttributeType: S}]\n      KeySchema: [{AttributeName: id, KeyType: HASH}]\n",
    check: Check::Demand(&Demand {
        facts: "aws_dynamodb_table/billingmode_provisioned_dependent",
        places: &["AWS::DynamoDB::Table"],
        all: false,
        settled: &[],
        because: "a table has provisioned capacity unless `BillingMode` is `PAY_PER_REQUEST`",
    }),
};

pub(super) static CACHE_VERSION: Rule = Rule {
    id: "E3695",
    name: "cache-engine-version",
    reason: "ElastiCache does not make clusters of engines and versions that it does not offer.",
    fix: "Write an engine and a version that are offered.",
    good: "Resources:\n  Thing:\n    Type: AWS::ElastiCache::CacheCluster\n    Properties:\n      CacheNodeType: cache.t4g.small\n      Engine: redis\n      EngineVersion: \"7.1\"\n      NumCacheNodes: 1\n",
    bad: "Resources:\n  Thing:\n    Type: AWS::ElastiCache::CacheCluster\n    Properties:\n      CacheNodeType: cache.t4g.small\n      Engine: redis\n      EngineVersion: \"1.0\"\n      NumCacheNodes: 1\n",
    check: Check::Demand(&Demand {
        facts: "aws_elasticache_cachecluster/engine_version",
        places: &["AWS::ElastiCache::CacheCluster"],
        all: true,
        settled: &[],
        because: "ElastiCache makes clusters of the versions that it still offers",
    }),
};

pub(super) static VALKEY: Rule = Rule {
    id: "E3704",
    name: "valkey-transit-encryption",
    reason: "Valkey has another default than CloudFormation, so ElastiCache refuses a group that does not say.",
    fix: "Write `TransitEncryptionEnabled: true`.",
    good: "Resources:\n  Thing:\n    Type: AWS::ElastiCache::ReplicationGroup\n    Properties:\n      Engine: valkey\n      ReplicationGroupDescription: sums\n      TransitEncryptionEnabled: true\n",
    bad: "Resources:\n  Thing:\n    Type: AWS::ElastiCache::ReplicationGroup\n    Properties:\n      Engine: valkey\n      ReplicationGroupDescription: sums\n",
    check: Check::Demand(&Demand {
        facts: "aws_elasticache_replicationgroup/transitencryptionenabled_valkey",
        places: &["AWS::ElastiCache::ReplicationGroup"],
        all: true,
        settled: &[],
        because: "with Valkey it must be said whether connections are encrypted",
    }),
};

pub(super) static INSTANCE_VERSION: Rule = Rule {
    id: "E3691",
    name: "rds-instance-engine-version",
    reason: "RDS does not make instances of engines and versions that it does not offer.",
    fix: "Write an engine and a version that are offered; a major version alone takes the newest of it.",
    good: "Resources:\n  Thing:\n    Type: AWS::RDS::DBInstance\n    Properties:\n      AllocatedStorage: \"20\"\n      DBInstanceClass: db.t4g.small\n      Engine: postgres\n      ManageMasterUserPassword: true\n      MasterUsername: boss\n",
    bad: "Resources:\n  Thing:\n    Type: AWS::RDS::DBInstance\n    Properties:\n      AllocatedStorage: \"20\"\n      DBInstanceClass: db.t4g.small\n      Engine: postgres\n      ManageMasterUserPassword: true\n      MasterUsername: boss\n      EngineVersion: \"1.0\"\n",
    check: Check::Demand(&Demand {
        facts: "aws_rds_dbinstance/engine_version",
        places: &["AWS::RDS::DBInstance"],
        all: true,
        settled: &[],
        because: "RDS makes instances of the versions that it still offers",
    }),
};

pub(super) static INSTANCE_VERSION_OLD: Rule = Rule {
    id: "W3691",
    name: "rds-instance-engine-version-deprecated",
    reason: "RDS keeps instances of a deprecated version and makes no new ones.",
    fix: "Write a version that is offered for new instances.",
    good: "Resources:\n  Thing:\n    Type: AWS::RDS::DBInstance\n    Properties:\n      AllocatedStorage: \"20\"\n      DBInstanceClass: db.t4g.small\n      Engine: postgres\n      ManageMasterUserPassword: true\n      MasterUsername: boss\n",
    bad: "Resources:\n  Thing:\n    Type: AWS::RDS::DBInstance\n    Properties:\n      DBInstanceClass: db.r5.large\n      Engine: aurora-mysql\n      EngineVersion: \"5.7.12\"\n      DBClusterIdentifier: sales\n",
    check: Check::Demand(&Demand {
        facts: "aws_rds_dbinstance/engine_version_deprecated",
        places: &["AWS::RDS::DBInstance"],
        all: false,
        settled: &[],
        because: "RDS makes no new instances of this version",
    }),
};

pub(super) static CLUSTER_VERSION: Rule = Rule {
    id: "E3690",
    name: "rds-cluster-engine-version",
    reason: "RDS does not make clusters of engines and versions that it does not offer, such as Aurora with MySQL 5.6 (`aurora`).",
    fix: "Write an engine and a version that are offered; a major version alone takes the newest of it.",
    good: "Resources:\n  Thing:\n    Type: AWS::RDS::DBCluster\n    Properties:\n      Engine: aurora-mysql\n      EngineVersion: \"8.0\"\n",
    bad: "Resources:\n  Thing:\n    Type: AWS::RDS::DBCluster\n    Properties:\n      Engine: aurora\n",
    check: Check::Demand(&Demand {
        facts: "aws_rds_dbcluster/engine_version",
        places: &["AWS::RDS::DBCluster"],
        all: true,
        settled: &[],
        because: "RDS makes clusters of the versions that it still offers",
    }),
};

pub(super) static CLUSTER_VERSION_OLD: Rule = Rule {
    id: "W3690",
    name: "rds-cluster-engine-version-deprecated",
    reason: "RDS keeps clusters of a deprecated version and makes no new ones.",
    fix: "Write a version that is offered for new clusters.",
    good: "Resources:\n  Thing:\n    Type: AWS::RDS::DBCluster\n    Properties:\n      Engine: aurora-mysql\n",
    bad: "Resources:\n  Thing:\n    Type: AWS::RDS::DBCluster\n    Properties:\n      Engine: aurora-mysql\n      EngineVersion: \"5.7.12\"\n",
    check: Check::Demand(&Demand {
        facts: "aws_rds_dbcluster/engine_version_deprecated",
        places: &["AWS::RDS::DBCluster"],
        all: false,
        settled: &[],
        because: "RDS makes no new clusters of this version",
    }),
};

pub(super) static AURORA_INSTANCE: Rule = Rule {
    id: "E3682",
    name: "aurora-instance-properties",
    reason: "Storage, passwords and protection of an Aurora instance are its cluster's, and RDS refuses them at the instance.",
    fix: "Take the property away here and write it at the cluster.",
    good: "Resources:\n  Thing:\n    Type: AWS::RDS::DBInstance\n    Properties:\n      DBClusterIdentifier: sales\n      DBInstanceClass: db.r5.large\n      Engine: aurora-mysql\n",
    bad: "Resources:\n  Thing:\n    Type: AWS::RDS::DBInstance\n    Properties:\n      AllocatedStorage: \"20\"\n      DBClusterIdentifier: sales\n      DBInstanceClass: db.r5.large\n      Engine: aurora-mysql\n",
    check: Check::Demand(&Demand {
        facts: "aws_rds_dbinstance/aurora_exclusive",
        places: &["AWS::RDS::DBInstance"],
        all: false,
        settled: &[],
        because: "with Aurora the cluster has these, not its instances",
    }),
};

pub(super) static AURORA_CLUSTER: Rule = Rule {
    id: "E3693",
    name: "aurora-cluster-properties",
    reason: "These properties are for clusters of MySQL and PostgreSQL, and RDS refuses them for Aurora.",
    fix: "Take the property away.",
    good: "Resources:\n  Thing:\n    Type: AWS::RDS::DBCluster\n    Properties:\n      Engine: aurora-mysql\n",
    bad: "Resources:\n  Thing:\n    Type: AWS::RDS::DBCluster\n    Properties:\n      Engine: aurora-mysql\n      AllocatedStorage: 100\n",
    check: Check::Demand(&Demand {
        facts: "aws_rds_dbcluster/aurora",
        places: &["AWS::RDS::DBCluster"],
        all: true,
        settled: &[],
        because: "Aurora does not take this",
    }),
};

pub(super) static AURORA_CLUSTER_IGNORED: Rule = Rule {
    id: "W3693",
    name: "aurora-cluster-ignored",
    reason: "A serverless cluster of the first kind has no performance insights; RDS ignores these properties.",
    fix: "Take the property away.",
    good: "Resources:\n  Thing:\n    Type: AWS::RDS::DBCluster\n    Properties:\n      Engine: aurora-mysql\n",
    bad: "Resources:\n  Thing:\n    Type: AWS::RDS::DBCluster\n    Properties:\n      Engine: aurora-mysql\n      EngineMode: serverless\n      PerformanceInsightsEnabled: true\n",
    check: Check::Demand(&Demand {
        facts: "aws_rds_dbcluster/aurora_warning",
        places: &["AWS::RDS::DBCluster"],
        all: true,
        settled: &[],
        because: "a serverless Aurora cluster ignores it",
    }),
};

pub(super) static MULTI_AZ: Rule = Rule {
    id: "E3692",
    name: "multi-az-cluster-properties",
    reason: "RDS refuses a Multi-AZ cluster without class, storage and IOPS, and with properties that only Aurora has.",
    fix: "Write what the message names as missing, and take away what only Aurora has.",
    good: "Resources:\n  Thing:\n    Type: AWS::RDS::DBCluster\n    Properties:\n      AllocatedStorage: 100\n      DBClusterInstanceClass: db.m5d.large\n      Engine: mysql\n      Iops: 1000\n      StorageType: io1\n",
    bad: "Resources:\n  Thing:\n    Type: AWS::RDS::DBCluster\n    Properties:\n      Engine: mysql\n",
    check: Check::Demand(&Demand {
        facts: "aws_rds_dbcluster/multiaz",
        places: &["AWS::RDS::DBCluster"],
        all: true,
        settled: &[],
        because: "a cluster of MySQL or PostgreSQL has instances and storage of its own",
    }),
};

pub(super) static MONITORING: Rule = Rule {
    id: "E3689",
    name: "rds-cluster-monitoring",
    reason: "RDS refuses a role for monitoring without an interval, and an interval without a role.",
    fix: "Write both, or neither.",
    good: "Resources:\n  Thing:\n    Type: AWS::RDS::DBCluster\n    Properties:\n      Engine: aurora-mysql\n      MonitoringInterval: 60\n      MonitoringRoleArn: arn:aws:iam::123456789012:role/watch\n",
    bad: "Resources:\n  Thing:\n    Type: AWS::RDS::DBCluster\n    Properties:\n      Engine: aurora-mysql\n      MonitoringInterval: 60\n",
    check: Check::Demand(&Demand {
        facts: "aws_rds_dbcluster/monitoring",
        places: &["AWS::RDS::DBCluster"],
        all: false,
        settled: &[],
        because: "`MonitoringRoleArn` and a `MonitoringInterval` above 0 go together",
    }),
};

pub(super) static SERVERLESS: Rule = Rule {
    id: "E3686",
    name: "rds-cluster-serverless",
    reason: "`ScalingConfiguration` is for the mode `serverless`, `ServerlessV2ScalingConfiguration` for `provisioned`; RDS refuses the other.",
    fix: "Take the scaling away that is not of this `EngineMode`.",
    good: "Resources:\n  Thing:\n    Type: AWS::RDS::DBCluster\n    Properties:\n      Engine: aurora-mysql\n      ServerlessV2ScalingConfiguration: {MinCapacity: 1, MaxCapacity: 2}\n",
    bad: "Resources:\n  Thing:\n    Type: AWS::RDS::DBCluster\n    Properties:\n      Engine: aurora-mysql\n      EngineMode: provisioned\n      ScalingConfiguration: {MinCapacity: 1, MaxCapacity: 2}\n",
    check: Check::Demand(&Demand {
        facts: "aws_rds_dbcluster/serverless_exclusive",
        places: &["AWS::RDS::DBCluster"],
        all: false,
        settled: &[],
        because: "the scaling must be that of the `EngineMode`",
    }),
};

pub(super) static SNAPSHOT: Rule = Rule {
    id: "W3688",
    name: "rds-cluster-from-snapshot",
    reason: "RDS takes the name of the master user from the snapshot and ignores this one.",
    fix: "Take `MasterUsername` away.",
    good: "Resources:\n  Thing:\n    Type: AWS::RDS::DBCluster\n    Properties:\n      Engine: aurora-mysql\n      SnapshotIdentifier: monday\n",
    bad: "Resources:\n  Thing:\n    Type: AWS::RDS::DBCluster\n    Properties:\n      Engine: aurora-mysql\n      SnapshotIdentifier: monday\n      MasterUsername: boss\n",
    check: Check::Demand(&Demand {
        facts: "aws_rds_dbcluster/snapshotidentifier",
        places: &["AWS::RDS::DBCluster"],
        all: false,
        settled: &[],
        because: "a cluster made of a snapshot has its users already",
    }),
};

pub(super) static SOURCE: Rule = Rule {
    id: "W3689",
    name: "rds-cluster-from-cluster",
    reason: "RDS takes users and encryption from the other cluster and ignores these properties.",
    fix: "Take the property away.",
    good: "Resources:\n  Thing:\n    Type: AWS::RDS::DBCluster\n    Properties:\n      Engine: aurora-mysql\n      SourceDBClusterIdentifier: sales\n",
    bad: "Resources:\n  Thing:\n    Type: AWS::RDS::DBCluster\n    Properties:\n      Engine: aurora-mysql\n      SourceDBClusterIdentifier: sales\n      StorageEncrypted: true\n",
    check: Check::Demand(&Demand {
        facts: "aws_rds_dbcluster/sourcedbclusteridentifier",
        places: &["AWS::RDS::DBCluster"],
        all: false,
        settled: &[],
        because: "a cluster made of another has it already",
    }),
};

pub(super) static BACKUP: Rule = Rule {
    id: "E3719",
    name: "rds-instance-backup-retention",
    reason: "RDS refuses more than 35 days, and any number at an instance of a cluster.",
    fix: "Write at most 35, and for a cluster write it there.",
    good: "Resources:\n  Thing:\n    Type: AWS::RDS::DBInstance\n    Properties:\n      AllocatedStorage: \"20\"\n      DBInstanceClass: db.t4g.small\n      Engine: postgres\n      ManageMasterUserPassword: true\n      MasterUsername: boss\n      BackupRetentionPeriod: 35\n",
    bad: "Resources:\n  Thing:\n    Type: AWS::RDS::DBInstance\n    Properties:\n      AllocatedStorage: \"20\"\n      DBInstanceClass: db.t4g.small\n      Engine: postgres\n      ManageMasterUserPassword: true\n      MasterUsername: boss\n      BackupRetentionPeriod: 36\n",
    check: Check::Demand(&Demand {
        facts: "aws_rds_dbinstance/backupretentionperiod_maximum",
        places: &["AWS::RDS::DBInstance"],
        all: true,
        settled: &[],
        because: "backups are kept 35 days at most, and a cluster's by the cluster",
    }),
};

pub(super) static KEY: Rule = Rule {
    id: "E3720",
    name: "rds-instance-key-without-encryption",
    reason: "RDS refuses a key for storage that is not encrypted.",
    fix: "Write `StorageEncrypted: true`.",
    good: "Resources:\n  Thing:\n    Type: AWS::RDS::DBInstance\n    Properties:\n      AllocatedStorage: \"20\"\n      DBInstanceClass: db.t4g.small\n      Engine: postgres\n      ManageMasterUserPassword: true\n      MasterUsername: boss\n      KmsKeyId: alias/sales\n      StorageEncrypted: true\n",
    bad: "Resources:\n  Thing:\n    Type: AWS::RDS::DBInstance\n    Properties:\n      AllocatedStorage: \"20\"\n      DBInstanceClass: db.t4g.small\n      Engine: postgres\n      ManageMasterUserPassword: true\n      MasterUsername: boss\n      KmsKeyId: alias/sales\n",
    check: Check::Demand(&Demand {
        facts: "aws_rds_dbinstance/kmskey_storageencrypted",
        places: &["AWS::RDS::DBInstance"],
        all: false,
        settled: &[],
        because: "a key encrypts only with `StorageEncrypted: true`",
    }),
};

pub(super) static REPLICA: Rule = Rule {
    id: "E3721",
    name: "rds-instance-replica-mode",
    reason: "RDS knows two modes of replicas for Oracle and Db2.",
    fix: "Write `mounted` or `open-read-only`.",
    good: "Resources:\n  Thing:\n    Type: AWS::RDS::DBInstance\n    Properties:\n      Engine: oracle-ee\n      ReplicaMode: mounted\n      SourceDBInstanceIdentifier: sales\n",
    bad: "Resources:\n  Thing:\n    Type: AWS::RDS::DBInstance\n    Properties:\n      Engine: oracle-ee\n      ReplicaMode: open\n      SourceDBInstanceIdentifier: sales\n",
    check: Check::Demand(&Demand {
        facts: "aws_rds_dbinstance/replicamode_enum",
        places: &["AWS::RDS::DBInstance"],
        all: false,
        settled: &[],
        because: "a replica is `mounted` or `open-read-only`",
    }),
};
