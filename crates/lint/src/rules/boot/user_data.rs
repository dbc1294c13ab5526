//! S2000: user-data is encoded; and what `stackgen-shell` finds in it.
use super::script::Script;
use crate::context::Context;
use crate::document::Node;
use crate::report::Report;
use crate::rule::{Check, Rule};
use crate::template::{Function, Section};
use crate::{Position, Span};

/// The rule. The findings on the script itself have the ids of `stackgen-shell`.
///
/// Source: `UserData` of `AWS::EC2::Instance` in the CloudFormation User Guide ("must be base64-encoded").
pub static RULE: Rule = Rule {
    id: "S2000",
    name: "user-data-encoded",
    reason: "EC2 takes user-data in Base64 only, and refuses a script that stands there as it is.",
    fix: "Put `Fn::Base64` around it.",
    good: "Resources:\n  Web:\n    Type: AWS::EC2::Instance\n    Properties:\n      ImageId: ami-0abcdef1234567890\n      \
           UserData:\n        Fn::Base64: |\n          #!/bin/bash\n          set -euo pipefail\n          date\n",
    bad: "Resources:\n  Web:\n    Type: AWS::EC2::Instance\n    Properties:\n      ImageId: ami-0abcdef1234567890\n      \
          UserData: |\n        #!/bin/bash\n        set -euo pipefail\n        date\n",
    check: Check::Template(check),
};

fn check(context: &Context<'_>, report: &mut Report<'_>) {
    for resource in &context.template.resources {
        let properties = resource.properties;
        let template_data = properties.and_then(|node| node.get("LaunchTemplateData"));
        for node in [properties, template_data].into_iter().flatten() {
            if let Some(user_data) = node.get("UserData") {
                let plain = Script::of(user_data);
                if plain.is_some_and(|script| script.text.starts_with("#!") || script.text.starts_with("#cloud-config"))
                {
                    report.at(user_data, || "this script stands in user-data without `Fn::Base64`".to_owned());
                }
            }
        }
    }
    for call in context.template.calls_of(Function::Base64) {
        let key = |node: Node<'_>| node.key().is_some_and(|key| key.text == "UserData");
        if call.section() == Section::Resources && call.node.ancestors().any(key) {
            shell(call.argument, report);
        }
    }
}

/// What is wrong with the script. A script in a block has its own lines in the file; else the finding stands at the value.
fn shell(node: Node<'_>, report: &mut Report<'_>) {
    let Some(script) = Script::of(node) else { return };
    for finding in stackgen_shell::check(&script.text) {
        let line = script.file_line(finding.line);
        let column = if line == node.span().start.line { node.span().start.column } else { 1 };
        let start = Position { line, column };
        report.as_rule(finding.rule.id, finding.rule.fix).at_span(Span { start, end: start }, node, || finding.message);
    }
}
