//! What a template demands of its parameters together. Source: *Rules* in the template reference.
use serde_json::Value as Json;

use super::conditions::Setting;
use super::{Problem, Template};

/// Refuses parameters that break a rule.
pub(super) fn check(template: &Template, setting: &Setting<'_>) -> Result<(), Problem> {
    for (name, rule) in template.section("Rules") {
        if let Some(condition) = rule.get("RuleCondition")
            && !setting.holds(condition)?
        {
            continue;
        }
        for assertion in rule.get("Assertions").and_then(Json::as_array).into_iter().flatten() {
            if !setting.holds(assertion.get("Assert").unwrap_or(&Json::Null))? {
                let description = assertion.get("AssertDescription").and_then(Json::as_str).unwrap_or("an assertion");
                return Err(Problem(format!("Template validation error: rule {name} failed: {description}")));
            }
        }
    }
    Ok(())
}
