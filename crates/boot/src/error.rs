//! What can go wrong on this side; what goes wrong in a script is an outcome and no error.
use std::io;

/// The machine does not do what a boot needs.
#[derive(Debug, thiserror::Error)]
pub enum BootError {
    /// A tool is missing or cannot be started.
    #[error("`{tool}` does not run; install it with: apt-get install {}", crate::PACKAGES.join(" "))]
    Tool {
        /// Its name.
        tool: String,
        /// Why.
        source: io::Error,
    },
    /// A tool ran and refused.
    #[error("{doing}: {said}")]
    Refused {
        /// What was being done.
        doing: String,
        /// What the tool said.
        said: String,
    },
    /// A file of the root cannot be read or written.
    #[error("{path}")]
    File {
        /// Which.
        path: String,
        /// Why.
        source: io::Error,
    },
    /// The image has what no machine could have, or what would be written beside its root.
    #[error(transparent)]
    Image(#[from] crate::ImageFault),
    /// Something did not end.
    #[error("{0} takes too long")]
    Late(String),
}

impl BootError {
    pub(crate) fn file(path: &std::path::Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.display().to_string();
        move |source| BootError::File { path, source }
    }
}
