//! Waiting for a signal.
use std::collections::HashMap;

use crate::context::Context;
use crate::document::Node;
use crate::report::Report;
use crate::rule::{Check, Rule};
use crate::rules::reading::{known_text, of_ref};

/// Twelve hours. Source: `Timeout` of `AWS::CloudFormation::WaitCondition` in the CloudFormation reference.
const LIMIT: u64 = 43_200;

/// Source: *Wait conditions* in the CloudFormation User Guide ("Updates aren't supported", and a handle that was used cannot
/// be used again).
pub static WAIT: Rule = Rule {
    id: "S3030",
    name: "wait-condition",
    reason: "A wait condition waits once, when it is made, for at most twelve hours, with a handle that no other has used. Any other \
             way it waits for nothing, or for ever.",
    fix: "Use `CreationPolicy` on the wait condition, without a handle, and give it a new logical id for every generation.",
    good: "Resources:\n  Ready:\n    Type: AWS::CloudFormation::WaitCondition\n    CreationPolicy:\n      ResourceSignal:\n        \
           Timeout: PT15M\n",
    bad: "Resources:\n  Handle:\n    Type: AWS::CloudFormation::WaitConditionHandle\n  One:\n    Type: \
          AWS::CloudFormation::WaitCondition\n    Properties: {Handle: !Ref Handle, Timeout: '600'}\n  Two:\n    Type: \
          AWS::CloudFormation::WaitCondition\n    Properties: {Handle: !Ref Handle, Timeout: '600'}\n",
    check: Check::Template(wait),
};

fn wait(context: &Context<'_>, report: &mut Report<'_>) {
    let mut handles: HashMap<&str, &str> = HashMap::new();
    for resource in &context.template.resources {
        let signal = resource.node.get("CreationPolicy").and_then(|policy| policy.get("ResourceSignal"));
        if let Some(timeout) = signal.and_then(|signal| signal.get("Timeout")) {
            duration(timeout, report);
        }
        if resource.type_name != "AWS::CloudFormation::WaitCondition" {
            continue;
        }
        let Some(handle) = resource.property("Handle") else { continue };
        if signal.is_some() {
            report.at(handle, || {
                format!(
                    "`{}` has a creation policy, which waits by itself; a handle beside it is never used",
                    resource.name
                )
            });
        }
        if let Some(first) = of_ref(handle).and_then(|name| handles.insert(name, resource.name)) {
            report.at(handle, || format!("`{first}` waits with this handle already; its signals release both at once"));
        }
        let timeout = resource.property("Timeout");
        let seconds = timeout.and_then(|node| known_text(context, node)?.parse::<u64>().ok());
        if let (Some(node), Some(seconds)) = (timeout, seconds.filter(|seconds| *seconds > LIMIT)) {
            report.at(node, || format!("{seconds} seconds are more than the twelve hours ({LIMIT}) that it may wait"));
        }
    }
}

fn duration(timeout: Node<'_>, report: &mut Report<'_>) {
    let Some(text) = timeout.text() else { return };
    if let Some(seconds) = seconds(text).filter(|seconds| *seconds > LIMIT) {
        report.at(timeout, || format!("`{text}` is {seconds} seconds, more than the twelve hours that may be waited"));
    }
}

/// The seconds of `PT1H30M`, or of `P1D`.
fn seconds(text: &str) -> Option<u64> {
    let mut sum: u64 = 0;
    let mut number = String::new();
    for letter in text.strip_prefix('P')?.chars() {
        let unit = match letter {
            '0'..='9' => {
                number.push(letter);
                continue;
            }
            'T' => continue,
            'D' => 86_400,
            'H' => 3_600,
            'M' => 60,
            'S' => 1,
            _ => return None,
        };
        sum = sum.checked_add(number.parse::<u64>().ok()?.checked_mul(unit)?)?;
        number.clear();
    }
    Some(sum)
}
