//! What services demand of properties together, and of instance types in each region.
//!
//! The demands are facts, shapes like those of properties ([`stackgen_schema::Extension`]); the walk holds the values against
//! them. A rule here is the name of such a fact, the places it is about, and its words. A template without such places decodes
//! none of them. `relations` has what is between two resources and therefore no shape.
mod compute;
mod databases;
mod instance_types;
mod lambda;
mod network;
mod relations;
mod services;

use crate::rule::Rule;

/// The rules of this family.
pub const RULES: &[&Rule] = &[
    &instance_types::BROKER,
    &instance_types::STREAMING,
    &instance_types::DAX,
    &instance_types::DOCUMENTS,
    &instance_types::EC2,
    &instance_types::CACHE,
    &instance_types::ELASTICSEARCH,
    &instance_types::EMR,
    &instance_types::GAMES,
    &instance_types::BLOCKCHAIN,
    &instance_types::NEPTUNE,
    &instance_types::OPENSEARCH,
    &instance_types::REDSHIFT,
    &instance_types::SAGEMAKER_CLUSTER,
    &instance_types::SAGEMAKER_HOSTING,
    &instance_types::SAGEMAKER_PROCESSING,
    &instance_types::SAGEMAKER_TRANSFORM,
    &instance_types::DATABASE,
    &instance_types::DATABASE_CLUSTER,
    &databases::ON_DEMAND,
    &databases::PROVISIONED,
    &databases::CACHE_VERSION,
    &databases::VALKEY,
    &databases::INSTANCE_VERSION,
    &databases::INSTANCE_VERSION_OLD,
    &databases::CLUSTER_VERSION,
    &databases::CLUSTER_VERSION_OLD,
    &databases::AURORA_INSTANCE,
    &databases::AURORA_CLUSTER,
    &databases::AURORA_CLUSTER_IGNORED,
    &databases::MULTI_AZ,
    &databases::MONITORING,
    &databases::SERVERLESS,
    &databases::SNAPSHOT,
    &databases::SOURCE,
    &databases::BACKUP,
    &databases::KEY,
    &databases::REPLICA,
    &network::PORTS_TOGETHER,
    &network::PORTS_IGNORED,
    &network::PORTS_MISSING,
    &network::VPN,
    &network::CLASSIC_CERTIFICATE,
    &network::CERTIFICATE,
    &network::TWO_SUBNETS,
    &network::TARGET_TYPE,
    &network::TARGET_PORT,
    &network::HEALTH,
    &network::ALARM,
    &compute::EPHEMERAL,
    &compute::IOPS,
    &compute::PRIVATE_ADDRESS,
    &lambda::RESERVED,
    &lambda::LOG_LEVEL,
    &lambda::IMAGE,
    &lambda::INLINE_RUNTIME,
    &lambda::INLINE,
    &lambda::TIMEOUT,
    &lambda::LAYER,
    &lambda::QUEUE_START,
    &lambda::STREAM_START,
    &services::API_NAME,
    &services::AUTHORIZER_TTL,
    &services::METHOD_PATH,
    &services::COOKIES,
    &services::PERIOD,
    &services::BUILD_LOCATION,
    &services::FILE_SYSTEM_SIZE,
    &relations::IMAGE,
    &relations::STAGE,
    &relations::AUTHORIZER_API,
    &relations::AUTHORIZER_TYPE,
    &relations::BATCH,
    &relations::ENGINE,
    &relations::SOURCE,
    &relations::FAILOVER,
];
