//! The name that somebody probably meant.

/// How alike two names are that one was meant for the other, from 0 to 1.
const NEAR: f64 = 0.8;

/// The candidate nearest to what was written, if any is near enough to be worth saying. Of two that are equally near it is
/// the first by name, so that a message does not change from run to run.
pub fn nearest<'a>(written: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    nearest_above(NEAR, written, candidates)
}

/// The same with another bound, for names that are alike anyway, such as those with one beginning.
pub fn nearest_above<'a>(least: f64, written: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let written = written.to_lowercase();
    let similarity = |candidate: &str| strsim::jaro_winkler(&written, &candidate.to_lowercase());
    let scored = candidates.into_iter().map(|candidate| (similarity(candidate), candidate));
    let near = scored.filter(|(score, _)| *score > least);
    near.max_by(|(a, left), (b, right)| a.total_cmp(b).then_with(|| right.cmp(left))).map(|(_, candidate)| candidate)
}
