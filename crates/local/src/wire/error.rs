//! What a call is refused with.

/// A refusal, as AWS words it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub struct ApiError {
    /// The code, such as `ValidationError`.
    pub code: String,
    /// What is wrong.
    pub message: String,
    /// The status of HTTP.
    pub status: u16,
}

impl ApiError {
    /// A refusal that is the caller's fault.
    pub fn new(code: impl Into<String>, message: impl Into<String>) -> ApiError {
        ApiError { code: code.into(), message: message.into(), status: 400 }
    }

    /// CloudFormation's word for nearly everything.
    pub fn validation(message: impl Into<String>) -> ApiError {
        ApiError::new("ValidationError", message)
    }

    /// An operation that AWS has and this engine has not.
    pub fn not_here(service: &str, operation: &str) -> ApiError {
        let message =
            format!("stackgen's local engine does not have {service} {operation}; docs/local.md lists what it has");
        ApiError::new("NotImplementedByLocalEngine", message)
    }
}
