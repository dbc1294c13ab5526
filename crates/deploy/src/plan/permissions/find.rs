//! Where templates hold permissions.
use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use super::statement::{Names, Statement};
use crate::plan::side::{Side, text, texts};

/// What a policy is about. Statements are compared with others of the same scope: what one policy of a role gave, another
/// one may go on giving.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Scope {
    /// What users and roles may do, all of them; the principals say who.
    Identity,
    /// What a policy on a thing allows: holder, property, and the things.
    Thing(String, String, String),
}

/// All permissions of a template.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Holder, scope, statement.
    pub(super) statements: Vec<(String, Scope, Statement)>,
    /// Permissions boundaries by holder.
    pub(super) boundaries: BTreeMap<String, String>,
    /// The resources that are there.
    pub(super) resources: Vec<String>,
}

/// Properties that say to what a policy is attached.
const TARGETS: &[&str] = &[
    "Bucket",
    "Queues",
    "Queue",
    "Topics",
    "TopicArn",
    "SecretId",
    "FunctionName",
    "TableName",
    "FileSystemId",
    "RepositoryName",
    "VaultName",
    "BackupVaultName",
    "ServiceName",
    "ResourceArn",
    "PolicyName",
];

pub(super) fn find(side: &Side<'_>) -> Found {
    let mut found = Found::default();
    for (id, type_name, properties) in side.resources() {
        let properties = side.plain(properties).unwrap_or_default();
        found.resources.push(id.to_owned());
        found.resource(id, type_name, &properties);
    }
    found
}

impl Found {
    fn resource(&mut self, id: &str, type_name: &str, properties: &Json) {
        match type_name {
            "AWS::IAM::Role" | "AWS::IAM::User" | "AWS::IAM::Group" => self.identity(id, properties),
            "AWS::IAM::InstanceProfile" => {
                let roles = properties.get("Roles").map(texts).unwrap_or_default();
                for role in roles {
                    let who = Names::of([format!("machines with {id}")]);
                    self.add(id, Scope::Identity, Statement::allows(who, format!("act as {}", bare(&role))));
                }
            }
            "AWS::Lambda::Permission" => self.invocation(id, properties),
            // *Control access using endpoint policies* in the PrivateLink guide: without a policy, all is allowed.
            "AWS::EC2::VPCEndpoint" if properties.get("PolicyDocument").is_none() => {
                let scope = Scope::Thing(id.to_owned(), "/PolicyDocument".to_owned(), target(properties));
                self.add(id, scope, Statement::allows(Names::of(["*"]), "*".to_owned()));
            }
            _ if type_name.starts_with("AWS::IAM::") => self.attached(id, properties),
            _ => {
                self.documents(id, &target(properties), "", properties);
                self.roles(id, properties);
            }
        }
    }

    /// The roles and instance profiles that a thing acts as: what they may do, it may do.
    fn roles(&mut self, id: &str, value: &Json) {
        match value {
            Json::Object(object) if !is_policy(value) => {
                for (key, inner) in object {
                    for role in roles_of(key, inner) {
                        let action = format!("act as {}", bare(&role));
                        self.add(id, Scope::Identity, Statement::allows(Names::of([id]), action));
                    }
                    // Whatever a program finds in its environment, it is the program's.
                    if key != "Variables" {
                        self.roles(id, inner);
                    }
                }
            }
            Json::Array(items) => items.iter().for_each(|item| self.roles(id, item)),
            _ => {}
        }
    }

    fn identity(&mut self, id: &str, properties: &Json) {
        let holder = Names::of([id]);
        let policies = properties.get("Policies");
        for policy in policies.and_then(Json::as_array).into_iter().flatten() {
            match policy.get("PolicyDocument") {
                Some(document) => self.document(id, &Scope::Identity, document, &holder, "*"),
                None => self.add(id, Scope::Identity, Statement::unknown(&text(policy), &holder)),
            }
        }
        if let Some(unknown) = policies.filter(|policies| !policies.is_array()) {
            self.add(id, Scope::Identity, Statement::unknown(&text(unknown), &holder));
        }
        if let Some(trust) = properties.get("AssumeRolePolicyDocument") {
            let scope = Scope::Thing(id.to_owned(), "AssumeRolePolicyDocument".to_owned(), String::new());
            self.document(id, &scope, trust, &Names::default(), id);
        }
        for arn in properties.get("ManagedPolicyArns").map(texts).unwrap_or_default() {
            self.add(id, Scope::Identity, Statement::allows(holder.clone(), format!("policy {}", bare(&arn))));
        }
        if let Some(boundary) = properties.get("PermissionsBoundary") {
            self.boundaries.insert(id.to_owned(), text(boundary));
        }
    }

    /// Policies that say themselves to whom they are attached.
    fn attached(&mut self, id: &str, properties: &Json) {
        let keys = ["Roles", "Users", "Groups", "RoleName", "UserName", "GroupName"];
        let holders = keys.iter().filter_map(|key| properties.get(key)).flat_map(texts);
        let holders: Vec<String> = holders.map(|name| bare(&name).to_owned()).collect();
        let holders = if holders.is_empty() { vec![format!("whoever has {id}")] } else { holders };
        if let Some(document) = properties.get("PolicyDocument") {
            self.document(id, &Scope::Identity, document, &Names::of(holders), "*");
        }
    }

