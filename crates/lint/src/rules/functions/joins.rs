//! I1022: texts put together with `Fn::Join`.
use crate::context::Context;
use crate::document::Node;
use crate::report::Report;
use crate::rule::{Check, Rule};
use crate::template::{Function, Section, call};

/// The rule.
pub(super) static RULE: Rule = Rule {
    id: "I1022",
    name: "join-with-nothing",
    reason: "A text that `Fn::Join` puts together with nothing between is hard to read; `Fn::Sub` shows it as it becomes.",
    fix: "Write `!Sub` with `${Name}` where the parts come in.",
    good: "Resources:\n  Queue:\n    Type: AWS::SQS::Queue\n    Properties:\n      QueueName: !Sub '${AWS::StackName}-work'\n",
    bad: "Resources:\n  Queue:\n    Type: AWS::SQS::Queue\n    Properties:\n      QueueName: !Join ['', [!Ref AWS::StackName, \
          -work]]\n",
    check: Check::Template(check),
};

fn check(context: &Context<'_>, report: &mut Report<'_>) {
    // Nobody reads what a program has written.
    if context.template.is_generated() {
        return;
    }
    for join in context.template.calls_of(Function::Join) {
        if !matches!(join.section(), Section::Resources | Section::Outputs) {
            continue;
        }
        let (Some(between), Some(parts)) = (join.argument.item(0), join.argument.item(1)) else { continue };
        if between.text() == Some("") && parts.is_list() && parts.items().all(fits_in_text) {
            report.at(between, || "`Fn::Sub` says the same in one line".to_owned());
        }
    }
}

/// Whether `Fn::Sub` can take the part as it is.
fn fits_in_text(part: Node<'_>) -> bool {
    match call(part) {
        Some(call) if call.function == Function::Sub => call.argument.text().is_some(),
        Some(call) => matches!(call.function, Function::Ref | Function::GetAtt),
        None => true,
    }
}
