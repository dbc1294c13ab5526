//! Refusals in EC2's words. Source of the codes: *Error codes for the Amazon EC2 API*; of the texts, what users quote of them.
use crate::wire::ApiError;

/// Nothing has an id: the code and the text differ by kind.
#[must_use]
pub fn missing(id: &str) -> ApiError {
    let prefix = id.split('-').next().unwrap_or_default();
    let (code, text) = match prefix {
        "i" => ("InvalidInstanceID.NotFound", format!("The instance ID '{id}' does not exist")),
        "vol" => ("InvalidVolume.NotFound", format!("The volume '{id}' does not exist.")),
        "snap" => ("InvalidSnapshot.NotFound", format!("The snapshot '{id}' does not exist.")),
        "ami" => ("InvalidAMIID.NotFound", format!("The image id '[{id}]' does not exist")),
        "vpc" => ("InvalidVpcID.NotFound", format!("The vpc ID '{id}' does not exist")),
        "subnet" => ("InvalidSubnetID.NotFound", format!("The subnet ID '{id}' does not exist")),
        "igw" => ("InvalidInternetGatewayID.NotFound", format!("The internetGateway ID '{id}' does not exist")),
        "rtb" => ("InvalidRouteTableID.NotFound", format!("The routeTable ID '{id}' does not exist")),
        "rtbassoc" => ("InvalidAssociationID.NotFound", format!("The association ID '{id}' does not exist")),
        "vpce" => ("InvalidVpcEndpointId.NotFound", format!("The Vpc Endpoint Id '{id}' does not exist")),
        "sg" => ("InvalidGroup.NotFound", format!("The security group '{id}' does not exist")),
        "sgr" => ("InvalidSecurityGroupRuleId.NotFound", format!("The security group rule ID '{id}' does not exist")),
        "eni" => ("InvalidNetworkInterfaceID.NotFound", format!("The networkInterface ID '{id}' does not exist")),
        "eipalloc" => ("InvalidAllocationID.NotFound", format!("The allocation ID '{id}' does not exist")),
        "eipassoc" => ("InvalidAssociationID.NotFound", format!("The association ID '{id}' does not exist")),
        "key" => ("InvalidKeyPair.NotFound", format!("The key pair ID '{id}' does not exist")),
        "lt" => (
            "InvalidLaunchTemplateId.NotFound",
            format!("The specified launch template, with template ID {id}, does not exist."),
        ),
        "replacevol" => (
            "InvalidReplaceRootVolumeTaskId.NotFound",
            format!("The replace root volume task ID '{id}' does not exist"),
        ),
        _ => ("InvalidID", format!("The ID '{id}' is not valid")),
    };
    ApiError::new(code, text)
}

/// No instance has an id, or it is none.
#[must_use]
pub fn no_instance(id: &str) -> ApiError {
    match id.split_once('-') {
        Some(("i", _)) => missing(id),
        _ => ApiError::new("InvalidInstanceID.Malformed", format!("Invalid id: \"{id}\" (expecting \"i-...\")")),
    }
}

/// A value that does not do.
#[must_use]
pub fn invalid(message: impl Into<String>) -> ApiError {
    ApiError::new("InvalidParameterValue", message)
}

/// Something that is used cannot go.
#[must_use]
pub fn depended_on(kind: &str, id: &str) -> ApiError {
    let text = match kind {
        "resource" => format!("resource {id} has a dependent object"),
        _ => format!("The {kind} '{id}' has dependencies and cannot be deleted."),
    };
    ApiError::new("DependencyViolation", text)
}

/// A thing is in a state that does not allow it.
#[must_use]
pub fn state(message: impl Into<String>) -> ApiError {
    ApiError::new("IncorrectState", message)
}
