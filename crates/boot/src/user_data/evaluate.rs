//! User-data as CloudFormation would compute it.
use std::collections::BTreeSet;

use base64::Engine;
use serde_json::Value;

/// A template that does not say what the user-data is.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum EvaluateError {
    /// The template has no such resource, or no user-data in it.
    #[error("{0} has no user-data in the template")]
    Absent(String),
    /// Names that nobody gave a value, all of them.
    #[error("the user-data asks for {}, which nobody gave", .0.join(", "))]
    Unknown(Vec<String>),
    /// A function that is not computed here.
    #[error("the user-data uses {0}, which is not computed here")]
    Function(String),
    /// User-data without `Fn::Base64` must be base64 itself.
    #[error("the user-data is neither in Fn::Base64 nor base64 text")]
    Encoding,
}

struct Evaluation<F> {
    value: F,
    unknown: BTreeSet<String>,
}

/// The bytes that EC2 hands to cloud-init. `value` is asked for `AWS::Region`, `DataVolume`, `Thing.Attribute`.
pub fn evaluate(
    template: &Value,
    logical_id: &str,
    value: impl Fn(&str) -> Option<String>,
) -> Result<String, EvaluateError> {
    let resource = &template["Resources"][logical_id]["Properties"];
    let user_data = resource.get("UserData").ok_or_else(|| EvaluateError::Absent(logical_id.to_owned()))?;
    let mut evaluation = Evaluation { value, unknown: BTreeSet::new() };
    let text = match user_data.get("Fn::Base64") {
        Some(inner) => evaluation.text(inner)?,
        None => decoded(&evaluation.text(user_data)?)?,
    };
    if evaluation.unknown.is_empty() {
        return Ok(text);
    }
    Err(EvaluateError::Unknown(evaluation.unknown.into_iter().collect()))
}

fn decoded(text: &str) -> Result<String, EvaluateError> {
    let bytes = base64::engine::general_purpose::STANDARD.decode(text).map_err(|_| EvaluateError::Encoding)?;
    String::from_utf8(bytes).map_err(|_| EvaluateError::Encoding)
}

impl<F: Fn(&str) -> Option<String>> Evaluation<F> {
    fn named(&mut self, name: &str) -> String {
        (self.value)(name).unwrap_or_else(|| {
            self.unknown.insert(name.to_owned());
            String::new()
        })
    }

    fn text(&mut self, node: &Value) -> Result<String, EvaluateError> {
        let function = || EvaluateError::Function(node.to_string());
        match node {
            Value::String(text) => return Ok(text.clone()),
            Value::Number(number) => return Ok(number.to_string()),
            Value::Bool(truth) => return Ok(truth.to_string()),
            _ => {}
        }
        let object = node.as_object().filter(|object| object.len() == 1).ok_or_else(function)?;
        let (name, argument) = object.iter().next().ok_or_else(function)?;
        match (name.as_str(), argument) {
            ("Ref", Value::String(name)) => Ok(self.named(name)),
            ("Fn::GetAtt", Value::String(path)) => Ok(self.named(path)),
            ("Fn::GetAtt", Value::Array(path)) => {
                let path: Vec<&str> = path.iter().filter_map(Value::as_str).collect();
                Ok(self.named(&path.join(".")))
            }
            ("Fn::Join", Value::Array(join)) => self.join(join).unwrap_or_else(|| Err(function())),
            ("Fn::Sub", Value::String(text)) => self.substituted(text, &Value::Null),
            ("Fn::Sub", Value::Array(sub)) => match sub.as_slice() {
                [Value::String(text), names] => self.substituted(text, names),
                _ => Err(function()),
            },
            _ => Err(EvaluateError::Function(name.clone())),
        }
    }

    fn join(&mut self, join: &[Value]) -> Option<Result<String, EvaluateError>> {
        let [Value::String(between), Value::Array(pieces)] = join else { return None };
        let pieces: Result<Vec<String>, EvaluateError> = pieces.iter().map(|piece| self.text(piece)).collect();
        Some(pieces.map(|pieces| pieces.join(between)))
    }

    /// `${Name}`, `${Thing.Attribute}`, a name of its own map, and `${!Literal}`.
    fn substituted(&mut self, text: &str, names: &Value) -> Result<String, EvaluateError> {
        let mut pieces = text.split("${");
        let mut whole = pieces.next().unwrap_or_default().to_owned();
        for piece in pieces {
            let Some((name, rest)) = piece.split_once('}') else {
                return Err(EvaluateError::Function(format!("Fn::Sub with an open `${{{piece}`")));
            };
            match (name.strip_prefix('!'), names.get(name)) {
                (Some(literal), _) => whole.push_str(&format!("${{{literal}}}")),
                (None, Some(own)) => whole.push_str(&self.text(own)?),
                (None, None) => whole.push_str(&self.named(name)),
            }
            whole.push_str(rest);
        }
        Ok(whole)
    }
}
