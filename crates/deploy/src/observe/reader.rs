//! A way to an account that can only look.
use std::collections::BTreeMap;

use super::read_only::ReadOnly;
use crate::aws::ec2::Xml;
use crate::aws::{CallCount, Connection, Retry, Settings, connect};
use crate::failure::Failure;

/// A way to an account that can only look. The connection in it is not to be had.
#[derive(Clone, Debug)]
pub struct Reader {
    pub(super) connection: Connection,
}

impl Reader {
    /// Opens it. Nothing is sent yet.
    ///
    /// # Errors
    ///
    /// If there is no region.
    pub async fn open(settings: &Settings) -> Result<Reader, Failure> {
        Ok(Reader::through(connect(settings).await?))
    }

    /// Looks by a way that is open already. What that way could do beside looking, it cannot do from here.
    #[must_use]
    pub fn through(connection: Connection) -> Reader {
        Reader { connection: connection.behind(ReadOnly) }
    }

    /// The region.
    #[must_use]
    pub fn region(&self) -> &str {
        &self.connection.region
    }

    /// Where it leads, if that is not AWS.
    #[must_use]
    pub fn endpoint(&self) -> Option<&str> {
        self.connection.config.endpoint_url()
    }

    /// How often each operation was called so far.
    #[must_use]
    pub fn call_counts(&self) -> BTreeMap<&'static str, CallCount> {
        self.connection.call_counts()
    }

    /// The value of a parameter of SSM. Of a secret one only what a template would see: nothing that is decrypted.
    pub(super) async fn stored(&self, name: &str) -> Result<Option<String>, Failure> {
        Ok(self.connection.parameter(name).await?.map(|parameter| parameter.value))
    }

    pub(super) async fn ec2(&self, operation: &'static str, fields: &[(String, &str)]) -> Result<Xml, Failure> {
        self.connection.ec2(operation, Retry::Safe, fields).await
    }
}
