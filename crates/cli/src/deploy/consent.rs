//! Nothing is done to an account before somebody has seen it and said yes; what can lose data or widen access takes its name.
use std::io::{self, IsTerminal as _};
use std::thread;

use stackgen_deploy::plan::{Approvals, Danger, DangerKind, Plan, Verb};
use tokio::sync::oneshot;

use super::DeployError;
use super::signals::Signals;
use super::way::Account;
use crate::shell::{STRONG, WARNING};
use crate::table::{self, counted};

/// What was said before anybody asked.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Approval options")]
pub(crate) struct Given {
    /// Do not ask whether to go on; what is dangerous still needs its approval
    #[arg(short = 'y', long)]
    pub(crate) yes: bool,
    /// Approve one danger by the name that the plan gives it, such as `replace:DataVolume`
    #[arg(long, value_name = "KIND:ID")]
    approve: Vec<String>,
}

impl Given {
    /// What was approved before anybody asked.
    pub(crate) fn approvals(&self) -> Approvals {
        Approvals::new(self.approve.clone())
    }

    /// The same once somebody has said yes to the whole.
    pub(crate) fn with_yes(&self) -> Given {
        Given { yes: true, ..self.clone() }
    }

    /// Asks for what is missing. Programs are not asked.
    pub(crate) async fn complete(
        &self,
        account: &Account<'_>,
        plan: &Plan,
        allowed: &[DangerKind],
        is_asking: bool,
        signals: &mut Signals,
    ) -> Result<Approvals, DeployError> {
        let mut granted = self.approve.clone();
        let all =
            || plan.stacks.iter().flat_map(|stack| stack.dangers.iter().map(|danger| (stack.stack.as_str(), danger)));
        granted.extend(
            all()
                .filter(|(_, danger)| allowed.contains(&danger.kind))
                .map(|(stack, danger)| format!("{stack}/{danger}")),
        );
        let approvals = Approvals::new(granted.clone());
        let missing: Vec<(&str, &Danger)> = all().filter(|(stack, danger)| !approvals.cover(stack, danger)).collect();
        let can_ask = is_asking && io::stdin().is_terminal() && io::stderr().is_terminal();
        if missing.is_empty() {
            if !self.yes {
                if !can_ask {
                    return Err(DeployError::Unconfirmed);
                }
                confirm(account, plan, signals).await?;
            }
            return Ok(approvals);
        }
        if !can_ask {
            let told = missing.iter().map(|(stack, danger)| format!("{danger} ({stack}): {}", danger.reason)).collect();
            let mut names: Vec<String> = missing.iter().map(|(_, danger)| danger.to_string()).collect();
            names.dedup();
            return Err(DeployError::Unapproved { told, names });
        }
        granted.extend(typed(account, &missing, signals).await?);
        Ok(Approvals::new(granted))
    }
}

/// Asks for a yes.
pub(crate) async fn yes(account: &Account<'_>, what: &str, signals: &mut Signals) -> Result<(), DeployError> {
    match &*answer(account, &format!("{STRONG}{what}? [y/N]{STRONG:#} "), signals).await? {
        "y" | "Y" | "yes" | "Yes" => Ok(()),
        _ => Err(DeployError::Declined),
    }
}

async fn confirm(account: &Account<'_>, plan: &Plan, signals: &mut Signals) -> Result<(), DeployError> {
    let stacks: Vec<_> = plan.stacks.iter().filter(|stack| stack.verb != Verb::Nothing).collect();
    let doing = if stacks.iter().all(|stack| stack.verb == Verb::Destroy) { "Destroy" } else { "Deploy" };
    let what = match stacks.as_slice() {
        [one] => one.stack.clone(),
        all => counted(all.len(), "stack"),
    };
    yes(account, &format!("{doing} {what} in {}", account.connection.region), signals).await
}

/// Lets somebody type the names of dangers, all on one line or one after the other.
async fn typed(
    account: &Account<'_>,
    missing: &[(&str, &Danger)],
    signals: &mut Signals,
) -> Result<Vec<String>, DeployError> {
    let shell = &account.context.shell;
    for (stack, danger) in missing {
        let title = format!("{danger} ({stack}): ");
        let lines = table::wrap(&format!("{title}{}", danger.reason), shell.width().saturating_sub(2));
        shell.message(&format!("{WARNING}!{WARNING:#} {}\n", lines.join("\n  ")));
    }
    let mut left: Vec<String> = missing.iter().map(|(_, danger)| danger.to_string()).collect();
    left.sort();
    left.dedup();
    let mut granted = Vec::new();
    while !left.is_empty() {
        let question = format!("{STRONG}To approve, type{STRONG:#} {}\n{STRONG}>{STRONG:#} ", left.join(" "));
        let answer = answer(account, &question, signals).await?;
        if answer.is_empty() {
            return Err(DeployError::Declined);
        }
        for word in answer.split_whitespace() {
            match left.iter().position(|name| name == word) {
                Some(at) => granted.push(left.remove(at)),
                None => shell.warn(&format!("nothing here is called `{word}`")),
            }
        }
    }
    Ok(granted)
}

/// A line that somebody types. Ctrl-C is an answer too.
async fn answer(account: &Account<'_>, question: &str, signals: &mut Signals) -> Result<String, DeployError> {
    account.context.shell.message(question);
    let (send, receive) = oneshot::channel();
    // Reading cannot be stopped; if nobody waits for it any more, it ends with the process.
    thread::spawn(move || {
        let mut line = String::new();
        let read = io::stdin().read_line(&mut line);
        let _ = send.send(read.map(|_| line.trim().to_owned()));
    });
    tokio::select! {
        line = receive => line.expect("the thread always sends").map_err(DeployError::Answer),
        () = signals.next() => {
            account.context.shell.message("\n");
            Err(DeployError::Interrupted)
        }
    }
}
