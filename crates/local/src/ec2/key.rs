//! Key pairs. The keys themselves are made up: nobody can log in to these machines.
use serde_json::{Value as Json, json};

use super::error::missing;
use super::shown::{Kind, shown, tags_for};
use super::{Answer, Ec2, Input, Place, time};
use crate::wire::ApiError;

fn named(ec2: &Ec2, name: &str) -> Option<String> {
    ec2.keys.iter().find(|(_, it)| it["keyName"] == json!(name)).map(|(id, _)| id.clone())
}

/// Refuses a name that no key pair has.
///
/// # Errors
///
/// `InvalidKeyPair.NotFound`.
pub fn check(ec2: &Ec2, name: &str) -> Result<(), ApiError> {
    match named(ec2, name) {
        Some(_) => Ok(()),
        None => Err(ApiError::new("InvalidKeyPair.NotFound", format!("The key pair '{name}' does not exist"))),
    }
}

fn enter(at: &mut Place<'_>, input: Input<'_>, kind: &str) -> Result<Json, ApiError> {
    let name = input.required("KeyName")?;
    if named(at.ec2(), &name).is_some() {
        return Err(ApiError::new("InvalidKeyPair.Duplicate", format!("The keypair already exists: {name}")));
    }
    let (id, mark, made) = (at.world.id("key"), at.world.uuid().replace('-', ""), time(at.now()));
    let pairs: Vec<&str> = (0..16).map(|index| &mark[index * 2..index * 2 + 2]).collect();
    let key = json!({"keyPairId": id, "keyName": name, "keyFingerprint": pairs.join(":"), "keyType": kind, "createTime": made});
    at.ec2().keys.insert(id.clone(), key.clone());
    at.ec2().tag(&id, tags_for(input, "key-pair"));
    Ok(key)
}

/// `CreateKeyPair`.
pub(super) fn create(at: &mut Place<'_>, input: Input<'_>) -> Answer {
    let kind = input.text("KeyType").unwrap_or_else(|| "rsa".to_owned());
    let mut key = enter(at, input, &kind)?;
    let lines: Vec<String> = (0..4).map(|_| at.world.letters(64)).collect();
    key["keyMaterial"] =
        json!(format!("-----BEGIN RSA PRIVATE KEY-----\n{}\n-----END RSA PRIVATE KEY-----", lines.join("\n")));
    Ok(key)
}

/// `ImportKeyPair`.
pub(super) fn import(at: &mut Place<'_>, input: Input<'_>) -> Answer {
    input.required("PublicKeyMaterial")?;
    enter(at, input, "rsa")
}

/// `DeleteKeyPair`. One that there is not is deleted (API reference).
pub(super) fn delete(at: &mut Place<'_>, input: Input<'_>) -> Answer {
    let ec2 = at.ec2();
    let id = input.text("KeyPairId").or_else(|| named(ec2, &input.text("KeyName")?));
    if let Some(id) = &id {
        ec2.keys.shift_remove(id);
        ec2.tags.remove(id);
    }
    Ok(json!({"return": true, "keyPairId": id}))
}

const KEYS: Kind = Kind {
    set: "keySet",
    id: "keyPairId",
    ids: "KeyPairId",
    missing,
    filters: &[("key-name", "keyName"), ("key-pair-id", "keyPairId"), ("fingerprint", "keyFingerprint")],
};

/// `DescribeKeyPairs`.
pub(super) fn describe(at: &mut Place<'_>, input: Input<'_>) -> Answer {
    let names = input.texts("KeyName");
    let ec2 = at.ec2();
    for name in &names {
        check(ec2, name)?;
    }
    let mut all = ec2.tagged(&ec2.keys);
    all.retain(|it| names.is_empty() || names.iter().any(|name| it["keyName"] == json!(name)));
    shown(KEYS, all, input)
}
