//! The regular expressions of the facts, compiled when they are first needed and kept for the life of the process.
use std::collections::HashMap;
use std::sync::{LazyLock, RwLock};

use regress::Regex;

/// Longer text is not compared: what a template may have there is scripts and documents, and trying takes long.
const LONGEST: usize = 4096;

type Compiled = HashMap<&'static str, Option<&'static Regex>>;

static COMPILED: LazyLock<RwLock<Compiled>> = LazyLock::new(RwLock::default);

/// Whether a text has a match somewhere. Says yes when it cannot tell.
pub(crate) fn matches(pattern: &'static str, text: &str) -> bool {
    if matches!(pattern, ".*" | "^.*$" | "") || text.len() > LONGEST {
        return true;
    }
    // The schemas are written for engines in which the end is also before a last line break.
    let without_break = text.strip_suffix('\n');
    compiled(pattern)
        .is_none_or(|regex| regex.find(text).is_some() || without_break.is_some_and(|text| regex.find(text).is_some()))
}

/// Nothing for the few patterns that are none. There are some 3,000, so what is leaked is bounded.
fn compiled(pattern: &'static str) -> Option<&'static Regex> {
    if let Some(known) = COMPILED.read().ok()?.get(pattern) {
        return *known;
    }
    // `\p{L}` means letters only with the flag, and other patterns have escapes that the flag forbids.
    let flags = if pattern.contains("\\p{") || pattern.contains("\\P{") { "u" } else { "" };
    // Other dialects have signs of their own for the very beginning and end.
    let portable = pattern.replace("\\A", "^").replace("\\Z", "$");
    let regex = Regex::with_flags(&portable, flags).ok().map(|regex| &*Box::leak(Box::new(regex)));
    *COMPILED.write().ok()?.entry(pattern).or_insert(regex)
}
