//! ARNs in the form that each action wants, for any partition and account.
use stackgen_core::{IntoValue, Value, aws, intrinsic};

/// `arn:<partition>:<service>:<region>:<account>:<resource>` in the region and account of the stack.
pub fn local(service: &str, resource: impl IntoValue<String>) -> Value<String> {
    let (head, region) = (["arn:".into(), aws::partition(), format!(":{service}:").into()], aws::region());
    let tail = [region, ":".into(), aws::account_id(), ":".into(), resource.into_value()];
    intrinsic::concat(head.into_iter().chain(tail))
}

/// The same for services whose resources belong to no region, such as IAM: `global("iam", "role/deploy")`.
pub fn global(service: &str, resource: impl IntoValue<String>) -> Value<String> {
    let head = ["arn:".into(), aws::partition(), format!(":{service}::").into()];
    intrinsic::concat(head.into_iter().chain([aws::account_id(), ":".into(), resource.into_value()]))
}

/// A bucket: what `s3:ListBucket` and `s3:GetBucketLocation` work on.
pub fn bucket(name: impl IntoValue<String>) -> Value<String> {
    intrinsic::concat(["arn:".into(), aws::partition(), ":s3:::".into(), name.into_value()])
}

/// The objects of a bucket under a prefix (empty for all): what `s3:GetObject` and its like work on.
pub fn objects(bucket_name: impl IntoValue<String>, prefix: &str) -> Value<String> {
    intrinsic::concat([bucket(bucket_name), format!("/{prefix}*").into()])
}

/// An SSM parameter, by its name with or without the first slash. The ARN never has two.
pub fn parameter(name: &str) -> Value<String> {
    local("ssm", format!("parameter/{}", name.trim_start_matches('/')))
}

/// A secret of Secrets Manager, by its name: AWS puts a dash and six letters behind it.
pub fn secret(name: &str) -> Value<String> {
    local("secretsmanager", format!("secret:{name}-??????"))
}

/// A log group and the streams in it. Both forms are asked for by different actions.
pub fn log_group(name: impl IntoValue<String>) -> [Value<String>; 2] {
    let group = intrinsic::concat(["log-group:".into(), name.into_value()]);
    [local("logs", group.clone()), local("logs", intrinsic::concat([group, ":*".into()]))]
}

#[cfg(test)]
mod tests {
    use super::{global, local, parameter};

    #[test]
    fn only_what_belongs_to_a_region_names_it() {
        assert_eq!(global("iam", "role/x").preview(), "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/x");
        let region = "arn:${AWS::Partition}:kms:${AWS::Region}:${AWS::AccountId}:key/x";
        assert_eq!(local("kms", "key/x").preview(), region);
        assert_eq!(parameter("/a").preview(), parameter("a").preview());
    }
}
