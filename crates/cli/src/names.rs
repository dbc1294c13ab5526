//! Names that were typed: near misses and patterns.

/// The candidate nearest to what was written, if any is near.
pub(crate) fn nearest<'a>(written: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let written = written.to_lowercase();
    let scored = candidates.map(|candidate| (strsim::jaro_winkler(&written, &candidate.to_lowercase()), candidate));
    scored.filter(|(score, _)| *score > 0.8).max_by(|(a, _), (b, _)| a.total_cmp(b)).map(|(_, candidate)| candidate)
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
    }
}
