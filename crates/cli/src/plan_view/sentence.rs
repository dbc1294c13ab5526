//! Permissions, openings and exports in words.
use stackgen_deploy::collision::Collision;
use stackgen_deploy::handover::{Handover, Passing, Strategy};
use stackgen_deploy::plan::{ExportChange, Opening, PermissionChange};

use super::words;
use crate::table::counted;

/// A blank at which no line ends.
pub(super) const TIE: char = '\u{a0}';

/// Who may do what: `HostRole may s3:PutObject`.
pub(super) fn permission(change: &PermissionChange) -> String {
    let who = match change.principals.as_slice() {
        [] => "nobody".to_owned(),
        [all] if all == "*" => "anybody".to_owned(),
        some => some.join(", "),
    };
    let verb = match (&*change.effect, change.is_added) {
        ("Boundary", true) => "is bound to",
        ("Boundary", false) => "is no longer bound to",
        ("Deny", true) => "may not",
        ("Deny", false) => "is no longer forbidden to",
        (_, true) => "may",
        (_, false) => "may no longer",
    };
    match change.actions.as_slice() {
        [all] if all == "*" => format!("{who} {verb} do anything"),
        [policy] if policy.starts_with("policy ") && change.effect == "Allow" => {
            format!("{who} {verb} do what the {policy} says")
        }
        some => format!("{who} {verb} {}", some.join(", ")),
    }
}

/// On what, unless it goes without saying.
pub(super) fn resources(change: &PermissionChange) -> Option<String> {
    are_worth_telling(change).then(|| change.resources.join(", "))
}

/// The same without what names of AWS share with all others of their stack.
pub(super) fn short_resources(change: &PermissionChange) -> Option<String> {
    are_worth_telling(change).then(|| change.resources.iter().map(|name| short(name)).collect::<Vec<_>>().join(", "))
}

fn are_worth_telling(change: &PermissionChange) -> bool {
    let is_whole = change.actions.iter().any(|action| action.starts_with("policy ") || action.starts_with("act as "));
    let is_said = is_whole || change.resources == change.principals || change.resources.is_empty();
    !is_said
}

/// A name of AWS without what it shares with all others of its stack: `ssm parameter/zmanim/prod/*`. A partition, a region or an
/// account that is written out, or left open, stays: it is told from the stack's own by that.
fn short(name: &str) -> String {
    let rest = name.strip_prefix("arn:${AWS::Partition}:").and_then(|rest| rest.split_once(':'));
    let Some((service, place)) = rest else { return name.to_owned() };
    let own = match service {
        "s3" | "route53" => "::",
        "iam" | "cloudfront" => ":${AWS::AccountId}:",
        _ => "${AWS::Region}:${AWS::AccountId}:",
    };
    place.strip_prefix(own).map_or_else(|| name.to_owned(), |what| format!("{service}{TIE}{what}"))
}

/// The policy's holder, unless it is who may.
pub(super) fn holder(change: &PermissionChange) -> Option<&str> {
    let is_said = change.principals.contains(&change.id) || change.resources.contains(&change.id);
    (!is_said).then_some(&*change.id)
}

/// Which way opens or closes: `0.0.0.0/0 can reach HostSecurityGroup on tcp 443`.
pub(super) fn opening(change: &Opening) -> String {
    let not = if change.is_added { "can" } else { "can no longer" };
    let ports = if change.ports == "all" { "everything".to_owned() } else { change.ports.clone() };
    match change.direction.as_str() {
        "in" => format!("{} {not} reach {} on {ports}", change.peer, change.id),
        _ => format!("{} {not} reach {} on {ports}", change.id, change.peer),
    }
}

/// What becomes of an export, and whom it concerns.
pub(super) fn export(change: &ExportChange) -> String {
    let what = if change.is_removed { "goes" } else { "changes" };
    let importers = match change.importers.as_slice() {
        [] => "nobody imports it".to_owned(),
        // An export goes while it is in use only when the stacks that use it go too.
        users if change.is_removed => {
            let verb = if users.len() == 1 { "goes" } else { "go" };
            format!("imported by {}, which {verb} first", users.join(", "))
        }
        few if few.len() < 6 => format!("imported by {}", few.join(", ")),
        many => format!("imported by {}, such as {}", counted(many.len(), "stack"), many[..3].join(", ")),
    };
    format!("{} {what}; {importers}", change.name)
}

/// What a change runs into, and how badly.
pub(super) fn collision(collision: &Collision) -> String {
    let grade = if collision.fails { "fails: " } else { "" };
    format!("{grade}{}", collision.why)
}

/// Who takes whose place, and how long nobody serves.
pub(super) fn handover(handover: &Handover) -> String {
    let strategy = handover.chosen.as_ref().map(|chosen| chosen.strategy);
    let pair = |from: &str, to: &str| if from == to { format!("a new {to}") } else { format!("{to} for {from}") };
    let stays = |id: &str| format!("{id} keeps its machine and gets another root volume");
    let is_in_place = strategy.or(handover.ways.first().copied()) == Some(Strategy::ReplaceRoot);
    let one = |host: &Passing| if is_in_place { stays(&host.from) } else { pair(&host.from, &host.to) };
    let hosts = handover.hosts.iter().map(one).collect::<Vec<_>>().join(", ");
    if is_in_place {
        let way = if strategy.is_none() { "`--strategy replace-root`: " } else { "" };
        return format!(
            "{way}{hosts}; its reboot and first boot without service; if that fails, the old root comes back; \
             experimental"
        );
    }
    let without = words::duration(handover.seconds);
    let meanwhile = if strategy == Some(Strategy::Unmount) { "; the old host runs on meanwhile" } else { "" };
    let can_stay = strategy.is_none() && handover.ways.contains(&Strategy::ReplaceRoot);
    let other = if can_stay { "; `--strategy replace-root` would keep the machine" } else { "" };
    format!(
        "{hosts}; {without} and the boot of the new host without service{meanwhile}; if it fails, the old one runs \
         again{other}"
    )
}

#[cfg(test)]
mod tests {
    use super::{TIE, short};

    #[test]
    fn only_what_says_nothing_is_left_out() {
        for (whole, told) in [
            (
                "arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}:parameter/zmanim/prod/*",
                "ssm parameter/zmanim/prod/*",
            ),
            ("arn:${AWS::Partition}:s3:::backups/*", "s3 backups/*"),
            ("arn:${AWS::Partition}:iam::${AWS::AccountId}:role/prod", "iam role/prod"),
        ] {
            assert_eq!(short(whole).replace(TIE, " "), told);
        }
        for name in [
            "arn:${AWS::Partition}:ssm:*:${AWS::AccountId}:parameter/a",
            "arn:${AWS::Partition}:ssm:eu-west-1:${AWS::AccountId}:parameter/a",
            "arn:${AWS::Partition}:ssm:${AWS::Region}:111122223333:parameter/a",
            "arn:${AWS::Partition}:ssm:::parameter/a",
            "arn:${AWS::Partition}:ec2:${AWS::Region}::image/*",
            "arn:aws:s3:::backups/*",
            "arn:${AWS::Partition}:iam::aws:policy/ReadOnlyAccess",
            "*",
            "HostRole",
        ] {
            assert_eq!(short(name), name);
        }
    }
}
