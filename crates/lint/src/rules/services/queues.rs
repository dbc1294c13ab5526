//! E3502: a queue and the one for its dead letters.
use crate::context::Context;
use crate::report::Report;
use crate::rule::{Check, Rule};
use crate::rules::reading::asked;
use crate::template::Resource;

/// Source: *Using dead-letter queues in Amazon SQS* in its developer guide.
pub static RULE: Rule = Rule {
    id: "E3502",
    name: "dead-letter-queue-kind",
    reason: "The dead letters of a FIFO queue go to a FIFO queue, and those of a standard queue to a standard one.",
    fix: "Set `FifoQueue` of both to the same.",
    good: "Resources:\n  Dead:\n    Type: AWS::SQS::Queue\n  Work:\n    Type: AWS::SQS::Queue\n    Properties:\n      RedrivePolicy: \
           {deadLetterTargetArn: !GetAtt Dead.Arn, maxReceiveCount: 3}\n",
    bad: "Resources:\n  Dead:\n    Type: AWS::SQS::Queue\n  Work:\n    Type: AWS::SQS::Queue\n    Properties:\n      FifoQueue: true\n      \
          RedrivePolicy: {deadLetterTargetArn: !GetAtt Dead.Arn, maxReceiveCount: 3}\n",
    check: Check::Template(check),
};

fn check(context: &Context<'_>, report: &mut Report<'_>) {
    for queue in context.template.resources.iter().filter(|it| it.type_name == "AWS::SQS::Queue") {
        let target = queue.property("RedrivePolicy").and_then(|policy| policy.get("deadLetterTargetArn"));
        let other = target.and_then(asked).and_then(|name| context.template.resource(name));
        let Some(other) = other.filter(|it| it.type_name == "AWS::SQS::Queue") else { continue };
        let kinds = is_fifo(queue).zip(is_fifo(other));
        if let Some((one, two)) = kinds.filter(|(one, two)| one != two) {
            let node = queue.property("FifoQueue").or(queue.properties).unwrap_or(queue.node);
            let name = |fifo| if fifo { "a FIFO queue" } else { "a standard queue" };
            report.at(node, || {
                format!("this is {}, and `{}` for its dead letters is {}", name(one), other.name, name(two))
            });
        }
    }
}

/// Nothing where it is not known.
fn is_fifo(queue: &Resource<'_>) -> Option<bool> {
    match queue.property("FifoQueue") {
        Some(node) => node.any_text().map(|text| text.eq_ignore_ascii_case("true")),
        None => Some(false),
    }
}
