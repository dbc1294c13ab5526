//! Puts the packages together.
use std::collections::BTreeSet;

use anyhow::{Context, ensure};
use serde_json::Value;
use stackgen_schema::Document;

use super::dates;
use super::expand::expand;
use super::extensions;
use super::iam;
use super::patches::Patches;
use super::pool::Pool;
use super::resource::{Subject, collect};
use super::sources::Sources;
use super::walk::Walk;

/// Merges everything into one document.
pub fn merge(sources: &Sources, patches: &Patches) -> anyhow::Result<Document> {
    ensure!(sources.regions.len() <= 64, "a set of {} regions does not fit into 64 bits", sources.regions.len());
    let mut pool = Pool::default();
    let mut types = Vec::new();
    let from_cdk = sources.cdk.resources().map(|resource| resource.cloud_formation_type.as_str());
    let names: BTreeSet<&str> = sources.lint.keys().map(String::as_str).chain(from_cdk).collect();
    for name in names {
        let mut schema = sources.lint.get(name).map_or(Value::Null, Clone::clone);
        patches.apply(name, &mut schema).with_context(|| format!("patching {name}"))?;
        let schema = expand(&schema);
        let spec = sources.cdk.resource(name);
        let mut walk = Walk::new(&sources.cdk, &schema, spec);
        let subject = Subject { name, schema: &schema, spec };
        let mut resource = collect(&subject, &mut walk, sources, regions_of(name, sources));
        pool.absorb(&mut resource, walk.shapes);
        types.push(resource);
    }
    patches.ensure_used(&types)?;
    let mut extensions = extensions::collect(&sources.extensions, &sources.cdk, &mut pool);
    Ok(Document {
        sources: sources.packages.clone(),
        regions: sources.regions.keys().cloned().collect(),
        shapes: pool.by_use(&mut types, &mut extensions),
        types,
        services: iam::services(sources)?,
        extensions,
        runtimes: dates::runtimes(&sources.runtimes)?,
        ends: dates::ends(&sources.lint)?,
    })
}

fn regions_of(name: &str, sources: &Sources) -> u64 {
    let everywhere = sources.sam.iter().any(|transformed| transformed == name);
    let mut bits = 0;
    for (bit, (region, held)) in sources.regions.iter().enumerate() {
        let known_to_lint = sources.lint.contains_key(name);
        let has =
            if known_to_lint { held.iter().any(|held| held == name) } else { sources.cdk.region_has(region, name) };
        if has || everywhere {
            bits |= 1 << bit;
        }
    }
    bits
}
