//! Which feature turns which service on.
//!
//! A service's feature has the name of its module, except where `groups.txt` puts services together: crates.io takes three
//! hundred features a crate and AWS has more services. The groups are written by hand so that they mean something and so
//! that a service never moves by itself.
use std::collections::{BTreeMap, BTreeSet};

const GROUPS: &str = include_str!("groups.txt");

/// The module of a resource type: its service in lower case.
pub fn module(type_name: &str) -> String {
    type_name.split("::").nth(1).unwrap_or(type_name).to_lowercase()
}

/// The modules behind each feature.
pub fn features<'a>(type_names: impl Iterator<Item = &'a str>) -> BTreeMap<String, BTreeSet<String>> {
    let groups = groups(GROUPS);
    let mut features: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for module in type_names.map(module) {
        let group = groups.get(module.as_str()).map_or(module.as_str(), |group| group);
        features.entry(group.to_owned()).or_default().insert(module);
    }
    features
}

/// Groups by module. A line of the file is `group: module module …`; `#` begins a comment.
fn groups(text: &str) -> BTreeMap<&str, &str> {
    let lines = text.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once(':'));
    lines.flat_map(|(group, modules)| modules.split_whitespace().map(move |module| (module, group.trim()))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_has_its_own_feature_unless_grouped() {
        let names = ["AWS::EC2::VPC", "AWS::EC2::Volume", "AWS::IoTEvents::Input", "AWS::IoTWireless::Task"];
        let features = features(names.into_iter());
        assert_eq!(features.keys().collect::<Vec<_>>(), ["ec2", "iot-more"]);
        assert_eq!(features["iot-more"].iter().collect::<Vec<_>>(), ["iotevents", "iotwireless"]);
    }

    #[test]
    fn every_grouped_service_exists() {
        let facts = stackgen_schema::Facts::embedded();
        let modules: BTreeSet<String> = facts.type_names().map(module).collect();
        for module in groups(GROUPS).keys() {
            assert!(modules.contains(*module), "groups.txt names {module}, which no resource type belongs to");
        }
    }
}
