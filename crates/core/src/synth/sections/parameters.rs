//! Parameters: literals only, and a default that the parameter's own constraints let through.
use stackgen_schema::nearest;

use super::{Report, literals};
use crate::node::{Node, Object};

/// CloudFormation's limit for a parameter's description.
const DESCRIPTION_BYTES: usize = 4000;

/// CloudFormation's limit for a parameter's value.
const VALUE_BYTES: f64 = 4096.0;

pub(super) fn check(body: &Object, report: &mut Report<'_>) {
    let mut fine = true;
    for (key, node) in body.iter() {
        let path = format!("/{key}");
        // No short cut: every key is to be reported.
        fine &= if key == "AllowedValues" || key == "Default" {
            literals::check(node, &path, report)
        } else {
            literals::scalar(node, &path, report)
        };
    }
    let bytes = body.get("Description").and_then(Node::as_text).unwrap_or_default().len();
    if bytes > DESCRIPTION_BYTES {
        let message = format!("{bytes} bytes of description; CloudFormation takes {DESCRIPTION_BYTES}");
        report.add("/Description", message, Some("shorten it".to_owned()));
    }
    if body.get("MaxLength").is_some_and(|node| literals::number(node) > Some(VALUE_BYTES)) {
        report.add("/MaxLength", format!("CloudFormation takes values of {VALUE_BYTES} bytes at most"), None);
    }
    if fine {
        Constraints::of(body).check(report);
    }
}

/// What a parameter asks of its values. Patterns are left out: nothing here speaks Java's regular expressions.
struct Constraints {
    kind: String,
    default: Option<String>,
    allowed: Option<Vec<String>>,
    range: [Option<f64>; 2],
    length: [Option<f64>; 2],
}

impl Constraints {
    fn of(body: &Object) -> Self {
        let text = |key: &str| body.get(key).and_then(Node::literal);
        let number = |key: &str| body.get(key).and_then(literals::number);
        let allowed = match body.get("AllowedValues") {
            Some(Node::List(values)) => Some(values.iter().filter_map(Node::literal).collect()),
            _ => None,
        };
        Constraints {
            kind: text("Type").unwrap_or_default(),
            default: text("Default"),
            allowed,
            range: [number("MinValue"), number("MaxValue")],
            length: [number("MinLength"), number("MaxLength")],
        }
    }

    fn check(&self, report: &mut Report<'_>) {
        if self.allowed.as_ref().is_some_and(Vec::is_empty) {
            report.add("/AllowedValues", "no value is allowed", None);
        }
        for (path, [least, most]) in [("/MinValue", self.range), ("/MinLength", self.length)] {
            if least > most && most.is_some() {
                report.add(path, "the smallest is larger than the largest", None);
            }
        }
        for value in self.values() {
            self.value(value, report);
        }
    }

    /// The default, or each item of it. What SSM holds is looked up later; here stands only its name.
    fn values(&self) -> Vec<&str> {
        let is_list = self.kind == "CommaDelimitedList" || self.kind.starts_with("List<");
        match self.default.as_deref() {
            Some(default) if is_list && !default.is_empty() => default.split(',').map(str::trim).collect(),
            Some(_) if is_list => Vec::new(),
            default => default.into_iter().collect(),
        }
    }

    fn value(&self, value: &str, report: &mut Report<'_>) {
        let mut refuse = |message: String, hint: Option<String>| report.add("/Default", message, hint);
        if let Some(allowed) = self.allowed.as_ref().filter(|allowed| !allowed.iter().any(|one| self.same(one, value)))
        {
            let near = nearest(value, allowed.iter().map(String::as_str)).map(|near| format!("did you mean `{near}`?"));
            refuse(format!("the default `{value}` is none of the allowed values"), near);
        }
        if self.is_number() {
            match value.parse::<f64>() {
                Err(_) => refuse(format!("the default `{value}` is no number"), None),
                Ok(number) if outside(number, self.range) => {
                    refuse(format!("the default `{value}` is outside the parameter's range"), None);
                }
                Ok(_) => {}
            }
        }
        let letters = value.chars().count();
        if outside(letters as f64, self.length) {
            refuse(format!("the default `{value}` has {letters} characters, too few or too many"), None);
        }
    }

    fn is_number(&self) -> bool {
        matches!(self.kind.as_str(), "Number" | "List<Number>")
    }

    fn same(&self, left: &str, right: &str) -> bool {
        let equal = || left.parse::<f64>().ok().is_some_and(|left| right.parse() == Ok(left));
        left == right || self.is_number() && equal()
    }
}

fn outside(number: f64, [least, most]: [Option<f64>; 2]) -> bool {
    least.is_some_and(|least| number < least) || most.is_some_and(|most| number > most)
}
