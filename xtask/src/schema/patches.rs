//! Corrections of the facts, one file a service, applied to a type's schema before it is read.
//!
//! A patch is one operation of RFC 6902 with the resource type it is for and the reason, which cites a source. Besides the
//! schema's own keywords a patch may set `refReturns`. A patch that changes nothing is an error: the source has caught up and
//! the patch can go.
use std::path::Path;

use anyhow::{Context, bail, ensure};
use serde::Deserialize;
use serde_json::{Value, json};
use stackgen_schema::ResourceType;

use super::sources::{files, text};

/// All patches.
pub struct Patches(Vec<Patch>);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Patch {
    /// The resource type.
    #[serde(rename = "type")]
    resource: String,
    op: Op,
    /// A JSON pointer into the schema; `-` at its end stands for the end of a list.
    path: String,
    #[serde(default)]
    value: Value,
    /// Why, and who says so.
    reason: String,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Op {
    Add,
    Replace,
    Remove,
    Test,
}

/// Reads a folder of patches.
pub fn load(dir: &Path) -> anyhow::Result<Patches> {
    let mut all = Vec::new();
    for path in files(dir)? {
        let patches: Vec<Patch> =
            serde_json::from_str(&text(&path)?).with_context(|| format!("reading {}", path.display()))?;
        all.extend(patches);
    }
    for patch in &all {
        ensure!(patch.reason.len() > 20, "the patch of {} at {} gives no reason", patch.resource, patch.path);
    }
    Ok(Patches(all))
}

impl Patches {
    /// Applies the patches of one resource type to its schema.
    pub fn apply(&self, resource: &str, schema: &mut Value) -> anyhow::Result<()> {
        for patch in self.0.iter().filter(|patch| patch.resource == resource) {
            let before = schema.clone();
            patch.apply(schema).with_context(|| format!("at {}", patch.path))?;
            ensure!(matches!(patch.op, Op::Test) || before != *schema, "{} changes nothing any more", patch.path);
        }
        Ok(())
    }

    /// Fails if a patch is for a type that is not there.
    pub fn ensure_known(&self, types: &[ResourceType]) -> anyhow::Result<()> {
        match self.0.iter().find(|patch| !types.iter().any(|resource| resource.name == patch.resource)) {
            Some(patch) => bail!("a patch is for {}, which is not there", patch.resource),
            None => Ok(()),
        }
    }
}

impl Patch {
    fn apply(&self, schema: &mut Value) -> anyhow::Result<()> {
        let (parent, key) = self.path.rsplit_once('/').context("not a JSON pointer")?;
        if let (Op::Add, "-", None) = (self.op, key, schema.pointer(parent)) {
            // A list that the schema does not have yet begins here.
            let (parent, key) = parent.rsplit_once('/').context("not a JSON pointer")?;
            schema.pointer_mut(parent).context("nothing there")?[key] = json!([]);
        }
        let parent = schema.pointer_mut(parent).context("nothing there")?;
        match (self.op, parent) {
            (Op::Add, Value::Array(list)) if key == "-" => {
                ensure!(!list.contains(&self.value), "the list has it already");
                list.push(self.value.clone());
            }
            (Op::Remove, Value::Array(list)) => drop(list.remove(self.index(list)?)),
            (Op::Add, Value::Object(map)) => drop(map.insert(key.to_owned(), self.value.clone())),
            (Op::Replace, Value::Object(map)) => *map.get_mut(key).context("nothing there")? = self.value.clone(),
            (Op::Remove, Value::Object(map)) => drop(map.remove(key).context("nothing there")?),
            (Op::Test, parent) => {
                ensure!(parent.get(key).unwrap_or(&Value::Null) == &self.value, "the schema has something else");
            }
            _ => bail!("cannot be done there"),
        }
        Ok(())
    }

    /// The place of the value in a list: lists of paths are sets, so a patch names the value and not the place.
    fn index(&self, list: &[Value]) -> anyhow::Result<usize> {
        list.iter().position(|item| *item == self.value).context("the list does not have it")
    }
}
