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
        Grant::new("ReadBucket", list(bucket, prefix).into_iter().chain([objects]))
    }

    /// Reads, writes and deletes the objects of a bucket under a prefix. Backup tools such as restic delete their own locks.
    pub fn read_write_bucket(bucket: &str, prefix: &str) -> Self {
        let actions = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"];
        let objects = Statement::allow(actions).on([arn::objects(bucket, prefix)]);
        Grant::new("ReadWriteBucket", list(bucket, prefix).into_iter().chain([objects]))
    }

    /// Reads SSM parameters, each by its full name.
    pub fn read_parameters<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        Grant::new("ReadParameters", [Statement::allow(["ssm:GetParameter"]).on(names.into_iter().map(arn::parameter))])
    }

    /// Decrypts SSM parameters that a key of your own encrypts: only through SSM, and only these parameters. The key
    /// `aws/ssm` needs no grant, and for that reason every principal of the account can decrypt with it.
    pub fn decrypt_parameters<'a>(key_id: &str, names: impl IntoIterator<Item = &'a str>) -> Self {
        let via = intrinsic::concat(["ssm.".into(), aws::region(), ".".into(), aws::url_suffix()]);
        let context = "kms:EncryptionContext:PARAMETER_ARN";
        let parameters: Vec<Value<String>> = names.into_iter().map(arn::parameter).collect();
        let statement =
            Statement::allow(["kms:Decrypt"]).on([key(key_id)]).when("StringEquals", "kms:ViaService", [via]);
        Grant::new("DecryptParameters", [statement.when("StringEquals", context, parameters)])
    }

    /// Reads secrets of Secrets Manager, each by its name. Their ARNs end in six letters that AWS makes up.
    pub fn read_secrets<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        let arns = names.into_iter().map(arn::secret);
        Grant::new("ReadSecrets", [Statement::allow(["secretsmanager:GetSecretValue"]).on(arns)])
    }

    /// Decrypts secrets of Secrets Manager that a key of your own encrypts: only through it, and only these.
    pub fn decrypt_secrets<'a>(key_id: &str, names: impl IntoIterator<Item = &'a str>) -> Self {
        let via = intrinsic::concat(["secretsmanager.".into(), aws::region(), ".".into(), aws::url_suffix()]);
        let secrets: Vec<Value<String>> = names.into_iter().map(arn::secret).collect();
        let statement =
            Statement::allow(["kms:Decrypt"]).on([key(key_id)]).when("StringEquals", "kms:ViaService", [via]);
        Grant::new("DecryptSecrets", [statement.when("StringLike", "kms:EncryptionContext:SecretARN", secrets)])
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
        Grant::new("SignalStack", [Statement::allow(["cloudformation:SignalResource"]).on([aws::stack_id()])])
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
}

/// Listing works on the bucket, not on its objects: the ARN that everybody gets wrong. The prefix limits what is listed, also
/// for a request that names none; where a bucket is has no prefix and stands apart, or the condition would forbid it.
fn list(bucket: &str, prefix: &str) -> [Statement; 2] {
    let on_bucket = |action: &str| Statement::allow([action]).on([arn::bucket(bucket)]);
    let list = on_bucket("s3:ListBucket");
    let list = if prefix.is_empty() { list } else { list.when("StringLike", "s3:prefix", [format!("{prefix}*")]) };
    [list, on_bucket("s3:GetBucketLocation")]
}

/// The ARN of a key. What is neither key id nor part of one would make an ARN that matches no key.
fn key(id: &str) -> Value<String> {
    let is_hex = |part: &str, length| part.len() == length && part.bytes().all(|byte| byte.is_ascii_hexdigit());
    let parts: Vec<&str> = id.split('-').collect();
    let is_uuid = parts.len() == 5 && parts.iter().zip([8, 4, 4, 4, 12]).all(|(part, length)| is_hex(part, length));
    if is_uuid || id.strip_prefix("mrk-").is_some_and(|rest| is_hex(rest, 32)) {
        return arn::local("kms", format!("key/{id}"));
    }
    let hint = "give what stands behind `key/` in the key's ARN; an alias is no resource of a policy";
    Value::fault(format!("`{id}` is no id of a KMS key"), Some(hint.to_owned()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use stackgen_core::{App, Problem, RawResource, Stack};

    use super::Grant;
    use crate::iam::PolicyDocument;

    fn statements(grant: Grant) -> Result<serde_json::Value, Vec<Problem>> {
        let mut stack = Stack::new("test");
        let document = PolicyDocument::new(grant.statements);
        stack.add("Thing", RawResource::new("Some::Thing").property("Policy", document));
        let app = App::from(stack).synth()?;
        Ok(app.stacks[0].template.json()["Resources"]["Thing"]["Properties"]["Policy"]["Statement"].clone())
    }

    #[test]
    fn a_prefix_limits_listing_and_not_the_question_where_the_bucket_is() {
        let statements = statements(Grant::read_bucket("reports", "daily/")).expect("a right grant");
        assert_eq!(statements[0]["Action"], json!(["s3:ListBucket"]));
        assert_eq!(statements[0]["Condition"], json!({"StringLike": {"s3:prefix": "daily/*"}}));
        assert_eq!(statements[1]["Action"], json!(["s3:GetBucketLocation"]));
        assert_eq!(statements[1].get("Condition"), None);
    }

    #[test]
    fn keys_are_named_by_their_id() {
        let message =
            |key| statements(Grant::decrypt_parameters(key, ["/a"])).map_err(|found| found[0].message.clone());
        for id in ["1234abcd-12ab-34cd-56ef-1234567890ab", "mrk-1234abcd12ab34cd56ef1234567890ab"] {
            assert!(message(id).is_ok(), "{id}");
        }
        for id in ["alias/aws/ssm", "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab", ""] {
            assert_eq!(message(id), Err(format!("`{id}` is no id of a KMS key")));
        }
    }

    #[test]
    fn grants_of_nothing_are_refused() {
        let nobody: [String; 0] = [];
        let groups: [String; 0] = [];
        for grant in [
            Grant::read_parameters([]),
            Grant::write_logs(groups),
            Grant::decrypt_parameters("1234abcd-12ab-34cd-56ef-1234567890ab", []),
            Grant::send_email("example.org", "a@example.org", &nobody),
        ] {
            let name = grant.name;
            assert!(statements(grant).is_err(), "{name}");
        }
    }
}
