//! AWS Lambda: functions are kept and shown; none is run. Source: its API reference.
use std::collections::BTreeMap;

use indexmap::IndexMap;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json, json};

use crate::cloudformation::template::partition;
use crate::wire::{ApiError, Request};
use crate::world::World;

#[cfg(test)]
mod tests;

/// What Lambda has in a region.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Lambda {
    /// Functions by name.
    pub functions: IndexMap<String, Function>,
}

/// A function.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Function {
    /// Its name.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// What was asked for, without the code, in the API's names.
    pub configuration: Map<String, Json>,
    /// The code, as it was sent.
    pub code: Json,
    /// When it was changed.
    pub modified: Timestamp,
    /// Changes with each change.
    pub revision: String,
    /// Numbers of published versions, and what they were.
    pub versions: BTreeMap<u64, Map<String, Json>>,
    /// Who else may call it: statements by id.
    pub permissions: IndexMap<String, Json>,
    /// Its tags.
    pub tags: Map<String, Json>,
}

/// Answers a call.
///
/// # Errors
///
/// As Lambda refuses, or if the operation is not here.
pub fn answer(world: &mut World, request: &Request) -> Result<Json, ApiError> {
    match request.operation.as_str() {
        "CreateFunction" => create(world, request),
        "GetFunction" => function(world, request).map(|it| {
            let mut answer = json!({"Configuration": it.shown(), "Tags": it.tags});
            answer["Code"] = json!({"RepositoryType": "S3", "Location": it.arn});
            answer
        }),
        "GetFunctionConfiguration" => function(world, request).map(|it| it.shown()),
        "ListFunctions" => {
            let functions = world.region(&request.region).lambda.functions.values().map(Function::shown);
            Ok(json!({"Functions": functions.collect::<Json>()}))
        }
        "DeleteFunction" => {
            let name = function(world, request)?.name.clone();
            world.region(&request.region).lambda.functions.shift_remove(&name);
            Ok(Json::Null)
        }
        "UpdateFunctionCode" | "UpdateFunctionConfiguration" => update(world, request),
        "PublishVersion" => publish(world, request),
        "ListVersionsByFunction" => function(world, request).map(|it| {
            let latest = it.shown();
            let numbers = it.versions.iter().map(|(number, old)| it.version(*number, old));
            json!({"Versions": std::iter::once(latest).chain(numbers).collect::<Json>()})
        }),
        "AddPermission" => permit(world, request),
        "RemovePermission" => {
            let id = request.required("StatementId")?;
            let removed = function(world, request)?.permissions.shift_remove(id);
            removed
                .map(|_| Json::Null)
                .ok_or_else(|| missing(&format!("Statement {id} is not found in resource policy.")))
        }
        "GetPolicy" => policy(world, request),
        "ListTags" => {
            let arn = request.required("Resource")?;
            let functions = &world.region(&request.region).lambda.functions;
            let found = functions.values().find(|it| it.arn == arn).ok_or_else(|| not_found(arn))?;
            Ok(json!({"Tags": found.tags}))
        }
        "Invoke" => {
            function(world, request)?;
            let message = "stackgen's local engine keeps functions but does not run them: there is no runtime here";
            Err(ApiError::new("NotImplementedByLocalEngine", message))
        }
        other => Err(ApiError::not_here("Lambda", other)),
    }
}

fn missing(message: &str) -> ApiError {
    ApiError { status: 404, ..ApiError::new("ResourceNotFoundException", message) }
}

fn not_found(arn: &str) -> ApiError {
    missing(&format!("Function not found: {arn}"))
}

fn arn(account: &str, region: &str, name: &str) -> String {
    format!("arn:{}:lambda:{region}:{account}:function:{name}", partition(region).0)
}

/// The name in a name, a part of an ARN, or an ARN.
fn plain(name: &str) -> &str {
    let after = name.split_once("function:").map_or(name, |(_, after)| after);
    after.split(':').next().unwrap_or(after)
}

fn function<'a>(world: &'a mut World, request: &Request) -> Result<&'a mut Function, ApiError> {
    let name = plain(request.required("FunctionName")?).to_owned();
    let whole = arn(&world.account, &request.region, &name);
    world.region(&request.region).lambda.functions.get_mut(&name).ok_or_else(|| not_found(&whole))
}

impl Function {
    fn shown(&self) -> Json {
        let mut shown = self.configuration.clone();
        shown.extend([
            ("FunctionName".to_owned(), json!(self.name)),
            ("FunctionArn".to_owned(), json!(self.arn)),
            ("LastModified".to_owned(), json!(self.modified.strftime("%Y-%m-%dT%H:%M:%S.000+0000").to_string())),
            ("RevisionId".to_owned(), json!(self.revision)),
            ("Version".to_owned(), json!("$LATEST")),
            ("State".to_owned(), json!("Active")),
            ("LastUpdateStatus".to_owned(), json!("Successful")),
            ("CodeSize".to_owned(), json!(self.code.to_string().len())),
        ]);
        Json::Object(shown)
    }

