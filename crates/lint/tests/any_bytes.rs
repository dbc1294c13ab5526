//! Nothing that is read makes the linter panic, and templates that look like templates least of all.
use proptest::prelude::*;
use stackgen_lint::{Options, lint};

/// Pieces of templates, thrown together.
const PIECES: [&str; 40] = [
    "Resources:\n",
    "  A:\n",
    "    Type: AWS::EC2::Instance\n",
    "    Properties:\n",
    "      ",
    "  ",
    "- ",
    "!Ref A\n",
    "!GetAtt A.B\n",
    "!If [C, x, y]\n",
    "!If [C, !Ref AWS::NoValue]\n",
    "!Sub '${A.B} ${!C} ${'\n",
    "Conditions:\n",
    "  C: !Equals [!Ref P, x]\n",
    "  C: !Not [!Condition C]\n",
    "Parameters:\n",
    "  P: {Type: String, AllowedValues: [x, y]}\n",
    "&a ",
    "*a\n",
    "<<: *a\n",
    "<<: 1\n",
    "{",
    "}",
    "[",
    "]",
    ",",
    ": ",
    "\n",
    "'",
    "\"",
    "|\n",
    "#!/bin/bash\n",
    "UserData: ",
    "Fn::Base64: ",
    "Fn::Join: ['', [a, !Ref B]]\n",
    "Tags: ",
    "Outputs:\n",
    "é",
    "\t",
    "Condition: C\n",
];

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

    #[test]
    fn any_text(text in any::<String>()) {
        let _ = lint(&text, &Options::default());
    }

    #[test]
    fn any_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = lint(&String::from_utf8_lossy(&bytes), &Options::default());
    }

    #[test]
    fn pieces_of_templates(pieces in proptest::collection::vec(proptest::sample::select(&PIECES[..]), 0..40)) {
        let _ = lint(&pieces.concat(), &Options::default());
    }
}

/// Tests run on threads with two megabytes of stack, as workers of a caller may.
#[test]
fn what_nests_as_deep_as_it_may_does_not_overflow_the_stack() {
    let nested = |open: &str, depth: usize, close: &str| format!("{}x{}", open.repeat(depth), close.repeat(depth));
    let head = "Resources:\n  A:\n    Type: AWS::IAM::Policy\n    Properties:\n      PolicyDocument: ";
    for value in
        [nested("{a: ", 180, "}"), nested("[", 180, "]"), nested("!If [C, y, ", 80, "]"), nested("!Not [", 80, "]")]
    {
        let text = format!("Conditions:\n  C: {value}\n{head}{value}\n");
        let findings = lint(&text, &Options::default());
        assert!(findings.iter().all(|finding| finding.rule != "E0000"), "{findings:?}");
    }
}

/// Aliases, conditions and text in quotes that granit-parser wants indented must not make it slow.
#[test]
fn what_could_be_slow_is_not() {
    let conditions: String = (0..40).map(|at| format!("  C{at}: !Equals [!Ref P{at}, x]\n")).collect();
    let all: Vec<String> = (0..40).map(|at| format!("!Condition C{at}")).collect();
    let properties: String =
        (0..60).map(|at| format!("      K{at}: !If [C{}, x, !Ref AWS::NoValue]\n", at % 40)).collect();
    let text = format!(
        "Conditions:\n{conditions}  All: !And [{}]\nResources:\n  A:\n    Type: AWS::SQS::Queue\n    Condition: All\n    \
         Properties:\n{properties}",
        all.join(", ")
    );
    let quoted = format!("A:\n  B: '{}'\n", "\nx".repeat(20_000));
    let start = std::time::Instant::now();
    let _ = lint(&text, &Options::default());
    let _ = lint(&quoted, &Options::default());
    assert!(start.elapsed() < std::time::Duration::from_secs(5), "{:?}", start.elapsed());
}
