//! Making plans.
use std::collections::BTreeMap;

use serde_json::Value as Json;
use stackgen_assembly::{Assembly, StackEntry};

use super::{PLAN_VERSION, Plan, Question, Request, Selection, StackPlan, Verb, Wishes, propose, stack_policy};
use crate::aws::Connection;
use crate::bootstrap::{self, Bucket};
use crate::change_set;
use crate::failure::{Failure, Kind};
use crate::record::{Phase, Records};
use crate::stack::{self, Move, StackNow, Wish, next_move};
use crate::template_body::minified;

/// Plans a deploy of some stacks of an assembly: asks CloudFormation for a change set of each stack whose inputs are there.
///
/// # Errors
///
/// If CloudFormation refuses a template, or a stack's status does not allow a deploy. Change sets made so far are deleted.
pub async fn make(
    connection: &Connection,
    records: &Records,
    assembly: &Assembly,
    selection: &Selection,
    wishes: &Wishes,
) -> Result<Plan, Failure> {
    let mut making = Making { connection, records, wishes, stacks: Vec::new(), known: BTreeMap::new(), bucket: None };
    let chosen = chosen(assembly, selection)?;
    for entry in chosen {
        let planned = match making.one(assembly, entry).await {
            Ok(planned) => planned,
            Err(failure) => {
                // The first failure is the one to tell; what cannot be deleted now is found by the next plan.
                let _ = discard(connection, records, &making.plan()).await;
                return Err(failure);
            }
        };
        making.stacks.push(planned);
    }
    Ok(making.plan())
}

/// A plan in the making.
struct Making<'a> {
    connection: &'a Connection,
    records: &'a Records,
    wishes: &'a Wishes,
    stacks: Vec<StackPlan>,
    known: BTreeMap<String, StackNow>,
    /// The bucket for large templates, once it was looked for.
    bucket: Option<Bucket>,
}

/// The stacks that are meant, with those that they depend on, in the order of the assembly.
fn chosen<'a>(assembly: &'a Assembly, selection: &Selection) -> Result<Vec<&'a StackEntry>, Failure> {
    let all = &assembly.manifest.stacks;
    let mut wanted: Vec<&str> = selection.stacks.iter().map(String::as_str).collect();
    let mut next = 0;
    while let Some(&name) = wanted.get(next) {
        let Some(entry) = assembly.stack(name) else {
            return Err(Failure::new(Kind::Refused, format!("the assembly has no stack `{name}`")));
        };
        if !selection.only {
            let more: Vec<&str> = needs(entry).filter(|name| !wanted.contains(name)).collect();
            wanted.extend(more);
        }
        next += 1;
    }
    Ok(all.iter().filter(|entry| wanted.is_empty() || wanted.contains(&entry.name.as_str())).collect())
}

/// The stacks that come before one.
fn needs(entry: &StackEntry) -> impl Iterator<Item = &str> {
    entry.dependencies.iter().map(String::as_str).chain(entry.inputs.iter().map(|input| input.stack.as_str()))
}