    fn version(&self, number: u64, old: &Map<String, Json>) -> Json {
        let mut shown = self.shown();
        if let Some(entries) = shown.as_object_mut() {
            entries.extend(old.clone());
        }
        (shown["Version"], shown["FunctionArn"]) = (json!(number.to_string()), json!(format!("{}:{number}", self.arn)));
        shown
    }
}

const CODE: [&str; 6] = ["Code", "ZipFile", "S3Bucket", "S3Key", "S3ObjectVersion", "ImageUri"];
const ELSEWHERE: [&str; 4] = ["FunctionName", "Tags", "Publish", "DryRun"];

fn settings(request: &Request) -> Map<String, Json> {
    let own = request.input.as_object().cloned().unwrap_or_default();
    let is_setting = |name: &str| !CODE.contains(&name) && !ELSEWHERE.contains(&name);
    own.into_iter().filter(|(name, _)| is_setting(name)).collect()
}

/// A role must be there if it is one of this account: Lambda tries to take it. The message is what users quote.
fn checked_role(world: &World, settings: &Map<String, Json>) -> Result<(), ApiError> {
    let Some(role) = settings.get("Role").and_then(Json::as_str) else { return Ok(()) };
    let is_own = role.contains(&format!(":{}:role/", world.account));
    if is_own && !world.iam.roles.values().any(|it| it.arn == role) {
        let message = "The role defined for the function cannot be assumed by Lambda.";
        return Err(ApiError::new("InvalidParameterValueException", message));
    }
    Ok(())
}

fn create(world: &mut World, request: &Request) -> Result<Json, ApiError> {
    let name = plain(request.required("FunctionName")?).to_owned();
    if world.region(&request.region).lambda.functions.contains_key(&name) {
        let message = format!("Function already exist: {name}");
        return Err(ApiError { status: 409, ..ApiError::new("ResourceConflictException", message) });
    }
    let mut configuration: Map<String, Json> =
        [("MemorySize", json!(128)), ("Timeout", json!(3)), ("PackageType", json!("Zip"))]
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect();
    configuration.extend(settings(request));
    checked_role(world, &configuration)?;
    let function = Function {
        arn: arn(&world.account, &request.region, &name),
        name: name.clone(),
        configuration,
        code: request.input["Code"].clone(),
        modified: world.now(),
        revision: world.uuid(),
        versions: BTreeMap::new(),
        permissions: IndexMap::new(),
        tags: request.input["Tags"].as_object().cloned().unwrap_or_default(),
    };
    let shown = function.shown();
    world.region(&request.region).lambda.functions.insert(name, function);
    Ok(shown)
}

fn update(world: &mut World, request: &Request) -> Result<Json, ApiError> {
    let (now, revision, settings) = (world.now(), world.uuid(), settings(request));
    checked_role(world, &settings)?;
    let own = request.input.as_object().cloned().unwrap_or_default();
    let code: Map<String, Json> = own.into_iter().filter(|(name, _)| CODE.contains(&name.as_str())).collect();
    let function = function(world, request)?;
    function.configuration.extend(settings);
    if !code.is_empty() {
        function.code = Json::Object(code);
    }
    (function.modified, function.revision) = (now, revision);
    Ok(function.shown())
}

fn publish(world: &mut World, request: &Request) -> Result<Json, ApiError> {
    let function = function(world, request)?;
    let number = function.versions.keys().last().map_or(1, |last| last + 1);
    let now = function.configuration.clone();
    function.versions.insert(number, now.clone());
    Ok(function.version(number, &now))
}

fn permit(world: &mut World, request: &Request) -> Result<Json, ApiError> {
    let id = request.required("StatementId")?.to_owned();
    let (action, principal) = (request.required("Action")?.to_owned(), request.required("Principal")?.to_owned());
    let source = request.text("SourceArn").map(str::to_owned);
    let function = function(world, request)?;
    if function.permissions.contains_key(&id) {
        let message = format!(
            "The statement id ({id}) provided already exists. Please provide a new statement id, or remove the existing statement."
        );
        return Err(ApiError { status: 409, ..ApiError::new("ResourceConflictException", message) });
    }
    let principal = if principal.contains('.') { json!({"Service": principal}) } else { json!({"AWS": principal}) };
    let mut statement =
        json!({"Sid": id, "Effect": "Allow", "Principal": principal, "Action": action, "Resource": function.arn});
    if let Some(source) = source {
        statement["Condition"] = json!({"ArnLike": {"AWS:SourceArn": source}});
    }
    function.permissions.insert(id, statement.clone());
    Ok(json!({"Statement": statement.to_string()}))
}

fn policy(world: &mut World, request: &Request) -> Result<Json, ApiError> {
    let function = function(world, request)?;
    if function.permissions.is_empty() {
        return Err(missing("The resource you requested does not exist."));
    }
    let statements: Vec<&Json> = function.permissions.values().collect();
    let policy = json!({"Version": "2012-10-17", "Id": "default", "Statement": statements});
    Ok(json!({"Policy": policy.to_string(), "RevisionId": function.revision}))
}
