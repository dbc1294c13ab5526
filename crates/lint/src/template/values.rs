//! What a value can be, seen through `Fn::If`.
use super::call::{Call, Function, call};
use super::{Scenario, Template};
use crate::document::Node;

/// How many branches of one value are looked at. What is beyond is not linted.
const BRANCHES: usize = 64;

/// One thing that a value can be.
#[derive(Debug, Clone)]
pub struct Branch<'d> {
    /// The value: never `Fn::If`, but maybe another function.
    pub node: Node<'d>,
    /// What must hold for it.
    pub scenario: Scenario<'d>,
}

impl<'d> Template<'d> {
    /// Everything that a value can be. `Ref: AWS::NoValue` is left out; so is what cannot happen.
    #[must_use]
    pub fn branches(&self, node: Node<'d>, given: &Scenario<'d>) -> Vec<Branch<'d>> {
        let mut found = Vec::new();
        self.collect(node, given, &mut found);
        found.retain(|branch| !call(branch.node).is_some_and(|call| call.is_no_value()));
        found
    }

    /// The same with `Ref: AWS::NoValue` among the branches.
    #[must_use]
    pub fn branches_with_none(&self, node: Node<'d>, given: &Scenario<'d>) -> Vec<Branch<'d>> {
        let mut found = Vec::new();
        self.collect(node, given, &mut found);
        found
    }

    fn collect(&self, node: Node<'d>, given: &Scenario<'d>, found: &mut Vec<Branch<'d>>) {
        if found.len() >= BRANCHES {
            return;
        }
        let Some((condition, branches)) = call(node).as_ref().and_then(condition_and_branches) else {
            found.push(Branch { node, scenario: given.clone() });
            return;
        };
        for (branch, holds) in branches {
            let Some(scenario) = given.with(condition, holds) else { continue };
            if given.assumed().len() == scenario.assumed().len() || self.conditions.possible(&scenario) {
                self.collect(branch, &scenario, found);
            }
        }
    }
}

/// The condition of a sound `Fn::If` and its two values.
fn condition_and_branches<'d>(call: &Call<'d>) -> Option<(&'d str, [(Node<'d>, bool); 2])> {
    if call.function != Function::If || call.argument.items().len() != 3 {
        return None;
    }
    let condition = call.argument.item(0)?.text()?;
    Some((condition, [(call.argument.item(1)?, true), (call.argument.item(2)?, false)]))
}
