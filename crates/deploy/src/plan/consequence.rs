//! What a change means for what runs and for what is stored.
use stackgen_schema::{ResourceType, UpdateEffect};

use super::{Action, Consequence, Fate, PropertyChange};

/// Properties whose change stops and starts what runs, by type. Source: "Update requires: Some interruptions" in the CloudFormation
/// Template Reference of each type. For instances that holds with an EBS root, without which there are hardly any today.
const RESTARTS: &[(&str, &[&str])] = &[
    ("AWS::EC2::Instance", &["AdditionalInfo", "EbsOptimized", "InstanceType", "KernelId", "RamdiskId", "UserData"]),
    ("AWS::RDS::DBInstance", &["DBInstanceClass", "DBParameterGroupName", "EngineVersion"]),
];

/// What is said of what a stack leaves behind.
pub(super) const STAYS: &str = "leaves the stack and stays; it still costs and belongs to no stack";

/// A change as far as it is known.
pub(super) struct Known<'a> {
    pub(super) action: Action,
    /// What becomes of the old one, if it goes.
    pub(super) fate: Fate,
    pub(super) stateful: bool,
    pub(super) type_name: &'a str,
    pub(super) facts: Option<&'a ResourceType>,
    pub(super) properties: &'a [PropertyChange],
}

/// What a change means, and the same in a sentence.
pub(super) fn consequence(known: &Known<'_>) -> (Consequence, String) {
    // CloudFormation computes a replacement of what it then refuses.
    if matches!(known.action, Action::Modify | Action::Replace | Action::MayReplace)
        && let Some(refused) = names(known).find(|name| effect(known, name) == UpdateEffect::Refused)
    {
        let meaning = format!("fails: CloudFormation cannot change {refused}; a new logical id makes a new one");
        return (Consequence::Fails, meaning);
    }
    match known.action {
        Action::Add => (Consequence::New, "is made".to_owned()),
        Action::Import => (Consequence::InPlace, "comes into the stack as it is".to_owned()),
        Action::Remove => removed(known),
        Action::Modify => modified(known),
        Action::MayReplace if restarts_only(known) => restart(known),
        Action::Replace | Action::MayReplace => replaced(known),
    }
}

fn modified(known: &Known<'_>) -> (Consequence, String) {
    if names(known).any(|name| restarting(known.type_name).contains(&name)) {
        return restart(known);
    }
    (Consequence::InPlace, reason("changes in place", names(known)))
}

fn restart(known: &Known<'_>) -> (Consequence, String) {
    let causes = names(known).filter(|name| restarting(known.type_name).contains(name));
    (Consequence::Restart, reason("stops and starts", causes))
}

/// Whether all that may replace it only stops and starts it in practice.
fn restarts_only(known: &Known<'_>) -> bool {
    let mut replacing = known.properties.iter().filter(|change| change.replaces).peekable();
    replacing.peek().is_some() && replacing.all(|change| restarting(known.type_name).contains(&first(&change.path)))
}

fn replaced(known: &Known<'_>) -> (Consequence, String) {
    let causes = known.properties.iter().filter(|change| change.replaces).map(|change| first(&change.path));
    let may = if known.action == Action::MayReplace { "may be replaced" } else { "is replaced" };
    let old = match known.fate {
        Fate::Kept => ", the old one stays and belongs to no stack",
        Fate::Snapshot => ", a snapshot of the old one stays",
        Fate::Deleted => "",
    };
    let meaning = format!("{}{old}", reason(may, causes));
    if known.stateful {
        let data = match known.fate {
            Fate::Deleted => "; its data is lost",
            Fate::Snapshot | Fate::Kept => "; the new one is empty",
        };
        return (Consequence::DataAtRisk(known.fate), format!("{meaning}{data}"));
    }
    (Consequence::Replaced, meaning)
}

