//! Names that are taken.
//!
//! Sources: "CloudFormation cannot update a stack when a custom-named resource requires replacing. Rename … and update the stack
//! again" (*Troubleshooting CloudFormation* and convox/rack#2941); a resource whose logical id changes while its name stays is
//! made first too, and meets the old one.
use serde_json::json;
use stackgen_schema::{Facts, Replacement};

use super::{Collision, CollisionKind, Known};
use crate::plan::{Action, Side, references};

/// Names that are unique without identifying the resource for CloudFormation, and what they are unique in.
const OTHERS: &[(&str, &[&str])] = &[("AWS::EC2::SecurityGroup", &["/GroupName", "/VpcId"])];

pub(super) fn find(known: &Known<'_>) -> Vec<Collision> {
    let mut found = Vec::new();
    for change in known.changes.iter().filter(|change| known.is_made(change)) {
        let facts = Facts::embedded().resource(&change.type_name);
        if facts.is_some_and(|facts| facts.replacement == Replacement::DeleteThenCreate) {
            continue;
        }
        let Some(name) = name(known.after, &change.id, &change.type_name) else { continue };
        // With another resource in it, the name is another one.
        let named = json!({"Fn::Sub": name});
        let mut parts = Vec::new();
        references(&named, &mut parts);
        if parts.iter().filter_map(|id| known.change(id)).any(|part| known.is_made(part)) {
            continue;
        }
        let mut same = known.before.resources().filter(|(_, type_name, _)| *type_name == change.type_name);
        let taken = same.find(|(id, type_name, _)| self::name(known.before, id, type_name).as_ref() == Some(&name));
        let Some((old, ..)) = taken else { continue };
        found.push(told(change.id.clone(), old, &name, change.action == Action::Add));
    }
    found
}

fn told(id: String, old: &str, name: &str, is_new: bool) -> Collision {
    let (ids, why) = match is_new && id != old {
        true => {
            let why =
                format!("`{id}` is made before `{old}` is deleted, and both are called {name}: it exists already");
            (vec![id, old.to_owned()], why)
        }
        false => {
            let why = format!("`{id}` is replaced and keeps its own name {name}, which CloudFormation refuses");
            (vec![id], why)
        }
    };
    let way = "leave the name out, so that CloudFormation makes one up, or change it with the rest".to_owned();
    Collision { kind: CollisionKind::NameTaken, ids, why, way, fails: true, is_handover: false }
}

/// The name that a template gives to a resource: all that identifies it, if all of that is given and some of it is a word of
/// its own. What only ties others together is named by them.
fn name(side: &Side<'_>, id: &str, type_name: &str) -> Option<String> {
    let properties = side.template.pointer(&format!("/Resources/{id}/Properties"))?;
    let other = OTHERS.iter().find(|(name, _)| *name == type_name).map(|(_, paths)| *paths);
    let facts = Facts::embedded().resource(type_name)?;
    let own: Vec<&str> = facts.primary_identifier.iter().map(String::as_str).collect();
    let text = |path: &&str| properties.pointer(path).map(|value| side.text(value)).filter(|text| !text.is_empty());
    let parts: Vec<String> = other.unwrap_or(&own).iter().map(text).collect::<Option<_>>()?;
    let is_reference = |text: &String| text.starts_with("${") && text.find('}') == Some(text.len() - 1);
    (!parts.iter().all(is_reference)).then(|| parts.join("|"))
}
