//! Asking for a change set.
use aws_sdk_cloudformation::types::{
    Capability, ChangeSetType, DeploymentMode, Parameter, ResourceToImport, Tag, builders::ParameterBuilder,
};
use serde_json::Value as Json;

use super::name::{name_of, token};
use crate::aws::{Connection, Retry};
use crate::failure::{Failure, Kind as FailureKind};
use crate::plan::Request;
use crate::stack::StackNow;

/// What a change set is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// A stack that is not there, or nothing but change sets.
    Create,
    /// A stack that is.
    Update,
    /// Taking resources in.
    Import,
}

/// Asks for a change set, and answers with its ARN and its stack's. Asking again for the same operation is harmless.
pub(crate) async fn create(
    connection: &Connection,
    stack: &str,
    request: &Request,
    now: Option<&StackNow>,
    operation: &str,
) -> Result<(String, String), Failure> {
    let name = name_of(operation);
    let kind = kind_of(request, now);
    let parameters = parameters(request, now)?;
    let mut capabilities = request.capabilities.clone();
    loop {
        let send = || {
            let call = connection
                .cloudformation
                .create_change_set()
                .stack_name(stack)
                .change_set_name(&name)
                .client_token(token(&name, "create"))
                .change_set_type(sdk_kind(kind))
                .include_nested_stacks(has_nested(&request.template) && !request.revert_drift)
                .set_parameters(Some(parameters.clone()))
                .set_capabilities(Some(capabilities.iter().map(|one| Capability::from(one.as_str())).collect()))
                .set_tags(tags(request, now))
                .set_role_arn(request.role.clone())
                .set_notification_arns(request.notification_arns.clone())
                .set_resources_to_import(imports(request))
                .set_deployment_mode(request.revert_drift.then_some(DeploymentMode::RevertDrift));
            match &request.template_url {
                Some(url) => call.template_url(url).send(),
                None => call.template_body(&request.template).send(),
            }
        };
        match connection.call("CreateChangeSet", Retry::Safe, send).await {
            Ok(answer) => return Ok((answer.id.unwrap_or_default(), answer.stack_id.unwrap_or_default())),
            // An answer was lost, and whoever serves us knows no tokens: the name is the operation's, so it is this one.
            Err(failure) if failure.kind == FailureKind::AlreadyExists => {
                return by_name(connection, stack, &name).await;
            }
            // What a template needs may be inside of a nested stack or a macro, so what AWS says counts.
            Err(failure) if failure.kind == FailureKind::Capabilities => {
                let wanted = wanted_capabilities(&failure.message);
                if wanted.iter().all(|one| capabilities.contains(one)) {
                    return Err(failure);
                }
                capabilities.extend(wanted);
            }
            Err(failure) => return Err(unreadable(failure, request).while_doing(format_args!("cannot plan `{stack}`"))),
        }
    }
}

/// CloudFormation reads a template with the caller's credentials, or with the stack's role.
fn unreadable(failure: Failure, request: &Request) -> Failure {
    match &request.bucket {
        Some(bucket) if failure.kind == FailureKind::Bucket => {
            let need = "whoever plans needs s3:GetObject there";
            let message = format!(
                "CloudFormation cannot read the template in the bucket `{}`, {need}: {}",
                bucket.name, failure.message
            );
            Failure::new(FailureKind::Bucket, message)
        }
        _ => failure,
    }
}

fn kind_of(request: &Request, now: Option<&StackNow>) -> Kind {
    if !request.imports.is_empty() {
        return Kind::Import;
    }
    match now.map(|now| now.status.word()) {
        None | Some("REVIEW_IN_PROGRESS" | "DELETE_COMPLETE") => Kind::Create,
        Some(_) => Kind::Update,
    }
}

fn sdk_kind(kind: Kind) -> ChangeSetType {
    match kind {
        Kind::Create => ChangeSetType::Create,
        Kind::Update => ChangeSetType::Update,
        Kind::Import => ChangeSetType::Import,
    }
}

async fn by_name(connection: &Connection, stack: &str, name: &str) -> Result<(String, String), Failure> {
    let send = || connection.cloudformation.describe_change_set().stack_name(stack).change_set_name(name).send();
    let found = connection.call("DescribeChangeSet", Retry::Safe, send).await?;
    Ok((found.change_set_id.unwrap_or_default(), found.stack_id.unwrap_or_default()))
}

