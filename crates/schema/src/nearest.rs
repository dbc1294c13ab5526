//! The name that somebody probably meant.

/// How alike two names are that one was meant for the other, from 0 to 1.
const NEAR: f64 = 0.8;
/// How much each of the first letters counts if they are the same, and how many of them do: what Winkler added to Jaro.
const PREFIX: (f64, usize) = (0.1, 4);

/// The candidate nearest to what was written, if any is near enough to be worth saying. Of two that are equally near it is
/// the first by name, so that a message does not change from run to run.
pub fn nearest<'a>(written: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    nearest_above(NEAR, written, candidates)
}

/// The same with another bound, for names that are alike anyway, such as those with one beginning.
pub fn nearest_above<'a>(least: f64, written: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let written = written.to_lowercase();
    let similarity = |candidate: &str| strsim::jaro_winkler(&written, &candidate.to_lowercase());
    let hopeful = candidates.into_iter().filter(|candidate| at_most(&written, candidate) > least);
    let scored = hopeful.map(|candidate| (similarity(candidate), candidate));
    let near = scored.filter(|(score, _)| *score > least);
    near.max_by(|(a, left), (b, right)| a.total_cmp(b).then_with(|| right.cmp(left))).map(|(_, candidate)| candidate)
}

/// More than two names can be alike, told from the letters that they have. There are thousands of candidates, and the real
/// comparison takes fifty times as long.
fn at_most(written: &str, candidate: &str) -> f64 {
    if !written.is_ascii() || !candidate.is_ascii() || written.is_empty() || candidate.is_empty() {
        return 1.0;
    }
    let mut letters = [0_i32; 128];
    written.bytes().for_each(|byte| letters[usize::from(byte)] += 1);
    let mut shared = 0.0;
    for byte in candidate.bytes() {
        let left = &mut letters[usize::from(byte.to_ascii_lowercase())];
        *left -= 1;
        shared += f64::from(u8::from(*left >= 0));
    }
    let jaro = (shared / written.len() as f64 + shared / candidate.len() as f64 + 1.0) / 3.0;
    let pairs = written.bytes().zip(candidate.bytes()).take(PREFIX.1);
    let first = pairs.take_while(|(one, other)| one.eq_ignore_ascii_case(other)).count();
    // The last digits of a sum depend on its order.
    jaro + PREFIX.0 * first as f64 * (1.0 - jaro) + 1e-9
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_is_nearer_than_its_letters_allow() {
        let names = crate::Facts::embedded().type_names().step_by(23).collect::<Vec<_>>();
        for one in &names {
            for other in &names {
                let (one, real) = (one.to_lowercase(), other.to_lowercase());
                assert!(strsim::jaro_winkler(&one, &real) <= at_most(&one, other), "{one} {other}");
            }
        }
    }

    #[test]
    fn what_was_meant() {
        assert_eq!(nearest("QueuName", ["Tags", "QueueName", "KmsMasterKeyId"]), Some("QueueName"));
        assert_eq!(nearest("größe", ["Größe", "Grosse"]), Some("Größe"));
        assert_eq!(nearest("", ["a"]), None);
        assert_eq!(nearest("Xylophone", ["Tags", "QueueName"]), None);
    }
}
