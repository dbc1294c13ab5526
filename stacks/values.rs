//! The values of an environment.
use std::collections::BTreeMap;

use serde::Deserialize;

use super::{compute, network};

/// Everything in `stacks/<environment>.yaml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Values {
    pub region: String,
    pub tags: BTreeMap<String, String>,
    pub network: network::Config,
    pub compute: compute::Config,
}
