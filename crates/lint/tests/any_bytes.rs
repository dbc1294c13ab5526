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
