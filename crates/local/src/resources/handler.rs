//! What the handlers of resource types say when something fails.
use super::{Refusal, Site};
use crate::wire::{ApiError, Service};

/// Types whose events show what the service said and nothing around it, as users quote them of security groups
/// ("resource sg-… has a dependent object (Service: Ec2, …)").
const BARE: [&str; 1] = ["AWS::EC2::SecurityGroup"];

/// What a handler says of itself.
pub(super) fn failed(site: &mut Site<'_>, message: &str, code: &str) -> Refusal {
    let token = site.world.uuid();
    Refusal(format!(
        "Resource handler returned message: \"{message}\" (RequestToken: {token}, HandlerErrorCode: {code})"
    ))
}

/// What an event says of a call that a service refused: the form that the AWS SDK for Java gives to exceptions of services.
/// Users quote events with the number of attempts (new ones) and without (older ones).
pub(super) fn refusal(site: &mut Site<'_>, service: Service, error: &ApiError) -> Refusal {
    let name = match service {
        Service::Ec2 => "Ec2",
        Service::Iam => "Iam",
        Service::Ssm => "Ssm",
        Service::Logs => "CloudWatchLogs",
        service => service.name(),
    };
    let code = code(&site.type_name, error);
    let request = site.world.uuid();
    let ApiError { message, status, .. } = error;
    let message =
        format!("{message} (Service: {name}, Status Code: {status}, Request ID: {request}) (SDK Attempt Count: 1)");
    if BARE.contains(&site.type_name.as_str()) { Refusal(message) } else { failed(site, &message, code) }
}

/// Whether what a call was about is not there.
pub(super) fn is_missing(code: &str) -> bool {
    code.starts_with("NoSuch") || code.ends_with("NotFound") || code == "ResourceNotFoundException"
}

/// The code of the handler. Seen in public: `AlreadyExists` for a volume that is attached elsewhere, `InvalidRequest` for a subnet
/// that has dependencies (GuardDuty User Guide), `ServiceLimitExceeded` for the number of endpoints, `GeneralServiceException` for
/// an internal error and for a network without a gateway. Others follow from the list in *Handler error codes* (CloudFormation
/// CLI User Guide).
fn code(type_name: &str, error: &ApiError) -> &'static str {
    match error.code.as_str() {
        code if is_missing(code) => "NotFound",
        "VolumeInUse" if type_name == "AWS::EC2::VolumeAttachment" => "AlreadyExists",
        code if code.contains("Already") || code.contains("Duplicate") => "AlreadyExists",
        code if code.contains("LimitExceeded") => "ServiceLimitExceeded",
        code if code.contains("Conflict") => "ResourceConflict",
        "Gateway.NotAttached" => "GeneralServiceException",
        _ if error.status >= 500 => "GeneralServiceException",
        _ => "InvalidRequest",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_have_the_codes_that_users_see() {
        for (type_name, refused, status, wanted) in [
            ("AWS::EC2::VolumeAttachment", "VolumeInUse", 400, "AlreadyExists"),
            ("AWS::EC2::Subnet", "DependencyViolation", 400, "InvalidRequest"),
            ("AWS::EC2::EIP", "AddressLimitExceeded", 400, "ServiceLimitExceeded"),
            ("AWS::EC2::EIP", "Gateway.NotAttached", 400, "GeneralServiceException"),
            ("AWS::EC2::Instance", "InvalidAMIID.NotFound", 400, "NotFound"),
            ("AWS::EC2::Instance", "InsufficientInstanceCapacity", 500, "GeneralServiceException"),
            ("AWS::IAM::Role", "EntityAlreadyExists", 409, "AlreadyExists"),
            ("AWS::IAM::Role", "DeleteConflict", 409, "ResourceConflict"),
        ] {
            let error = ApiError { status, ..ApiError::new(refused, "no") };
            assert_eq!(code(type_name, &error), wanted, "{refused}");
        }
    }
}
