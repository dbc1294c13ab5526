//! Grants: what a host needs, in the words of the need. Each becomes statements that name the right form of every ARN.
use stackgen_core::{IntoValue, Value, aws, intrinsic};

use super::arn;
use super::document::Statement;

/// A need and the statements that serve it.
#[derive(Clone, Debug)]
pub struct Grant {
    pub(crate) name: &'static str,
    pub(crate) statements: Vec<Statement>,
}

impl Grant {
    /// A grant of your own; the name becomes the policy's.
    pub fn new(name: &'static str, statements: impl IntoIterator<Item = Statement>) -> Self {
        Grant { name, statements: statements.into_iter().collect() }
    }

    /// Reads the objects of a bucket under a prefix (empty for all).
    pub fn read_bucket(bucket: &str, prefix: &str) -> Self {
        let objects = Statement::allow(["s3:GetObject"]).on([arn::objects(bucket, prefix)]);
        Grant::new("ReadBucket", [list(bucket, prefix), objects])
    }

    /// Reads, writes and deletes the objects of a bucket under a prefix. Backup tools such as restic delete their own locks.
    pub fn read_write_bucket(bucket: &str, prefix: &str) -> Self {
        let actions = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"];
        let objects = Statement::allow(actions).on([arn::objects(bucket, prefix)]);
        Grant::new("ReadWriteBucket", [list(bucket, prefix), objects])
    }

    /// Reads SSM parameters, each by its full name.
    pub fn read_parameters<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        let actions = ["ssm:GetParameter", "ssm:GetParameters"];
        Grant::new("ReadParameters", [Statement::allow(actions).on(names.into_iter().map(arn::parameter))])
    }

    /// Decrypts SSM parameters that a key of your own encrypts: only through SSM, and only these parameters. The key
    /// `aws/ssm` needs no grant, and for that reason every principal of the account can decrypt with it.
    pub fn decrypt_parameters<'a>(key_id: &str, names: impl IntoIterator<Item = &'a str>) -> Self {
        let via = intrinsic::concat(["ssm.".into(), aws::region(), ".".into(), aws::url_suffix()]);
        let context = "kms:EncryptionContext:PARAMETER_ARN";
        let parameters: Vec<Value<String>> = names.into_iter().map(arn::parameter).collect();
        let statement = Statement::allow(["kms:Decrypt"]).on([arn::local("kms", format!("key/{key_id}"))]).when(
            "StringEquals",
            "kms:ViaService",
            [via],
        );
        Grant::new("DecryptParameters", [statement.when("StringEquals", context, parameters)])
    }

    /// Sends mail from one address of one verified identity to these recipients.
    pub fn send_email(identity: &str, from: &str, recipients: &[String]) -> Self {
        let identity = arn::local("ses", format!("identity/{identity}"));
        let statement = Statement::allow(["ses:SendEmail", "ses:SendRawEmail"]).on([identity]);
        let statement = statement.when("StringEquals", "ses:FromAddress", [from]);
        Grant::new("SendEmail", [statement.when("ForAllValues:StringEquals", "ses:Recipients", recipients)])
    }

    /// Puts metrics into one namespace. The action takes no resource; the condition is what limits it.
    pub fn put_metrics(namespace: &str) -> Self {
        let statement = Statement::allow(["cloudwatch:PutMetricData"]).on_everything();
        Grant::new("PutMetrics", [statement.when("StringEquals", "cloudwatch:namespace", [namespace])])
    }

    /// Writes to log groups that the stack made, and can neither make nor delete any.
    pub fn write_logs<V: IntoValue<String>>(groups: impl IntoIterator<Item = V>) -> Self {
        let arns = groups.into_iter().flat_map(arn::log_group);
        let actions = ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"];
        Grant::new("WriteLogs", [Statement::allow(actions).on(arns)])
    }

    /// Signals the stack whether the host is ready.
    pub fn signal_stack() -> Self {
        let statement = Statement::allow(["cloudformation:SignalResource", "cloudformation:DescribeStackResource"]);
        Grant::new("SignalStack", [statement.on([aws::stack_id()])])
    }

    /// Log-in by Session Manager: no key, no open port. The managed policy `AmazonSSMManagedInstanceCore` would also let
    /// the host read every parameter of the account.
    pub fn session_manager() -> Self {
        let actions = [
            "ssm:UpdateInstanceInformation",
            "ssmmessages:CreateControlChannel",
            "ssmmessages:CreateDataChannel",
            "ssmmessages:OpenControlChannel",
            "ssmmessages:OpenDataChannel",
        ];
        Grant::new("SessionManager", [Statement::allow(actions).on_everything()])
    }

    /// What the CloudWatch agent reads to label its metrics. These actions take no resource.
    pub fn describe_self() -> Self {
        let actions = ["ec2:DescribeTags", "ec2:DescribeVolumes"];
        Grant::new("DescribeSelf", [Statement::allow(actions).on_everything()])
    }
}

/// Listing works on the bucket, not on its objects: the ARN that everybody gets wrong.
fn list(bucket: &str, prefix: &str) -> Statement {
    let list = Statement::allow(["s3:ListBucket", "s3:GetBucketLocation"]).on([arn::bucket(bucket)]);
    // GetBucketLocation knows no prefix, so a condition on it would forbid it; `IfExists` lets it through.
    if prefix.is_empty() { list } else { list.when("StringLikeIfExists", "s3:prefix", [format!("{prefix}*")]) }
}
