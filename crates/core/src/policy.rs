//! What happens to a resource when it is created, updated, replaced and deleted.
use crate::node::{Node, Object};

/// What happens to the real thing when its resource leaves the stack or the stack is deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeletionPolicy {
    /// It is deleted, with what is in it.
    Delete,
    /// It stays, outside of any stack.
    Retain,
    /// It stays, unless the stack's creation failed.
    RetainExceptOnCreate,
    /// It is deleted after a snapshot was taken, for types that have snapshots.
    Snapshot,
}

/// What happens to the old thing when an update replaces it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UpdateReplacePolicy {
    /// It is deleted, with what is in it.
    Delete,
    /// It stays, outside of any stack.
    Retain,
    /// It is deleted after a snapshot was taken, for types that have snapshots.
    Snapshot,
}

impl DeletionPolicy {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            DeletionPolicy::Delete => "Delete",
            DeletionPolicy::Retain => "Retain",
            DeletionPolicy::RetainExceptOnCreate => "RetainExceptOnCreate",
            DeletionPolicy::Snapshot => "Snapshot",
        }
    }
}

impl UpdateReplacePolicy {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            UpdateReplacePolicy::Delete => "Delete",
            UpdateReplacePolicy::Retain => "Retain",
            UpdateReplacePolicy::Snapshot => "Snapshot",
        }
    }
}

/// The types that can be deleted with a last snapshot.
///
/// Source: *DeletionPolicy attribute* in the CloudFormation Template Reference, and `valid_snapshot_types` of cfn-lint.
pub(crate) const WITH_SNAPSHOTS: [&str; 8] = [
    "AWS::DocDB::DBCluster",
    "AWS::EC2::Volume",
    "AWS::ElastiCache::CacheCluster",
    "AWS::ElastiCache::ReplicationGroup",
    "AWS::Neptune::DBCluster",
    "AWS::RDS::DBCluster",
    "AWS::RDS::DBInstance",
    "AWS::Redshift::Cluster",
];

/// What the creation policy of a type can say.
///
/// Source: *CreationPolicy attribute* in the CloudFormation Template Reference, and rule E3055 of cfn-lint.
pub(crate) fn of_creation(type_name: &str) -> &'static [&'static str] {
    match type_name {
        "AWS::AppStream::Fleet" => &["StartFleet"],
        "AWS::AutoScaling::AutoScalingGroup" => &["AutoScalingCreationPolicy", "ResourceSignal"],
        "AWS::CloudFormation::WaitCondition" | "AWS::EC2::Instance" => &["ResourceSignal"],
        _ => &[],
    }
}

/// What the update policy of a type can say.
///
/// Source: *UpdatePolicy attribute* in the CloudFormation Template Reference, and `update_policy.json` of cfn-lint.
pub(crate) fn of_update(type_name: &str) -> &'static [&'static str] {
    match type_name {
        "AWS::AppStream::Fleet" => &["StartAfterUpdate", "StopBeforeUpdate"],
        "AWS::AutoScaling::AutoScalingGroup" => &[
            "AutoScalingInstanceRefresh",
            "AutoScalingReplacingUpdate",
            "AutoScalingRollingUpdate",
            "AutoScalingScheduledAction",
        ],
        "AWS::ElastiCache::ReplicationGroup" => &["UseOnlineResharding"],
        "AWS::Elasticsearch::Domain" | "AWS::OpenSearchService::Domain" => &["EnableVersionUpgrade"],
        "AWS::Lambda::Alias" => &["CodeDeployLambdaAliasUpdate"],
        _ => &[],
    }
}

/// What CloudFormation waits for before a resource counts as created.
#[derive(Clone, Debug, Default)]
pub struct CreationPolicy(pub(crate) Object);

impl CreationPolicy {
    /// `count` success signals within `timeout`, an ISO 8601 duration such as `PT15M`.
    pub fn signals(count: u32, timeout: &str) -> Self {
        let signal = [("Count", Node::Integer(count.into())), ("Timeout", Node::text(timeout.to_owned()))];
        CreationPolicy([("ResourceSignal", Node::Object(signal.into_iter().collect()))].into_iter().collect())
    }

    /// For an auto scaling group: the share of instances that must signal success.
    #[must_use]
    pub fn min_successful_percent(mut self, percent: u8) -> Self {
        let inner = [("MinSuccessfulInstancesPercent", Node::Integer(percent.into()))];
        self.0.set("AutoScalingCreationPolicy", Node::Object(inner.into_iter().collect()));
        self
    }

