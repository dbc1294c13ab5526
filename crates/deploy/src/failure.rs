//! Why a call or a deploy failed, in kinds that decide what happens next.
//!
//! CloudFormation answers much with a bare `ValidationError`, so that kinds are told by code and message; this is the only
//! place that reads either. Sources: *Common errors* in the CloudFormation API reference, and for the messages
//! awslabs/aws-sdk-rust#678, serverless/serverless#5630 and aws/aws-cdk's `deploy-stack.ts`.
use std::fmt;

/// Why something failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Failure {
    /// What kind of failure it is.
    pub kind: Kind,
    /// What was being done and what AWS said.
    pub message: String,
}

/// The kinds of failures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// There are no credentials, or nobody accepts them.
    Credentials,
    /// The credentials were good once.
    Expired,
    /// The credentials do not allow it.
    Denied,
    /// There is no such stack.
    NoStack,
    /// There is no such change set.
    NoChangeSet,
    /// There is no such thing: no parameter, bucket, object, machine, disk or image of this name.
    NotFound,
    /// Another operation runs.
    Busy,
    /// The stack's status does not allow it.
    WrongStatus,
    /// There is nothing to change.
    NoChanges,
    /// CloudFormation wants to be told that we know what the template does.
    Capabilities,
    /// The template or its parameters are wrong.
    Template,
    /// It is protected against deletion.
    Protected,
    /// An export is in use.
    ExportInUse,
    /// It has been started already, by the same request.
    AlreadyStarted,
    /// Its name is taken.
    AlreadyExists,
    /// Too many of something.
    Limit,
    /// AWS asks to slow down.
    Throttled,
    /// Nobody answers, or with an error of the server: nobody knows whether the request was taken.
    Unknown,
    /// The service does not have the operation.
    NotThere,
    /// A safety rule of ours forbids it.
    Refused,
    /// The operation itself failed, and was reported.
    Operation,
    /// Anything else that AWS refuses.
    Other,
}

impl Failure {
    /// A failure of a kind.
    pub fn new(kind: Kind, message: impl Into<String>) -> Failure {
        Failure { kind, message: message.into() }
    }

    /// The same failure with what was being done in front.
    #[must_use]
    pub fn while_doing(self, what: impl fmt::Display) -> Failure {
        Failure { kind: self.kind, message: format!("{what}: {}", self.message) }
    }

    /// Whether the same request may work a moment later.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        matches!(self.kind, Kind::Throttled | Kind::Unknown)
    }
}

/// What a refusal means, by its code and its message.
#[must_use]
pub fn kind_of(code: &str, message: &str) -> Kind {
    by_code(code).or_else(|| by_message(message)).unwrap_or(match code {
        "ValidationError" | "ValidationException" => Kind::Template,
        _ => Kind::Other,
    })
}

fn by_code(code: &str) -> Option<Kind> {
    Some(match code {
        "ExpiredToken" | "ExpiredTokenException" | "RequestExpired" => Kind::Expired,
        "InvalidClientTokenId"
        | "UnrecognizedClientException"
        | "AuthFailure"
        | "SignatureDoesNotMatch"
        | "MissingAuthenticationToken"
        | "IncompleteSignature" => Kind::Credentials,
        "AccessDenied" | "AccessDeniedException" | "UnauthorizedOperation" => Kind::Denied,
        "Throttling" | "ThrottlingException" | "RequestLimitExceeded" | "TooManyRequestsException" | "SlowDown" => {
            Kind::Throttled
        }
        "ServiceUnavailable" | "InternalFailure" | "InternalError" | "RequestTimeout" => Kind::Unknown,
        "ChangeSetNotFound" | "ChangeSetNotFoundException" => Kind::NoChangeSet,
        "ParameterNotFound" | "NoSuchBucket" | "NoSuchKey" => Kind::NotFound,
        "AlreadyExistsException" | "ParameterAlreadyExists" => Kind::AlreadyExists,
        "InsufficientCapabilitiesException" | "InsufficientCapabilities" => Kind::Capabilities,
        "TokenAlreadyExistsException" => Kind::AlreadyStarted,
        "InvalidChangeSetStatus" => Kind::WrongStatus,
        "LimitExceededException" | "LimitExceeded" => Kind::Limit,
        "OperationInProgressException" => Kind::Busy,
        // EC2 ends them all alike: InvalidInstanceID.NotFound, InvalidVolume.NotFound and so on.
        // Of an image that was deregistered a while ago.
        "InvalidAMIID.Unavailable" => Kind::NotFound,
        code if code.ends_with(".NotFound") => Kind::NotFound,
        "NotImplementedByLocalEngine" | "InvalidAction" | "UnknownOperationException" => Kind::NotThere,
        _ => return None,
    })
}

fn by_message(message: &str) -> Option<Kind> {
    const SIGNS: &[(&str, Kind)] = &[
        ("does not exist", Kind::NoStack),
        ("No updates are to be performed", Kind::NoChanges),
        ("didn't contain changes", Kind::NoChanges),
        ("_IN_PROGRESS state and can not be", Kind::Busy),
        ("_IN_PROGRESS state and cannot be", Kind::Busy),
        ("state and can not be", Kind::WrongStatus),
        ("state and cannot be", Kind::WrongStatus),
        ("TerminationProtection is enabled", Kind::Protected),
        ("as it is in use by", Kind::ExportInUse),
        ("Requires capabilities", Kind::Capabilities),
        ("Rate exceeded", Kind::Throttled),
        ("security token included in the request is expired", Kind::Expired),
        ("is not authorized to perform", Kind::Denied),
    ];
    SIGNS.iter().find(|(sign, _)| message.contains(sign)).map(|&(_, kind)| kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cloudformation_says_has_a_kind() {
        for (code, message, kind) in [
            ("ValidationError", "Stack with id prod-x does not exist", Kind::NoStack),
            ("ValidationError", "No updates are to be performed.", Kind::NoChanges),
            (
                "ValidationError",
                "Stack:arn:aws:cloudformation:eu-west-1:123456789012:stack/x/1 is in UPDATE_IN_PROGRESS state and can not be updated.",
                Kind::Busy,
            ),
            (
                "ValidationError",
                "Stack:arn:aws:cloudformation:eu-west-1:123456789012:stack/x/1 is in ROLLBACK_COMPLETE state and can not be updated.",
                Kind::WrongStatus,
            ),
            ("ValidationError", "Stack [x] cannot be deleted while TerminationProtection is enabled", Kind::Protected),
            ("ValidationError", "Export a:B cannot be deleted as it is in use by c", Kind::ExportInUse),
            ("Throttling", "Rate exceeded", Kind::Throttled),
            ("ExpiredToken", "The security token included in the request is expired", Kind::Expired),
            ("ChangeSetNotFound", "ChangeSet [x] does not exist", Kind::NoChangeSet),
            ("InsufficientCapabilitiesException", "Requires capabilities : [CAPABILITY_IAM]", Kind::Capabilities),
            ("ValidationError", "Template format error: unsupported structure.", Kind::Template),
            ("SomethingNew", "nobody has seen this", Kind::Other),
        ] {
            assert_eq!(kind_of(code, message), kind, "{code}: {message}");
        }
    }
}
