//! Values against what their resource type says.

mod allowed;
pub(crate) mod alternatives;
mod formats;
mod pattern;
pub(crate) mod properties;
mod range;
mod required;
mod resource_type;
mod sizes;
mod tags;
mod together;
mod types;
mod unique;
mod words;

use crate::rule::Rule;

/// The rules of this family.
pub const RULES: &[&Rule] = &[
    &properties::RULE,
    &required::RULE,
    &types::RULE,
    &pattern::RULE,
    &allowed::RULE,
    &alternatives::ANY,
    &alternatives::ONE,
    &sizes::ITEMS,
    &sizes::TEXT,
    &range::RULE,
    &together::XOR,
    &together::EXCLUDED,
    &together::NEEDED,
    &together::OR,
    &unique::TWICE,
    &unique::MANY,
    &tags::RULE,
    &resource_type::UNKNOWN,
    &resource_type::SERVERLESS_ONLY,
    &formats::SECURITY_GROUP,
    &formats::VPC,
    &formats::IMAGE,
    &formats::GROUP_NAME,
    &formats::SUBNET,
    &formats::LOG_GROUP,
    &formats::ROLE,
    &formats::KEY,
    &formats::TOPIC,
    &formats::CERTIFICATE,
    &formats::FUNCTION,
    &formats::BUCKET,
    &formats::KEY_ID,
    &formats::ALIAS,
];
