//! What a template may ask of the world around its stack.
use serde_json::Value as Json;

use super::KNOWN_AFTER_APPLY;
use crate::cloudformation::stack::{Stack, Status};
use crate::world::World;

/// The world around a stack.
pub trait Outside {
    /// The value of a parameter of the SSM parameter store by its name, which may end in a version (`/a/b:3`).
    fn stored(&self, name: &str) -> Option<String>;
    /// The value that a stack of the region exports under a name.
    fn export(&self, name: &str) -> Option<String>;
    /// An output of a stack (`Fn::GetStackOutput`); without a region, of this one.
    fn output(&self, stack: &str, name: &str, region: Option<&str>) -> Option<String>;
    /// The availability zones of a region.
    fn zones(&self, region: &str) -> Vec<String>;
}

/// Where a stack is: what its pseudo parameters say.
#[derive(Clone, Copy)]
pub struct Place<'o> {
    /// The number of the account.
    pub account: &'o str,
    /// The region.
    pub region: &'o str,
    /// The name of the stack.
    pub stack_name: &'o str,
    /// Its id (ARN).
    pub stack_id: &'o str,
    /// Where its events are sent.
    pub notification_arns: &'o [String],
    /// The world around it.
    pub outside: &'o dyn Outside,
}

impl<'o> Place<'o> {
    /// Where a stack is.
    #[must_use]
    pub fn of(world: &'o World, region: &'o str, stack: &'o Stack, outside: &'o dyn Outside) -> Place<'o> {
        Place {
            account: &world.account,
            region,
            stack_name: &stack.name,
            stack_id: &stack.id,
            notification_arns: &stack.notification_arns,
            outside,
        }
    }

    /// What `Ref` gives for a pseudo parameter; null for the one that takes things away.
    pub(super) fn pseudo(&self, name: &str) -> Option<Json> {
        let text = match name {
            "AWS::AccountId" => self.account,
            "AWS::Region" => self.region,
            "AWS::Partition" => partition(self.region).0,
            "AWS::URLSuffix" => partition(self.region).1,
            "AWS::StackName" => self.stack_name,
            "AWS::StackId" => self.stack_id,
            "AWS::NotificationARNs" => {
                return Some(self.notification_arns.iter().map(|it| Json::String(it.clone())).collect());
            }
            "AWS::NoValue" => return Some(Json::Null),
            _ => return None,
        };
        Some(Json::String(text.to_owned()))
    }
}

/// The partition of a region and the end of its host names. Source: *Partitions* in the IAM User Guide's page on ARNs.
pub(crate) fn partition(region: &str) -> (&'static str, &'static str) {
    match region.split('-').next() {
        Some("cn") => ("aws-cn", "amazonaws.com.cn"),
        _ if region.starts_with("us-gov-") => ("aws-us-gov", "amazonaws.com"),
        _ => ("aws", "amazonaws.com"),
    }
}

fn exists(stack: &Stack) -> bool {
    stack.status != Status::DeleteComplete
}

/// The world as a region sees it.
#[derive(Clone, Copy, Debug)]
pub struct Seen<'w> {
    /// Everything.
    pub world: &'w World,
    /// The region.
    pub region: &'w str,
}

impl Outside for Seen<'_> {
    fn stored(&self, name: &str) -> Option<String> {
        crate::ssm::stored(self.world, self.region, name)
    }

    fn export(&self, name: &str) -> Option<String> {
        let stacks = &self.world.regions.get(self.region)?.stacks;
        let outputs = stacks.values().filter(|stack| exists(stack)).flat_map(|stack| stack.outputs.values());
        let mut named = outputs.filter(|output| output.export.as_deref() == Some(name));
        named.next().map(|output| output.value.clone())
    }

    fn output(&self, stack: &str, name: &str, region: Option<&str>) -> Option<String> {
        let stacks = &self.world.regions.get(region.unwrap_or(self.region))?.stacks;
        let mut found = stacks.values().filter(|it| exists(it) && (it.name == stack || it.id == stack));
        found.next()?.outputs.get(name).map(|output| output.value.clone())
    }

    fn zones(&self, region: &str) -> Vec<String> {
        ["a", "b", "c"].iter().map(|letter| format!("{region}{letter}")).collect()
    }
}

/// The world before anything is done: an export that is not there yet may be when it is needed. Source: the change set that
/// localstack/localstack recorded on AWS for its test `test_describe_change_set_import_non_existent_export_then_create`.
#[derive(Clone, Copy, Debug)]
pub struct Foreseen<'w>(pub Seen<'w>);

impl Outside for Foreseen<'_> {
    fn stored(&self, name: &str) -> Option<String> {
        self.0.stored(name)
    }

    fn export(&self, name: &str) -> Option<String> {
        Some(self.0.export(name).unwrap_or_else(|| KNOWN_AFTER_APPLY.to_owned()))
    }

    fn output(&self, stack: &str, name: &str, region: Option<&str>) -> Option<String> {
        self.0.output(stack, name, region)
    }

    fn zones(&self, region: &str) -> Vec<String> {
        self.0.zones(region)
    }
}
