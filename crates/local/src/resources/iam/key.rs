//! Access keys of users.
use serde_json::json;

use super::{call, take_away};
use crate::resources::backed::{Backed, PLAIN};

/// The secret is an attribute only: it is kept nowhere but in the stack.
pub(super) const KEY: Backed = Backed {
    create: |site, properties| {
        let made = call(site, "CreateAccessKey", json!({"UserName": properties["UserName"]}))?;
        Ok(made["AccessKey"]["AccessKeyId"].as_str().unwrap_or_default().to_owned())
    },
    delete: |site, id, properties| {
        take_away(site, "DeleteAccessKey", json!({"UserName": properties["UserName"], "AccessKeyId": id}))
    },
    attributes: |_, _, id, _| json!({"Id": id, "SecretAccessKey": format!("local/secret/of/{id}")}),
    seen: |world, _, id| {
        world.iam.users.values().find(|it| it.keys.iter().any(|key| key == id)).map(|it| json!({"UserName": it.name}))
    },
    ..PLAIN
};
