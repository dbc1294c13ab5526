//! Names that were typed: near misses and patterns.

use crate::table;

/// Nothing longer is a name that somebody mistyped, and comparing it takes long.
const LONGEST: usize = 200;
/// How wide a name may be in a message.
const ECHO: usize = 80;

/// The candidate nearest to what was written, if any is near.
pub(crate) fn nearest<'a>(written: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    is_short(written).then(|| stackgen_schema::nearest(written, candidates)).flatten()
}

/// The same for names that are alike anyway, such as those with one beginning.
pub(crate) fn nearest_above<'a>(
    least: f64,
    written: &str,
    candidates: impl Iterator<Item = &'a str>,
) -> Option<&'a str> {
    is_short(written).then(|| stackgen_schema::nearest_above(least, written, candidates)).flatten()
}

fn is_short(written: &str) -> bool {
    written.len() <= LONGEST
}

/// A name as messages repeat it.
pub(crate) fn echo(written: &str) -> String {
    table::shorten(written, ECHO)
}

/// Whether a name fits a pattern, in which `*` stands for any letters and `?` for one.
pub(crate) fn fits(name: &str, pattern: &str) -> bool {
    let mut rest = pattern.chars();
    match rest.next() {
        None => name.is_empty(),
        Some('*') => {
            let rest = rest.as_str();
            name.char_indices().map(|(at, _)| at).chain([name.len()]).any(|at| fits(&name[at..], rest))
        }
        Some(wanted) => {
            let mut letters = name.chars();
            letters.next().is_some_and(|letter| wanted == '?' || wanted == letter)
                && fits(letters.as_str(), rest.as_str())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        assert!(fits("prod-compute", "prod-*"));
        assert!(fits("prod-compute", "*-comp*"));
        assert!(fits("prod-1", "prod-?"));
        assert!(fits("prod", "prod*"));
        assert!(!fits("prod-compute", "prod"));
        assert!(!fits("prod", "prod?"));
    }

    #[test]
    fn near_misses() {
        let stacks = ["prod-network", "prod-compute"];
        assert_eq!(nearest("prod-comput", stacks.into_iter()), Some("prod-compute"));
        assert_eq!(nearest("zzz", stacks.into_iter()), None);
        assert_eq!(nearest(&"prod-comput".repeat(20), stacks.into_iter()), None);
    }
}
