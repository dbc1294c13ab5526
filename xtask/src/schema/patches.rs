//! Corrections of the facts, one file a service, applied to a type's schema before it is read.
//!
//! A patch is one operation of RFC 6902 with the resource type it is for and the reason, which cites a source. Besides the
//! schema's own keywords a patch may set `refReturns` (names) and `refusedProperties` (paths). `patterns.json` repairs regular
//! expressions wherever they stand. A patch that changes nothing is an error: the source has caught up and the patch can go.
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context, bail, ensure};
use serde::Deserialize;
use serde_json::{Value, json};
use stackgen_schema::ResourceType;

use super::sources::{files, text};

/// The file with the repairs of patterns.
const PATTERNS: &str = "patterns.json";

/// All patches.
pub struct Patches {
    operations: Vec<Patch>,
    repairs: Vec<Repair>,
    /// The repairs that were of use.
    used: RefCell<BTreeSet<usize>>,
}

/// A regular expression that means something else in ECMA 262, or nothing.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Repair {
    pattern: String,
    with: String,
    reason: String,
}

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
    let mut operations = Vec::new();
    let mut repairs = Vec::new();
    for path in files(dir)? {
        let context = || format!("reading {}", path.display());
        if path.ends_with(PATTERNS) {
            repairs = serde_json::from_str(&text(&path)?).with_context(context)?;
        } else {
            operations.extend(serde_json::from_str::<Vec<Patch>>(&text(&path)?).with_context(context)?);
        }
    }
    let reasons = operations.iter().map(|patch: &Patch| (&patch.path, &patch.reason));
    for (what, reason) in reasons.chain(repairs.iter().map(|repair: &Repair| (&repair.pattern, &repair.reason))) {
        ensure!(reason.len() > 20, "the patch of {what} gives no reason");
    }
    Ok(Patches { operations, repairs, used: RefCell::default() })
}

impl Patches {
    /// Applies the patches of one resource type to its schema.
    pub fn apply(&self, resource: &str, schema: &mut Value) -> anyhow::Result<()> {
        for patch in self.operations.iter().filter(|patch| patch.resource == resource) {
            let before = schema.clone();
            patch.apply(schema).with_context(|| format!("at {}", patch.path))?;
            ensure!(matches!(patch.op, Op::Test) || before != *schema, "{} changes nothing any more", patch.path);
        }
        self.repair(schema);
        Ok(())
    }

    fn repair(&self, node: &mut Value) {
        match node {
            Value::Array(items) => items.iter_mut().for_each(|item| self.repair(item)),
            Value::Object(map) => {
                for (key, value) in map.iter_mut() {
                    match value {
                        Value::String(pattern) if key == "pattern" => self.repair_pattern(pattern),
                        value => self.repair(value),
                    }
                }
                if let Some(Value::Object(patterns)) = map.get_mut("patternProperties") {
                    let repaired = std::mem::take(patterns).into_iter().map(|(mut pattern, value)| {
                        self.repair_pattern(&mut pattern);
                        (pattern, value)
                    });
                    *patterns = repaired.collect();
                }
            }
            _ => {}
        }
    }

    fn repair_pattern(&self, pattern: &mut String) {
        if let Some(index) = self.repairs.iter().position(|repair| repair.pattern == *pattern) {
            pattern.clone_from(&self.repairs[index].with);
            self.used.borrow_mut().insert(index);
        }
    }

    /// Fails if a patch was for something that is not there.
    pub fn ensure_used(&self, types: &[ResourceType]) -> anyhow::Result<()> {
        let known = |patch: &&Patch| !types.iter().any(|resource| resource.name == patch.resource);
        if let Some(patch) = self.operations.iter().find(known) {
            bail!("a patch is for {}, which is not there", patch.resource);
        }
        for (index, repair) in self.repairs.iter().enumerate() {
            ensure!(self.used.borrow().contains(&index), "no schema has the pattern {} any more", repair.pattern);
        }
        Ok(())
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

#[cfg(test)]
mod tests {
    use super::*;

    fn patches(operations: Value) -> Patches {
        let operations = serde_json::from_value(operations).unwrap();
        let repair = Repair { pattern: "(?s).*".into(), with: ".".into(), reason: String::new() };
        Patches { operations, repairs: vec![repair], used: RefCell::default() }
    }

    fn one(op: &str, path: &str, value: Value) -> Patches {
        patches(json!([{"type": "A::B::C", "op": op, "path": path, "value": value, "reason": "because"}]))
    }

    #[test]
    fn operations() {
        let schema = json!({"createOnlyProperties": ["/a"], "x": 1});
        let apply = |patches: Patches| {
            let mut schema = schema.clone();
            patches.apply("A::B::C", &mut schema).map(|()| schema)
        };
        let list = apply(one("add", "/createOnlyProperties/-", json!("/b"))).unwrap();
        assert_eq!(list["createOnlyProperties"], json!(["/a", "/b"]));
        assert_eq!(apply(one("add", "/refusedProperties/-", json!("/b"))).unwrap()["refusedProperties"], json!(["/b"]));
        assert_eq!(
            apply(one("remove", "/createOnlyProperties/-", json!("/a"))).unwrap()["createOnlyProperties"],
            json!([])
        );
        assert_eq!(apply(one("replace", "/x", json!(2))).unwrap()["x"], 2);
        assert!(apply(one("test", "/x", json!(1))).is_ok());
    }

    #[test]
    fn what_changes_nothing_is_an_error() {
        let mut schema = json!({"createOnlyProperties": ["/a"], "x": 1});
        for patches in [
            one("add", "/createOnlyProperties/-", json!("/a")),
            one("replace", "/x", json!(1)),
            one("replace", "/y", json!(1)),
            one("remove", "/y", json!(null)),
            one("test", "/x", json!(2)),
        ] {
            assert!(patches.apply("A::B::C", &mut schema).is_err());
        }
    }

    #[test]
    fn patterns_are_repaired_everywhere() {
        let mut schema = json!({"a": [{"pattern": "(?s).*"}], "patternProperties": {"(?s).*": {"type": "string"}}});
        let patches = patches(json!([]));
        assert!(patches.ensure_used(&[]).is_err());
        patches.apply("A::B::C", &mut schema).unwrap();
        assert_eq!(schema, json!({"a": [{"pattern": "."}], "patternProperties": {".": {"type": "string"}}}));
        assert!(patches.ensure_used(&[]).is_ok());
    }
}
