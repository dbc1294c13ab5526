//! Whether a resource has an attribute.
use stackgen_schema::{Kind, ResourceType};

use crate::context::Context;
use crate::shapes;
use crate::template::Resource;

const SAM_FUNCTION: &str = "AWS::Serverless::Function";

/// What is missing: the number of the part of `Fn::GetAtt` (0 for the resource, 1 for the attribute) and why.
pub(super) fn missing(context: &Context<'_>, name: &str, attribute: &str) -> Option<(usize, String)> {
    match context.template.resource(name) {
        Some(resource) => {
            let facts = resource.facts.or_else(|| made(resource.type_name))?;
            if returns(facts, resource, attribute) {
                return None;
            }
            Some((1, missing_attribute(facts, attribute)))
        }
        None if super::may_be_made(context, name) => None,
        None => {
            let near = stackgen_schema::nearest(name, context.template.resources.iter().map(|resource| resource.name));
            let hint = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
            Some((0, format!("there is no resource `{name}`{hint}")))
        }
    }
}

/// What SAM makes of a type under the same name, where it is only one.
fn made(type_name: &str) -> Option<&'static ResourceType> {
    (type_name == SAM_FUNCTION).then(|| shapes::resource_type("AWS::Lambda::Function")).flatten()
}

fn missing_attribute(facts: &ResourceType, attribute: &str) -> String {
    match stackgen_schema::nearest(attribute, facts.attributes.iter().map(|known| known.name.as_str())) {
        Some(near) => format!("{} has no attribute `{attribute}`; did you mean `{near}`?", facts.name),
        None => format!("{} has no attribute `{attribute}`", facts.name),
    }
}

/// Whether a resource returns an attribute. Nested stacks, provisioned products and custom resources return what their
/// authors like; of an attribute that is a map any part can be asked for.
fn returns(facts: &ResourceType, resource: &Resource<'_>, attribute: &str) -> bool {
    let open = matches!(
        resource.type_name,
        "AWS::CloudFormation::Stack" | "AWS::ServiceCatalog::CloudFormationProvisionedProduct"
    );
    let first = attribute.split('.').next().unwrap_or_default();
    let known = |known: &stackgen_schema::Attribute| {
        let below = attribute.strip_prefix(known.name.as_str()).is_some_and(|rest| rest.starts_with('.'));
        known.name == attribute || (below && matches!(known.kind, Kind::Json | Kind::Map(_) | Kind::Object(_)))
    };
    resource.is_custom()
        || (resource.type_name.starts_with("AWS::Serverless::") && resource.type_name != SAM_FUNCTION)
        || (resource.type_name == SAM_FUNCTION && (matches!(first, "Alias" | "Version" | "Role")))
        || (open && attribute.starts_with("Outputs."))
        || facts.attributes.iter().any(known)
}