impl Making<'_> {
    fn plan(&self) -> Plan {
        // Every stack of a plan has an ARN, or waits for one that has.
        let arns = self.stacks.iter().filter_map(|stack| stack.stack_id.as_deref());
        let account = arns.filter_map(account_of).next().unwrap_or_default().to_owned();
        Plan { version: PLAN_VERSION, account, region: self.connection.region.clone(), stacks: self.stacks.clone() }
    }

    async fn one(&mut self, assembly: &Assembly, entry: &StackEntry) -> Result<StackPlan, Failure> {
        let region = &self.connection.region;
        if let Some(bound) = entry.region.as_ref().filter(|bound| *bound != region) {
            let message = format!(
                "`{}` is bound to the region {bound}, and this is {region}; say --region {bound}, or bind it to another one in the app",
                entry.name
            );
            return Err(Failure::new(Kind::Refused, message));
        }
        self.forget_proposal(&entry.name).await?;
        let now = stack::describe(self.connection, &entry.name).await?;
        let verb = verb(&entry.name, now.as_ref(), self.wishes)?;
        check_account(entry, now.as_ref())?;
        let (request, waits_for) = self.request(assembly, entry, now.as_ref()).await?;
        if let Some(now) = &now {
            self.known.insert(entry.name.clone(), now.clone());
        }
        let in_force = now.clone().filter(|_| matches!(verb, Verb::Update | Verb::Import));
        let question = Question { stack: &entry.name, verb, request, now: in_force, waits_for, keep: self.wishes.keep };
        let mut plan = propose(self.connection, self.records, question).await?;
        if let (Verb::Recreate, Some(now)) = (verb, now) {
            self.tell_leftovers(&mut plan, now).await?;
        }
        match (&entry.account, plan.stack_id.as_deref().and_then(account_of)) {
            (Some(bound), Some(found)) if bound != found => {
                let failure = other_account(&entry.name, bound, found);
                self.stacks.push(plan);
                Err(failure)
            }
            _ => Ok(plan),
        }
    }

    /// Says what a failed creation left, which is deleted by its ARN before the stack is made again.
    async fn tell_leftovers(&self, plan: &mut StackPlan, now: StackNow) -> Result<(), Failure> {
        let left = stack::resources(self.connection, &now.id).await?;
        if !left.is_empty() {
            let left: Vec<String> = left.into_keys().collect();
            plan.remarks.push(format!(
                "the failed creation left `{}`; what a deletion policy keeps of it will belong to no stack",
                left.join("`, `")
            ));
        }
        plan.seen = now.seen();
        plan.stack_id = Some(now.id);
        Ok(())
    }

    /// Deletes the change set that a run which is gone has left behind.
    async fn forget_proposal(&self, stack: &str) -> Result<(), Failure> {
        let Some(record) = self.records.read(stack)? else { return Ok(()) };
        let is_unbegun = matches!(record.phase, Phase::Proposed | Phase::Waiting);
        if is_unbegun && record.region == self.connection.region {
            if let Some(id) = record.plan.change_set {
                change_set::forget_of(self.connection, stack, &id).await?;
            }
            self.records.clear(stack)?;
        }
        Ok(())
    }

    async fn request(
        &mut self,
        assembly: &Assembly,
        entry: &StackEntry,
        now: Option<&StackNow>,
    ) -> Result<(Request, Vec<String>), Failure> {
        let template = minified(assembly.template(entry));
        let bucket = self.bucket(&entry.name, &template).await?;
        let json: Json = serde_json::from_str(&template).unwrap_or_default();
        let mut tags = entry.tags.clone();
        tags.extend(self.wishes.tags.clone());
        let is_planned = |name: &&str| self.stacks.iter().any(|stack| stack.stack == **name);
        let after = needs(entry).filter(is_planned).map(str::to_owned).collect();
        let mut request = Request {
            parameters: parameters(self.wishes, &entry.name, &json),
            inputs: entry.inputs.clone(),
            tags,
            capabilities: change_set::needed_capabilities(&json),
            role: self.wishes.role.clone(),
            notification_arns: self.wishes.notification_arns.clone(),
            disable_rollback: self.wishes.disable_rollback,
            revert_drift: self.wishes.revert_drift && now.is_some(),
            imports: self.wishes.imports.get(&entry.name).cloned().unwrap_or_default(),
            protection: self.wishes.protection.filter(|wanted| *wanted != now.is_some_and(|now| now.protection)),
            after,
            resources: entry.resources.clone(),
            bucket,
            template,
            ..Request::default()
        };
        self.protect(&mut request, now).await?;
        let waits_for = self.fill(&mut request, &json).await?;
        Ok((request, waits_for))
    }

    /// The bucket through which a template has to go, which is looked for once.
    async fn bucket(&mut self, stack: &str, template: &str) -> Result<Option<Bucket>, Failure> {
        let known = self.bucket.as_ref().map(|bucket| &bucket.name).or(self.wishes.s3_bucket.as_ref());
        let found = bootstrap::bucket_for(self.connection, stack, template, known.map(String::as_str)).await?;
        if found.is_some() && self.bucket.is_none() {
            self.bucket.clone_from(&found);
        }
        Ok(found.and(self.bucket.clone()))
    }

    /// Sets the stack policies that are wanted, if they are not there yet.
    async fn protect(&self, request: &mut Request, now: Option<&StackNow>) -> Result<(), Failure> {
        let Some(wanted) = self.wishes.stack_policy else { return Ok(()) };
        let none: &[String] = &[];
        let everything: Vec<String> = request.resources.iter().map(|resource| resource.id.clone()).collect();
        let policy = stack_policy::protecting(&request.resources, if wanted { none } else { &everything });
        let is_real = now.filter(|now| now.status.word() != "REVIEW_IN_PROGRESS");
        let current = match is_real {
            Some(now) => stack::policy(self.connection, &now.id).await?,
            None => None,
        };
        let is_set = current.as_deref().is_some_and(|current| stack_policy::is_same(current, &policy));
        let unlocks = self.wishes.unlock.iter().any(|id| request.resources.iter().any(|resource| resource.id == *id));
        if unlocks && is_real.is_some() {
            request.policy_meanwhile = Some(stack_policy::protecting(&request.resources, &self.wishes.unlock));
        }
        if request.policy_meanwhile.is_some() || !is_set && (wanted || current.is_some()) {
            request.policy = Some(policy);
        }
        Ok(())
    }

    /// Fills in what other stacks tell; answers with those that have to be deployed before.
    async fn fill(&mut self, request: &mut Request, template: &Json) -> Result<Vec<String>, Failure> {
        let mut waits_for: Vec<String> = Vec::new();
        for input in request.inputs.clone() {
            if self.is_open(&input.stack, Some(&input.output)) {
                waits_for.push(input.stack);
                continue;
            }
            let Some(value) = self.output(&input.stack, &input.output).await? else {
                let message = format!(
                    "the parameter `{}` is the output `{}` of the stack `{}`, which has none; deploy that first",
                    input.parameter, input.output, input.stack
                );
                return Err(Failure::new(Kind::Refused, message));
            };
            request.parameters.entry(input.parameter).or_insert(value);
        }
        if template.to_string().contains("\"Fn::ImportValue\"") {
            waits_for.extend(request.after.iter().filter(|name| self.is_open(name, None)).cloned());
        }
        waits_for.sort();
        waits_for.dedup();
        Ok(waits_for)
    }

    /// Whether what a stack tells others is not known before the plan is carried out.
    fn is_open(&self, stack: &str, output: Option<&str>) -> bool {
        let Some(plan) = self.stacks.iter().find(|plan| plan.stack == stack) else { return false };
        let is_new = matches!(plan.verb, Verb::Create | Verb::Recreate) || !plan.waits_for.is_empty();
        let changes = |name: &str| {
            let is_there = self.known.get(stack).is_some_and(|now| now.outputs.contains_key(name));
            !is_there || plan.changes_output(name)
        };
        is_new || output.is_some_and(changes)
    }

    async fn output(&mut self, stack: &str, output: &str) -> Result<Option<String>, Failure> {
        if !self.known.contains_key(stack)
            && let Some(now) = stack::describe(self.connection, stack).await?
        {
            self.known.insert(stack.to_owned(), now);
        }
        Ok(self.known.get(stack).and_then(|now| now.outputs.get(output).cloned()))
    }
}

