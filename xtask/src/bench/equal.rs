//! Whether folders of templates say the same. Times of apps that do different work say nothing.
//!
//! One template is read at a time: the kernel counts the memory of whoever starts a command as the command's own.
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use serde_json::Value as Json;

/// How much some templates say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Total {
    pub(super) resources: usize,
    /// Without any white space.
    pub(super) bytes: usize,
}

/// Fails unless all folders have the same templates; only the order of what is in them may differ.
pub(super) fn must_equal(ours: &Path, others: &[PathBuf]) -> anyhow::Result<Total> {
    let ours = templates(ours)?;
    let others: Vec<_> = others.iter().map(|folder| Ok((folder, templates(folder)?))).collect::<anyhow::Result<_>>()?;
    for (folder, theirs) in &others {
        ensure!(theirs.keys().eq(ours.keys()), "{} has other stacks", folder.display());
    }
    let mut total = Total { resources: 0, bytes: 0 };
    for (stack, file) in &ours {
        let template = read(file)?;
        total.resources += template["Resources"].as_object().map_or(0, |resources| resources.len());
        total.bytes += template.to_string().len();
        for file in others.iter().filter_map(|(_, theirs)| theirs.get(stack)) {
            let different = difference(&template, &read(file)?);
            ensure!(different.is_none(), "{} differs: {}", file.display(), different.unwrap_or_default());
        }
    }
    Ok(total)
}

/// The templates of a folder: `bench-7.template.json` or `bench-7.json` is the stack `bench-7`.
fn templates(folder: &Path) -> anyhow::Result<BTreeMap<String, PathBuf>> {
    let mut templates = BTreeMap::new();
    for entry in fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))? {
        let file = entry?.path();
        let name = file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        match name.split_once('.') {
            Some((stack, "template.json" | "json")) if stack.starts_with("bench-") => {
                templates.insert(stack.to_owned(), file);
            }
            _ => {}
        }
    }
    Ok(templates)
}

fn read(file: &Path) -> anyhow::Result<Json> {
    let mut template = serde_json::from_slice(&fs::read(file)?).with_context(|| file.display().to_string())?;
    sort_tags(&mut template);
    Ok(template)
}

/// Tools order tags by name or as they are written; CloudFormation does not care.
fn sort_tags(value: &mut Json) {
    match value {
        Json::Object(members) => {
            if let Some(Json::Array(tags)) = members.get_mut("Tags") {
                tags.sort_by_key(|tag| tag["Key"].to_string());
            }
            members.values_mut().for_each(sort_tags);
        }
        Json::Array(items) => items.iter_mut().for_each(sort_tags),
        _ => {}
    }
}

/// The first resource, or else part, that differs.
fn difference(left: &Json, right: &Json) -> Option<String> {
    let part = |left: &Json, right: &Json| {
        let mut members = left.as_object().into_iter().chain(right.as_object()).flat_map(|object| object.keys());
        members.find(|name| left.get(*name) != right.get(*name)).cloned()
    };
    part(&left["Resources"], &right["Resources"]).or_else(|| part(left, right))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn different(left: &str, right: &str) -> Option<String> {
        let [left, right] = [left, right].map(|text| {
            let mut template = serde_json::from_str(text).unwrap();
            sort_tags(&mut template);
            template
        });
        difference(&left, &right)
    }

    #[test]
    fn order_does_not_count() {
        let left = r#"{"Resources":{"A":{"Tags":[{"Key":"b"},{"Key":"a"}]},"B":{}}}"#;
        let right = r#"{"Resources":{"B":{},"A":{"Tags":[{"Key":"a"},{"Key":"b"}]}}}"#;
        assert_eq!(different(left, right), None);
    }

    #[test]
    fn a_difference_is_named() {
        let left = r#"{"Resources":{"A":{},"B":{"Size":1}}}"#;
        assert_eq!(different(left, r#"{"Resources":{"A":{},"B":{"Size":2}}}"#).as_deref(), Some("B"));
        assert_eq!(different(left, r#"{"Resources":{"B":{"Size":1}}}"#).as_deref(), Some("A"));
        let more = r#"{"Resources":{"A":{},"B":{"Size":1}},"Outputs":{}}"#;
        assert_eq!(different(left, more).as_deref(), Some("Outputs"));
    }
}
