//! What a host reads of the metadata service: texts by path, and folders that list what is in them.
//!
//! The paths are those of "Instance metadata categories" in the EC2 user guide.
use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use super::host::REGION;
use super::vm::machine::MAC;

pub(super) const INSTANCE: &str = "i-0123456789abcdef0";
/// The access key of the host's role, by which its calls are known.
pub(super) const KEY: &str = "ASIAIOSFODNN7EXAMPLE";

/// Texts by path, without the version that a path begins with.
pub(super) struct Metadata(BTreeMap<String, String>);

impl Metadata {
    /// What every host finds.
    pub(super) fn of_host() -> Self {
        Metadata::of(INSTANCE)
    }

    /// What an instance finds.
    pub(super) fn of(instance: &str) -> Self {
        let role = json!({
            "Code": "Success", "Type": "AWS-HMAC", "AccessKeyId": KEY, "SecretAccessKey": "notASecretOfAnybody",
            "Token": "tokenOfTheRole", "LastUpdated": "2026-01-01T00:00:00Z", "Expiration": "2099-01-01T00:00:00Z",
        });
        Metadata(BTreeMap::new())
            .with("meta-data/instance-id", instance)
            .with("meta-data/placement/region", REGION)
            .with("meta-data/iam/security-credentials/host-role", role.to_string())
    }

    /// What a whole machine finds: also what cloud-init reads before the script runs (`crawl_metadata` and
    /// `convert_ec2_metadata_network_config` in DataSourceEc2.py). The address is QEMU's.
    pub(super) fn of_machine(instance: &str, image: &str, zone: &str, vpc: &str, user_data: &str) -> Self {
        let card = format!("meta-data/network/interfaces/macs/{MAC}");
        let identity = json!({"instanceId": instance, "region": REGION, "availabilityZone": zone});
        Metadata::of(instance)
            .with("user-data", user_data)
            .with("dynamic/instance-identity/document", identity.to_string())
            .with("meta-data/ami-id", image)
            .with("meta-data/local-hostname", "ip-10-0-2-15")
            .with("meta-data/mac", MAC)
            .with(format!("{card}/device-number"), "0")
            .with(format!("{card}/local-ipv4s"), "10.0.2.15")
            .with(format!("{card}/vpc-id"), vpc)
    }

    /// One text more.
    pub(super) fn with(mut self, path: impl Into<String>, text: impl Into<String>) -> Self {
        self.0.insert(path.into(), text.into());
        self
    }

    /// The answer to a request for a path, whatever version it begins with.
    pub(super) fn get(&self, path: &str) -> Option<String> {
        let (_version, path) = path.strip_prefix('/')?.split_once('/')?;
        let path = path.trim_end_matches('/');
        if let Some(text) = self.0.get(path) {
            return Some(text.clone());
        }
        let inside = self.0.keys().filter_map(|key| key.strip_prefix(path)?.strip_prefix('/'));
        let entries: BTreeSet<String> = inside
            .map(|rest| rest.split_once('/').map_or(rest.to_owned(), |(folder, _)| format!("{folder}/")))
            .collect();
        (!entries.is_empty()).then(|| entries.into_iter().collect::<Vec<_>>().join("\n"))
    }
}

#[cfg(test)]
mod tests {
    use super::Metadata;

    #[test]
    fn folders_list_what_is_in_them() {
        let metadata = Metadata::of_host().with("meta-data/placement/availability-zone", "eu-west-1a");
        let get = |path| metadata.get(path).unwrap_or_default();
        assert_eq!(get("/2021-03-23/meta-data/"), "iam/\ninstance-id\nplacement/");
        assert_eq!(get("/latest/meta-data/placement"), "availability-zone\nregion");
        assert_eq!(get("/latest/meta-data/placement/region"), "eu-west-1");
        assert_eq!(metadata.get("/latest/meta-data/place"), None);
    }
}
