//! What AWS refuses and what deploys meet, with what to do about it.
use stackgen_deploy::failure::{Failure, Kind as Why};

use super::{CANDIDATES, CliError, Kind, stacks};
use crate::deploy::{DeployError, Next};
use crate::rehearse::RehearseError;

impl From<Failure> for CliError {
    fn from(failure: Failure) -> Self {
        of_failure(failure, None, "")
    }
}

/// What AWS refused, with hints that name the profile in use, and the words that lead to the same account.
pub(crate) fn of_failure(failure: Failure, profile: Option<&str>, words: &str) -> CliError {
    let kind = match failure.kind {
        Why::Refused | Why::Busy | Why::WrongStatus | Why::Protected | Why::ExportInUse => Kind::Refused,
        _ => Kind::Failed,
    };
    let profiled = |command: &str| match profile {
        Some(profile) => format!("{command} --profile {profile}"),
        None => command.to_owned(),
    };
    let subject = || stacks::subject(&failure.message).unwrap_or("STACK");
    let hint = match failure.kind {
        Why::Credentials if failure.message.contains("no region") => {
            "say which: --region eu-west-1, or AWS_REGION, or `region` in ~/.aws/config; --local needs none".to_owned()
        }
        Why::Credentials if failure.message.contains("there is no profile") => {
            "`aws configure list-profiles` lists them; --local needs no account".to_owned()
        }
        Why::Credentials => format!(
            "log in with `{}` or `{}`, or choose a profile with --profile; --local needs no account",
            profiled("aws sso login"),
            profiled("aws configure")
        ),
        Why::Expired => {
            format!("log in again: `{}`. Nothing is lost: `stackgen resume` goes on", profiled("aws sso login"))
        }
        Why::Denied => {
            "the message names the permission that is missing; another --profile or --role-arn may have it".to_owned()
        }
        Why::NoStack => "`stackgen status --all` lists the stacks of the region; --region chooses another".to_owned(),
        Why::Bucket => format!(
            "name a bucket of this region that you may write to: --s3-bucket NAME; or make one: `stackgen bootstrap{words}`"
        ),
        Why::NoChangeSet => "it was deleted or carried out since: plan again".to_owned(),
        Why::Busy => format!("`stackgen watch {}{words}` shows what is going on", subject()),
        Why::WrongStatus => format!("`stackgen events {}{words}` shows how it came there", subject()),
        Why::Capabilities => "this template needs to be acknowledged: --capability CAPABILITY_NAMED_IAM".to_owned(),
        Why::Template => {
            "`stackgen lint` finds most of what CloudFormation refuses, and says where it was written".to_owned()
        }
        Why::Protected => {
            "if it shall go: `aws cloudformation update-termination-protection --no-enable-termination-protection`"
                .to_owned()
        }
        Why::ExportInUse => export_in_use(&failure.message, words),
        Why::AlreadyExists => match stacks::taken(&failure.message) {
            Some(taken) => format!("take it in with `stackgen import {taken}{words}`, or name it otherwise"),
            None => {
                "something of that name is there: take it in with `stackgen import`, or name it otherwise".to_owned()
            }
        },
        Why::Limit => "delete what is not needed, or ask AWS for more in Service Quotas".to_owned(),
        Why::Throttled => "others use the account too; nothing is lost: try again, or `stackgen resume`".to_owned(),
        Why::Unknown => {
            "nobody answered, so that nobody knows whether it was taken. Nothing is lost, and nothing is done twice: \
             `stackgen resume` goes on when the network is back"
                .to_owned()
        }
        Why::NotThere => "the other end does not have this operation; docs/local.md lists those of --local".to_owned(),
        Why::NoChanges | Why::AlreadyStarted | Why::NotFound | Why::Refused | Why::Operation | Why::Other => {
            String::new()
        }
    };
    CliError::new(kind, failure).hints(Some(hint).filter(|hint| !hint.is_empty()))
}

/// How those who import an export let go of it.
fn export_in_use(message: &str, words: &str) -> String {
    let importers = stacks::importers(message);
    let [them, first] = match importers.as_slice() {
        [] => ["the stacks that import it".to_owned(), format!("`stackgen deploy STACK --exclusively{words}`")],
        some => [some.join(" and "), format!("`stackgen deploy {} --exclusively{words}`", some.join(" "))],
    };
    format!(
        "let {them} read the value with `.at_deploy()` (a parameter that the deploy fills in) or `.weak()` \
         (`Fn::GetStackOutput`); then {first} first, and this again; or destroy \
         them"
    )
}

/// What leads out of a rollback that failed.
fn rollback_hints(stack: &str, next: &Next) -> Vec<String> {
    let Some(stuck) = &next.stuck else { return Vec::new() };
    let words = &next.words;
    let mut hints = vec![format!("remove the cause, then let the rollback go on: `stackgen rollback {stack}{words}`")];
    if !stuck.is_empty() {
        let skips: String = stuck.iter().map(|id| format!(" --skip {id}")).collect();
        hints.push(format!("`stackgen rollback {stack}{skips}{words}` leaves it as it is"));
    }
    hints
}

