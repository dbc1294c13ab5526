//! The operators in the condition of a statement.
use crate::document::Node;
use crate::report::Report;

/// The operators of conditions. Source: *IAM JSON policy elements: Condition operators* in the IAM User Guide.
pub(super) fn conditions(node: Node<'_>, report: &mut Report<'_>) {
    if !node.is_map() {
        return report.at(node, || "`Condition` is a map from operators to keys; this is none".to_owned());
    }
    for entry in node.entries() {
        let name = entry.key.text.as_str();
        if !is_operator(name) && !name.starts_with("Fn::") {
            report.at(entry.value, || format!("there is no operator `{name}` for conditions"));
        }
    }
}

fn is_operator(name: &str) -> bool {
    let many = ["ForAnyValue:", "ForAllValues:"].iter().find_map(|begin| name.strip_prefix(begin)).unwrap_or(name);
    let plain = many.strip_suffix("IfExists").unwrap_or(many);
    let plain = plain.strip_suffix("Exists").unwrap_or(plain);
    let not = |name: &str, kind: &str| {
        name.strip_prefix(kind).map(|rest| rest.strip_prefix("Not").unwrap_or(rest).to_owned())
    };
    let compares = |kind: &str| {
        let order = ["LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals"];
        plain.strip_prefix(kind).is_some_and(|rest| order.contains(&rest))
            || not(plain, kind).is_some_and(|rest| rest == "Equals")
    };
    let text = not(plain, "String").is_some_and(|rest| matches!(rest.as_str(), "Equals" | "EqualsIgnoreCase" | "Like"));
    let arn = not(plain, "Arn").is_some_and(|rest| matches!(rest.as_str(), "Equals" | "Like"));
    let others = matches!(plain, "Bool" | "Null" | "IpAddress" | "NotIpAddress") || name == "BinaryEquals";
    text || arn || others || compares("Date") || compares("Numeric")
}
