//! Stacks and change sets that go one step on with each look.
use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};

use super::wire::{element, members};

type Fields = BTreeMap<String, String>;
type Answer = Result<String, (String, String)>;

/// The looks that an operation takes.
const STEPS: u32 = 3;

#[derive(Debug, Default)]
pub(crate) struct Engine {
    pub(crate) stacks: Vec<Stack>,
    /// Operations that were really begun, by token.
    pub(crate) begun: Vec<String>,
    clock: u32,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Stack {
    pub(crate) name: String,
    pub(crate) id: String,
    pub(crate) status: String,
    pub(crate) template: Json,
    pub(crate) parameters: BTreeMap<String, String>,
    pub(crate) policy: Option<String>,
    pub(crate) protection: bool,
    pub(crate) change_sets: Vec<ChangeSet>,
    updated: Option<u32>,
    events: Vec<Event>,
    operation: Option<Operation>,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct ChangeSet {
    pub(crate) id: String,
    name: String,
    template: Json,
    parameters: BTreeMap<String, String>,
    is_empty: bool,
    execution: String,
}

#[derive(Clone, Debug)]
struct Operation {
    verb: &'static str,
    token: String,
    left: u32,
    target: Json,
    parameters: BTreeMap<String, String>,
}

#[derive(Clone, Debug)]
struct Event {
    id: String,
    logical: String,
    physical: String,
    type_name: String,
    status: String,
    reason: String,
    token: String,
    at: u32,
}

fn refuse(code: &str, message: impl Into<String>) -> Answer {
    Err((code.to_owned(), message.into()))
}

fn resources(template: &Json) -> Map<String, Json> {
    template.get("Resources").and_then(Json::as_object).cloned().unwrap_or_default()
}

fn time(at: u32) -> String {
    format!("2026-01-01T{:02}:{:02}:{:02}Z", at / 3600, at / 60 % 60, at % 60)
}

impl Engine {
    pub(super) fn answer(&mut self, action: &str, fields: &Fields) -> Answer {
        self.clock += 1;
        let text = |name: &str| fields.get(name).cloned().unwrap_or_default();
        match action {
            "DescribeStacks" => self.describe(&text("StackName")),
            "GetTemplate" => {
                self.one(&text("StackName")).map(|stack| element("TemplateBody", &stack.template.to_string()))
            }
            "CreateChangeSet" => self.create_change_set(fields),
            "DescribeChangeSet" => self.describe_change_set(&text("ChangeSetName")),
            "DeleteChangeSet" => Ok(self.delete_change_set(&text("ChangeSetName"))),
            "ListChangeSets" => self.one(&text("StackName")).map(|stack| {
                members("Summaries", stack.change_sets.iter().map(|set| element("ChangeSetName", &set.name)))
            }),
            "ExecuteChangeSet" => self.execute(&text("ChangeSetName"), &text("ClientRequestToken")),
            "DescribeStackEvents" => self.events(&text("StackName")),
            "DeleteStack" => self.delete(&text("StackName"), &text("ClientRequestToken")),
            "GetStackPolicy" => self.one(&text("StackName")).map(|stack| {
                stack.policy.as_deref().map_or_else(String::new, |policy| element("StackPolicyBody", policy))
            }),
            "SetStackPolicy" => self.one_mut(&text("StackName")).map(|stack| {
                stack.policy = Some(text("StackPolicyBody"));
                String::new()
            }),
            "UpdateTerminationProtection" => self.one_mut(&text("StackName")).map(|stack| {
                stack.protection = text("EnableTerminationProtection") == "true";
                String::new()
            }),
            "ListStackResources" => self.one(&text("StackName")).map(|stack| {
                let summary = |(id, resource): (&String, &Json)| {
                    let type_name = resource["Type"].as_str().unwrap_or_default();
                    element("LogicalResourceId", id)
                        + &element("ResourceType", type_name)
                        + &element("PhysicalResourceId", &format!("{id}-1"))
                        + &element("ResourceStatus", "CREATE_COMPLETE")
                };
                members("StackResourceSummaries", resources(&stack.template).iter().map(summary))
            }),
            "ListImports" => refuse("ValidationError", "Export is not imported by any stack."),
            _ => refuse("InvalidAction", format!("{action} is not here")),
        }
    }

    pub(crate) fn stack(&self, name: &str) -> Option<&Stack> {
        self.stacks
            .iter()
            .rev()
            .find(|stack| stack.name == name && stack.status != "DELETE_COMPLETE" || stack.id == name)
    }

    fn one(&self, name: &str) -> Result<&Stack, (String, String)> {
        self.stack(name).ok_or_else(|| ("ValidationError".to_owned(), format!("Stack with id {name} does not exist")))
    }

    fn one_mut(&mut self, name: &str) -> Result<&mut Stack, (String, String)> {
        let id = self.one(name)?.id.clone();
        Ok(self.stacks.iter_mut().find(|stack| stack.id == id).expect("it was found"))
    }

    fn describe(&mut self, name: &str) -> Answer {
        let clock = self.clock;
        let stack = self.one_mut(name)?;
        stack.step(clock);
        let output = |(key, output): (&String, &Json)| {
            element("OutputKey", key) + &element("OutputValue", output["Value"].as_str().unwrap_or("made"))
        };
        let outputs = stack.template.get("Outputs").and_then(Json::as_object).cloned().unwrap_or_default();
        let parameter =
            |(key, value): (&String, &String)| element("ParameterKey", key) + &element("ParameterValue", value);
        let inner = element("StackName", &stack.name)
            + &element("StackId", &stack.id)
            + &element("StackStatus", &stack.status)
            + &element("EnableTerminationProtection", &stack.protection.to_string())
            + &stack.updated.map_or_else(String::new, |at| element("LastUpdatedTime", &time(at)))
            + &members("Parameters", stack.parameters.iter().map(parameter))
            + &members("Outputs", outputs.iter().map(output));
        Ok(members("Stacks", [inner].into_iter()))
    }

    fn create_change_set(&mut self, fields: &Fields) -> Answer {
        let text = |name: &str| fields.get(name).cloned().unwrap_or_default();
        let (name, set) = (text("StackName"), text("ChangeSetName"));
        let is_create = text("ChangeSetType") == "CREATE";
        let status = self.stack(&name).map(|stack| stack.status.clone());
        match status.as_deref() {
            None if !is_create => return refuse("ValidationError", format!("Stack [{name}] does not exist")),
            None => {
                let id = format!("arn:aws:cloudformation:eu-west-1:123456789012:stack/{name}/{}", self.stacks.len());
                let status = "REVIEW_IN_PROGRESS".to_owned();
                self.stacks.push(Stack { name: name.clone(), id, status, ..Stack::default() });
            }
            Some("REVIEW_IN_PROGRESS") if is_create => {}
            Some(status) if status.ends_with("IN_PROGRESS") || status.starts_with("ROLLBACK") || is_create => {
                return refuse("ValidationError", format!("Stack:{name} is in {status} state and can not be updated."));
            }
            _ => {}
        }
        let template: Json = serde_json::from_str(&text("TemplateBody")).expect("the client sends JSON");
        let parameters = (1..)
            .map_while(|index| {
                let part = |part: &str| fields.get(&format!("Parameters.member.{index}.{part}")).cloned();
                Some((part("ParameterKey")?, part("ParameterValue").unwrap_or_default()))
            })
            .collect();
        let stack = self.one_mut(&name)?;
        let id = format!("arn:aws:cloudformation:eu-west-1:123456789012:changeSet/{set}/1");
        if !stack.change_sets.iter().any(|known| known.name == set) {
            let is_empty = stack.template == template && stack.parameters == parameters;
            let execution = if is_empty { "UNAVAILABLE" } else { "AVAILABLE" }.to_owned();
            stack.change_sets.push(ChangeSet { id: id.clone(), name: set, template, parameters, is_empty, execution });
        }
        Ok(element("Id", &id) + &element("StackId", &stack.id))
    }

    fn set(&self, id: &str) -> Result<(usize, usize), (String, String)> {
        let found = self.stacks.iter().enumerate().find_map(|(stack, of)| {
            of.change_sets.iter().position(|set| set.id == id || set.name == id).map(|set| (stack, set))
        });
        found.ok_or_else(|| ("ChangeSetNotFound".to_owned(), format!("ChangeSet [{id}] does not exist")))
    }

    fn describe_change_set(&mut self, id: &str) -> Answer {
        let (stack, set) = self.set(id)?;
        let stack = &self.stacks[stack];
        let set = &stack.change_sets[set];
        let (status, reason) = match set.is_empty {
            true => ("FAILED", "The submitted information didn't contain changes."),
            false => ("CREATE_COMPLETE", ""),
        };
        let (is, will_be) = (resources(&stack.template), resources(&set.template));
        let change = |id: &String, action: &str, resource: &Json| {
            let type_name = resource["Type"].as_str().unwrap_or_default();
            let replacement = if action == "Modify" { element("Replacement", "False") } else { String::new() };
            let inner = element("Action", action)
                + &element("LogicalResourceId", id)
                + &element("ResourceType", type_name)
                + &replacement;
            super::wire::around("ResourceChange", &inner)
        };
        let mut changes = Vec::new();
        for (id, resource) in &will_be {
            match is.get(id) {
                None => changes.push(change(id, "Add", resource)),
                Some(old) if old != resource => changes.push(change(id, "Modify", resource)),
                Some(_) => {}
            }
        }
        let gone = is.iter().filter(|(id, _)| !will_be.contains_key(*id));
        changes.extend(gone.map(|(id, resource)| change(id, "Remove", resource)));
        Ok(element("ChangeSetId", &set.id)
            + &element("ChangeSetName", &set.name)
            + &element("StackId", &stack.id)
            + &element("StackName", &stack.name)
            + &element("Status", status)
            + &element("StatusReason", reason)
            + &element("ExecutionStatus", &set.execution)
            + &members("Changes", changes.into_iter()))
    }

    fn delete_change_set(&mut self, id: &str) -> String {
        if let Ok((stack, set)) = self.set(id) {
            self.stacks[stack].change_sets.remove(set);
        }
        String::new()
    }

    fn execute(&mut self, id: &str, token: &str) -> Answer {
        let (stack, set) = self.set(id)?;
        let set = self.stacks[stack].change_sets[set].clone();
        if set.execution != "AVAILABLE" {
            return refuse("InvalidChangeSetStatus", format!("ChangeSet [{id}] is {}", set.execution));
        }
        let clock = self.clock;
        let stack = &mut self.stacks[stack];
        for other in &mut stack.change_sets {
            other.execution = if other.id == set.id { "EXECUTE_COMPLETE" } else { "OBSOLETE" }.to_owned();
        }
        let verb = if stack.status == "REVIEW_IN_PROGRESS" { "CREATE" } else { "UPDATE" };
        self.begun.push(token.to_owned());
        stack.begin(verb, token, set.template, set.parameters, clock);
        Ok(String::new())
    }

    fn events(&mut self, id: &str) -> Answer {
        let clock = self.clock;
        let stack = self.one_mut(id)?;
        stack.step(clock);
        let event = |event: &Event| {
            element("EventId", &event.id)
                + &element("LogicalResourceId", &event.logical)
                + &element("PhysicalResourceId", &event.physical)
                + &element("ResourceType", &event.type_name)
                + &element("ResourceStatus", &event.status)
                + &element("ResourceStatusReason", &event.reason)
                + &element("ClientRequestToken", &event.token)
                + &element("Timestamp", &time(event.at))
        };
        Ok(members("StackEvents", stack.events.iter().rev().map(event)))
    }

    fn delete(&mut self, id: &str, token: &str) -> Answer {
        let clock = self.clock;
        let Ok(stack) = self.one_mut(id) else { return Ok(String::new()) };
        if stack.protection {
            return refuse("ValidationError", "Stack [x] cannot be deleted while TerminationProtection is enabled");
        }
        if stack.status == "REVIEW_IN_PROGRESS" {
            "DELETE_COMPLETE".clone_into(&mut stack.status);
        }
        if stack.operation.is_some() || stack.status == "DELETE_COMPLETE" {
            return Ok(String::new());
        }
        stack.begin("DELETE", token, Json::Null, BTreeMap::new(), clock);
        self.begun.push(token.to_owned());
        Ok(String::new())
    }
}

impl Stack {
    fn begin(&mut self, verb: &'static str, token: &str, target: Json, parameters: BTreeMap<String, String>, at: u32) {
        self.status = format!("{verb}_IN_PROGRESS");
        if verb == "UPDATE" {
            self.updated = Some(at);
        }
        self.operation = Some(Operation { verb, token: token.to_owned(), left: STEPS, target, parameters });
        self.tell(
            &self.name.clone(),
            &self.id.clone(),
            "AWS::CloudFormation::Stack",
            &format!("{verb}_IN_PROGRESS"),
            "",
            at,
        );
    }

    fn tell(&mut self, logical: &str, physical: &str, type_name: &str, status: &str, reason: &str, at: u32) {
        let token = self.operation.as_ref().map_or_else(String::new, |operation| operation.token.clone());
        self.events.push(Event {
            id: format!("{}-{}", self.name, self.events.len()),
            logical: logical.to_owned(),
            physical: physical.to_owned(),
            type_name: type_name.to_owned(),
            status: status.to_owned(),
            reason: reason.to_owned(),
            token,
            at,
        });
    }

    /// One step on.
    fn step(&mut self, at: u32) {
        let Some(operation) = &mut self.operation else { return };
        operation.left -= 1;
        if operation.left > 0 {
            return;
        }
        let operation = operation.clone();
        let fails = resources(&operation.target).into_iter().find(|(_, resource)| resource["Type"] == "Test::Fails");
        for (id, resource) in resources(&operation.target) {
            let type_name = resource["Type"].as_str().unwrap_or_default().to_owned();
            let (status, reason) = match &fails {
                Some((failing, _)) if *failing == id => ("FAILED", "it is a test"),
                Some(_) => ("FAILED", "Resource creation cancelled"),
                None => ("COMPLETE", ""),
            };
            self.tell(&id, &format!("{id}-1"), &type_name, &format!("{}_{status}", operation.verb), reason, at);
        }
        let end = match (&fails, operation.verb) {
            (None, verb) => format!("{verb}_COMPLETE"),
            (Some(_), "CREATE") => "ROLLBACK_COMPLETE".to_owned(),
            (Some(_), _) => "UPDATE_ROLLBACK_COMPLETE".to_owned(),
        };
        if fails.is_none() {
            (self.template, self.parameters) = (operation.target.clone(), operation.parameters.clone());
        }
        self.tell(&self.name.clone(), &self.id.clone(), "AWS::CloudFormation::Stack", &end, "", at);
        (self.status, self.operation) = (end, None);
    }
}
