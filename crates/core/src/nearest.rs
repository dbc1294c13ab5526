//! The name that somebody probably meant.

/// The candidate nearest to what was written, if any is near enough to be worth saying.
pub fn nearest<'a>(written: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let written = written.to_lowercase();
    let similarity = |candidate: &str| strsim::jaro_winkler(&written, &candidate.to_lowercase());
    let scored = candidates.into_iter().map(|candidate| (similarity(candidate), candidate));
    scored.filter(|(score, _)| *score > 0.8).max_by(|(a, _), (b, _)| a.total_cmp(b)).map(|(_, candidate)| candidate)
}
