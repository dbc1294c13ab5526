//! What was seen, on disk: `<folder>/<account>/<stack>.json`, for the next time that nobody can look.
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::document::{Deployed, Observed, VERSION};
use crate::failure::{Failure, Kind};
use crate::plan::{StackPlan, account_of};
use crate::private_file;

/// Stacks of which nothing is known that can be gone by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unusable {
    /// Nobody ever looked at them.
    pub never_seen: Vec<String>,
    /// Something was done to them since, such as `deployed`, by name.
    pub out_of_date: Vec<(String, String)>,
}

/// Writes down what was seen, each stack in a file of its own, readable only by its owner.
///
/// # Errors
///
/// If it cannot be written.
pub fn save(folder: &Path, seen: &Observed) -> Result<(), Failure> {
    let stacks = seen.stacks.iter().filter(|stack| stack.parent.is_none()).map(|stack| (&stack.name, Some(stack)));
    let absent = seen.absent.iter().map(|name| (name, None));
    // What is nested in a stack is kept with it, before it.
    let of = |stack: &Deployed| -> Vec<Deployed> {
        let mut parts = vec![stack.clone()];
        let mut next = 0;
        while let Some(id) = parts.get(next).map(|part| part.id.clone()) {
            parts.extend(seen.stacks.iter().filter(|part| part.parent.as_ref() == Some(&id)).cloned());
            next += 1;
        }
        parts.reverse();
        parts
    };
    for (name, stack) in stacks.chain(absent) {
        let alone = Observed {
            stacks: stack.map(of).unwrap_or_default(),
            absent: if stack.is_none() { vec![name.clone()] } else { Vec::new() },
            ..seen.clone()
        };
        // What cannot be the name of a stack was not found for that reason.
        if name.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'-') {
            write(&folder.join(format!("{name}.json")), &alone)?;
        }
    }
    Ok(())
}

/// Marks what was seen of a stack as out of date, in the folders of some accounts.
///
/// # Errors
///
/// If it cannot be written.
pub(crate) fn outdate(folders: &[PathBuf], region: &str, plan: &StackPlan, done: &str) -> Result<(), Failure> {
    let id = plan.stack_id.as_deref();
    let (account, name) = (id.and_then(account_of), id.and_then(|id| id.split('/').nth(1)));
    for folder in folders {
        let path = folder.join(format!("{}.json", name.unwrap_or(&plan.stack)));
        // What cannot be read is of no use to anybody anyway.
        let Ok(Some(seen)) = read(&path) else { continue };
        let is_there =
            seen.region == region && (account.is_none_or(|it| it == seen.account) || seen.account.is_empty());
        if is_there && seen.done_since.as_deref() != Some(done) {
            write(&path, &Observed { done_since: Some(done.to_owned()), ..seen })?;
        }
    }
    Ok(())
}

fn write(path: &Path, seen: &Observed) -> Result<(), Failure> {
    private_file::replace(path, seen)
        .map_err(|error| Failure::new(Kind::Refused, format!("cannot write `{}`: {error}", path.display())))
}

/// What was seen of some stacks when somebody last looked, in the folders of some accounts. Answers with those of which that is
/// of no use, if there are any. The time is that of the oldest look.
///
/// # Errors
///
/// If a file cannot be read, or no single account is meant.
pub fn load(folders: &[PathBuf], region: &str, stacks: &[String]) -> Result<Result<Observed, Unusable>, Failure> {
    let mut looks = Vec::new();
    let mut unusable = Unusable::default();
    for name in stacks {
        match newest(folders, region, name)? {
            Some(Observed { done_since: Some(done), .. }) => unusable.out_of_date.push((name.clone(), done)),
            Some(seen) => looks.push(seen),
            None => unusable.never_seen.push(name.clone()),
        }
    }
    if unusable != Unusable::default() {
        return Ok(Err(unusable));
    }
    let mut accounts: Vec<&str> =
        looks.iter().map(|seen| seen.account.as_str()).filter(|account| !account.is_empty()).collect();
    accounts.sort_unstable();
    accounts.dedup();
    if accounts.len() > 1 {
        let message = format!("these stacks were seen in several accounts: {}", accounts.join(", "));
        return Err(Failure::new(Kind::Refused, message));
    }
    Ok(Ok(together(looks)))
}

/// The newest look at a stack in a region, in whatever account.
fn newest(folders: &[PathBuf], region: &str, stack: &str) -> Result<Option<Observed>, Failure> {
    let mut found: Option<Observed> = None;
    for account in folders {
        let Some(seen) = read(&account.join(format!("{stack}.json")))? else { continue };
        if seen.region == region && found.as_ref().is_none_or(|found| found.at < seen.at) {
            found = Some(seen);
        }
    }
    Ok(found)
}

fn read(path: &PathBuf) -> Result<Option<Observed>, Failure> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            return Ok(None);
        }
        Err(error) => return Err(unreadable(path, &error)),
    };
    let seen: Observed = serde_json::from_str(&text).map_err(|error| unreadable(path, &error))?;
    if seen.version == VERSION { Ok(Some(seen)) } else { Err(unreadable(path, &"another version wrote it")) }
}

