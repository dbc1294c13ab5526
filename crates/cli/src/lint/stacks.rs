//! This project's own stacks. What is wrong with a resource stands at the Rust line that made it, and what is wrong with a
//! boot script at the line of the script's template.
use stackgen_assembly::{Assembly, StackEntry};
use stackgen_lint::{Finding, Severity, Span};
use stackgen_shell::RULES as SHELL_RULES;
use thiserror::Error;

use super::{Found, Outcome, Wishes, format, suppress};
use crate::Context;
use crate::boot_script::BootScript;
use crate::error::CliError;
use crate::load::Loaded;
use crate::table::counted;

/// Why a synth stops.
#[derive(Debug, Error)]
#[error("{} in the templates; nothing was written", counted(*.0, "error"))]
pub(crate) struct LintErrors(usize);

/// The zones of an app stand in its configuration on purpose: what `Fn::GetAZs` answers changes with the account, and a subnet
/// that moves takes its hosts and volumes with it.
const ZONE_IS_WRITTEN: &str = "W3010";

/// Shows the errors in stacks, without warnings and notes: those are for people who ask. With any, the command is over.
pub(crate) fn check(context: &Context, loaded: &Loaded, stacks: &[&StackEntry]) -> Result<(), CliError> {
    let mut wishes = Wishes::everything(context.settings.today);
    if let Some(project) = &loaded.project {
        wishes.policies.add(&project.root, &project.guard)?;
    }
    // The app has read its boot scripts itself.
    let findings = stacks.iter().flat_map(|stack| template(&loaded.assembly, stack, &wishes)).collect();
    let mut outcome = Outcome { findings, ..Outcome::default() };
    if let Some(project) = &loaded.project {
        suppress::apply(project, context.settings.today, &mut outcome);
    }
    outcome.findings.retain(|found| found.finding.severity == Severity::Error);
    for found in &outcome.findings {
        context.shell.message(&format::one(context.shell.width(), loaded.project.as_ref(), found, ""));
    }
    match outcome.findings.len() {
        0 => Ok(()),
        errors => Err(LintErrors(errors).into()),
    }
}

/// Lints stacks with their boot scripts and adds what was found.
pub(crate) fn lint(assembly: &Assembly, stacks: &[&StackEntry], wishes: &Wishes, outcome: &mut Outcome) {
    for stack in stacks {
        outcome.templates.push(stack.name.clone());
        let mut found = template(assembly, stack, wishes);
        for script in BootScript::all(assembly, stack) {
            found.extend(of_script(&script).filter(|found| wishes.asks_for(found.finding.rule)));
        }
        found.sort_by(|one, other| (&one.file, one.finding.span).cmp(&(&other.file, other.finding.span)));
        outcome.findings.append(&mut found);
    }
}

fn template(assembly: &Assembly, stack: &StackEntry, wishes: &Wishes) -> Vec<Found> {
    let findings = wishes.lint(assembly.template(stack), &wishes.options(stack.region.as_deref()));
    let is_meant = |finding: &Finding| finding.rule != ZONE_IS_WRITTEN && !is_of_script(stack, finding);
    let told = findings.into_iter().filter(|finding| wishes.wants(finding) && is_meant(finding));
    told.map(|finding| placed(stack, finding)).collect()
}

/// What the script as it was written tells better, and even if it is packed.
fn is_of_script(stack: &StackEntry, finding: &Finding) -> bool {
    let is_shell = || SHELL_RULES.iter().any(|rule| rule.id == finding.rule);
    let of = |id: &str| finding.path.strip_prefix("Resources/").is_some_and(|path| path.split('/').next() == Some(id));
    stack.user_data.iter().any(|script| of(&script.id)) && is_shell()
}

fn placed(stack: &StackEntry, mut finding: Finding) -> Found {
    let source = source(stack, &finding.path).and_then(place);
    let in_source = source.is_some();
    // The file of the template is gone when this is read. Without a line of Rust, the stack is what people know.
    let (file, line) = source.unwrap_or_else(|| (stack.name.clone(), 1));
    finding.span = Span::new((line, 1), (line, 1));
    Found { finding, file, stack: Some(stack.name.clone()), in_source }
}

/// The line that made what a path leads to, or else the line that made the stack.
fn source<'a>(stack: &'a StackEntry, path: &str) -> Option<&'a str> {
    let mut steps = path.split('/');
    let (section, id) = (steps.next()?, steps.next());
    let others = stack.others.iter().filter(|other| other.section == section).map(|other| (&other.id, &other.source));
    let resources = stack.resources.iter().filter(|_| section == "Resources").map(|it| (&it.id, &it.source));
    let own = resources.chain(others).find(|(known, _)| Some(known.as_str()) == id).map(|(_, source)| source);
    own.or(Some(&stack.source)).map(String::as_str).filter(|source| !source.is_empty())
}

fn of_script<'a>(script: &'a BootScript<'a>) -> impl Iterator<Item = Found> + 'a {
    stackgen_shell::check(&script.with_plain_values()).into_iter().map(|found| {
        let source = script.source(found.line).and_then(|source| place(&source));
        let in_source = source.is_some();
        let line = u32::try_from(found.line).unwrap_or(u32::MAX);
        let (file, line) = source.unwrap_or_else(|| (script.entry.file.clone(), line));
        let section = script.section_at(found.line).map(|section| format!("/{}", section.name)).unwrap_or_default();
        let finding = Finding {
            rule: found.rule.id,
            severity: Severity::of(found.rule.id),
            message: found.message,
            fix: found.rule.fix,
            span: Span::new((line, 1), (line, 1)),
            path: format!("Resources/{}/Properties/UserData{section}", script.entry.id),
        };
        Found { finding, file, stack: Some(script.stack.name.clone()), in_source }
    })
}

/// The parts of `file:line`.
fn place(source: &str) -> Option<(String, u32)> {
    let (file, line) = source.rsplit_once(':')?;
    Some((file.to_owned(), line.parse().ok()?))
}
