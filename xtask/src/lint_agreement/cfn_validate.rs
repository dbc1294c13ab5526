//! cloudformation-validate's rules in the ids of cfn-lint.
//!
//! Most have the same: it took cfn-lint's rules over with their ids, and its fatal ones (`F3012`) are cfn-lint's errors of
//! the same number. [`MEANT`] has those of another number. Its own (`…9…` and [`OWN`]) say nothing that cfn-lint says.
use super::finding::Answers;

/// What fatal rules mean that have no namesake, or one that means something else. Read off the rules' descriptions, and off
/// what cfn-lint says of the same lines of its own test templates.
const MEANT: [(&str, &str); 23] = [
    ("F0001", "E1001"),
    ("F0002", "E1001"),
    ("F0003", "E2010"),
    ("F0004", "E6010"),
    ("F0005", "E1001"),
    ("F0006", "E3001"),
    ("F0007", "E3010"),
    ("F0008", "E7010"),
    ("F0010", "E1019"),
    ("F0011", "E1003"),
    ("F0013", "E1028"),
    ("F0015", "E2015"),
    ("F0016", "E2015"),
    ("F0017", "E7001"),
    ("F0018", "E3036"),
    ("F0050", "E7001"),
    ("F1010", "E1020"),
    ("F1012", "E1011"),
    ("F1018", "E1019"),
    ("F1050", "E1017"),
    ("F1101", "E0000"),
    ("F2012", "E2015"),
    ("F3016", "E3035"),
];

/// Rules that cfn-lint does not have, beside those of the nines.
const OWN: [&str; 16] = [
    "E2504", "W1102", "W1103", "W2502", "W2503", "W2508", "W2509", "W2512", "W3030", "W3049", "I3049", "W8602",
    "W8608", "F0009", "F0014", "F0040",
];

/// Puts cfn-lint's ids on findings. Those of its own rules get ids that nobody else has: they are not compared, and still
/// tell that a template does not pass.
pub(super) fn translate(answers: &mut Answers) {
    for found in answers.of.values_mut().flat_map(|answer| &mut answer.findings) {
        found.rule = meant(&found.rule);
    }
}

fn meant(rule: &str) -> String {
    let is_own = OWN.contains(&rule) || rule.starts_with("F86") || rule[1..].starts_with('9');
    match MEANT.iter().find(|(theirs, _)| *theirs == rule) {
        Some((_, id)) => (*id).to_owned(),
        None if is_own => format!("AWS-{rule}"),
        None => rule.strip_prefix('F').map_or_else(|| rule.to_owned(), |number| format!("E{number}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_get_the_ids_of_cfn_lint() {
        let cases = ["E2531 E2531", "F3012 E3012", "F0000 E0000", "F3016 E3035", "W9003 AWS-W9003", "F8611 AWS-F8611"];
        for case in cases {
            let (rule, id) = case.split_once(' ').expect("two words");
            assert_eq!(meant(rule), id);
        }
    }
}
