//! A secret by the name of where it is kept.
use crate::iam::Grant;

/// A secret in SSM or Secrets Manager. Nothing here can read it, and it is nowhere shown: only a machine asks for its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretRef {
    pub(super) store: Store,
    pub(super) id: String,
    key: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Store {
    Parameter,
    SecretsManager,
}

impl SecretRef {
    /// An encrypted parameter of SSM, by name.
    pub fn parameter(name: impl Into<String>) -> Self {
        SecretRef { store: Store::Parameter, id: name.into(), key: None }
    }

    /// A secret of Secrets Manager, by name.
    pub fn secret(name: impl Into<String>) -> Self {
        SecretRef { store: Store::SecretsManager, id: name.into(), key: None }
    }

    /// The id of your own key that encrypts it. Without one it is encrypted with the key that AWS keeps for the service,
    /// with which every principal of the account can decrypt.
    #[must_use]
    pub fn encrypted_by(mut self, key_id: impl Into<String>) -> Self {
        self.key = Some(key_id.into());
        self
    }
}

impl Store {
    /// How the AWS CLI is asked; the id stands behind it.
    pub(super) fn question(self) -> &'static str {
        match self {
            Store::Parameter => "ssm get-parameter --with-decryption --query Parameter.Value --name",
            Store::SecretsManager => "secretsmanager get-secret-value --query SecretString --secret-id",
        }
    }
}

pub(super) fn number(secrets: &[&SecretRef], secret: &SecretRef) -> usize {
    secrets.iter().position(|known| *known == secret).expect("every secret is listed")
}

/// Reading these secrets and no others, and decrypting with the keys that are not AWS's own.
pub(super) fn grants(secrets: &[&SecretRef]) -> Vec<Grant> {
    let ids = |store: Store, key: Option<&str>| -> Vec<&str> {
        let of_store = secrets.iter().filter(|secret| secret.store == store);
        of_store
            .filter(|secret| key.is_none_or(|key| secret.key.as_deref() == Some(key)))
            .map(|s| s.id.as_str())
            .collect()
    };
    let mut keys: Vec<&str> = secrets.iter().filter_map(|secret| secret.key.as_deref()).collect();
    keys.sort_unstable();
    keys.dedup();
    let parameters = ids(Store::Parameter, None);
    let others = ids(Store::SecretsManager, None);
    let mut grants = Vec::new();
    grants.extend((!parameters.is_empty()).then(|| Grant::read_parameters(parameters)));
    grants.extend((!others.is_empty()).then(|| Grant::read_secrets(others)));
    for key in keys {
        let (parameters, others) = (ids(Store::Parameter, Some(key)), ids(Store::SecretsManager, Some(key)));
        grants.extend((!parameters.is_empty()).then(|| Grant::decrypt_parameters(key, parameters)));
        grants.extend((!others.is_empty()).then(|| Grant::decrypt_secrets(key, others)));
    }
    grants
}