    /// For an AppStream fleet: start it.
    pub fn start_fleet() -> Self {
        CreationPolicy([("StartFleet", Node::Bool(true))].into_iter().collect())
    }
}

/// How CloudFormation updates an auto scaling group, a Lambda alias, a replication group or a domain.
#[derive(Clone, Debug, Default)]
pub struct UpdatePolicy(pub(crate) Object);

impl UpdatePolicy {
    /// Replaces the whole auto scaling group.
    pub fn replacing_update() -> Self {
        UpdatePolicy::one("AutoScalingReplacingUpdate", [("WillReplace", Node::Bool(true))])
    }

    /// Replaces the instances of an auto scaling group in batches.
    pub fn rolling_update(rolling: RollingUpdate) -> Self {
        UpdatePolicy([("AutoScalingRollingUpdate", Node::Object(rolling.0))].into_iter().collect())
    }

    /// Leaves the sizes of an auto scaling group alone unless the template changes them.
    #[must_use]
    pub fn ignore_unmodified_sizes(mut self) -> Self {
        let inner = [("IgnoreUnmodifiedGroupSizeProperties", Node::Bool(true))];
        self.0.set("AutoScalingScheduledAction", Node::Object(inner.into_iter().collect()));
        self
    }

    /// Moves a Lambda alias by CodeDeploy.
    pub fn code_deploy(application: &str, deployment_group: &str) -> Self {
        let names = [("ApplicationName", application), ("DeploymentGroupName", deployment_group)];
        let fields = names.map(|(key, name)| (key, Node::text(name.to_owned())));
        UpdatePolicy::one("CodeDeployLambdaAliasUpdate", fields)
    }

    /// Changes the shards of an ElastiCache replication group without replacing it.
    pub fn online_resharding() -> Self {
        UpdatePolicy([("UseOnlineResharding", Node::Bool(true))].into_iter().collect())
    }

    /// Upgrades an OpenSearch domain without replacing it.
    pub fn version_upgrade() -> Self {
        UpdatePolicy([("EnableVersionUpgrade", Node::Bool(true))].into_iter().collect())
    }

    fn one<const N: usize>(key: &'static str, fields: [(&'static str, Node); N]) -> Self {
        UpdatePolicy([(key, Node::Object(fields.into_iter().collect()))].into_iter().collect())
    }
}

/// The settings of a rolling update.
#[derive(Clone, Debug, Default)]
pub struct RollingUpdate(Object);

impl RollingUpdate {
    /// AWS's defaults.
    pub fn new() -> Self {
        RollingUpdate::default()
    }

    fn with(mut self, key: &'static str, node: Node) -> Self {
        self.0.set(key, node);
        self
    }

    /// How many instances are replaced at once.
    #[must_use]
    pub fn max_batch_size(self, instances: u32) -> Self {
        self.with("MaxBatchSize", Node::Integer(instances.into()))
    }

    /// How many keep serving meanwhile.
    #[must_use]
    pub fn min_instances_in_service(self, instances: u32) -> Self {
        self.with("MinInstancesInService", Node::Integer(instances.into()))
    }

    /// Which share of them must be in service with a warm-up.
    #[must_use]
    pub fn min_active_percent(self, percent: u8) -> Self {
        self.with("MinActiveInstancesPercent", Node::Integer(percent.into()))
    }

    /// Which share must signal success.
    #[must_use]
    pub fn min_successful_percent(self, percent: u8) -> Self {
        self.with("MinSuccessfulInstancesPercent", Node::Integer(percent.into()))
    }

    /// How long to wait after each batch, an ISO 8601 duration.
    #[must_use]
    pub fn pause_time(self, duration: &str) -> Self {
        self.with("PauseTime", Node::text(duration.to_owned()))
    }

    /// Which scaling processes rest meanwhile.
    #[must_use]
    pub fn suspend_processes<const N: usize>(self, processes: [&str; N]) -> Self {
        self.with("SuspendProcesses", Node::List(processes.map(|name| Node::text(name.to_owned())).into()))
    }

    /// Waits for a signal of each new instance.
    #[must_use]
    pub fn wait_on_signals(self) -> Self {
        self.with("WaitOnResourceSignals", Node::Bool(true))
    }
}
