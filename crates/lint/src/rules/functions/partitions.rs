//! I3042: partitions that are written out.
use crate::context::Context;
use crate::document::Node;
use crate::report::Report;
use crate::rule::{Check, Rule};
use crate::template::{Function, SERVERLESS, Section};

/// Source: *Pseudo parameters reference* in the CloudFormation user guide (`AWS::Partition`).
pub(super) static RULE: Rule = Rule {
    id: "I3042",
    name: "partition-written-out",
    reason: "An ARN with `aws` in it is wrong in the regions of China and of the government, which are partitions of their own.",
    fix: "Write `${AWS::Partition}` in its place.",
    good: "Resources:\n  Queue:\n    Type: AWS::SQS::Queue\n    Properties:\n      KmsMasterKeyId: !Sub \
           'arn:${AWS::Partition}:kms:eu-west-1:${AWS::AccountId}:alias/queues'\n",
    bad: "Resources:\n  Queue:\n    Type: AWS::SQS::Queue\n    Properties:\n      KmsMasterKeyId: !Sub \
          'arn:aws:kms:eu-west-1:${AWS::AccountId}:alias/queues'\n",
    check: Check::Template(check),
};

fn check(context: &Context<'_>, report: &mut Report<'_>) {
    if context.template.has_transform(SERVERLESS) {
        return;
    }
    let subs = context.template.calls_of(Function::Sub).filter(|sub| sub.section() == Section::Resources);
    for sub in subs {
        let values = sub.argument.item(1).into_iter().flat_map(Node::entries).map(|entry| entry.value);
        for node in [Some(sub.argument), sub.argument.item(0)].into_iter().flatten().chain(values) {
            if node.text().is_some_and(has_partition) {
                report.at(node, || "an ARN in this text has its partition written out".to_owned());
            }
        }
    }
}

/// Whether there is an ARN in a text, as far as its account, whose partition is plain text.
fn has_partition(text: &str) -> bool {
    let is_word = |part: &str| !part.contains(char::is_whitespace);
    text.match_indices("arn:").any(|(at, start)| {
        let mut parts = text[at + start.len()..].splitn(4, ':');
        let [Some(partition), Some(service), Some(region), Some(_)] = std::array::from_fn(|_| parts.next()) else {
            return false;
        };
        let is_arn = is_word(partition) && is_word(service) && is_word(region) && !service.is_empty();
        is_arn && !partition.is_empty() && !partition.starts_with("${") && !partition.starts_with('*')
    })
}