/// Of a message such as `Requires capabilities : [CAPABILITY_IAM, CAPABILITY_AUTO_EXPAND]`.
fn wanted_capabilities(message: &str) -> Vec<String> {
    let words = message.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
    words.filter(|word| word.starts_with("CAPABILITY_")).map(str::to_owned).collect()
}

/// A value that was given is sent; else the template's default counts, so that the template says what is; and a parameter
/// without a default keeps the value that it has.
fn parameters(request: &Request, now: Option<&StackNow>) -> Result<Vec<Parameter>, Failure> {
    let template: Json = serde_json::from_str(&request.template).unwrap_or_default();
    let declared = template.get("Parameters").and_then(Json::as_object);
    if let Some(unknown) = request.parameters.keys().find(|name| declared.is_some_and(|all| !all.contains_key(*name))) {
        return Err(Failure::new(FailureKind::Refused, format!("the template has no parameter `{unknown}`")));
    }
    let parameter = |name: &String, declaration: &Json| -> Option<ParameterBuilder> {
        let parameter = Parameter::builder().parameter_key(name);
        let is_there = now.is_some_and(|now| now.parameters.contains_key(name));
        match request.parameters.get(name) {
            Some(value) => Some(parameter.parameter_value(value)),
            None if declaration.get("Default").is_none() && is_there => Some(parameter.use_previous_value(true)),
            None => None,
        }
    };
    let declared = declared.into_iter().flatten();
    Ok(declared.filter_map(|(name, declaration)| Some(parameter(name, declaration)?.build())).collect())
}

fn tags(request: &Request, now: Option<&StackNow>) -> Option<Vec<Tag>> {
    let had_none = now.is_none_or(|now| now.tags.is_empty());
    if request.tags.is_empty() && had_none {
        return None;
    }
    Some(request.tags.iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect())
}

fn imports(request: &Request) -> Option<Vec<ResourceToImport>> {
    if request.imports.is_empty() {
        return None;
    }
    let template: Json = serde_json::from_str(&request.template).unwrap_or_default();
    let import = |(id, identifier): (&String, &std::collections::BTreeMap<String, String>)| {
        let type_name = template.pointer(&format!("/Resources/{id}/Type")).and_then(Json::as_str);
        ResourceToImport::builder()
            .logical_resource_id(id)
            .resource_type(type_name.unwrap_or_default())
            .set_resource_identifier(Some(identifier.clone().into_iter().collect()))
            .build()
    };
    Some(request.imports.iter().map(import).collect())
}

/// Whether there are stacks in it, JSON or YAML; a set of stacks (`…::StackSet`) is none. With them CloudFormation does not set
/// back drift (aws/aws-cdk, `REVERT_DRIFT`).
fn has_nested(template: &str) -> bool {
    let mut after = template.split("AWS::CloudFormation::Stack").skip(1);
    after.any(|rest| !rest.starts_with(|letter: char| letter.is_ascii_alphanumeric()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_aws_wants_is_read_from_what_it_says() {
        let said = "CreateChangeSet: Requires capabilities : [CAPABILITY_IAM, CAPABILITY_AUTO_EXPAND]";
        assert_eq!(wanted_capabilities(said), ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"]);
    }

    #[test]
    fn stacks_in_a_template_are_seen_in_json_and_yaml() {
        assert!(
            has_nested(r#"{"Type":"AWS::CloudFormation::Stack"}"#) && has_nested("Type: AWS::CloudFormation::Stack\n")
        );
        assert!(has_nested("Type: AWS::CloudFormation::StackSet\nType: AWS::CloudFormation::Stack\n"));
        assert!(!has_nested("Type: AWS::CloudFormation::StackSet\n"));
    }

    #[test]
    fn a_parameter_that_nobody_declares_is_refused() {
        let mut request =
            Request { template: r#"{"Parameters":{"A":{"Type":"String"}}}"#.to_owned(), ..Request::default() };
        request.parameters.insert("A".to_owned(), "1".to_owned());
        assert_eq!(parameters(&request, None).expect("A is declared").len(), 1);
        request.parameters.insert("B".to_owned(), "1".to_owned());
        assert!(parameters(&request, None).is_err());
    }
}