fn removed(known: &Known<'_>) -> (Consequence, String) {
    let meaning = match (known.fate, known.stateful) {
        (Fate::Kept, _) => STAYS,
        (Fate::Snapshot, _) => "is deleted; a snapshot stays",
        (Fate::Deleted, true) => "is deleted with its data",
        (Fate::Deleted, false) => "is deleted",
    };
    let is_risk = known.stateful && known.fate != Fate::Kept;
    let consequence = if is_risk { Consequence::DataAtRisk(known.fate) } else { Consequence::Removed(known.fate) };
    (consequence, meaning.to_owned())
}

/// What a change of a property does, by the published facts.
fn effect(known: &Known<'_>, name: &str) -> UpdateEffect {
    known.facts.map_or(UpdateEffect::InPlace, |facts| facts.update_effect(&format!("/{name}")))
}

fn restarting(type_name: &str) -> &'static [&'static str] {
    RESTARTS.iter().find(|(name, _)| *name == type_name).map_or(&[], |(_, properties)| properties)
}

fn names<'a>(known: &Known<'a>) -> impl Iterator<Item = &'a str> {
    known.properties.iter().map(|change| first(&change.path))
}

/// The property at the root of a path.
fn first(path: &str) -> &str {
    path.split('/').next().unwrap_or(path)
}

fn reason<'a>(what: &str, causes: impl Iterator<Item = &'a str>) -> String {
    let mut causes: Vec<&str> = causes.collect();
    causes.dedup();
    let verb = if causes.len() == 1 { "changes" } else { "change" };
    if causes.is_empty() { what.to_owned() } else { format!("{what}: {} {verb}", causes.join(", ")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Evaluation;
    use stackgen_schema::Facts;

    fn property(path: &str, replaces: bool) -> PropertyChange {
        let path = path.to_owned();
        PropertyChange { path, before: None, after: None, replaces, cause: None, evaluation: Evaluation::Known }
    }

    fn told(type_name: &str, action: Action, fate: Fate, properties: &[PropertyChange]) -> (Consequence, String) {
        let facts = Facts::embedded().resource(type_name);
        let stateful = facts.as_ref().is_some_and(|facts| facts.stateful);
        consequence(&Known { action, fate, stateful, type_name, facts: facts.as_ref(), properties })
    }

    #[test]
    fn an_instance_stops_and_starts() {
        let told = told("AWS::EC2::Instance", Action::MayReplace, Fate::Deleted, &[property("InstanceType", true)]);
        assert_eq!(told, (Consequence::Restart, "stops and starts: InstanceType changes".to_owned()));
    }

    #[test]
    fn an_instance_whose_image_changes_too_is_replaced() {
        let properties = [property("ImageId", true), property("InstanceType", true)];
        let (consequence, meaning) = told("AWS::EC2::Instance", Action::Replace, Fate::Deleted, &properties);
        assert_eq!(consequence, Consequence::Replaced);
        assert_eq!(meaning, "is replaced: ImageId, InstanceType change");
        let (consequence, _) = told("AWS::EC2::Instance", Action::MayReplace, Fate::Deleted, &properties);
        assert_eq!(consequence, Consequence::Replaced, "conditional is read as if it did");
    }

    #[test]
    fn data_is_at_risk_whatever_becomes_of_the_old_one() {
        for fate in [Fate::Kept, Fate::Snapshot, Fate::Deleted] {
            let (consequence, _) = told("AWS::DynamoDB::Table", Action::Replace, fate, &[property("TableName", true)]);
            assert_eq!(consequence, Consequence::DataAtRisk(fate));
        }
        let (kept, _) = told("AWS::EC2::Volume", Action::Remove, Fate::Kept, &[]);
        assert_eq!(kept, Consequence::Removed(Fate::Kept));
        let (gone, meaning) = told("AWS::EC2::Volume", Action::Remove, Fate::Deleted, &[]);
        assert_eq!((gone, &*meaning), (Consequence::DataAtRisk(Fate::Deleted), "is deleted with its data"));
    }

    #[test]
    fn what_cloudformation_refuses_fails() {
        for action in [Action::Modify, Action::Replace] {
            let (consequence, meaning) =
                told("AWS::EC2::Volume", action, Fate::Deleted, &[property("AvailabilityZone", true)]);
            assert_eq!(consequence, Consequence::Fails, "{meaning}");
        }
    }
}
