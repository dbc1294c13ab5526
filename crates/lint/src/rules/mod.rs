//! The rules, by family. A family lists its rules in its own folder; this list names every family and nothing else.
//!
//! | family | looks at |
//! |---|---|
//! | `structure` | sections, names, limits, attributes of resources, parameters, mappings, conditions, outputs |
//! | `schema` | values against what their resource type says |
//! | `functions` | intrinsic functions and what they return |
//! | `graph` | who depends on whom, and whether it is there when it is needed |
//! | `services` | what one service demands beyond its types |
//! | `boot` | scripts in user-data |
//! | `own` | traps that no other linter knows |

pub mod boot;
pub mod functions;
pub mod graph;
pub mod own;
pub mod schema;
pub mod services;
pub mod structure;

use std::sync::LazyLock;

use crate::rule::Rule;
use crate::walk::Sorted;

const FAMILIES: &[&[&Rule]] =
    &[structure::RULES, schema::RULES, functions::RULES, graph::RULES, services::RULES, boot::RULES, own::RULES];

static CHECKS: LazyLock<Sorted> = LazyLock::new(|| Sorted::new(all()));

/// Every rule.
pub fn all() -> impl Iterator<Item = &'static Rule> {
    FAMILIES.iter().flat_map(|family| family.iter().copied())
}

/// The rule of this id.
#[must_use]
pub fn find(id: &str) -> Option<&'static Rule> {
    all().find(|rule| rule.id == id)
}

pub(crate) fn checks() -> &'static Sorted {
    &CHECKS
}
