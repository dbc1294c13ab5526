//! Outputs that became parameters of other stacks: recorded after a good deploy, and compared before the next one.
//!
//! A parameter that is filled in by a deploy changes without a line of the app changing. The record makes that a line in a
//! review. The AWS on this machine has values of its own, which are of no use to anybody else.
use std::collections::BTreeMap;
use std::process::ExitCode;

use stackgen_assembly::lock::Lock;
use stackgen_deploy::plan::Plan;
use stackgen_deploy::stack;

use crate::deploy::way::Account;
use crate::error::CliError;
use crate::load::Loaded;

/// Says in a plan which values are not those of the last deploy.
pub(crate) fn remark(plan: &mut Plan, lock: &Lock) {
    for stack in &mut plan.stacks {
        for input in &stack.request.inputs {
            let before = lock.inputs.get(&input.stack).and_then(|outputs| outputs.get(&input.output));
            let after = stack.request.parameters.get(&input.parameter);
            if let (Some(before), Some(after)) = (before, after)
                && before != after
            {
                stack.remarks.push(format!(
                    "the parameter `{}` has moved: `{}` of {} was {before} at the last deploy and is {after} now",
                    input.parameter, input.output, input.stack
                ));
            }
        }
    }
}

/// Records the values that the deployed stacks were given. The deploy is as good as it is, whether that works or not.
pub(crate) fn record_if_good(account: &Account<'_>, loaded: &mut Loaded, stacks: &[String], code: ExitCode) {
    // With 4, all is deployed and something old could not be deleted.
    if code != ExitCode::SUCCESS && code != ExitCode::from(4) {
        return;
    }
    if let Err(error) = record(account, loaded, stacks) {
        account.context.shell.warn(&format!("the inputs are not recorded in stackgen.lock: {}", error.source));
    }
}

fn record(account: &Account<'_>, loaded: &mut Loaded, stacks: &[String]) -> Result<(), CliError> {
    let entries = loaded.assembly.manifest.stacks.iter().filter(|entry| stacks.contains(&entry.name));
    let mut wanted: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for input in entries.flat_map(|entry| &entry.inputs) {
        wanted.entry(input.stack.clone()).or_default().push(input.output.clone());
    }
    let lock = loaded.locks.written();
    let before = lock.clone();
    for (producer, outputs) in wanted {
        let Some(now) = account.ask(stack::describe(&account.connection, &producer))? else { continue };
        let values = outputs.into_iter().filter_map(|output| now.outputs.get_key_value(&output));
        let values = values.map(|(output, value)| (output.clone(), value.clone()));
        lock.inputs.entry(producer).or_default().extend(values);
    }
    if *lock != before {
        loaded.locks.save()?;
        account.context.shell.status("Recorded", &format!("inputs in {}", loaded.locks.file().display()));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use stackgen_assembly::InputEntry;
    use stackgen_deploy::plan::{PLAN_VERSION, StackPlan};

    use super::*;

    #[test]
    fn a_value_that_moved_is_remarked() {
        let told = |locked: &str, now: Option<&str>| {
            let mut stack = StackPlan { stack: "compute".to_owned(), ..StackPlan::default() };
            let [parameter, producer, output] = ["Vpc", "network", "VpcId"].map(str::to_owned);
            stack.request.inputs.push(InputEntry { parameter, stack: producer, output });
            stack.request.parameters.extend(now.map(|value| ("Vpc".to_owned(), value.to_owned())));
            let region = "eu-west-1".to_owned();
            let mut plan = Plan { version: PLAN_VERSION, account: String::new(), region, stacks: vec![stack] };
            let mut lock = Lock::default();
            lock.inputs.entry("network".to_owned()).or_default().insert("VpcId".to_owned(), locked.to_owned());
            remark(&mut plan, &lock);
            plan.stacks.remove(0).remarks
        };
        let moved = "the parameter `Vpc` has moved: `VpcId` of network was vpc-1 at the last deploy and is vpc-2 now";
        assert_eq!(told("vpc-1", Some("vpc-2")), [moved]);
        assert!(told("vpc-1", Some("vpc-1")).is_empty());
        // What another stack of the plan has yet to make is not known.
        assert!(told("vpc-1", None).is_empty());
    }
}
