//! HTTP as the protocols see it: what came in, and what goes out.

/// A request of HTTP, whole.
#[derive(Clone, Debug, Default)]
pub struct Call {
    /// `GET`, `POST`, …
    pub method: String,
    /// The path as it came, percent signs and all.
    pub path: String,
    /// What stands behind the `?`, as it came.
    pub query: String,
    /// Headers, names in lower case, in their order.
    pub headers: Vec<(String, String)>,
    /// The body, without its chunks.
    pub body: Vec<u8>,
}

impl Call {
    /// The first header of a name, given in lower case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        header(&self.headers, name)
    }
}

/// An answer of HTTP, whole. A service with a protocol of its own (S3, Lambda's `Invoke`) makes it itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reply {
    /// The status.
    pub status: u16,
    /// Headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Reply {
    /// An answer without a body.
    #[must_use]
    pub fn new(status: u16) -> Reply {
        Reply { status, ..Reply::default() }
    }

    /// The same answer with a header more.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Reply {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// The same answer with a body of a type.
    #[must_use]
    pub fn body(self, media_type: &str, body: impl Into<Vec<u8>>) -> Reply {
        let mut reply = self.with("content-type", media_type);
        reply.body = body.into();
        reply
    }

    /// The first header of a name, given in lower case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        header(&self.headers, name)
    }
}

fn header<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    headers.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
}

/// What a service answers.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// Members of the API's answer; the protocol decides how they look.
    Members(serde_json::Value),
    /// The answer itself.
    Whole(Reply),
}
