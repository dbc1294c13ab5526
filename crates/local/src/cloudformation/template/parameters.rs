//! The values of a template's parameters.
use indexmap::IndexMap;
use regress::Regex;
use serde_json::Value as Json;

use super::functions::text;
use super::outside::Outside;
use super::parse::format_error;
use super::{Problem, Template};
use crate::cloudformation::stack::Parameter;
use crate::wire::ApiError;

/// What a caller says about a parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Given {
    /// This value.
    Value(String),
    /// The one that the stack has.
    Previous,
}

/// How long the value of a parameter may be. Source: *Understand CloudFormation quotas*.
const LONGEST: usize = 4096;

/// The values of all parameters of a template, in its order. SSM parameters are read anew every time, also those whose name
/// stays: *UsePreviousValue* keeps the name. Source: *Specify existing resources at runtime with CloudFormation-supplied
/// parameter types*.
///
/// # Errors
///
/// If one has no value, or one that is not allowed, or is not of the template.
pub fn settle(
    template: &Template,
    given: &IndexMap<String, Given>,
    previous: Option<&IndexMap<String, Parameter>>,
    outside: &dyn Outside,
) -> Result<IndexMap<String, Parameter>, ApiError> {
    let declared = template.section("Parameters");
    let strange: Vec<&str> = given.keys().map(String::as_str).filter(|name| !declared.contains_key(*name)).collect();
    if !strange.is_empty() {
        return Err(ApiError::validation(format!("Parameters: [{}] do not exist in the template", strange.join(", "))));
    }
    let mut settled = IndexMap::new();
    let mut missing = Vec::new();
    for (name, declaration) in declared {
        let value = match given.get(name) {
            Some(Given::Value(value)) => Some(value.clone()),
            Some(Given::Previous) => Some(before(name, previous)?),
            None => declaration.get("Default").and_then(text),
        };
        match value {
            Some(value) => {
                // A value that was hidden when it was taken over from elsewhere was allowed there.
                let is_unseen = value == crate::adopt::HIDDEN && given.get(name) == Some(&Given::Previous);
                if !is_unseen {
                    allowed(name, declaration, &value)?;
                }
                settled.insert(name.clone(), parameter(declaration, value));
            }
            None => missing.push(name.as_str()),
        }
    }
    if !missing.is_empty() {
        return Err(ApiError::validation(format!("Parameters: [{}] must have values", missing.join(", "))));
    }
    fetch(template, &mut settled, outside)?;
    Ok(settled)
}

fn before(name: &str, previous: Option<&IndexMap<String, Parameter>>) -> Result<String, ApiError> {
    let value = previous.and_then(|previous| previous.get(name)).map(|parameter| parameter.value.clone());
    value.ok_or_else(|| {
        ApiError::validation(format!(
            "Invalid input for parameter key {name}. Cannot specify usePreviousValue as true for a parameter key not in the \
             previous template"
        ))
    })
}

fn parameter(declaration: &Json, value: String) -> Parameter {
    let no_echo = declaration.get("NoEcho").and_then(text).is_some_and(|flag| flag.eq_ignore_ascii_case("true"));
    Parameter { value, resolved: None, no_echo }
}

fn kind(declaration: &Json) -> &str {
    declaration.get("Type").and_then(Json::as_str).unwrap_or_default()
}

/// The type that an SSM parameter's value has.
fn stored_kind(kind: &str) -> Option<&str> {
    kind.strip_prefix("AWS::SSM::Parameter::Value<")?.strip_suffix('>')
}

/// Reads the SSM parameters. Message: aws/aws-cdk and others report it in these words.
fn fetch(
    template: &Template,
    settled: &mut IndexMap<String, Parameter>,
    outside: &dyn Outside,
) -> Result<(), ApiError> {
    let mut missing = Vec::new();
    for (name, parameter) in settled {
        if template.section("Parameters").get(name).and_then(|it| stored_kind(kind(it))).is_some() {
            parameter.resolved = outside.stored(&parameter.value);
            if parameter.resolved.is_none() {
                missing.push(parameter.value.clone());
            }
        }
    }
    if missing.is_empty() {
        return Ok(());
    }
    let names = missing.join(", ");
    Err(ApiError::validation(format!("Unable to fetch parameters [{names}] from parameter store for this account.")))
}

/// What `Ref` gives for a parameter.
pub(super) fn as_value(kind: &str, parameter: &Parameter) -> Json {
    let text = parameter.resolved.as_ref().unwrap_or(&parameter.value);
    if is_list(stored_kind(kind).unwrap_or(kind)) {
        text.split(',').map(|item| Json::String(item.trim().to_owned())).collect()
    } else {
        Json::String(text.clone())
    }
}

fn is_list(kind: &str) -> bool {
    kind == "CommaDelimitedList" || kind.starts_with("List<")
}

/// Refuses what the declaration does not allow.
fn allowed(name: &str, declaration: &Json, value: &str) -> Result<(), ApiError> {
    if value.len() > LONGEST {
        return Err(ApiError::validation(format!("Parameter '{name}' must contain at most {LONGEST} characters")));
    }
    let items: Vec<&str> =
        if is_list(kind(declaration)) { value.split(',').map(str::trim).collect() } else { vec![value] };
    let number = matches!(kind(declaration), "Number" | "List<Number>");
    for item in items {
        let Err(Problem(complaint)) = fits(declaration, number, item)? else { continue };
        let described = declaration.get("ConstraintDescription").and_then(Json::as_str);
        return Err(ApiError::validation(match described {
            Some(description) => format!("Parameter {name} failed to satisfy constraint: {description}"),
            None => format!("Parameter '{name}' {complaint}"),
        }));
    }
    Ok(())
}