impl StackPlan {
    /// Whether an output may have another value afterwards: it is written differently, or a resource is replaced.
    fn changes_output(&self, name: &str) -> bool {
        use super::Action::{MayReplace, Modify, Replace};
        self.values.iter().any(|value| value.section == "output" && value.name == name)
            || self.changes.iter().any(|change| matches!(change.action, Replace | MayReplace | Modify))
    }
}

/// The account in an ARN.
pub(crate) fn account_of(arn: &str) -> Option<&str> {
    arn.split(':').nth(4).filter(|account| !account.is_empty())
}

fn other_account(stack: &str, bound: &str, found: &str) -> Failure {
    Failure::new(Kind::Refused, format!("`{stack}` is bound to the account {bound}, and this is {found}"))
}

fn check_account(entry: &StackEntry, now: Option<&StackNow>) -> Result<(), Failure> {
    let found = now.and_then(|now| account_of(&now.id));
    match (&entry.account, found) {
        (Some(bound), Some(found)) if bound != found => Err(other_account(&entry.name, bound, found)),
        _ => Ok(()),
    }
}

/// What is done to a stack, if its status allows a deploy.
fn verb(stack: &str, now: Option<&StackNow>, wishes: &Wishes) -> Result<Verb, Failure> {
    let is_import = wishes.imports.contains_key(stack);
    let refuse = |kind, way_out: &str| {
        let (status, reason) =
            now.map_or(("", ""), |now| (now.status.word(), now.reason.as_deref().unwrap_or_default()));
        let because = if reason.is_empty() { String::new() } else { format!(" ({reason})") };
        Err(Failure::new(kind, format!("the stack `{stack}` is in {status}{because}; {way_out}")))
    };
    match next_move(now.map(|now| &now.status), Wish::Deploy) {
        Move::Create if is_import => Ok(Verb::Import),
        Move::Update if is_import => Ok(Verb::Import),
        Move::Create => Ok(Verb::Create),
        Move::Update | Move::Nothing => Ok(Verb::Update),
        Move::DeleteThenCreate => Ok(Verb::Recreate),
        Move::RollBackFirst if wishes.disable_rollback => Ok(Verb::Update),
        Move::RollBackFirst => refuse(
            Kind::WrongStatus,
            "roll it back with `stackgen rollback`, or try again with what failed kept as it is, `--disable-rollback`",
        ),
        Move::ContinueRollback => refuse(Kind::WrongStatus, "let its rollback go on with `stackgen rollback`"),
        Move::OnlyDestroy | Move::Delete | Move::DeleteRetaining => {
            refuse(Kind::WrongStatus, "it can only be deleted, with `stackgen destroy`")
        }
        Move::Wait | Move::WaitForCleanUp => {
            refuse(Kind::Busy, "watch it with `stackgen watch`, and deploy afterwards")
        }
    }
}

fn parameters(wishes: &Wishes, stack: &str, template: &Json) -> BTreeMap<String, String> {
    let declared = |name: &String| template.pointer(&format!("/Parameters/{name}")).is_some();
    let everywhere = wishes.parameters.get("*").into_iter().flatten().filter(|(name, _)| declared(name));
    let here = wishes.parameters.get(stack).into_iter().flatten();
    everywhere.chain(here).map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// Deletes the change sets of a plan that nobody wants, and stacks that are nothing but a change set.
///
/// # Errors
///
/// If CloudFormation refuses.
pub async fn discard(connection: &Connection, records: &Records, plan: &Plan) -> Result<(), Failure> {
    for stack in &plan.stacks {
        let Some(id) = &stack.change_set else { continue };
        change_set::forget(connection, id).await?;
        if let (Verb::Create | Verb::Recreate | Verb::Import, Some(stack_id)) = (stack.verb, &stack.stack_id) {
            change_set::delete_if_unused(connection, stack_id).await?;
        }
        records.clear(&stack.stack)?;
    }
    Ok(())
}
