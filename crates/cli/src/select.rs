//! Which stacks a command means: names, or patterns such as `prod-*`.
use stackgen_assembly::{Assembly, StackEntry};
use thiserror::Error;

use crate::names;

/// What is said of an app without any.
pub(crate) const NONE: &str = "the app has no stacks";

/// A name that no stack has, or a pattern that fits none.
#[derive(Debug, Error)]
#[error("no stack {} `{name}`", if is_pattern(name) { "fits" } else { "named" })]
pub(crate) struct NoStack {
    name: String,
    pub(crate) near: Option<String>,
    pub(crate) known: Vec<String>,
}

/// The stacks that are named, or all, each once and in the order of the assembly.
pub(crate) fn stacks<'a>(assembly: &'a Assembly, names: &[String]) -> Result<Vec<&'a StackEntry>, NoStack> {
    let all = &assembly.manifest.stacks;
    for name in names {
        if !all.iter().any(|stack| means(name, &stack.name)) {
            return Err(NoStack::named(name, assembly));
        }
    }
    let is_meant = |stack: &&StackEntry| names.is_empty() || names.iter().any(|name| means(name, &stack.name));
    Ok(all.iter().filter(is_meant).collect())
}

/// One stack by its name.
pub(crate) fn stack<'a>(assembly: &'a Assembly, name: &str) -> Result<&'a StackEntry, NoStack> {
    assembly.stack(name).ok_or_else(|| NoStack::named(name, assembly))
}

impl NoStack {
    /// A name that none of the known stacks has.
    pub(crate) fn of(name: &str, near: Option<String>, known: Vec<String>) -> Self {
        NoStack { name: names::echo(name), near, known }
    }

    fn named(name: &str, assembly: &Assembly) -> Self {
        let known = || assembly.manifest.stacks.iter().map(|stack| stack.name.as_str());
        NoStack {
            name: names::echo(name),
            near: names::nearest(name, known()).map(str::to_owned),
            known: known().map(str::to_owned).collect(),
        }
    }
}

fn means(name: &str, stack: &str) -> bool {
    name == stack || is_pattern(name) && names::fits(stack, name)
}

fn is_pattern(name: &str) -> bool {
    name.contains(['*', '?'])
}
