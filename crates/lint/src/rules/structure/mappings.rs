//! E7001: mappings.
use crate::context::Context;
use crate::document::{Entry, Node, ScalarKind};
use crate::report::Report;
use crate::rule::{Check, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    id: "E7001",
    name: "mappings-section",
    reason: "A mapping is a map of maps of values, and CloudFormation refuses names with more than letters and digits in them; \
             the keys in the middle may have `.` and `-` as well.",
    fix: "Correct the name, or put quotes around a key that is a number.",
    good: "Mappings:\n  Size:\n    us-east-1:\n      Delay: 5\nResources:\n  Queue:\n    Type: AWS::SQS::Queue\n    Properties:\n      \
           DelaySeconds: !FindInMap [Size, us-east-1, Delay]\n",
    bad: "Mappings:\n  Size:\n    us-east-1:\n      the_delay: 5\nResources:\n  Queue:\n    Type: AWS::SQS::Queue\n    \
          Properties:\n      DelaySeconds: !FindInMap [Size, us-east-1, the_delay]\n",
    check: Check::Template(check),
};

fn check(context: &Context<'_>, report: &mut Report<'_>) {
    let Some(section) = super::section(context, "Mappings") else { return };
    level(section, 1, report);
}

fn level(node: Node<'_>, depth: usize, report: &mut Report<'_>) {
    if !node.is_map() {
        return report.at(node, || "mappings are maps of maps of values; here should be a map".to_owned());
    }
    for entry in node.entries() {
        if entry.key.text == "Fn::Transform" {
            continue;
        }
        if !is_name(&entry, depth == 2) {
            let name = &entry.key.text;
            report
                .at(entry.value, || format!("the key `{name}` has more than letters and digits in it, or is no text"));
        } else if depth < 3 {
            level(entry.value, depth + 1, report);
        } else if entry.value.is_map() || entry.value.scalar().is_some_and(|it| it.kind == ScalarKind::Null) {
            report.at(entry.value, || "a mapping ends in values or lists of them, three levels deep".to_owned());
        }
    }
}

fn is_name(entry: &Entry<'_>, middle: bool) -> bool {
    let name = &entry.key.text;
    let sound = |byte: u8| byte.is_ascii_alphanumeric() || (middle && matches!(byte, b'.' | b'-'));
    entry.key.kind == ScalarKind::Text && !name.is_empty() && name.len() <= 255 && name.bytes().all(sound)
}
