//! Calls to SSM's parameter store.
use serde_json::{Value as Json, json};

use super::signed::{Ask, Service};
use super::{Connection, Retry};
use crate::failure::{Failure, Kind};

/// A parameter as it is now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Parameter {
    /// Its value.
    pub(crate) value: String,
    /// The number of its version; each write makes the next one.
    pub(crate) version: u64,
}

impl Connection {
    pub(super) async fn ssm(&self, operation: &'static str, retry: Retry, input: &Json) -> Result<Json, Failure> {
        let headers = vec![
            ("content-type", "application/x-amz-json-1.1".to_owned()),
            ("x-amz-target", format!("AmazonSSM.{operation}")),
        ];
        let body = input.to_string();
        let ask = Ask { service: Service::Ssm, operation, method: "POST", path: "/".to_owned(), headers, body };
        let answer = self.ask(retry, &ask).await?;
        serde_json::from_str(&answer)
            .map_err(|error| Failure::new(Kind::Unknown, format!("{operation}: the answer is no JSON: {error}")))
    }

    /// A parameter, if it is there. A name may end in `:3`, which asks for that version.
    pub(crate) async fn parameter(&self, name: &str) -> Result<Option<Parameter>, Failure> {
        match self.ssm("GetParameter", Retry::Safe, &json!({"Name": name})).await {
            Ok(answer) => {
                let found = &answer["Parameter"];
                let value = found["Value"].as_str().unwrap_or_default().to_owned();
                Ok(Some(Parameter { value, version: found["Version"].as_u64().unwrap_or_default() }))
            }
            Err(failure) if failure.kind == Kind::NotFound => Ok(None),
            Err(failure) => Err(failure.while_doing(format_args!("reading the parameter {name}"))),
        }
    }

    /// Writes a parameter, and tells the number of the version that was made. With `over` it replaces what is there; without,
    /// a parameter that is there is a failure of the kind [`Kind::AlreadyExists`].
    pub(crate) async fn put_parameter(&self, name: &str, value: &str, over: bool) -> Result<u64, Failure> {
        let input = json!({"Name": name, "Value": value, "Type": "String", "Overwrite": over});
        // Nobody may write over what another one made in between, so a first write is sent once.
        let retry = if over { Retry::Safe } else { Retry::NotTaken };
        let answer = self.ssm("PutParameter", retry, &input).await;
        let answer = answer.map_err(|failure| failure.while_doing(format_args!("writing the parameter {name}")))?;
        Ok(answer["Version"].as_u64().unwrap_or_default())
    }

    /// All values of a parameter that SSM still knows, which are the last hundred; none if there is no such parameter.
    pub(crate) async fn parameter_history(&self, name: &str) -> Result<Vec<Parameter>, Failure> {
        let mut found = Vec::new();
        let mut page = Json::Null;
        loop {
            let mut input = json!({"Name": name, "MaxResults": 50});
            if page.is_string() {
                input["NextToken"] = page.take();
            }
            let mut answer = match self.ssm("GetParameterHistory", Retry::Safe, &input).await {
                Ok(answer) => answer,
                Err(failure) if failure.kind == Kind::NotFound => return Ok(found),
                Err(failure) => return Err(failure.while_doing(format_args!("reading the parameter {name}"))),
            };
            found.extend(answer["Parameters"].as_array().into_iter().flatten().map(|one| Parameter {
                value: one["Value"].as_str().unwrap_or_default().to_owned(),
                version: one["Version"].as_u64().unwrap_or_default(),
            }));
            page = answer["NextToken"].take();
            if !page.is_string() {
                return Ok(found);
            }
        }
    }

    /// Deletes a parameter, which may be gone already.
    pub(crate) async fn delete_parameter(&self, name: &str) -> Result<(), Failure> {
        match self.ssm("DeleteParameter", Retry::Safe, &json!({"Name": name})).await {
            Err(failure) if failure.kind != Kind::NotFound => Err(failure),
            _ => Ok(()),
        }
    }
}
