//! Runtimes of Lambda that are no longer: E2533, E2531 and W2531.
use stackgen_schema::{Date, RuntimeLife};

use crate::context::Context;
use crate::document::Node;
use crate::report::Report;
use crate::rule::{Check, Rule};
use crate::template::Scenario;

macro_rules! function {
    ($runtime:literal) => {
        concat!(
            "Resources:\n  Function:\n    Type: AWS::Lambda::Function\n    Properties:\n      Handler: index.handler\n      \
             Runtime: ",
            $runtime,
            "\n      Role: arn:aws:iam::123456789012:role/it\n      Code: {ZipFile: x}\n"
        )
    };
}

/// The rule.
pub static GONE: Rule = Rule {
    id: "E2533",
    name: "runtime-gone",
    reason: "Lambda neither makes nor changes functions with this runtime any more.",
    fix: "Write a runtime that Lambda supports, such as `python3.13` or `nodejs24.x`.",
    good: function!("python3.13"),
    bad: function!("python2.7"),
    check: Check::Template(gone),
};

/// The rule.
pub static NO_NEW: Rule = Rule {
    id: "E2531",
    name: "runtime-not-for-new",
    reason: "Lambda makes no new functions with this runtime, so the template cannot be deployed again.",
    fix: "Write a runtime that Lambda supports, such as `python3.13` or `nodejs24.x`.",
    good: function!("python3.13"),
    bad: function!("python3.7"),
    check: Check::Template(no_new),
};

/// The rule.
pub static OLD: Rule = Rule {
    id: "W2531",
    name: "runtime-unsupported",
    reason: "This runtime has no security updates any more, and a day is set from which on no function can be made with it.",
    fix: "Write a runtime that Lambda supports, such as `python3.13` or `nodejs24.x`.",
    good: function!("python3.13"),
    bad: function!("python3.9"),
    check: Check::Template(old),
};

/// Since when a runtime has no updates, no new functions and no changed ones: what is over of that, today.
#[derive(Clone, Copy)]
struct Over {
    updates: bool,
    new: bool,
    changes: bool,
}

fn gone(context: &Context<'_>, report: &mut Report<'_>) {
    each(context, report, "makes nor changes", |over| over.changes);
}

fn no_new(context: &Context<'_>, report: &mut Report<'_>) {
    each(context, report, "makes", |over| over.new && !over.changes);
}

fn old(context: &Context<'_>, report: &mut Report<'_>) {
    each(context, report, "looks after", |over| over.updates && !over.new && !over.changes);
}

fn each(context: &Context<'_>, report: &mut Report<'_>, verb: &str, is: fn(Over) -> bool) {
    let over = |date: Option<Date>| date.is_some_and(|date| date <= context.today);
    for node in runtimes(context) {
        let Some(life) = node.text().and_then(|name| context.facts.runtime(name)) else { continue };
        let [updates, new, changes] = [life.deprecated, life.create_block, life.update_block].map(over);
        if is(Over { updates, new, changes }) {
            report.at(node, || words(life, verb));
        }
    }
}

fn words(life: &RuntimeLife, verb: &str) -> String {
    let dates = [("updates", life.deprecated), ("new functions", life.create_block), ("changes", life.update_block)];
    let dates = dates.into_iter().filter_map(|(what, date)| Some(format!("no {what} from {} on", date?)));
    let dates = dates.collect::<Vec<_>>().join(", ");
    let next = life.successor.as_ref().map(|next| format!("; its successor is `{next}`")).unwrap_or_default();
    format!("Lambda no longer {verb} functions with `{}`: {dates}{next}", life.name)
}

/// Every runtime of a function, and that of SAM's `Globals`.
fn runtimes<'t>(context: &Context<'t>) -> Vec<Node<'t>> {
    let functions = context.template.resources.iter();
    let functions =
        functions.filter(|it| matches!(it.type_name, "AWS::Lambda::Function" | "AWS::Serverless::Function"));
    let of_functions = functions.filter_map(|it| it.property("Runtime"));
    let globals = ["Globals", "Function", "Runtime"].into_iter().try_fold(context.template.root, Node::get);
    let all = of_functions.chain(globals);
    all.flat_map(|node| context.template.branches(node, &Scenario::default())).map(|branch| branch.node).collect()
}
