//! Services that AWS has ended or will end: E3710, W3696 and W3697.
use std::collections::HashMap;
use std::sync::LazyLock;

use stackgen_schema::{Facts, Phase, ServiceEnd};

use crate::context::Context;
use crate::report::Report;
use crate::rule::{Check, Rule};

static ENDS: LazyLock<HashMap<String, ServiceEnd>> =
    LazyLock::new(|| Facts::embedded().service_ends().map(|end| (end.type_name.clone(), end)).collect());

/// The rule.
pub static GONE: Rule = Rule {
    id: "E3710",
    name: "service-gone",
    reason: "AWS has shut the service down, so nothing can be made there any more and the stack fails.",
    fix: "Take the resource out, and move what it did to the service that AWS names in its place.",
    good: "Resources:\n  Stream:\n    Type: AWS::Kinesis::Stream\n    Properties:\n      ShardCount: 1\n",
    bad: "Resources:\n  Channel:\n    Type: AWS::IoTAnalytics::Channel\n    Properties:\n      ChannelName: readings\n",
    check: Check::Template(gone),
};

/// The rule.
pub static ENDING: Rule = Rule {
    id: "W3696",
    name: "service-ending",
    reason: "AWS has announced the end of the service: new customers are refused first, and then everything in it is gone.",
    fix: "Plan the move to another service before that day, and begin nothing new with this one.",
    good: "Resources:\n  Set:\n    Type: AWS::WAFv2::IPSet\n    Properties:\n      Addresses: [192.0.2.0/24]\n      \
           IPAddressVersion: IPV4\n      Scope: REGIONAL\n",
    bad: "Resources:\n  Set:\n    Type: AWS::WAFRegional::IPSet\n    Properties:\n      Name: offices\n",
    check: Check::Template(ending),
};

/// The rule.
pub static RESTING: Rule = Rule {
    id: "W3697",
    name: "service-in-maintenance",
    reason: "AWS keeps the service running but adds nothing to it, and usually takes no new customers.",
    fix: "Begin nothing new with it; for a launch configuration write `AWS::EC2::LaunchTemplate`.",
    good: "Resources:\n  Template:\n    Type: AWS::EC2::LaunchTemplate\n    Properties:\n      LaunchTemplateData: \
           {InstanceType: t3.micro}\n",
    bad: "Resources:\n  Launch:\n    Type: AWS::AutoScaling::LaunchConfiguration\n    Properties:\n      ImageId: \
          ami-0123456789abcdef0\n      InstanceType: t3.micro\n",
    check: Check::Template(resting),
};

fn gone(context: &Context<'_>, report: &mut Report<'_>) {
    each(context, report, Phase::Shutdown, "has been shut down");
}

fn ending(context: &Context<'_>, report: &mut Report<'_>) {
    each(context, report, Phase::Sunset, "is being closed");
}

fn resting(context: &Context<'_>, report: &mut Report<'_>) {
    each(context, report, Phase::Maintenance, "gets nothing new any more");
}

/// It is the phase that counts, as it does for cfn-lint: the day of an end may be that of its announcement. Of a type that
/// no region has any more, E3006 says enough.
fn each(context: &Context<'_>, report: &mut Report<'_>, phase: Phase, what: &str) {
    for resource in &context.template.resources {
        let end = ENDS.get(resource.type_name).filter(|end| end.phase == phase);
        let has = |facts| context.regions.iter().any(|region| context.region_has(region, facts));
        let Some(end) = end.filter(|_| resource.facts.is_some_and(has)) else { continue };
        let day = end.date.map(|date| format!(" (the day that AWS names is {date})")).unwrap_or_default();
        report.at(resource.properties.unwrap_or(resource.node), || {
            format!("the service of `{}` {what}{day}", resource.type_name)
        });
    }
}