impl From<DeployError> for CliError {
    fn from(error: DeployError) -> Self {
        let kind = match &error {
            DeployError::Interrupted | DeployError::InterruptedPlan { .. } | DeployError::Detached { .. } => {
                Kind::Interrupted
            }
            DeployError::Unconfirmed
            | DeployError::Unapproved { .. }
            | DeployError::NeedsHandover { .. }
            | DeployError::NoSuchWay { .. }
            | DeployError::Declined
            | DeployError::Capability { .. }
            | DeployError::Refused { .. } => Kind::Refused,
            DeployError::BadImport { .. } | DeployError::BadSetting { .. } | DeployError::NothingNamed => Kind::Usage,
            _ => Kind::Failed,
        };
        let hints = deploy_hints(&error);
        CliError::new(kind, error).hints(hints)
    }
}

impl From<RehearseError> for CliError {
    fn from(error: RehearseError) -> Self {
        let (kind, hint) = match &error {
            RehearseError::NeverSeen { .. } => (
                Kind::Failed,
                "rehearse once without --offline: what is seen then is kept in .stackgen/observed".to_owned(),
            ),
            RehearseError::OutOfDate { .. } => {
                (Kind::Failed, "type the same without --offline: that looks again, and keeps what it sees".to_owned())
            }
            RehearseError::BadFail { .. } => {
                (Kind::Usage, "for instance: --fail Host='no room in the zone'".to_owned())
            }
            RehearseError::NotTouched { touched, .. } if touched.is_empty() => {
                (Kind::Usage, "nothing would change at all".to_owned())
            }
            RehearseError::NotTouched { touched, .. } => {
                (Kind::Usage, format!("what would change: {}", touched[..touched.len().min(CANDIDATES)].join(", ")))
            }
            RehearseError::NotThatMany { .. } => (
                Kind::Usage,
                "without --kill-at, the calls that change something are listed with their numbers".to_owned(),
            ),
        };
        CliError::new(kind, error).hints([hint])
    }
}

fn deploy_hints(error: &DeployError) -> Vec<String> {
    let one = |hint: String| vec![hint];
    let some_of = |known: &[String]| match known {
        [] => "there are none".to_owned(),
        known => format!("there are: {}", known[..known.len().min(CANDIDATES)].join(", ")),
    };
    let events =
        |stack: &String, next: &Next| format!("`stackgen events {stack}{}` shows all that happened", next.words);
    match error {
        DeployError::Unconfirmed => one("say --yes to go on without a question".to_owned()),
        DeployError::Unapproved { names, .. } if names.iter().all(|name| name.starts_with("recreate:")) => {
            one("if it is meant: --yes --recreate-failed".to_owned())
        }
        DeployError::Unapproved { names, .. } => {
            one(format!("if all of it is meant: --yes --approve {}", names.join(" --approve ")))
        }
        DeployError::NeedsHandover { .. } => one(
            "--handover stops the old host, lets its volume go, and makes the new one; if that fails, the old one runs again"
                .to_owned(),
        ),
        DeployError::WentBack { stack, hint, .. } => {
            let more = format!("`stackgen events {stack}` shows all that happened");
            hint.iter().cloned().chain([more]).collect()
        }
        DeployError::Capability { capability, .. } => one(format!("if it is meant: --capability {capability}")),
        DeployError::Detached { stacks, updating, left, words } => detached(stacks, updating, left, words),
        DeployError::Failed { stack, cause, next, .. } => {
            let source = cause.source.iter().map(|source| format!("{} is made at {source}", cause.id));
            let ways = rollback_hints(stack, next);
            cause.hint.iter().cloned().chain(source).chain(ways).chain([events(stack, next)]).collect()
        }
        DeployError::FailedSomehow { stack, next, .. } => {
            rollback_hints(stack, next).into_iter().chain([events(stack, next)]).collect()
        }
        DeployError::InterruptedPlan { words, .. } => one(format!("`stackgen resume{words}` deletes them")),
        DeployError::NoStack { near, is_of_app, words, name, .. } => match (near, is_of_app) {
            (_, true) => one(format!("the app has it, but it was not deployed here: `stackgen deploy {name}{words}`")),
            (Some(near), false) => one(format!("did you mean `{near}`?")),
            (None, false) => {
                one(format!("`stackgen status --all{words}` lists the stacks; --region chooses another region"))
            }
        },
        DeployError::NoChangeSet { known, .. }
        | DeployError::WhichChangeSet { known, .. }
        | DeployError::NoResource { known, .. } => one(some_of(known)),
        DeployError::BadImport { .. } => one("for instance: `DataVolume=vol-0abc`".to_owned()),
        DeployError::Identifier { id, type_name, parts } => {
            let parts: Vec<String> = parts.iter().map(|part| format!("{id}.{part}=…")).collect();
            one(format!("for {type_name}: {}", parts.join(" ")))
        }
        DeployError::NothingNamed => one("name them, or say --all for those of the app".to_owned()),
        _ => Vec::new(),
    }
}

fn detached(stacks: &[String], updating: &[String], left: &[String], words: &str) -> Vec<String> {
    let watch = stacks.iter().map(|stack| format!("watch it: `stackgen watch {stack}{words}`"));
    let resume = format!("go on with it: `stackgen resume{words}`");
    let left = (!left.is_empty())
        .then(|| format!("the turn of {} had not come; it comes when you resume", left.join(" and ")));
    let cancel = updating.iter().map(|stack| format!("cancel it: `stackgen rollback {stack}{words}`"));
    watch.chain([resume]).chain(cancel).chain(left).collect()
}