/// Several looks as one. Of what was seen twice, the later look counts.
fn together(mut looks: Vec<Observed>) -> Observed {
    let order: Vec<String> = looks.iter().flat_map(|seen| seen.stacks.iter().map(|stack| stack.name.clone())).collect();
    looks.sort_by_key(|seen| seen.at);
    let mut all = Observed::default();
    if let Some(oldest) = looks.first() {
        (all.at, all.region) = (oldest.at, oldest.region.clone());
    }
    for seen in looks {
        if !seen.account.is_empty() {
            all.account = seen.account;
        }
        all.stacks.extend(seen.stacks);
        all.absent.extend(seen.absent);
        merge(&mut all.exports, seen.exports, |it| it.name.clone());
        all.stored.extend(seen.stored);
        all.buckets.extend(seen.buckets);
        merge(&mut all.instances, seen.instances, |it| it.id.clone());
        merge(&mut all.volumes, seen.volumes, |it| it.id.clone());
        merge(&mut all.addresses, seen.addresses, |it| it.allocation.clone());
        merge(&mut all.images, seen.images, |it| it.id.clone());
        merge(&mut all.networks, seen.networks, |it| it.id.clone());
        merge(&mut all.subnets, seen.subnets, |it| it.id.clone());
        merge(&mut all.groups, seen.groups, |it| it.id.clone());
        merge(&mut all.notes, seen.notes, Clone::clone);
    }
    all.stacks.sort_by_key(|stack| order.iter().position(|name| *name == stack.name));
    all
}

/// Puts later ones in place of earlier ones.
fn merge<T, K: PartialEq>(all: &mut Vec<T>, later: Vec<T>, key: impl Fn(&T) -> K) {
    for one in later {
        match all.iter_mut().find(|other| key(other) == key(&one)) {
            Some(place) => *place = one,
            None => all.push(one),
        }
    }
}

fn unreadable(path: &Path, error: &dyn std::fmt::Display) -> Failure {
    Failure::new(Kind::Refused, format!("cannot read `{}`: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observe::ExportSeen;
    use crate::record::{Phase, RECORD_VERSION, Record, Records};

    fn seen(name: &str, second: i64, value: &str) -> Observed {
        let id = format!("arn:aws:cloudformation:eu-west-1:1:stack/{name}/1");
        let export = ExportSeen { name: "x".into(), value: value.into(), ..ExportSeen::default() };
        Observed {
            account: "1".into(),
            region: "eu-west-1".into(),
            at: jiff::Timestamp::from_second(second).expect("it is soon after 1970"),
            stacks: vec![Deployed { id, name: name.into(), ..Deployed::default() }],
            exports: vec![export],
            ..Observed::default()
        }
    }

    #[test]
    fn looks_are_put_together_and_the_later_counts() {
        let folder = tempfile::tempdir().expect("a folder can be made");
        save(&folder.path().join("1"), &seen("b", 20, "new")).expect("it is written");
        save(&folder.path().join("1"), &seen("a", 10, "old")).expect("it is written");
        let names = ["b".to_owned(), "a".to_owned()];
        let folders = [folder.path().join("1")];
        let all = load(&folders, "eu-west-1", &names).expect("it is read").expect("both were seen");
        assert_eq!((all.at.as_second(), &*all.exports[0].value), (10, "new"));
        let order: Vec<&str> = all.stacks.iter().map(|stack| &*stack.name).collect();
        assert_eq!(order, ["b", "a"]);
        let missing = load(&folders, "eu-west-1", &["c".to_owned()]).expect("it is read");
        assert_eq!(missing.expect_err("nobody saw it").never_seen, ["c"]);
        let elsewhere = load(&folders, "us-east-1", &names).expect("it is read");
        assert_eq!(elsewhere.expect_err("it is elsewhere").never_seen.len(), 2);
    }

    fn record(phase: Phase, account: &str) -> Record {
        let stack_id = Some(format!("arn:aws:cloudformation:eu-west-1:{account}:stack/a/1"));
        let plan = StackPlan { stack: "a".into(), stack_id, ..StackPlan::default() };
        Record { version: RECORD_VERSION, region: "eu-west-1".into(), phase, token: String::new(), plan }
    }

    #[test]
    fn what_is_done_to_a_stack_makes_what_was_seen_out_of_date() {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let folders = vec![folder.path().join("1")];
        let records = Records::new(folder.path().join("operations")).outdating(folders.clone());
        let look = |second| save(&folders[0], &seen("a", second, "x")).expect("it is written");
        let done = || {
            let found = load(&folders, "eu-west-1", &["a".to_owned()]).expect("it is read");
            found.err().map(|unusable| unusable.out_of_date[0].1.clone())
        };
        look(1);
        for untouched in [record(Phase::Waiting, "1"), record(Phase::Proposed, "1"), record(Phase::Executing, "2")] {
            records.write(&untouched).expect("it is written");
            records.clear("a").expect("it is deleted");
            assert_eq!(done(), None, "{untouched:?}");
        }
        records.write(&record(Phase::Executing, "1")).expect("it is written");
        assert_eq!(done().as_deref(), Some("deployed"), "whoever is killed now leaves it so");
        look(2);
        assert_eq!(done(), None);
        records.write(&record(Phase::Deleting, "1")).expect("it is written");
        look(3);
        records.clear("a").expect("it is deleted");
        assert_eq!(done().as_deref(), Some("destroyed"), "somebody looked in the middle");
    }

    #[test]
    fn what_is_no_name_is_not_written() {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let absent = vec!["../a".to_owned()];
        save(&folder.path().join("1"), &Observed { absent, ..Observed::default() }).expect("nothing is written");
        assert!(!folder.path().join("a.json").exists());
    }
}
