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
    /// A template goes through a bucket, and that is not there or cannot be used.
    Bucket,
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

    /// Whether it says that nothing was begun. Whoever has no credentials any more does not even learn what became of a call
    /// whose answer was lost.
    #[must_use]
    pub fn is_final(&self) -> bool {
        !self.is_passing() && !matches!(self.kind, Kind::Credentials | Kind::Expired)
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
        "AccessDenied" | "AccessDeniedException" | "UnauthorizedOperation" | "NotAuthorized" | "OptInRequired" => {
            Kind::Denied
        }
        "Throttling" | "ThrottlingException" | "RequestLimitExceeded" | "TooManyRequestsException" | "SlowDown" => {
            Kind::Throttled
        }
        // The last one is of S3: two put the same object at the same time (*Conditional requests* in the S3 User Guide).
        "ServiceUnavailable"
        | "InternalFailure"
        | "InternalError"
        | "RequestTimeout"
        | "ConditionalRequestConflict" => Kind::Unknown,
        "ChangeSetNotFound" | "ChangeSetNotFoundException" => Kind::NoChangeSet,
        "ParameterNotFound" | "NoSuchBucket" | "NoSuchKey" | "InvocationDoesNotExist" => Kind::NotFound,
        "AlreadyExistsException" | "ParameterAlreadyExists" | "PreconditionFailed" => Kind::AlreadyExists,
        // A bucket of another region (*Error responses* in the S3 API Reference).
        "PermanentRedirect" | "AuthorizationHeaderMalformed" => Kind::Bucket,
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
        // What CloudFormation says if it cannot read the template; the rest is in the words of S3.
        ("S3 error: ", Kind::Bucket),
        ("No updates are to be performed", Kind::NoChanges),
        ("didn't contain changes", Kind::NoChanges),
        ("TerminationProtection is enabled", Kind::Protected),
        ("as it is in use by", Kind::ExportInUse),
        ("Requires capabilities", Kind::Capabilities),
        ("Rate exceeded", Kind::Throttled),
        ("security token included in the request is expired", Kind::Expired),
        ("is not authorized to perform", Kind::Denied),
        // Of a service role.
        ("is invalid or cannot be assumed", Kind::Denied),
    ];
    let told = SIGNS.iter().find(|(sign, _)| message.contains(sign)).map(|&(_, kind)| kind);
    told.or_else(|| is_no_stack(message).then_some(Kind::NoStack)).or_else(|| by_status(message))
}

/// Much else does not exist either, such as a resource of a stack that does.
fn is_no_stack(message: &str) -> bool {
    let names_it = ["Stack with id ", "Stack [", "Stack for "].iter().any(|start| message.starts_with(start));
    names_it && message.trim_end_matches('.').ends_with("does not exist")
}

/// What a status does not allow: one that passes, or one that stays until somebody does something.
fn by_status(message: &str) -> Option<Kind> {
    const SIGNS: &[&str] = &[
        "state and can not be",
        "state and cannot be",
        "currently in a non-terminal [",
        "cannot be called from current stack status",
        "cannot be deleted while in status",
    ];
    let is_told = SIGNS.iter().any(|sign| message.contains(sign));
    let passes =
        |word: &str| word.trim_matches(|letter: char| !letter.is_ascii_alphanumeric()).ends_with("_IN_PROGRESS");
    let kind = if message.split_whitespace().any(passes) { Kind::Busy } else { Kind::WrongStatus };
    is_told.then_some(kind)
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
            ("ValidationError", "S3 error: The specified bucket does not exist", Kind::Bucket),
            ("NoSuchBucket", "The specified bucket does not exist", Kind::NotFound),
            ("ValidationError", "Stack [prod-x] does not exist", Kind::NoStack),
            ("ValidationError", "Stack for vol-1 does not exist", Kind::NoStack),
            ("ValidationError", "Resource Topic does not exist for stack prod-x", Kind::Template),
            ("ValidationError", "Drift detection [1-2-3] does not exist", Kind::Template),
            ("ValidationError", "Stack with id prod-x has a resource that does not exist in prod-y", Kind::Template),
            (
                "ValidationError",
                "This stack is currently in a non-terminal [UPDATE_FAILED] state. To update the stack from this state, please use \
                 the disable-rollback parameter with update-stack API. To rollback to the last known good state, use the \
                 rollback-stack API",
                Kind::WrongStatus,
            ),
            (
                "ValidationError",
                "This stack is currently in a non-terminal [UPDATE_IN_PROGRESS] state. To update the stack from this state, …",
                Kind::Busy,
            ),
            ("ValidationError", "CancelUpdateStack cannot be called from current stack status", Kind::WrongStatus),
            ("ValidationError", "Stack [x] cannot be deleted while in status UPDATE_IN_PROGRESS", Kind::Busy),
            ("ValidationError", "Stack [x] cannot be deleted while in status DELETE_FAILED", Kind::WrongStatus),
            ("ValidationError", "Role arn:aws:iam::1:role/x is invalid or cannot be assumed", Kind::Denied),
            ("NotAuthorized", "This action is not authorized", Kind::Denied),
            ("OptInRequired", "You are not subscribed to this service", Kind::Denied),
            ("SomethingNew", "nobody has seen this", Kind::Other),
        ] {
            assert_eq!(kind_of(code, message), kind, "{code}: {message}");
        }
    }
}
