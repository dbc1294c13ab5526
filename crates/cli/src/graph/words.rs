//! Reads template values as text, as far as that can be known before a deploy: export names and what cards show.
use serde_json::Value;
use stackgen_assembly::StackEntry;

/// What is known of a stack before it is deployed.
pub(super) struct Words<'a> {
    pub(super) stack: &'a StackEntry,
    pub(super) template: &'a Value,
}

impl Words<'_> {
    /// The text of a value, or its JSON: two stacks that write a name the same way then still mean the same.
    pub(super) fn text_or_json(&self, value: &Value) -> String {
        self.text(value).unwrap_or_else(|| value.to_string())
    }

    /// The text of a value, if nothing in it has to wait for the deploy.
    pub(super) fn text(&self, value: &Value) -> Option<String> {
        match value {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            Value::Bool(flag) => Some(flag.to_string()),
            Value::Object(fields) if fields.len() == 1 => {
                let (name, argument) = fields.iter().next()?;
                self.call(name, argument)
            }
            _ => None,
        }
    }

    fn call(&self, name: &str, argument: &Value) -> Option<String> {
        match (name, argument) {
            ("Ref", Value::String(id)) => self.named(id),
            ("Fn::Sub", Value::String(text)) => self.sub(text, None),
            ("Fn::Sub", Value::Array(parts)) => self.sub(parts.first()?.as_str()?, parts.get(1)),
            ("Fn::Join", Value::Array(parts)) => {
                let texts: Option<Vec<String>> = parts.get(1)?.as_array()?.iter().map(|part| self.text(part)).collect();
                Some(texts?.join(parts.first()?.as_str()?))
            }
            _ => None,
        }
    }

    fn sub(&self, text: &str, given: Option<&Value>) -> Option<String> {
        let mut result = text.to_owned();
        for name in sub_names(text) {
            let value = match given.and_then(|given| given.get(name)) {
                Some(value) => self.text(value)?,
                None => self.named(name)?,
            };
            result = result.replace(&format!("${{{name}}}"), &value);
        }
        Some(result.replace("${!", "${"))
    }

    fn named(&self, id: &str) -> Option<String> {
        match id {
            "AWS::StackName" => Some(self.stack.name.clone()),
            "AWS::Region" => self.stack.region.clone(),
            "AWS::AccountId" => self.stack.account.clone(),
            _ => self.text(self.template.get("Parameters")?.get(id)?.get("Default")?),
        }
    }
}

/// The names in a `Fn::Sub` text: `a-${Name}-${!literal}` has `Name`.
pub(super) fn sub_names(text: &str) -> impl Iterator<Item = &str> {
    let parts = text.split("${").skip(1);
    parts.filter_map(|part| part.split_once('}')).map(|(name, _)| name).filter(|name| !name.starts_with('!'))
}
