//! Findings on boot scripts stand on the lines of the template.
use stackgen_lint::{Options, lint};

/// The ids and lines of what is found in user-data, with `UserData` on line 5.
fn found(user_data: &str) -> Vec<(&'static str, u32)> {
    let head = "Resources:\n  Web:\n    Type: AWS::EC2::Instance\n    Properties:\n";
    let findings = lint(&format!("{head}      UserData:\n{user_data}"), &Options::default());
    findings.iter().filter(|finding| finding.rule.starts_with("S2")).map(|it| (it.rule, it.span.start.line)).collect()
}

const CURL: &str = "curl -fsSL https://example.com/install | bash";

#[test]
fn a_block_in_base64() {
    let script =
        format!("        Fn::Base64: |\n          #!/bin/bash\n          set -euo pipefail\n\n          {CURL}\n");
    assert_eq!(found(&script), [("S2020", 10)]);
}

#[test]
fn a_block_in_sub() {
    let script = format!(
        "        Fn::Base64: !Sub\n          - |\n            #!/bin/bash\n            set -euo pipefail\n            \
         echo \"${{AWS::Region}}\"\n            {CURL}\n          - {{A: b}}\n"
    );
    assert_eq!(found(&script), [("S2020", 11)]);
}

#[test]
fn lines_that_are_joined() {
    let script = format!(
        "        Fn::Base64:\n          Fn::Join:\n            - \"\\n\"\n            - - '#!/bin/bash'\n              - set -euo \
         pipefail\n              - {CURL}\n              - !Ref AWS::Region\n"
    );
    assert_eq!(found(&script), [("S2020", 11)]);
}

#[test]
fn what_is_put_in_is_a_plain_word() {
    let script = "        Fn::Base64: !Sub |\n          #!/bin/bash\n          set -euo pipefail\n          touch ${AWS::Region}\n";
    assert_eq!(found(script), []);
}

#[test]
fn a_script_without_base64() {
    let script = "        !Sub |\n          #!/bin/bash\n          set -euo pipefail\n          date\n";
    assert_eq!(found(script), [("S2000", 5)]);
}