    fn invocation(&mut self, id: &str, properties: &Json) {
        let text = |name: &str| properties.get(name).map(text);
        let mut condition = json!({});
        for (operator, key, value) in [
            ("ArnLike", "aws:SourceArn", text("SourceArn")),
            ("StringEquals", "aws:SourceAccount", text("SourceAccount")),
            ("StringEquals", "aws:PrincipalOrgID", text("PrincipalOrgID")),
            ("StringEquals", "lambda:EventSourceToken", text("EventSourceToken")),
            ("StringEquals", "lambda:FunctionUrlAuthType", text("FunctionUrlAuthType")),
        ] {
            if let Some(value) = value {
                condition[operator][key] = Json::String(value);
            }
        }
        let principal = text("Principal").unwrap_or_default();
        let kind = if principal.contains(".amazonaws.com") { "Service" } else { "AWS" };
        let function = text("FunctionName").unwrap_or_default();
        let statement = json!({
            "Effect": "Allow", "Principal": {kind: principal}, "Action": text("Action"), "Resource": function,
            "Condition": condition,
        });
        let scope = Scope::Thing(id.to_owned(), String::new(), String::new());
        self.add(id, scope, Statement::read(&statement, &Names::default(), "*"));
    }

    /// Policies anywhere in the properties of a resource: whatever has statements with effects.
    fn documents(&mut self, id: &str, target: &str, path: &str, value: &Json) {
        let scope = || Scope::Thing(id.to_owned(), path.to_owned(), target.to_owned());
        match value {
            Json::Object(object) if is_policy(value) => {
                self.document(id, &scope(), &Json::Object(object.clone()), &Names::of(["*"]), "*");
            }
            Json::Object(object) => {
                for (key, inner) in object {
                    self.documents(id, target, &format!("{path}/{key}"), inner);
                }
            }
            Json::Array(items) => items.iter().for_each(|item| self.documents(id, target, path, item)),
            Json::String(text) if text.contains("\"Statement\"") => match serde_json::from_str(text) {
                Ok(document) => self.document(id, &scope(), &document, &Names::of(["*"]), "*"),
                Err(_) => self.add(id, scope(), Statement::unknown(text, &Names::of(["*"]))),
            },
            // A policy that is computed elsewhere.
            Json::String(text) if is_policys_name(path) => {
                self.add(id, scope(), Statement::unknown(text, &Names::of(["*"])));
            }
            _ => {}
        }
    }

    fn document(&mut self, id: &str, scope: &Scope, document: &Json, holder: &Names, resource: &str) {
        let parsed = document.as_str().and_then(|text| serde_json::from_str::<Json>(text).ok());
        let document = parsed.as_ref().unwrap_or(document);
        match document.get("Statement") {
            Some(Json::Array(statements)) => {
                for statement in statements {
                    self.add(id, scope.clone(), Statement::read(statement, holder, resource));
                }
            }
            Some(statement) => self.add(id, scope.clone(), Statement::read(statement, holder, resource)),
            None => self.add(id, scope.clone(), Statement::unknown(&text(document), holder)),
        }
    }

    fn add(&mut self, id: &str, scope: Scope, statement: Statement) {
        self.statements.push((id.to_owned(), scope, statement));
    }
}

/// The roles that a property names.
fn roles_of(key: &str, value: &Json) -> Vec<String> {
    let is_of_key = ["RoleArn", "RoleARN", "ServiceRole", "JobFlowRole"].iter().any(|end| key.ends_with(end));
    match (key, value) {
        ("IamInstanceProfile", Json::Object(profile)) => {
            profile.get("Arn").or_else(|| profile.get("Name")).map(text).into_iter().collect()
        }
        ("IamInstanceProfile", Json::String(profile)) => vec![profile.clone()],
        (_, Json::String(role)) if is_of_key => vec![role.clone()],
        // Other things are called roles too.
        ("Role" | "Roles", Json::String(_) | Json::Array(_)) => {
            let is_role = |name: &String| name.contains("${") || name.starts_with("arn:");
            texts(value).into_iter().filter(is_role).collect()
        }
        _ => Vec::new(),
    }
}

/// To what a policy is attached: the same statements on another thing are others.
fn target(properties: &Json) -> String {
    TARGETS.iter().filter_map(|name| properties.get(name)).map(text).collect::<Vec<_>>().join(" ")
}

fn is_policy(value: &Json) -> bool {
    let is_statement = |one: &Json| one.get("Effect").is_some() || one.as_str().is_some_and(|text| text.contains("${"));
    match value.get("Statement") {
        Some(Json::Array(statements)) => statements.iter().any(is_statement),
        Some(one) => is_statement(one),
        None => false,
    }
}

fn is_policys_name(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    ["PolicyDocument", "KeyPolicy", "ResourcePolicy", "AccessPolicy", "RepositoryPolicyText"].contains(&name)
}

/// `${HostRole}` and `${HostRole.Arn}` are the role of this template, as its own statements name it.
fn bare(name: &str) -> &str {
    let inner = name.strip_prefix("${").and_then(|rest| rest.strip_suffix('}'));
    inner.map_or(name, |inner| inner.strip_suffix(".Arn").unwrap_or(inner))
}