/// What is wrong with a value, or with the declaration itself.
fn fits(declaration: &Json, number: bool, value: &str) -> Result<Result<(), Problem>, ApiError> {
    let bound = |key: &str| declaration.get(key).and_then(text).and_then(|text| text.parse::<f64>().ok());
    let wrong = |complaint: String| Ok(Err(Problem(complaint)));
    if number {
        let Ok(value) = value.parse::<f64>() else { return wrong("must be a number.".to_owned()) };
        if let Some(least) = bound("MinValue").filter(|least| value < *least) {
            return wrong(format!("must be a number not less than {least}"));
        }
        if let Some(most) = bound("MaxValue").filter(|most| value > *most) {
            return wrong(format!("must be a number not greater than {most}"));
        }
    }
    let length = f64::from(u32::try_from(value.chars().count()).unwrap_or(u32::MAX));
    if let Some(least) = bound("MinLength").filter(|least| length < *least) {
        return wrong(format!("must contain at least {least} characters"));
    }
    if let Some(most) = bound("MaxLength").filter(|most| length > *most) {
        return wrong(format!("must contain at most {most} characters"));
    }
    if let Some(values) = declaration.get("AllowedValues").and_then(Json::as_array)
        && !values.iter().filter_map(text).any(|allowed| allowed == value)
    {
        return wrong("must be one of AllowedValues".to_owned());
    }
    let Some(pattern) = declaration.get("AllowedPattern").and_then(Json::as_str) else { return Ok(Ok(())) };
    let regex = Regex::new(&format!("^(?:{pattern})$"))
        .map_err(|_| format_error(format!("Invalid AllowedPattern regular expression: {pattern}")))?;
    if regex.find(value).is_some() { Ok(Ok(())) } else { wrong(format!("must match pattern {pattern}")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Store;

    impl Outside for Store {
        fn stored(&self, name: &str) -> Option<String> {
            (name == "/ami").then(|| "ami-1".to_owned())
        }
        fn export(&self, _: &str) -> Option<String> {
            None
        }
        fn output(&self, _: &str, _: &str, _: Option<&str>) -> Option<String> {
            None
        }
        fn zones(&self, _: &str) -> Vec<String> {
            Vec::new()
        }
    }

    fn settled(declaration: &str, given: &[(&str, &str)]) -> Result<IndexMap<String, Parameter>, String> {
        let template = Template::parse(&format!("Parameters:\n  P: {declaration}\n")).expect("it is YAML");
        let given = given.iter().map(|(name, value)| {
            let given = if *value == "previous" { Given::Previous } else { Given::Value((*value).to_owned()) };
            ((*name).to_owned(), given)
        });
        let previous = Parameter { value: "/ami".to_owned(), resolved: Some("ami-0".to_owned()), no_echo: false };
        let previous = IndexMap::from([("P".to_owned(), previous)]);
        settle(&template, &given.collect(), Some(&previous), &Store).map_err(|error| error.message)
    }

    #[test]
    fn values_come_from_the_caller_the_stack_or_the_default() {
        let value = |declaration, given: &[_]| settled(declaration, given).expect(declaration)["P"].value.clone();
        assert_eq!(value("{Type: Number, Default: 8}", &[]), "8");
        assert_eq!(value("{Type: Number, Default: 8}", &[("P", "9")]), "9");
        assert_eq!(value("{Type: String}", &[("P", "previous")]), "/ami");
    }

    #[test]
    fn a_stored_parameter_is_read_anew_also_when_its_name_stays() {
        let parameter = settled("{Type: 'AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>'}", &[("P", "previous")]);
        assert_eq!(parameter.expect("it is there")["P"].resolved.as_deref(), Some("ami-1"));
    }

    #[test]
    fn what_does_not_fit_is_refused_in_the_words_of_aws() {
        for (declaration, given, wanted) in [
            ("{Type: String}", &[][..], "Parameters: [P] must have values"),
            ("{Type: String, Default: a}", &[("Q", "1")], "Parameters: [Q] do not exist in the template"),
            ("{Type: String, AllowedValues: [a, 1]}", &[("P", "b")], "Parameter 'P' must be one of AllowedValues"),
            ("{Type: String, AllowedPattern: '[a-z]+'}", &[("P", "ab1")], "Parameter 'P' must match pattern [a-z]+"),
            ("{Type: String, MinLength: 3}", &[("P", "ab")], "Parameter 'P' must contain at least 3 characters"),
            ("{Type: String, MaxLength: 1}", &[("P", "ab")], "Parameter 'P' must contain at most 1 characters"),
            ("{Type: Number, MinValue: 3}", &[("P", "2")], "Parameter 'P' must be a number not less than 3"),
            ("{Type: List<Number>, MaxValue: 3}", &[("P", "1,4")], "Parameter 'P' must be a number not greater than 3"),
            ("{Type: Number}", &[("P", "x")], "Parameter 'P' must be a number."),
            (
                "{Type: String}",
                &[("P", &"x".repeat(LONGEST + 1))],
                "Parameter 'P' must contain at most 4096 characters",
            ),
            (
                "{Type: Number, ConstraintDescription: be a number}",
                &[("P", "x")],
                "Parameter P failed to satisfy constraint: be a number",
            ),
            (
                "{Type: AWS::SSM::Parameter::Value<String>}",
                &[("P", "/none")],
                "Unable to fetch parameters [/none] from parameter store for this account.",
            ),
        ] {
            assert_eq!(settled(declaration, given).expect_err(declaration), wanted);
        }
    }
}
